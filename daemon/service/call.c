/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls of every interface: who may, and what the errors of the contract (data/dbus) are called.
 *
 * An answer to a connection that is gone is dropped by GDBus, so whoever works on a call need not
 * know whether its caller is still there.
 */
#include "call.h"

#include "config_error.h"
#include "sotto-build.h"

#include <gio/gunixfdlist.h>

#define ERROR_PREFIX SOTTO_HELPER_NAME ".Error."

Call *call_new(Face *face, GDBusMethodInvocation *invocation)
{
    Call *call = g_new0(Call, 1);
    call->invocation = invocation;
    call->face = face;
    list_init(&call->node);
    list_append(&face->calls, &call->node);
    return call;
}

void call_drop(Call *call)
{
    list_remove(&call->node);
    g_clear_object(&call->invocation);
    g_free(call);
}

void call_orphan(Call *call)
{
    if (call->allowed != NULL) { /* cancelled: nobody else knows of it */
        call_drop(call);
        return;
    }
    list_remove(&call->node);
    call->face = NULL;
}

static void on_authority(void *owner, const char *who, const GError *error)
{
    Call *call = owner;
    CallAllowed allowed = call->allowed;
    call->allowed = NULL;
    if (error != NULL)
        call_fail(call, error);
    else
        allowed(call->face->owner, call, who);
}

void call_authorize(Call *call, const char *action, CallAllowed allowed)
{
    call->allowed = allowed;
    authority_check(call->invocation, action, call->face->cancellable, on_authority, call);
}

GVariant *call_parameters(const Call *call)
{
    return g_dbus_method_invocation_get_parameters(call->invocation);
}

void call_return(Call *call, GVariant *results)
{
    g_dbus_method_invocation_return_value(g_steal_pointer(&call->invocation), results);
    call_drop(call);
}

void call_return_fds(Call *call, GVariant *results, GUnixFDList *descriptors)
{
    g_dbus_method_invocation_return_value_with_unix_fd_list(g_steal_pointer(&call->invocation),
                                                            results, descriptors);
    call_drop(call);
}

static const char *error_name(const GError *error)
{
    if (error->domain != G_IO_ERROR && error->domain != CONFIG_ERROR) /* the numbers are the same */
        return ERROR_PREFIX "Failed";
    if (error->code == G_IO_ERROR_PERMISSION_DENIED)
        return ERROR_PREFIX "NotAuthorized";
    if (error->code == G_IO_ERROR_INVALID_ARGUMENT)
        return ERROR_PREFIX "InvalidArgument";
    if (error->code == G_IO_ERROR_NOT_FOUND)
        return ERROR_PREFIX "NotFound";
    if (error->code == G_IO_ERROR_BUSY)
        return ERROR_PREFIX "Busy";
    return ERROR_PREFIX "Failed";
}

void call_fail(Call *call, const GError *error)
{
    g_dbus_method_invocation_return_dbus_error(g_steal_pointer(&call->invocation),
                                               error_name(error), error->message);
    call_drop(call);
}

void call_refuse(GDBusMethodInvocation *invocation, GIOErrorEnum code, const char *sentence)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, (int)code, sentence);
    g_dbus_method_invocation_return_dbus_error(invocation, error_name(error), error->message);
}
