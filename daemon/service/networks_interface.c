/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fourth interface of the helper's object: networks.
 *
 * A sign-in by a window gives one program what nobody else has: names looked up at the network's
 * own DNS. That program is known by its unique name on the bus, which no other can have, now or
 * later. It needs polkit once, to begin; each name after that is answered by the name of the caller
 * alone. When it leaves the bus, however that comes about, its sign-in is over.
 */
#include "networks_interface.h"

#include "call.h"
#include "helper-bus.h"
#include "log.h"

#include <string.h>

#define MAX_ID   64   /* as known_networks.c reads them; a message may be 32 MB long */
#define MAX_NAME 1024 /* a name of 255 bytes, each written as \123 */

struct NetworksInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Networks *skeleton; /* the face's */
    NetworksSettle settle;
    void *owner;
    KnownNetworksListener listener;
    char *window; /* unique name of who signs in by a window; NULL nobody */
    guint window_watch;
};

/* --- facts --- */

/* "" while it is not in the list. */
static const char *current_id(const NetworksInterface *networks)
{
    const InspectionSources *sources = networks->sources;
    if (sources->network == NULL || sources->known == NULL ||
        known_networks_find(sources->known, sources->network->facts.key) == NULL)
        return "";
    return sources->network->facts.key;
}

static const char *sign_in_word(SignIn sign_in)
{
    switch (sign_in) {
    case SIGN_IN_NONE:
        return "";
    case SIGN_IN_WINDOW:
        return "window";
    case SIGN_IN_MACHINE:
        return "machine";
    }
    return "";
}

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

static GVariant *describe(const NetworksInterface *networks, const KnownNetwork *network)
{
    const Settings *settings = protection_settings(networks->sources->protection);
    NetworkPolicy policy = network->decided ? network->policy : settings->networks.unknown;
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert(&entry, "id", "s", network->id);
    g_variant_dict_insert(&entry, "name", "s", network->name);
    g_variant_dict_insert(&entry, "ssid", "s", network->ssid);
    g_variant_dict_insert(&entry, "policy", "s", network_policy_words[policy]);
    g_variant_dict_insert(&entry, "decided", "b", network->decided);
    g_variant_dict_insert(&entry, "current", "b", g_str_equal(network->id, current_id(networks)));
    g_variant_dict_insert(&entry, "portal", "b", network->portal);
    g_variant_dict_insert(&entry, "last-seen", "x", network->last_seen_s);
    return g_variant_dict_end(&entry);
}

static gboolean on_list_networks(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                                 NetworksInterface *networks)
{
    GVariantBuilder all;
    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    if (networks->sources->known != NULL) {
        g_autoptr(GPtrArray) list = known_networks_list(networks->sources->known);
        for (guint i = 0; i < list->len; i++)
            g_variant_builder_add_value(&all, describe(networks, g_ptr_array_index(list, i)));
    }
    bus_sotto1_networks_complete_list_networks(skeleton, invocation, g_variant_builder_end(&all));
    return TRUE;
}

/* --- who signs in --- */

static void forget_window(NetworksInterface *networks)
{
    g_clear_handle_id(&networks->window_watch, g_bus_unwatch_name);
    g_clear_pointer(&networks->window, g_free);
}

static void on_window_gone(GDBusConnection *connection, const char *name, gpointer data)
{
    NetworksInterface *networks = data;
    forget_window(networks);
    log_info("the sign-in window is gone");
    protection_end_sign_in(networks->sources->protection);
}

