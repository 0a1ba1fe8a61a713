/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what is set up and what was chosen to what the engine works by. Every plan is made here.
 */
#include "choice.h"

#include "favourites.h"
#include "log.h"

#include <string.h>

static Plan *plan_from_template(const Plan *template)
{
    Plan *plan = plan_new();

    plan->strategy = template->strategy;
    memcpy(plan->spread_key, template->spread_key, sizeof plan->spread_key);
    plan->transport = template->transport;
    plan->edns_payload = template->edns_payload;
    plan->max_queries = template->max_queries;
    plan->cache_bytes = template->cache_bytes;
    plan->cache_min_ttl_s = template->cache_min_ttl_s;
    plan->cache_max_ttl_s = template->cache_max_ttl_s;
    plan->cache_stale_s = template->cache_stale_s;
    plan->cache_prefetch = template->cache_prefetch;
    plan->cache_keep = template->cache_keep;
    plan->client_patience_us = template->client_patience_us;
    plan->attempt_us = template->attempt_us;
    for (size_t i = 0; i < template->route_count; i++)
        plan_add_route(plan, &template->routes[i].suffix, template->routes[i].kind,
                       template->routes[i].resolver);
    return plan;
}

/* Adds it as it is to be reached, through relays if that is wanted. */
static gboolean add_reached(Plan *plan, const Settings *settings, Resolver *resolver,
                            GError **error)
{
    g_autoptr(Resolver) reached = relays_reach(settings->relays, resolver, error);

    if (reached == NULL)
        return FALSE;
    if (reached->via != NULL)
        log_info("a resolver is asked through relays, by the protocols that they carry: "
                 "resolver=%s relays=%s",
                 reached->id, reached->via);
    plan_add_resolver(plan, reached);
    return TRUE;
}

/* Of several, those that no relay reaches are left out. */
static gboolean add_all(Plan *plan, const Settings *settings, GPtrArray *resolvers, GError **error)
{
    g_autoptr(GError) last = NULL;

    for (guint i = 0; i < resolvers->len; i++) {
        g_autoptr(GError) failure = NULL;

        if (add_reached(plan, settings, resolvers->pdata[i], &failure))
            continue;
        log_info("a resolver is left out: %s", failure->message);
        g_clear_error(&last);
        last = g_steal_pointer(&failure);
    }
    if (plan->resolver_count > 0 || last == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&last));
    return FALSE;
}

/* Whom to ask where a resolver is that has no address: those that everybody knows, by theirs. */
static void add_bootstrap(Plan *plan, const Settings *settings)
{
    for (size_t i = 0; settings->favourites[i]; i++) {
        Resolver *resolver = settings_find_resolver(settings, settings->favourites[i]);
        g_autoptr(Resolver) reached =
            resolver ? relays_reach(settings->relays, resolver, NULL) : NULL;

        if (reached)
            plan_add_bootstrap(plan, reached);
    }
}

Plan *choice_plan(const Settings *settings, const char *choice, GError **error)
{
    g_autoptr(Plan) plan = plan_from_template(settings->template);
    gboolean added;

    add_bootstrap(plan, settings);
    if (choice && !g_str_equal(choice, CHOICE_AUTO)) {
        Resolver *resolver = settings_find_resolver(settings, choice);

        if (!resolver) {
            g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND,
                        "No resolver is called \"%s\".", choice);
            return NULL;
        }
        added = add_reached(plan, settings, resolver, error);
    } else if (!choice && settings->chosen->len) {
        added = add_all(plan, settings, settings->chosen, error);
    } else {
        g_autoptr(GPtrArray) favourites = favourites_list(settings);

        plan->strategy = STRATEGY_FASTEST;
        added = add_all(plan, settings, favourites, error);
    }
    return added ? g_steal_pointer(&plan) : NULL;
}
