/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of protection, and what moves it without anybody asking.
 *
 * A state is what everybody sees; how it gets from one to another on request is in transition.c.
 *
 * Once on, nobody asks on a timer whether it still works. What the engine reports of clients'
 * questions tells; after a few failures in a row the probe names decide, and one answer to anybody
 * lifts a block. Only the user opens the machine.
 *
 * The network's facts come as one value, whenever they differ; on_network_changed is the only
 * place where they move the state.
 */
#include "protection_state.h"

#include "choice.h"
#include "log.h"
#include "notify.h"
#include "routes.h"

#include <string.h>

#define FAILURES_BEFORE_CHECK 3
#define CHECK_INTERVAL_US     INT64_C(10000000)
#define LOST_GRACE_US         INT64_C(2000000) /* roaming and a restart of NetworkManager take */
#define UNPOINTED_GRACE_US    INT64_C(6000000) /* less */

const char *protection_state_name(ProtectionState state)
{
    switch (state) {
    case PROTECTION_OFF:
        return "off";
    case PROTECTION_STARTING:
        return "starting";
    case PROTECTION_ON:
        return "on";
    case PROTECTION_SIGNIN:
        return "signin";
    case PROTECTION_SIGNING_IN:
        return "signing-in";
    case PROTECTION_PAUSED:
        return "paused";
    case PROTECTION_BLOCKED:
        return "blocked";
    case PROTECTION_ERROR:
        return "error";
    case PROTECTION_OFFLINE:
        return "offline";
    case PROTECTION_VPN:
        return "vpn";
    case PROTECTION_OPEN:
        return "open";
    case PROTECTION_ASK:
        return "ask";
    }
    return "error";
}

void protection_set_state(Protection *protection, ProtectionState state, const char *code,
                          const char *sentence)
{
    if (state != protection->state || strcmp(code, protection->reason_code) != 0)
        log_info("protection is %s reason=%s", protection_state_name(state),
                 *code != '\0' ? code : "none");
    /* `code` and `sentence` may be the ones that are replaced */
    char *old_code = protection->reason_code, *old_reason = protection->reason;
    protection->state = state;
    protection->reason_code = g_strdup(code);
    protection->reason = g_strdup(sentence);
    g_free(old_code);
    g_free(old_reason);
    if (state != PROTECTION_PAUSED)
        protection->until_s = 0;
    protection->failures = 0;
    notifier_status(*sentence != '\0' ? sentence : protection_state_name(state));
    protection_notify(protection);
}

void protection_set_well(Protection *protection)
{
    bool by_vpn = routes_vpn_in_charge(protection->plan) != NULL;
    protection_set_state(protection, by_vpn ? PROTECTION_VPN : PROTECTION_ON, "", "");
}

void protection_set_in_use(Protection *protection, const char *id)
{
    if (id == NULL || g_strcmp0(id, protection->in_use) == 0)
        return;
    g_free(protection->in_use);
    protection->in_use = g_strdup(id);
    protection_notify(protection);
}

/* "auto" leaves it to the administrator's Resolvers=, then to the favourites. */
Plan *protection_make_plan(Protection *protection, const char *choice, GError **error)
{
    const char *id = g_strcmp0(choice, CHOICE_AUTO) == 0 ? NULL : choice;
    Plan *plan = choice_plan(protection->settings, id, error);
    const RoutesPolicy policy = {.local_domains = protection->settings->local_domains,
                                 .vpn_lookups = protection->settings->vpn_lookups};
    if (plan != NULL)
        routes_add(plan, protection_facts(protection)->links, &policy);
    return plan;
}

void protection_apply_saved(Protection *protection)
{
    g_autoptr(GError) error = NULL;
    Plan *plan = protection_make_plan(protection, protection->parts.saved->resolver, &error);
    if (plan == NULL) {
        log_warning("the chosen resolver cannot be used any more reason=%s", error->message);
        plan = protection_make_plan(protection, CHOICE_AUTO, NULL);
    }
    if (plan == NULL)
        return;
    g_autofree char *domains = routes_describe(plan);
    if (*domains != '\0' &&
        (protection->plan == NULL || !plan_same_sources(protection->plan, plan)))
        log_info("this network's names are asked of it, unencrypted domains=%s", domains);
    g_clear_pointer(&protection->plan, plan_unref);
    protection->plan = plan;
    engine_apply(protection->parts.engine, plan);
}

