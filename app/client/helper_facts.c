/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the helper told last, out of the caches of the proxies. While it is not present, or speaks
 * a later protocol than this client knows, every fact reads as none.
 */
#include "helper.h"

#include "helper_private.h"

static const char *const state_words[] = {
    [SOTTO_STATE_OFF] = "off",         [SOTTO_STATE_STARTING] = "starting",
    [SOTTO_STATE_ON] = "on",           [SOTTO_STATE_SIGNIN] = "signin",
    [SOTTO_STATE_PAUSED] = "paused",   [SOTTO_STATE_BLOCKED] = "blocked",
    [SOTTO_STATE_ERROR] = "error",     [SOTTO_STATE_VPN] = "vpn",
    [SOTTO_STATE_OFFLINE] = "offline", [SOTTO_STATE_SIGNING_IN] = "signing-in",
    [SOTTO_STATE_OPEN] = "open",       [SOTTO_STATE_ASK] = "ask",
};

const char *sotto_state_word(SottoState state)
{
    return state_words[state];
}

SottoState sotto_state_parse(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(state_words); i++)
        if (g_strcmp0(word, state_words[i]) == 0)
            return (SottoState)i;
    return SOTTO_STATE_ERROR;
}

static const char *const sign_in_words[] = {
    [SOTTO_SIGN_IN_NONE] = "",
    [SOTTO_SIGN_IN_WINDOW] = "window",
    [SOTTO_SIGN_IN_MACHINE] = "machine",
};

const char *sotto_sign_in_word(SottoSignIn sign_in)
{
    return sign_in_words[sign_in];
}

SottoSignIn sotto_sign_in_parse(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sign_in_words); i++)
        if (g_strcmp0(word, sign_in_words[i]) == 0)
            return (SottoSignIn)i;
    return SOTTO_SIGN_IN_MACHINE;
}

/* NULL: there is nobody whose words are facts. */
static BusSotto1 *helper_proxy(SottoHelper *self)
{
    return sotto_helper_presence(self) == SOTTO_PRESENCE_PRESENT
               ? BUS_SOTTO1(sotto_helper_proxy(self))
               : NULL;
}

static BusSotto1Networks *networks_proxy(SottoHelper *self)
{
    return sotto_helper_presence(self) == SOTTO_PRESENCE_PRESENT ? sotto_helper_networks_proxy(self)
                                                                 : NULL;
}

static const char *fact(SottoHelper *self, const char *(*getter)(BusSotto1 *))
{
    BusSotto1 *proxy = helper_proxy(self);
    const char *value = proxy != NULL ? getter(proxy) : NULL;

    return value != NULL ? value : "";
}

SottoState sotto_helper_state(SottoHelper *self)
{
    return sotto_state_parse(fact(self, bus_sotto1_get_state));
}

/* Of the present helper, too new or not: what it is may be told by a helper of any protocol. */
static const char *identity(SottoHelper *self, const char *(*getter)(BusSotto1 *))
{
    GDBusProxy *proxy = sotto_helper_proxy(self);
    const char *value = proxy != NULL ? getter(BUS_SOTTO1(proxy)) : NULL;

    return value != NULL ? value : "";
}

const char *sotto_helper_version(SottoHelper *self)
{
    return identity(self, bus_sotto1_get_version);
}

gint64 sotto_helper_build_time_s(SottoHelper *self)
{
    GDBusProxy *proxy = sotto_helper_proxy(self);

    return proxy != NULL ? bus_sotto1_get_build_time(BUS_SOTTO1(proxy)) : 0;
}

const char *sotto_helper_payload(SottoHelper *self)
{
    return identity(self, bus_sotto1_get_payload);
}

const char *sotto_helper_reason_code(SottoHelper *self)
{
    return fact(self, bus_sotto1_get_reason_code);
}

const char *sotto_helper_reason(SottoHelper *self)
{
    return fact(self, bus_sotto1_get_reason);
}

const char *sotto_helper_network(SottoHelper *self)
{
    return fact(self, bus_sotto1_get_network);
}

const char *sotto_helper_resolver(SottoHelper *self)
{
    return fact(self, bus_sotto1_get_resolver);
}

const char *sotto_helper_resolver_in_use(SottoHelper *self)
{
    return fact(self, bus_sotto1_get_resolver_in_use);
}

const char *sotto_helper_changed_by(SottoHelper *self)
{
    return fact(self, bus_sotto1_get_changed_by);
}

gint64 sotto_helper_until_s(SottoHelper *self)
{
    BusSotto1 *proxy = helper_proxy(self);

    return proxy != NULL ? bus_sotto1_get_until(proxy) : 0;
}

gint64 sotto_helper_changed_at_s(SottoHelper *self)
{
    BusSotto1 *proxy = helper_proxy(self);

    return proxy != NULL ? bus_sotto1_get_changed_at(proxy) : 0;
}

static const char *network_fact(SottoHelper *self, const char *(*getter)(BusSotto1Networks *))
{
    BusSotto1Networks *proxy = networks_proxy(self);
    const char *value = proxy != NULL ? getter(proxy) : NULL;

    return value != NULL ? value : "";
}

const char *sotto_helper_current_network(SottoHelper *self)
{
    return network_fact(self, bus_sotto1_networks_get_current);
}

SottoPolicy sotto_helper_policy(SottoHelper *self)
{
    SottoPolicy policy;

    sotto_policy_parse(network_fact(self, bus_sotto1_networks_get_policy), &policy);
    return policy;
}

const char *sotto_helper_portal_address(SottoHelper *self)
{
    return network_fact(self, bus_sotto1_networks_get_portal_address);
}

SottoSignIn sotto_helper_sign_in(SottoHelper *self)
{
    return sotto_sign_in_parse(network_fact(self, bus_sotto1_networks_get_sign_in));
}

const char *sotto_helper_relay(SottoHelper *self)
{
    BusSotto1Resolvers *proxy = sotto_helper_presence(self) == SOTTO_PRESENCE_PRESENT
                                    ? sotto_helper_resolvers_proxy(self)
                                    : NULL;
    const char *value = proxy != NULL ? bus_sotto1_resolvers_get_relay(proxy) : NULL;

    return value != NULL ? value : "";
}

gboolean sotto_helper_unknown_networks(SottoHelper *self, SottoPolicy *policy)
{
    return sotto_policy_parse(network_fact(self, bus_sotto1_networks_get_unknown_networks), policy);
}

gboolean sotto_helper_logging(SottoHelper *self)
{
    BusSotto1Queries *proxy = sotto_helper_presence(self) == SOTTO_PRESENCE_PRESENT
                                  ? sotto_helper_queries_proxy(self)
                                  : NULL;

    return proxy != NULL && bus_sotto1_queries_get_logging(proxy);
}
