/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user lets go to the network's own DNS, and for how long.
 *
 * An opening is a route for every name, in the plan: DNS stays pointed at us, so that the hole
 * closes in the turn it is over, and a network that is left takes its opening with it. Four wishes
 * lead to one: a policy for this network, a consent for some minutes, a pause until it is left, and
 * a sign-in with the usual browser (signing_in.c).
 *
 * A pause for some minutes is none of these (turning_off.c): it gives DNS back altogether, on
 * whatever networks these minutes are spent.
 */
#include "protection_state.h"

#include "log.h"
#include "routes.h"

#include <string.h>

#define CONSENT_MIN_S 60
#define CONSENT_MAX_S 86400

static void consent_drop(Consent *consent)
{
    consent->until_s = 0;
    consent->paused = false;
    loop_timer_stop(&consent->over);
}

/* For the network at hand, and for no other. */
static void consent_give(Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    Consent *consent = &protection->consent;
    consent_drop(consent);
    g_free(consent->key);
    consent->key = g_strdup(facts->key);
    g_free(consent->identity);
    consent->identity = g_strdup(facts->identity);
}

/* --- policy --- */

NetworkPolicy protection_policy(const Protection *protection)
{
    const char *key = protection_facts(protection)->key;
    if (protection->parts.networks == NULL || *key == '\0')
        return NETWORK_PROTECT;
    const KnownNetwork *known = known_networks_find(protection->parts.networks, key);
    return known != NULL && known->decided ? known->policy
                                           : protection_unknown_networks(protection);
}

NetworkPolicy protection_unknown_networks(const Protection *protection)
{
    const State *saved = protection->parts.saved;
    return saved->unknown_chosen ? saved->unknown : protection->settings->networks.unknown;
}

/* One that cannot be saved is not made: the next start would undo it without a word. */
gboolean protection_set_unknown_networks(Protection *protection, NetworkPolicy policy,
                                         GError **error)
{
    State *saved = protection->parts.saved;
    State before = *saved;
    g_autoptr(GError) failure = NULL;
    saved->unknown_chosen = true;
    saved->unknown = policy;
    if (!state_save(saved, &failure)) {
        saved->unknown_chosen = before.unknown_chosen;
        saved->unknown = before.unknown;
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "What is done on new networks could not be saved: %s.", failure->message);
        return FALSE;
    }
    following_policy_changed(protection);
    return TRUE;
}

bool opening_is_open(const Protection *protection, RouteKind *kind)
{
    if (protection_policy(protection) != NETWORK_PROTECT || opening_has_consent(protection))
        *kind = ROUTE_CONSENT;
    else if (protection->sign_in == SIGN_IN_MACHINE)
        *kind = ROUTE_SIGN_IN;
    else
        return false;
    return true;
}

void opening_take_back(Protection *protection)
{
    const char *key = protection_facts(protection)->key;
    g_autoptr(GError) error = NULL;
    consent_drop(&protection->consent);
    if (protection_policy(protection) == NETWORK_PROTECT)
        return;
    known_networks_joined(protection->parts.networks, key, protection_facts(protection)->name,
                          protection_facts(protection)->ssid, loop_wall_s(protection->parts.loop));
    if (!known_networks_decide(protection->parts.networks, key, NETWORK_PROTECT, &error))
        log_warning("what is wanted on this network is not kept reason=%s", error->message);
}

/* --- consent --- */

bool opening_has_consent(const Protection *protection)
{
    const Consent *consent = &protection->consent;
    const NetworkFacts *facts = protection_facts(protection);
    if ((consent->until_s == 0 && !consent->paused) || !facts->online)
        return false;
    return *consent->key != '\0' ? strcmp(consent->key, facts->key) == 0
                                 : strcmp(consent->identity, facts->identity) == 0;
}

static void on_consent_over(void *owner)
{
    Protection *protection = owner;
    consent_drop(&protection->consent);
    held_judge(protection);
}