void protection_notify(Protection *protection)
{
    loop_defer_schedule(&protection->notify);
}

static void on_notify(void *owner)
{
    Protection *protection = owner;
    if (protection->changed != NULL)
        protection->changed(protection->owner);
}

/* --- health --- */

static void on_checked(void *owner, const ProofResult *result)
{
    Protection *protection = owner;
    protection->check = NULL;
    protection->failures = 0;
    if (result->ok) {
        protection_set_in_use(protection, result->resolver_id);
        if (protection->state == PROTECTION_BLOCKED)
            protection_set_well(protection);
    } else if (protection->state == PROTECTION_ON) {
        protection_set_state(protection, PROTECTION_BLOCKED, result->code, result->sentence);
    }
}

static void check(Protection *protection)
{
    g_clear_pointer(&protection->check, proof_cancel);
    protection->checked_us = loop_now_us(protection->parts.loop);
    protection->check = prober_try_plan(protection->parts.prober, protection->plan,
                                        protection->settings, on_checked, protection);
}

static void on_record(void *owner, const QueryRecord *record)
{
    Protection *protection = owner;
    bool kept = record->source == RECORD_STALE && record->status == STATUS_OK;
    if (record->routed || kept) /* neither says anything of the resolvers */
        return;
    if (record->status == STATUS_OK) {
        protection->failures = 0;
        protection_set_in_use(protection, engine_last_resolver(protection->parts.engine));
        if (protection->state == PROTECTION_BLOCKED && protection->transition == TRANSITION_NONE)
            protection_set_well(protection);
        return;
    }
    protection->failures++;
    int64_t since_check_us = loop_now_us(protection->parts.loop) - protection->checked_us;
    if (protection->state == PROTECTION_ON && protection->check == NULL &&
        protection->failures >= FAILURES_BEFORE_CHECK &&
        (protection->checked_us == 0 || since_check_us >= CHECK_INTERVAL_US))
        check(protection);
}

/* --- the network --- */

static uint64_t count_encrypted(const Protection *protection)
{
    Stats stats;
    engine_stats(protection->parts.engine, &stats);
    return stats.encrypted;
}

static void network_joined(Protection *protection)
{
    g_free(protection->identity);
    protection->identity = g_strdup(protection_facts(protection)->identity);
    protection->encrypted_before = count_encrypted(protection);
    protection->failures = 0;
    const char *key = protection_facts(protection)->key;
    engine_network_changed(protection->parts.engine, *key != '\0' ? key : NULL);
}

static bool is_held(const Protection *protection)
{
    return protection->state == PROTECTION_ON || protection->state == PROTECTION_BLOCKED ||
           protection->state == PROTECTION_VPN;
}

/* A VPN came that takes all, or it went. Whether the resolvers answer is no matter to the first,
 * and to be seen after the second. */
static bool is_vpn_news(const Protection *protection)
{
    bool by_vpn = routes_vpn_in_charge(protection->plan) != NULL;
    return is_held(protection) && by_vpn != (protection->state == PROTECTION_VPN);
}

static void on_unpointed(void *owner)
{
    Protection *protection = owner;
    const NetworkFacts *facts = protection_facts(protection);
    if (is_held(protection) && facts->managed && !facts->pointed)
        protection_set_state(protection, PROTECTION_ERROR, "not-pointed",
                             "This machine's DNS settings do not lead to Sotto any more.");
}

static void on_lost(void *owner)
{
    Protection *protection = owner;
    const NetworkFacts *facts = protection_facts(protection);
    if (!is_held(protection) || !facts->managed || facts->online)
        return;
    protection_stop_watching(protection);
    protection_set_state(protection, PROTECTION_OFFLINE, "offline",
                         "There is no network connection.");
}

/* Only the user's click puts it right: whoever did it had a reason, and may do it again. */
static bool is_taken_from_us(const Protection *protection)
{
    return protection_facts(protection)->taken && (protection->transition == TRANSITION_NONE ||
                                                   protection->transition == TRANSITION_CHOOSING);
}

