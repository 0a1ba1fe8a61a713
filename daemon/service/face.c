/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An interface on a bus that comes and goes. Several share one object path; each lives in a file of
 * its own, and service.c exports them all before it takes the name, so that a client that sees the
 * name sees the whole contract.
 */
#include "face.h"

#include "call.h"

#define OBJECT_PATH "/io/github/sottodns/Sotto1"

void face_init(Face *face, GDBusInterfaceSkeleton *skeleton, void *owner)
{
    *face = (Face){.skeleton = skeleton, .owner = owner};
    list_init(&face->calls);
}

void face_clear(Face *face)
{
    face_withdraw(face);
    g_clear_object(&face->skeleton);
}

gboolean face_export(Face *face, GDBusConnection *connection, GError **error)
{
    if (!g_dbus_interface_skeleton_export(face->skeleton, connection, OBJECT_PATH, error))
        return FALSE;
    face->cancellable = g_cancellable_new();
    return TRUE;
}

void face_withdraw(Face *face)
{
    if (face->cancellable == NULL)
        return;
    g_cancellable_cancel(face->cancellable);
    g_clear_object(&face->cancellable);
    list_for_each (node, &face->calls) {
        call_orphan(container_of(node, Call, node));
    }
    g_dbus_interface_skeleton_unexport(face->skeleton);
}

void face_flush(Face *face)
{
    g_dbus_interface_skeleton_flush(face->skeleton);
}
