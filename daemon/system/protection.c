/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of protection, as everybody sees it, and the plan that is in force. What else there is
 * to protection, and in which file, protection_state.h says.
 */
#include "protection_state.h"

#include "choice.h"
#include "log.h"
#include "notify.h"
#include "routes.h"

#include <string.h>

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

void protection_set_state(Protection *protection, ProtectionState state, int64_t until_s,
                          const char *code, const char *sentence)
{
    bool other = state != protection->state || strcmp(code, protection->reason_code) != 0;
    if (other)
        log_info("protection is %s reason=%s", protection_state_name(state),
                 *code != '\0' ? code : "none");
    if (!other && until_s == protection->until_s && strcmp(sentence, protection->reason) == 0)
        return;
    /* `code` and `sentence` may be the ones that are replaced */
    char *old_code = protection->reason_code, *old_reason = protection->reason;
    protection->state = state;
    protection->until_s = until_s;
    protection->reason_code = g_strdup(code);
    protection->reason = g_strdup(sentence);
    g_free(old_code);
    g_free(old_reason);
    notifier_status(*sentence != '\0' ? sentence : protection_state_name(state));
    protection_notify(protection);
}

void protection_note_change(Protection *protection, const char *who)
{
    State *saved = protection->parts.saved;
    g_free(saved->changed_by);
    saved->changed_by = g_strdup(who);
    saved->changed_at_s = loop_wall_s(protection->parts.loop);
    protection_notify(protection);
}

void protection_set_in_use(Protection *protection, const char *id)
{
    if (id == NULL || g_strcmp0(id, protection->in_use) == 0)
        return;
    g_free(protection->in_use);
    protection->in_use = g_strdup(id);
    protection_notify(protection);
}

/* NetworkManager's check page is found by the network's DNS until lookups get through: else it
 * takes a sign-in page for no network. */
static void add_routes(Protection *protection, Plan *plan)
{
    const RoutesPolicy policy = {.local_domains = protection->settings->local_domains,
                                 .vpn_lookups = protection->settings->vpn_lookups};
    const NetworkFacts *facts = protection_facts(protection);
    g_autoptr(GUri) check = g_uri_parse(facts->check_url, G_URI_FLAGS_NONE, NULL);
    const char *host = check != NULL ? g_uri_get_host(check) : NULL;
    OwnRules *rules = protection->parts.rules;
    RouteKind kind;
    if (rules != NULL) /* first: a network takes none of these */
        own_rules_add_routes(rules, plan);
    routes_add(plan, facts->links, &policy);
    if (rules != NULL)
        routes_add_own(plan, facts->links, rules);
    if (protection->held && protection->health != HEALTH_GOOD && host != NULL)
        routes_add_name(plan, facts->links, host, ROUTE_PORTAL);
    protection_add_time_routes(protection, plan);
    if (opening_is_open(protection, &kind))
        routes_add_opening(plan, facts->links, kind);
}

/* "auto" leaves it to the administrator's Resolvers=, then to the favourites. */
Plan *protection_make_plan(Protection *protection, const char *choice, GError **error)
{
    const char *id = g_strcmp0(choice, CHOICE_AUTO) == 0 ? NULL : choice;
    Plan *plan = choice_plan(protection->settings, id, error);
    if (plan != NULL)
        add_routes(protection, plan);
    return plan;
}

/* (transfer full) of the plan. */
static void put_in_force(Protection *protection, Plan *plan)
{
    g_autofree char *domains = routes_describe(plan);
    bool others = protection->plan == NULL || !plan_same_sources(protection->plan, plan);
    if (others && *domains != '\0')
        log_info("this network's names are asked of it, unencrypted domains=%s", domains);
    if (others) {
        g_clear_pointer(&protection->plan_before, plan_unref);
        protection->plan_before = g_steal_pointer(&protection->plan);
        protection->plan_changed_us = loop_now_us(protection->parts.loop);
    }
    g_clear_pointer(&protection->plan, plan_unref);
    protection->plan = plan;
}

void protection_apply_saved(Protection *protection)
{
    g_autoptr(GError) error = NULL;
    Plan *plan = protection_make_plan(protection, protection->parts.saved->resolver, &error);
    if (plan == NULL) {
        log_warning("the chosen resolver cannot be used any more reason=%s", error->message);
        plan = protection_make_plan(protection, CHOICE_AUTO, NULL);
    }
    if (plan == NULL) { /* nobody is asked then, and nothing stays open by an older plan */
        plan = plan_new();
        add_routes(protection, plan);
    }
    put_in_force(protection, plan);
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

/* --- life --- */

static void on_rules_changed(void *owner, const Name *name)
{
    protection_apply_saved(owner);
}

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
    protection->key = g_strdup("");
    protection->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    loop_timer_init(&protection->pause, parts->loop, on_pause_over, protection);
    loop_defer_init(&protection->notify, parts->loop, on_notify, protection);
    protection->lookups = network_lookups_new(parts->loop, parts->engine, parts->network);
    transition_init(protection);
    held_init(protection);
    following_init(protection);
    opening_init(protection);
    protection->rules = (OwnRulesListener){.changed = on_rules_changed, .owner = protection};
    if (parts->rules != NULL)
        own_rules_listen(parts->rules, &protection->rules);
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
    transition_clear(protection);
    own_rules_unlisten(&protection->rules);
    held_clear(protection);
    following_clear(protection);
    opening_clear(protection);
    network_lookups_free(protection->lookups);
    loop_timer_stop(&protection->pause);
    loop_defer_cancel(&protection->notify);
    g_clear_pointer(&protection->plan, plan_unref);
    g_clear_pointer(&protection->plan_before, plan_unref);
    g_array_unref(protection->waiters);
    g_free(protection->who);
    g_free(protection->choice);
    g_free(protection->failure_code);
    g_free(protection->failure);
    g_free(protection->reason_code);
    g_free(protection->reason);
    g_free(protection->in_use);
    g_free(protection->identity);
    g_free(protection->key);
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
    else if (protection->parts.saved->lost)
        protection_set_state(
            protection, PROTECTION_OFF, 0, "choice-lost",
            "What was chosen before could not be read, so protection is off. Turn it on again.");
    else
        protection_set_state(protection, PROTECTION_OFF, 0, "", "");
}

void protection_reload(Protection *protection, Settings *settings)
{
    Settings *old = protection->settings;
    if (!address_equal(&old->address4, &settings->address4) ||
        !address_equal(&old->address6, &settings->address6))
        log_warning("another address for this machine's lookups needs a restart");
    protection->settings = settings_ref(settings);
    settings_unref(old);
    held_judge(protection);
    if (protection->held && protection->health != HEALTH_GOOD)
        held_search(protection); /* they may well know a way */
    protection_notify(protection);
}

void protection_release(Protection *protection, ProtectionDone done, void *owner)
{
    g_autoptr(GError) error =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "The helper is stopping.");
    transition_end(protection, error);
    held_end(protection);
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
