/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interface of networks: what is done on which, and ways through one that blocks. Signing in is
 * sign_in_calls.c's.
 */
#include "networks_private.h"

#include "log.h"

#include <string.h>

#define MAX_ID 64 /* as known_networks.c reads them; a message may be 32 MB long */

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

static GVariant *describe(const NetworksInterface *networks, const KnownNetwork *network)
{
    NetworkPolicy policy = network->decided
                               ? network->policy
                               : protection_unknown_networks(networks->sources->protection);
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

static void list_networks(void *owner, Call *call, const char *who)
{
    const NetworksInterface *networks = owner;
    g_autoptr(GPtrArray) list = NULL;
    GVariantBuilder all;
    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    if (networks->sources->known != NULL)
        list = known_networks_list(networks->sources->known);
    for (guint i = 0; list != NULL && i < list->len; i++)
        g_variant_builder_add_value(&all, describe(networks, g_ptr_array_index(list, i)));
    call_return(call, g_variant_new("(aa{sv})", &all));
}

/* Where somebody was and when: for those who may decide about these networks. */
static gboolean on_list_networks(BusSotto1Networks *skeleton, GDBusMethodInvocation *invocation,
                                 NetworksInterface *networks)
{
    call_authorize(call_new(&networks->face, invocation), ACTION_SWITCH, list_networks);
    return TRUE;
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
        sign_in_calls_forget_window(networks);
    const char *current = current_id(networks);
    bool other = g_strcmp0(current, bus_sotto1_networks_get_current(networks->skeleton)) != 0;
    bus_sotto1_networks_set_current(networks->skeleton, current);
    bus_sotto1_networks_set_policy(networks->skeleton,
                                   network_policy_words[protection_policy(protection)]);
    const char *unknown = network_policy_words[protection_unknown_networks(protection)];
    bool otherwise =
        g_strcmp0(unknown, bus_sotto1_networks_get_unknown_networks(networks->skeleton)) != 0;
    bus_sotto1_networks_set_unknown_networks(networks->skeleton, unknown);
    bus_sotto1_networks_set_portal_address(networks->skeleton,
                                           protection_portal_address(protection));
    bus_sotto1_networks_set_sign_in(networks->skeleton, sign_in_word(sign_in));
    if (other || otherwise)
        tell(networks);
}

void networks_settle(NetworksInterface *networks)
{
    networks_interface_follow(networks);
    face_flush(&networks->face);
    networks->settle(networks->owner);
}

void networks_call_done(void *owner, const GError *error)
{
    Call *call = owner;
    if (call->face != NULL)
        networks_settle(call->face->owner);
    if (error != NULL)
        call_fail(call, error);
    else
        call_return(call, NULL);
}

/* --- ways through --- */

static void look_again(void *owner, Call *call, const char *who)
{
    const NetworksInterface *networks = owner;
    protection_look_again(networks->sources->protection, networks_call_done, call);
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
    protection_allow_unprotected(networks->sources->protection, who, seconds, networks_call_done,
                                 call);
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
    networks_settle(networks);
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

static void set_unknown_networks(void *owner, Call *call, const char *who)
{
    NetworksInterface *networks = owner;
    g_autoptr(GError) error = NULL;
    NetworkPolicy policy = NETWORK_PROTECT;
    const char *word;
    g_variant_get(call_parameters(call), "(&s)", &word);
    if (state_read_unknown(word, &policy) &&
        protection_set_unknown_networks(networks->sources->protection, policy, &error))
        log_info("what is done on new networks is decided policy=%s by=%s", word, who);
    on_changed_by(networks, call, error);
}

static gboolean on_set_unknown_networks(BusSotto1Networks *skeleton,
                                        GDBusMethodInvocation *invocation, const char *word,
                                        NetworksInterface *networks)
{
    NetworkPolicy policy;
    if (!state_read_unknown(word, &policy))
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT,
                    "What is done on new networks is “protect” or “ask”.");
    else
        call_authorize(call_new(&networks->face, invocation), ACTION_DEFAULTS,
                       set_unknown_networks);
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
        {"handle-look-again", G_CALLBACK(on_look_again)},
        {"handle-allow-unprotected", G_CALLBACK(on_allow_unprotected)},
        {"handle-list-networks", G_CALLBACK(on_list_networks)},
        {"handle-set-policy", G_CALLBACK(on_set_policy)},
        {"handle-forget", G_CALLBACK(on_forget)},
        {"handle-set-unknown-networks", G_CALLBACK(on_set_unknown_networks)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(networks->skeleton, methods[i].signal, methods[i].handler, networks);
    sign_in_calls_connect(networks);
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
    sign_in_calls_withdraw(networks);
    face_withdraw(&networks->face);
}
