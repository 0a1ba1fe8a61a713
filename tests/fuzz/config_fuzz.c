/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sotto.conf: from the file to the plan. Input: the file.
 */
#include "choice.h"
#include "fuzz.h"
#include "fuzz_file.h"

/* Whoever is chosen is in the plan, with ways to be reached. */
static void check_choice(const Settings *settings, const char *choice)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) plan = choice_plan(settings, choice, &error);

    g_assert_true((plan == NULL) == (error != NULL));
    if (plan == NULL) {
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    for (size_t i = 0; i < plan->resolver_count; i++)
        g_assert_cmpuint(plan->resolvers[i]->endpoint_count, >, 0);
    g_assert_true(plan_same_sources(plan, plan));
    g_assert_cmpuint(plan->cache_min_ttl_s, <=, plan->cache_max_ttl_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_file_put("sotto.conf", bytes, length);
    const SettingsSources sources = {.file = path};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&sources, &error);

    g_assert_true((settings == NULL) == (error != NULL));
    if (settings == NULL) {
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert_nonnull(settings->probe_names[0]);
    check_choice(settings, NULL);
    check_choice(settings, CHOICE_AUTO);
    for (guint i = 0; i < settings->catalogue->len && i < 4; i++) {
        Resolver *resolver = g_ptr_array_index(settings->catalogue, i);

        check_choice(settings, resolver->id);
        g_assert_true(settings_find_resolver(settings, resolver->id) == resolver);
    }
    Ruleset *rules = rule_settings_ruleset(settings->rules);
    ruleset_unref(rules);
    return 0;
}