/* The caller's, from now on. Another one's before it is over. */
static void give_window(NetworksInterface *networks, const Call *call)
{
    forget_window(networks);
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

/* The list would read otherwise now. */
static void tell(NetworksInterface *networks)
{
    if (networks->face.cancellable != NULL)
        bus_sotto1_networks_emit_changed(networks->skeleton);
}

void networks_interface_follow(NetworksInterface *networks)
{
    Protection *protection = networks->sources->protection;
    SignIn sign_in = protection_sign_in(protection);
    if (sign_in != SIGN_IN_WINDOW)
        forget_window(networks);
    const char *current = current_id(networks);
    bool other = g_strcmp0(current, bus_sotto1_networks_get_current(networks->skeleton)) != 0;
    bus_sotto1_networks_set_current(networks->skeleton, current);
    bus_sotto1_networks_set_policy(networks->skeleton,
                                   network_policy_words[protection_policy(protection)]);
    bus_sotto1_networks_set_portal_address(networks->skeleton,
                                           protection_portal_address(protection));
    bus_sotto1_networks_set_sign_in(networks->skeleton, sign_in_word(sign_in));
    if (other)
        tell(networks);
}

/* What the caller reads or hears next is what it waited for. */
static void settle(NetworksInterface *networks)
{
    networks_interface_follow(networks);
    face_flush(&networks->face);
    networks->settle(networks->owner);
}

static void on_done(void *owner, const GError *error)
{
    Call *call = owner;
    if (call->face != NULL)
        settle(call->face->owner);
    if (error != NULL)
        call_fail(call, error);
    else
        call_return(call, NULL);
}

/* --- signing in --- */

static void on_sign_in_begun(void *owner, const GError *error)
{
    Call *call = owner;
    NetworksInterface *networks = call->face != NULL ? call->face->owner : NULL;
    if (error != NULL || networks == NULL) {
        on_done(call, error);
        return;
    }
    if (protection_sign_in(networks->sources->protection) == SIGN_IN_WINDOW)
        give_window(networks, call);
    settle(networks);
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
    on_done(call, NULL);
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

/* --- ways through --- */

static void look_again(void *owner, Call *call, const char *who)
{
    const NetworksInterface *networks = owner;
    protection_look_again(networks->sources->protection, on_done, call);
}

static gboolean on_look_again(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                              NetworksInterface *networks)
{
    call_authorize(call_new(&networks->face, invocation), ACTION_SWITCH, look_again);
    return TRUE;
}

static void allow_unprotected(void *owner, Call *call, const char *who)
{
    const NetworksInterface *networks = owner;
    guint32 seconds;
    g_variant_get(call_parameters(call), "(u)", &seconds);
    protection_allow_unprotected(networks->sources->protection, who, seconds, on_done, call);
}

static gboolean on_allow_unprotected(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                                     guint seconds, NetworksInterface *networks)
{
    call_authorize(call_new(&networks->face, invocation), ACTION_PAUSE, allow_unprotected);
    return TRUE;
}

/* --- what is done on which network --- */

static bool read_policy(const char *word, NetworkPolicy *policy)
{
    for (int i = 0; network_policy_words[i] != NULL; i++) {
        if (!g_str_equal(word, network_policy_words[i]))
            continue;
        *policy = (NetworkPolicy)i;
        return true;
    }
    return false;
}

/* `error` is why not, NULL when it is done. */
static void on_changed_by(NetworksInterface *networks, Call *call, const GError *error)
{
    settle(networks);
    if (error != NULL)
        call_fail(call, error);
    else
        call_return(call, NULL);
}

static void set_policy(void *owner, Call *call, const char *who)
{
    NetworksInterface *networks = owner;
    g_autoptr(GError) error = NULL;
    NetworkPolicy policy = NETWORK_PROTECT;
    const char *id, *word;
    g_variant_get(call_parameters(call), "(&s&s)", &id, &word);
    if (read_policy(word, &policy) &&
        known_networks_decide(networks->sources->known, id, policy, &error))
        log_info("what is done on a network is decided policy=%s by=%s", word, who);
    on_changed_by(networks, call, error);
}

/* The network at hand is there all the same: from now on as a new one. */
static void join_again(const NetworksInterface *networks)
{
    const InspectionSources *sources = networks->sources;
    const NetworkFacts *facts = sources->network != NULL ? &sources->network->facts : NULL;
    if (facts != NULL && *facts->key != '\0')
        known_networks_joined(sources->known, facts->key, facts->name, facts->ssid,
                              loop_wall_s(sources->loop));
}

static void forget(void *owner, Call *call, const char *who)
{
    NetworksInterface *networks = owner;
    g_autoptr(GError) error = NULL;
    const char *id;
    g_variant_get(call_parameters(call), "(&s)", &id);
    if (known_networks_forget(networks->sources->known, id, &error)) {
        engine_forget_network(networks->sources->engine, id);
        join_again(networks);
        log_info("a network is forgotten by=%s", who);
    }
    on_changed_by(networks, call, error);
}

/* Answers what is wrong with it. */
static bool refuse_id(const NetworksInterface *networks, GDBusMethodInvocation *invocation,
                      const char *id)
{
    if (strlen(id) > MAX_ID)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT,
                    "That is too long for a network's id.");
    else if (networks->sources->known == NULL)
        call_refuse(invocation, G_IO_ERROR_NOT_FOUND, "No networks are known here.");
    else
        return false;
    return true;
}

static gboolean on_set_policy(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                              const char *id, const char *word, NetworksInterface *networks)
{
    NetworkPolicy policy;
    if (refuse_id(networks, invocation, id))
        return TRUE;
    if (!read_policy(word, &policy))
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT,
                    "What is done on a network is “protect”, “ask” or “leave-alone”.");
    else
        call_authorize(call_new(&networks->face, invocation), ACTION_SWITCH, set_policy);
    return TRUE;
}

