/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Following the network: it is joined, known, left, or lost, and somebody else may point DNS
 * elsewhere. The facts come as one value, whenever they differ; on_network_changed is the only
 * place where they are noted. What follows for the state is held.c's.
 */
#include "protection_state.h"

#include "routes.h"

#include <string.h>

#define LOST_GRACE_US      INT64_C(2000000) /* roaming and a restart of NetworkManager take */
#define UNPOINTED_GRACE_US INT64_C(6000000) /* less */

static uint64_t count_encrypted(const Protection *protection)
{
    Stats stats;
    engine_stats(protection->parts.engine, &stats);
    return stats.encrypted;
}

uint64_t protection_network_encrypted(const Protection *protection)
{
    return count_encrypted(protection) - protection->encrypted_before;
}

static void replace(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

/* Its key may be known a moment later than the network itself. */
static void network_known(Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    replace(&protection->key, facts->key);
    if (*facts->key != '\0' && protection->parts.networks != NULL)
        known_networks_joined(protection->parts.networks, facts->key, facts->name, facts->ssid,
                              loop_wall_s(protection->parts.loop));
}

static void network_joined(Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    replace(&protection->identity, facts->identity);
    protection->encrypted_before = count_encrypted(protection);
    protection->failures = 0;
    portal_forget(protection->portal);
    loop_timer_stop(&protection->look);
    if (protection->health == HEALTH_BAD)
        protection->health = HEALTH_SEARCHING;
    network_known(protection);
    engine_network_changed(protection->parts.engine, *facts->key != '\0' ? facts->key : NULL);
}

static void on_unpointed(void *owner)
{
    Protection *protection = owner;
    const NetworkFacts *facts = protection_facts(protection);
    if (!protection->held || !facts->managed || transition_is_changing(protection) ||
        (facts->pointed && !facts->taken))
        return;
    held_end(protection);
    if (facts->taken)
        protection_set_state(protection, PROTECTION_ERROR, 0, "dns-taken",
                             "Another program changed your DNS settings.");
    else
        protection_set_state(protection, PROTECTION_ERROR, 0, "not-pointed",
                             "This machine's DNS settings do not lead to Sotto any more.");
}

static void on_lost(void *owner)
{
    Protection *protection = owner;
    const NetworkFacts *facts = protection_facts(protection);
    if (!protection->held || !facts->managed || facts->online)
        return;
    held_end(protection);
    protection_set_state(protection, PROTECTION_OFFLINE, 0, "offline",
                         "There is no network connection.");
}

static void watch_online(Protection *protection, const NetworkFacts *facts)
{
    if (facts->online)
        loop_timer_stop(&protection->lost);
    else if (!loop_timer_is_running(&protection->lost))
        loop_timer_start(&protection->lost, LOST_GRACE_US);
}

/* That another program's settings are in force is a fact only after a moment of its own. */
static void watch_pointed(Protection *protection, const NetworkFacts *facts)
{
    if (facts->taken)
        on_unpointed(protection);
    else if (facts->pointed)
        loop_timer_stop(&protection->unpointed);
    else if (!loop_timer_is_running(&protection->unpointed))
        loop_timer_start(&protection->unpointed, UNPOINTED_GRACE_US);
}

/* What NetworkManager's own look says is a reason to look ourselves. */
static void heed_connectivity(Protection *protection, const NetworkFacts *facts)
{
    bool said = facts->connectivity != protection->connectivity;
    protection->connectivity = facts->connectivity;
    if (said &&
        (facts->connectivity == CONNECTIVITY_PORTAL || protection->state == PROTECTION_SIGNIN ||
         protection->state == PROTECTION_SIGNING_IN))
        held_look_for_portal(protection);
}

/* Where there is little doubt that there is a sign-in page, no time is lost with waiting. */
static bool is_portal_likely(const Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    const KnownNetwork *known = protection->parts.networks != NULL
                                    ? known_networks_find(protection->parts.networks, facts->key)
                                    : NULL;
    return protection->settings->networks.portal_check == PORTAL_CHECK_ALWAYS ||
           *facts->portal_api != '\0' || (known != NULL && known->portal);
}

static void network_changed_while_held(Protection *protection, bool joined, bool known)
{
    const NetworkFacts *facts = protection_facts(protection);
    watch_online(protection, facts);
    watch_pointed(protection, facts);
    held_judge(protection);
    heed_connectivity(protection, facts);
    if (!protection->held)
        return;
    if (joined)
        held_search(protection);
    if ((joined || known) && is_portal_likely(protection))
        held_look_for_portal(protection);
}

void following_go_on(Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    if (protection->transition != TRANSITION_NONE || !facts->managed)
        return;
    if ((protection->state == PROTECTION_OFFLINE && facts->online) ||
        (protection->state == PROTECTION_ERROR && facts->pointed && !facts->taken))
        transition_go_on(protection, NULL, NULL);
}

static void on_network_changed(void *owner)
{
    Protection *protection = owner;
    const NetworkFacts *facts = protection_facts(protection);
    bool joined = facts->online && strcmp(facts->identity, protection->identity) != 0;
    bool known = facts->online && strcmp(facts->key, protection->key) != 0;
    protection_notify(protection);
    if (!facts->managed)
        return;                         /* NetworkManager is away; what it set is still in force */
    opening_follow_network(protection); /* first: what follows puts plans in force */
    if (joined) {
        network_joined(protection);
    } else if (known) {
        network_known(protection);
        engine_network_known(protection->parts.engine, *facts->key != '\0' ? facts->key : NULL);
    }
    protection_apply_saved(protection); /* its routes are this network's */
    if (!facts->online)
        transition_network_lost(protection);
    else if (held_goes_elsewhere(protection))
        transition_opened(protection);
    else if (joined)
        transition_network_joined(protection);
    if (protection->held)
        network_changed_while_held(protection, joined, known);
    else
        following_go_on(protection);
}

void following_policy_changed(Protection *protection)
{
    protection_notify(protection);
    held_judge(protection);
    if (held_goes_elsewhere(protection))
        transition_opened(protection);
}

static void on_policy_changed(void *owner)
{
    following_policy_changed(owner);
}

/* --- life --- */

void following_begin(Protection *protection)
{
    protection->connectivity = protection_facts(protection)->connectivity;
    watch_online(protection, protection_facts(protection));
    watch_pointed(protection, protection_facts(protection));
}

void following_end(Protection *protection)
{
    loop_timer_stop(&protection->lost);
    loop_timer_stop(&protection->unpointed);
}

void following_init(Protection *protection)
{
    const ProtectionParts *parts = &protection->parts;
    loop_timer_init(&protection->lost, parts->loop, on_lost, protection);
    loop_timer_init(&protection->unpointed, parts->loop, on_unpointed, protection);
    protection->network = (NetworkListener){.changed = on_network_changed, .owner = protection};
    network_listen(parts->network, &protection->network);
    protection->known = (KnownNetworksListener){.changed = on_policy_changed, .owner = protection};
    if (parts->networks != NULL)
        known_networks_listen(parts->networks, &protection->known);
}

void following_clear(Protection *protection)
{
    following_end(protection);
    known_networks_unlisten(&protection->known);
    network_unlisten(&protection->network);
}
