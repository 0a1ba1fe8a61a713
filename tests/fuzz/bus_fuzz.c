/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What callers on the bus send: the words that its methods hand on, to whom they hand them. Input:
 * calls until its end, each a method (1) and three words (2 + n each).
 */
#include "address.h"
#include "decisions.h"
#include "explanation.h"
#include "favourites.h"
#include "fuzz.h"
#include "known_networks.h"
#include "own_entries.h"
#include "own_rules.h"
#include "rule_report.h"
#include "state.h"

#include <string.h>

enum { NOW_S = 1795000000 };

/* What the methods change; it lives through one input. */
typedef struct Helper {
    Settings *settings;
    Decisions *decisions;
    KnownNetworks *networks;
    OwnRules *rules;
    Loop *loop;
    TlsContext *tls;
    Engine *engine;
} Helper;

typedef struct Words {
    char *first, *second, *third;
} Words;

static const char *const network = "0123456789abcdef";

/* A caller is told why in words that the bus can carry. */
static void check_error(bool good, GError **error)
{
    g_assert_true(good == (*error == NULL));
    g_assert_true(good || g_utf8_validate((*error)->message, -1, NULL));
}

/* --- methods --- */

static void add_rule(Helper *helper, const Words *words)
{
    const OwnRuleWish wish = {.kind = words->first,
                              .name = words->second,
                              .target = words->third,
                              .who = "alice",
                              .now_s = NOW_S};
    g_autoptr(GError) error = NULL;
    gboolean added = own_rules_add(helper->rules, &wish, &error);

    check_error(added, &error);
    if (!added)
        return;
    g_autofree char *name = own_rule_name(words->second, NULL);
    g_assert_nonnull(name);
    g_autofree char *same = own_rule_name(name, NULL);
    g_assert_cmpstr(name, ==, same);
}

static void remove_rule(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;

    check_error(own_rules_remove(helper->rules, words->first, &error), &error);
}

static void list_rules(Helper *helper, const Words *words)
{
    g_autoptr(GVariant) all = g_variant_ref_sink(report_rules(helper->rules, helper->settings));

    g_assert_true(g_variant_is_normal_form(all));
}

static void explain(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;
    GVariant *report = explanation_report(helper->engine, words->first, words->second, &error);

    check_error(report != NULL, &error);
    if (report != NULL)
        g_variant_unref(g_variant_ref_sink(report));
}

static bool is_taken(void *owner, const char *id)
{
    return settings_find_resolver(owner, id) != NULL;
}

static void add_resolver(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) added =
        own_entry_new(words->first, words->second, is_taken, helper->settings, &error);

    check_error(added != NULL, &error);
    if (added == NULL)
        return;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    g_ptr_array_add(all, resolver_ref(added));
    settings_set_added(helper->settings, all);
    g_assert_true(settings_find_resolver(helper->settings, added->id) == added);
}

static void set_favourite(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) ids =
        favourites_change(helper->settings, words->first, *words->second != '\0', &error);

    check_error(ids != NULL, &error);
    if (ids != NULL &&
        decisions_set_favourites(helper->decisions, (const char *const *)ids, &error))
        decisions_give(helper->decisions, helper->settings);
    g_autoptr(GPtrArray) list = favourites_list(helper->settings);
    g_assert_cmpuint(list->len, <=, FAVOURITES_MAX);
}

static void set_relay(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;

    check_error(relay_choice_check(words->second, &error), &error);
    g_clear_error(&error);
    check_error(relays_know(helper->settings->relays, words->second, &error), &error);
    if (error == NULL && settings_find_resolver(helper->settings, words->first) != NULL &&
        decisions_set_relay(helper->decisions, words->first, words->second, NULL))
        decisions_give(helper->decisions, helper->settings);
}

static void set_policy(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;
    NetworkPolicy unknown;

    (void)state_read_unknown(words->second, &unknown);
    check_error(known_networks_decide(helper->networks, words->first, NETWORK_ASK, &error), &error);
}

static void forget_network(Helper *helper, const Words *words)
{
    g_autoptr(GError) error = NULL;

    check_error(known_networks_forget(helper->networks, words->first, &error), &error);
    engine_forget_network(helper->engine, words->first);
    known_networks_joined(helper->networks, network, words->second, words->third, NOW_S);
    const KnownNetwork *found = known_networks_find(helper->networks, network);
    g_assert_true(g_utf8_validate(found->name, -1, NULL) && g_utf8_validate(found->ssid, -1, NULL));
}

static void flush_cache(Helper *helper, const Words *words)
{
    Name name;

    if (name_parse(words->first, &name) == STATUS_OK)
        g_assert_cmpuint(engine_flush(helper->engine, &name), ==, 0);
}

/* --- the helper --- */

static void helper_init(Helper *helper)
{
    helper->settings = settings_load(&(SettingsSources){.file = NULL}, NULL);
    g_assert_nonnull(helper->settings);
    helper->decisions = decisions_load(NULL);
    helper->networks = known_networks_new(NULL);
    helper->rules = own_rules_new(NULL);
    helper->loop = loop_new_fake(G_USEC_PER_SEC, NOW_S);
    helper->tls = tls_context_new(NULL);
    helper->engine = engine_new(helper->loop, helper->tls);
}

static void helper_clear(Helper *helper)
{
    engine_free(helper->engine);
    tls_context_free(helper->tls);
    loop_free(helper->loop);
    own_rules_free(helper->rules);
    known_networks_free(helper->networks);
    decisions_free(helper->decisions);
    settings_unref(helper->settings);
}

/* GDBus gives handlers valid UTF-8 and nothing else. */
static char *take_word(FuzzInput *input)
{
    g_autofree char *word = fuzz_take_word(input);

    return g_utf8_make_valid(word, -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static void (*const methods[])(Helper * helper, const Words *words) = {
        add_rule,      remove_rule, list_rules, explain,        add_resolver,
        set_favourite, set_relay,   set_policy, forget_network, flush_cache};
    FuzzInput input = {bytes, length};
    Helper helper;

    helper_init(&helper);
    while (input.left > 0) {
        uint8_t method = fuzz_take_u8(&input) % G_N_ELEMENTS(methods);
        g_autofree char *first = take_word(&input), *second = take_word(&input);
        g_autofree char *third = take_word(&input);

        methods[method](&helper, &(Words){first, second, third});
    }
    helper_clear(&helper);
    return 0;
}