static void network_changed_while_held(Protection *protection, bool joined)
{
    const NetworkFacts *facts = protection_facts(protection);
    if (is_taken_from_us(protection)) {
        protection_stop_watching(protection);
        protection_set_state(protection, PROTECTION_ERROR, "dns-taken",
                             "Another program changed your DNS settings.");
        return;
    }
    if (facts->online)
        loop_timer_stop(&protection->lost);
    else if (!loop_timer_is_running(&protection->lost))
        loop_timer_start(&protection->lost, LOST_GRACE_US);
    bool news = is_vpn_news(protection) && protection->transition == TRANSITION_NONE;
    if (news)
        protection_set_well(protection);
    if ((joined || news) && protection->state != PROTECTION_VPN)
        check(protection);
    if (facts->pointed)
        loop_timer_stop(&protection->unpointed);
    else if (!loop_timer_is_running(&protection->unpointed))
        loop_timer_start(&protection->unpointed, UNPOINTED_GRACE_US);
}

void protection_follow_network(Protection *protection)
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
    protection_notify(protection);
    if (!facts->managed)
        return;                         /* NetworkManager is away; what it set is still in force */
    protection_apply_saved(protection); /* its routes are this network's */
    if (joined)
        network_joined(protection);
    if (!facts->online)
        transition_network_lost(protection);
    if (is_held(protection))
        network_changed_while_held(protection, joined);
    else
        protection_follow_network(protection);
}

void protection_stop_watching(Protection *protection)
{
    loop_timer_stop(&protection->lost);
    loop_timer_stop(&protection->unpointed);
    g_clear_pointer(&protection->check, proof_cancel);
}

static ClearFlow flow_of_route(RouteKind kind)
{
    switch (kind) {
    case ROUTE_SETTINGS:
    case ROUTE_NETWORK:
        return CLEAR_NETWORK;
    case ROUTE_VPN:
        return CLEAR_VPN;
    case ROUTE_PORTAL:
        return CLEAR_PORTAL_CHECK;
    case ROUTE_TIME:
        return CLEAR_TIME;
    case ROUTE_SIGN_IN:
        return CLEAR_SIGN_IN;
    case ROUTE_CONSENT:
        return CLEAR_CONSENT;
    }
    return CLEAR_LEAK;
}

/* TCP: the name comes later, so that the address alone must do. */
static ClearFlow flow_by_route(const Protection *protection, const LeakPacket *packet)
{
    const Plan *plan = protection->plan;
    for (size_t i = 0; plan != NULL && i < plan->route_count; i++) {
        const Route *route = &plan->routes[i];
        if (!packet->tcp && !name_is_under(&packet->name, &route->suffix))
            continue;
        for (size_t j = 0; j < route->resolver->endpoint_count; j++) {
            if (address_same_host(&route->resolver->endpoints[j]->address, &packet->destination))
                return flow_of_route(route->kind);
        }
    }
    return CLEAR_LEAK;
}

static bool is_certificate_request(const LeakPacket *packet)
{
    static const uint8_t prefix[] = "\0012\015dnscrypt-cert"; /* 2.dnscrypt-cert.… */
    return packet->name.length > sizeof(prefix) - 1 &&
           memcmp(packet->name.wire, prefix, sizeof(prefix) - 1) == 0;
}

/* What a resolver known by its address alone is asked first (RFC 9462 §4). It tells nothing. */
static bool is_discovery(const LeakPacket *packet)
{
    static const uint8_t name[] = "\004_dns\010resolver\004arpa";
    return packet->name.length == sizeof(name) &&
           memcmp(packet->name.wire, name, sizeof(name)) == 0;
}

ClearFlow protection_judge_clear(void *owner, const LeakPacket *packet)
{
    const Protection *protection = owner;
    if (protection->transition == TRANSITION_TURNING_OFF ||
        protection->transition == TRANSITION_PAUSING)
        return CLEAR_CONSENT; /* the user is opening the machine */
    bool promised = is_held(protection) || protection->state == PROTECTION_OFFLINE ||
                    protection->state == PROTECTION_ERROR ||
                    protection->transition == TRANSITION_GOING_ON;
    if (!promised || admission_allows(protection->parts.admission, packet->interface))
        return CLEAR_NONE;
    if (is_certificate_request(packet))
        return CLEAR_CERTIFICATE;
    if (is_discovery(packet))
        return CLEAR_DISCOVERY;
    return flow_by_route(protection, packet);
}

/* --- life --- */

static void on_pause_over(void *owner)
{
    Protection *protection = owner;
    if (protection->state == PROTECTION_PAUSED && protection->transition == TRANSITION_NONE)
        transition_go_on(protection, NULL, NULL);
}