static gboolean on_forget(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                          const char *id, NetworksInterface *networks)
{
    if (!refuse_id(networks, invocation, id))
        call_authorize(call_new(&networks->face, invocation), ACTION_SWITCH, forget);
    return TRUE;
}

/* --- the bus --- */

static void on_known_changed(void *owner)
{
    NetworksInterface *networks = owner;
    networks_interface_follow(networks);
    tell(networks);
}

static void connect_methods(NetworksInterface *networks)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-begin-sign-in", G_CALLBACK(on_begin_sign_in)},
        {"handle-end-sign-in", G_CALLBACK(on_end_sign_in)},
        {"handle-resolve-for-sign-in", G_CALLBACK(on_resolve_for_sign_in)},
        {"handle-look-again", G_CALLBACK(on_look_again)},
        {"handle-allow-unprotected", G_CALLBACK(on_allow_unprotected)},
        {"handle-list-networks", G_CALLBACK(on_list_networks)},
        {"handle-set-policy", G_CALLBACK(on_set_policy)},
        {"handle-forget", G_CALLBACK(on_forget)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(networks->skeleton, methods[i].signal, methods[i].handler, networks);
}

NetworksInterface *networks_interface_new(const InspectionSources *sources, NetworksSettle settled,
                                          void *owner)
{
    NetworksInterface *networks = g_new0(NetworksInterface, 1);
    networks->sources = sources;
    networks->settle = settled;
    networks->owner = owner;
    networks->skeleton = bus_sotto1_networks_skeleton_new();
    face_init(&networks->face, G_DBUS_INTERFACE_SKELETON(networks->skeleton), networks);
    connect_methods(networks);
    networks->listener = (KnownNetworksListener){.changed = on_known_changed, .owner = networks};
    if (sources->known != NULL)
        known_networks_listen(sources->known, &networks->listener);
    networks_interface_follow(networks);
    return networks;
}

void networks_interface_free(NetworksInterface *networks)
{
    if (networks == NULL)
        return;
    networks_interface_withdraw(networks);
    known_networks_unlisten(&networks->listener);
    face_clear(&networks->face);
    g_free(networks);
}

gboolean networks_interface_export(NetworksInterface *networks, GDBusConnection *connection,
                                   GError **error)
{
    return face_export(&networks->face, connection, error);
}

void networks_interface_withdraw(NetworksInterface *networks)
{
    if (networks->window != NULL) {
        forget_window(networks);
        protection_end_sign_in(networks->sources->protection);
    }
    face_withdraw(&networks->face);
}
