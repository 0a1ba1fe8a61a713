/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what is set up and what was chosen to what the engine works by. Every plan is made here.
 */
#include "choice.h"

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
        plan_add_route(plan, &template->routes[i].suffix, template->routes[i].resolver);
    return plan;
}

Plan *choice_plan(const Settings *settings, const char *choice, GError **error)
{
    Plan *plan = plan_from_template(settings->template);

    if (choice && !g_str_equal(choice, CHOICE_AUTO)) {
        Resolver *resolver = settings_find_resolver(settings, choice);

        if (!resolver) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No resolver is called \"%s\".",
                        choice);
            plan_unref(plan);
            return NULL;
        }
        plan_add_resolver(plan, resolver);
    } else if (!choice && settings->chosen->len) {
        for (guint i = 0; i < settings->chosen->len; i++)
            plan_add_resolver(plan, settings->chosen->pdata[i]);
    } else {
        plan->strategy = STRATEGY_FASTEST;
        for (size_t i = 0; settings->favourites[i]; i++)
            plan_add_resolver(plan, settings_find_resolver(settings, settings->favourites[i]));
    }
    return plan;
}