Protection *protection_new(const ProtectionParts *parts, Settings *settings)
{
    Protection *protection = g_new0(Protection, 1);
    protection->parts = *parts;
    protection->settings = settings_ref(settings);
    protection->reason_code = g_strdup("");
    protection->reason = g_strdup("");
    protection->identity = g_strdup("");
    protection->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    loop_timer_init(&protection->pause, parts->loop, on_pause_over, protection);
    loop_timer_init(&protection->lost, parts->loop, on_lost, protection);
    loop_timer_init(&protection->unpointed, parts->loop, on_unpointed, protection);
    loop_defer_init(&protection->notify, parts->loop, on_notify, protection);
    protection->observer = (EngineObserver){
        .interest = RECORD_NEEDED_ANSWER, .observed = on_record, .owner = protection};
    engine_observe(parts->engine, &protection->observer);
    protection->network = (NetworkListener){.changed = on_network_changed, .owner = protection};
    network_listen(parts->network, &protection->network);
    protection_apply_saved(protection);
    return protection;
}

void protection_free(Protection *protection)
{
    if (protection == NULL)
        return;
    g_autoptr(GError) error =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "The helper is stopping.");
    transition_end(protection, error);
    network_unlisten(&protection->network);
    engine_unobserve(protection->parts.engine, &protection->observer);
    protection_stop_watching(protection);
    loop_timer_stop(&protection->pause);
    g_clear_pointer(&protection->proof, proof_cancel);
    loop_defer_cancel(&protection->notify);
    g_clear_pointer(&protection->plan, plan_unref);
    g_array_unref(protection->waiters);
    g_free(protection->who);
    g_free(protection->choice);
    g_free(protection->failure_code);
    g_free(protection->failure);
    g_free(protection->reason_code);
    g_free(protection->reason);
    g_free(protection->in_use);
    g_free(protection->identity);
    settings_unref(protection->settings);
    g_free(protection);
}

void protection_set_changed(Protection *protection, void (*changed)(void *owner), void *owner)
{
    protection->changed = changed;
    protection->owner = owner;
}

void protection_start(Protection *protection)
{
    if (protection->parts.saved->on)
        transition_go_on(protection, NULL, NULL);
    else
        protection_set_state(protection, PROTECTION_OFF, "", "");
}

void protection_reload(Protection *protection, Settings *settings)
{
    Settings *old = protection->settings;
    if (!address_equal(&old->address4, &settings->address4) ||
        !address_equal(&old->address6, &settings->address6))
        log_warning("another address for this machine's lookups needs a restart");
    protection->settings = settings_ref(settings);
    settings_unref(old);
    protection_apply_saved(protection);
    protection_notify(protection);
}

void protection_release(Protection *protection, ProtectionDone done, void *owner)
{
    g_autoptr(GError) error =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "The helper is stopping.");
    transition_end(protection, error);
    protection_stop_watching(protection);
    loop_timer_stop(&protection->pause);
    protection->transition = TRANSITION_TURNING_OFF; /* nothing begins any more */
    network_restore(protection->parts.network, done, owner);
}

/* --- what everybody sees --- */

static const char *name_in_use(const Protection *protection)
{
    const Resolver *vpn = routes_vpn_in_charge(protection->plan);
    if (protection->state == PROTECTION_VPN && vpn != NULL)
        return vpn->name;
    if (protection->state != PROTECTION_ON || protection->in_use == NULL)
        return "";
    const Resolver *resolver = settings_find_resolver(protection->settings, protection->in_use);
    return resolver != NULL ? resolver->name : protection->in_use;
}

void protection_view(const Protection *protection, ProtectionView *view)
{
    *view = (ProtectionView){
        .state = protection->state,
        .reason_code = protection->reason_code,
        .reason = protection->reason,
        .network = protection_facts(protection)->name,
        .resolver = protection->parts.saved->resolver,
        .resolver_in_use = name_in_use(protection),
        .until_s = protection->until_s,
        .changed_by = protection->parts.saved->changed_by,
        .changed_at_s = protection->parts.saved->changed_at_s,
    };
}

Settings *protection_settings(const Protection *protection)
{
    return protection->settings;
}

Plan *protection_plan(const Protection *protection)
{
    return protection->plan;
}

uint64_t protection_network_encrypted(const Protection *protection)
{
    return count_encrypted(protection) - protection->encrypted_before;
}
