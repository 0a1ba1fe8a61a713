/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing in to a network, by a window or by the whole machine.
 *
 * A sign-in by a window gives one program what nobody else has: names looked up at the network's
 * own DNS. That program is known by its unique name on the bus, which no other can have, now or
 * later. It needs polkit once, to begin; each name after that is answered by the name of the caller
 * alone. When it leaves the bus, however that comes about, its sign-in is over.
 */
#include "networks_private.h"

#include "log.h"

#include <string.h>

#define MAX_NAME 1024 /* a name of 255 bytes, each written as \123 */

/* The address of a page that the network puts its own in the place of, where it does not tell of
 * one. */
static const char *address_to_open(const NetworksInterface *networks)
{
    const InspectionSources *sources = networks->sources;
    const char *address = protection_portal_address(sources->protection);
    if (*address != '\0')
        return address;
    if (sources->network != NULL && *sources->network->facts.check_url != '\0')
        return sources->network->facts.check_url;
    return protection_settings(sources->protection)->networks.check_urls[0];
}

/* --- who signs in --- */

void sign_in_calls_forget_window(NetworksInterface *networks)
{
    g_clear_handle_id(&networks->window_watch, g_bus_unwatch_name);
    g_clear_pointer(&networks->window, g_free);
}

static void on_window_gone(GDBusConnection *connection, const char *name, gpointer data)
{
    NetworksInterface *networks = data;
    sign_in_calls_forget_window(networks);
    log_info("the sign-in window is gone");
    protection_end_sign_in(networks->sources->protection);
}

/* The caller's, from now on. Another one's before it is over. */
static void give_window(NetworksInterface *networks, const Call *call)
{
    sign_in_calls_forget_window(networks);
    networks->window = g_strdup(g_dbus_method_invocation_get_sender(call->invocation));
    networks->window_watch = g_bus_watch_name_on_connection(
        g_dbus_method_invocation_get_connection(call->invocation), networks->window,
        G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_window_gone, networks, NULL);
}

static bool is_window(const NetworksInterface *networks, GDBusMethodInvocation *invocation)
{
    return protection_sign_in(networks->sources->protection) == SIGN_IN_WINDOW &&
           g_strcmp0(networks->window, g_dbus_method_invocation_get_sender(invocation)) == 0;
}

/* --- the calls --- */

static void on_sign_in_begun(void *owner, const GError *error)
{
    Call *call = owner;
    NetworksInterface *networks = call->face != NULL ? call->face->owner : NULL;
    if (error != NULL || networks == NULL) {
        networks_call_done(call, error);
        return;
    }
    if (protection_sign_in(networks->sources->protection) == SIGN_IN_WINDOW)
        give_window(networks, call);
    networks_settle(networks);
    call_return(call, g_variant_new("(s)", address_to_open(networks)));
}

static void begin_sign_in(void *owner, Call *call, const char *who)
{
    const NetworksInterface *networks = owner;
    const char *how;
    g_variant_get(call_parameters(call), "(&s)", &how);
    protection_begin_sign_in(networks->sources->protection, who,
                             g_str_equal(how, "window") ? SIGN_IN_WINDOW : SIGN_IN_MACHINE,
                             on_sign_in_begun, call);
}

static gboolean on_begin_sign_in(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                                 const char *how, NetworksInterface *networks)
{
    if (!g_str_equal(how, "window") && !g_str_equal(how, "machine"))
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT,
                    "A sign-in is done by “window” or by “machine”.");
    else
        call_authorize(call_new(&networks->face, invocation), ACTION_SWITCH, begin_sign_in);
    return TRUE;
}

static void end_sign_in(void *owner, Call *call, const char *who)
{
    NetworksInterface *networks = owner;
    protection_end_sign_in(networks->sources->protection);
    networks_call_done(call, NULL);
}

/* Who began it may end it without being asked who they are. */
static gboolean on_end_sign_in(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                               NetworksInterface *networks)
{
    Call *call = call_new(&networks->face, invocation);
    if (is_window(networks, invocation))
        end_sign_in(networks, call, "");
    else
        call_authorize(call, ACTION_SWITCH, end_sign_in);
    return TRUE;
}

static void on_resolved(void *owner, const GPtrArray *addresses, const GError *error)
{
    Call *call = owner;
    GVariantBuilder list;
    if (addresses == NULL) {
        call_fail(call, error);
        return;
    }
    g_variant_builder_init(&list, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < addresses->len; i++) {
        char text[ADDRESS_MAX_TEXT];
        g_variant_builder_add(&list, "s",
                              address_format_host(g_ptr_array_index(addresses, i), text));
    }
    call_return(call, g_variant_new("(as)", &list));
}

static gboolean on_resolve_for_sign_in(BusSotto1Networks *skeleton,
                                       GDBusMethodInvocation *invocation, const char *text,
                                       NetworksInterface *networks)
{
    Name name;
    if (!is_window(networks, invocation))
        call_refuse(invocation, G_IO_ERROR_PERMISSION_DENIED,
                    "Names of a sign-in are looked up for its own window alone.");
    else if (strlen(text) > MAX_NAME || name_parse(text, &name) != STATUS_OK || name.length == 1)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT, "That is not a name.");
    else
        protection_resolve_for_sign_in(networks->sources->protection, text, on_resolved,
                                       call_new(&networks->face, invocation));
    return TRUE;
}

/* --- life --- */

void sign_in_calls_connect(NetworksInterface *networks)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-begin-sign-in", G_CALLBACK(on_begin_sign_in)},
        {"handle-end-sign-in", G_CALLBACK(on_end_sign_in)},
        {"handle-resolve-for-sign-in", G_CALLBACK(on_resolve_for_sign_in)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(networks->skeleton, methods[i].signal, methods[i].handler, networks);
}

void sign_in_calls_withdraw(NetworksInterface *networks)
{
    if (networks->window == NULL)
        return;
    sign_in_calls_forget_window(networks);
    protection_end_sign_in(networks->sources->protection);
}
