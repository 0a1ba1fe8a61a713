/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list.h"

#include <gio/gio.h>

/**
 * One D-Bus interface of the helper's object: its skeleton, and the calls of it under way. Embedded
 * in whoever implements the interface, which connects the skeleton's signals.
 */
typedef struct Face {
    GDBusInterfaceSkeleton *skeleton;
    GCancellable *cancellable; /* of the present connection's calls; NULL: not exported */
    List calls;                /* Call */
    void *owner;
} Face;

/** Takes the skeleton over. `owner`: who answers its calls. */
void face_init(Face *face, GDBusInterfaceSkeleton *skeleton, void *owner);
/** Withdraws it and releases the skeleton. */
void face_clear(Face *face);

/** FALSE with a sentence when the connection refuses. */
gboolean face_export(Face *face, GDBusConnection *connection, GError **error);
/** Leaves the connection; safe to repeat. Callers are gone: calls that wait for polkit are
 * forgotten, the others still belong to those who work on them. */
void face_withdraw(Face *face);
/** Sends what has changed of its properties before anything that is answered after this. */
void face_flush(Face *face);