static const char *why_nothing_to_allow(ProtectionState state)
{
    switch (state) {
    case PROTECTION_STARTING:
        return "Sotto is still looking for a way through; there is nothing to allow before that.";
    case PROTECTION_OFFLINE:
        return "There is no network connection.";
    case PROTECTION_OFF:
    case PROTECTION_PAUSED:
    case PROTECTION_ERROR:
    case PROTECTION_OPEN:
    case PROTECTION_ASK:
        return "Lookups go to this network's own DNS already, so there is nothing to allow.";
    case PROTECTION_ON:
    case PROTECTION_VPN:
    case PROTECTION_SIGNIN:
    case PROTECTION_SIGNING_IN:
    case PROTECTION_BLOCKED:
        break;
    }
    return "This network lets private lookups through, so there is nothing to allow.";
}

void protection_allow_unprotected(Protection *protection, const char *who, uint32_t seconds,
                                  ProtectionDone done, void *owner)
{
    Consent *consent = &protection->consent;
    g_autoptr(Resolver) network = routes_network(protection_facts(protection)->links);
    bool fits = protection->state == PROTECTION_BLOCKED || protection->state == PROTECTION_SIGNIN ||
                protection->state == PROTECTION_SIGNING_IN ||
                (opening_has_consent(protection) && !consent->paused);
    if (seconds < CONSENT_MIN_S || seconds > CONSENT_MAX_S) {
        transition_refuse(done, owner, G_IO_ERROR_INVALID_ARGUMENT,
                          "The time without protection is between one minute and one day.");
    } else if (!fits || !protection->held) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED, why_nothing_to_allow(protection->state));
    } else if (network == NULL) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED,
                          "This network has no DNS of its own to use.");
    } else {
        protection_end_sign_in(protection);
        consent_give(protection);
        consent->until_s = loop_wall_s(protection->parts.loop) + seconds;
        loop_timer_start(&consent->over, (int64_t)seconds * 1000000);
        protection_note_change(protection, who);
        held_judge(protection);
        transition_agree(done, owner);
    }
}

/* --- a pause until the network is left --- */

bool opening_is_paused(const Protection *protection)
{
    return protection->consent.paused && opening_has_consent(protection);
}

const char *opening_why_no_pause(const Protection *protection, GIOErrorEnum *code)
{
    const NetworkFacts *facts = protection_facts(protection);
    g_autoptr(Resolver) network = routes_network(facts->links);
    *code = G_IO_ERROR_FAILED;
    if (!facts->online) {
        *code = G_IO_ERROR_NOT_FOUND;
        return "There is no network to leave.";
    }
    if (network == NULL)
        return "This network has no DNS of its own to use.";
    if (routes_vpn_in_charge(protection->plan) != NULL)
        return "Your VPN handles lookups, so there is nothing to pause.";
    return NULL;
}

void opening_begin_pause(Protection *protection)
{
    consent_give(protection);
    protection->consent.paused = true;
}

void opening_end_pause(Protection *protection)
{
    if (protection->consent.paused)
        consent_drop(&protection->consent);
}

/* Whether this is another network for sure: its key may be known a moment later than the network
 * itself, and until it is nothing is open. */
static bool is_elsewhere(const Consent *consent, const NetworkFacts *facts)
{
    if (!facts->online || strcmp(consent->identity, facts->identity) == 0)
        return false;
    return *consent->key == '\0' || (*facts->key != '\0' && strcmp(consent->key, facts->key) != 0);
}

static void pause_follow_network(Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    Consent *consent = &protection->consent;
    if (!consent->paused)
        return;
    if (is_elsewhere(consent, facts)) {
        log_info("the network of the pause is left");
        consent_drop(consent);
    } else if (*consent->key == '\0' && opening_is_paused(protection)) {
        g_free(consent->key); /* by which it is known again after a moment without signal */
        consent->key = g_strdup(facts->key);
    }
}

/* --- life --- */

void opening_follow_network(Protection *protection)
{
    pause_follow_network(protection);
    signing_in_follow_network(protection);
}

void opening_init(Protection *protection)
{
    protection->consent.key = g_strdup("");
    protection->consent.identity = g_strdup("");
    loop_timer_init(&protection->consent.over, protection->parts.loop, on_consent_over, protection);
    signing_in_init(protection);
}

void opening_clear(Protection *protection)
{
    signing_in_clear(protection);
    loop_timer_stop(&protection->consent.over);
    g_free(protection->consent.key);
    g_free(protection->consent.identity);
}
