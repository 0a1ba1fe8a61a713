/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "choice.h"
#include "entries.h"
#include "relays.h"
#include "stamp.h"

#include <string.h>
#include <time.h>

#define DNSCRYPT                                                                                   \
    "sdns://"                                                                                      \
    "AQcAAAAAAAAADTkuOS45LjEwOjg0NDMgZ8hHuMh1jNEgJFVDvnVnRt803x2EwAuMRwNo34Idhj4ZMi5kbnNjcnlwdC1j" \
    "ZXJ0LnF1YWQ5Lm5ldA"
#define DNSCRYPT6                                                                                  \
    "sdns://"                                                                                      \
    "AQcAAAAAAAAAElsyNjIwOmZlOjoxMF06ODQ0MyBnyEe4yHWM0SAkVUO-"                                     \
    "dWdG3zTfHYTAC4xHA2jfgh2GPhkyLmRuc2NyeXB0LWNlcnQucXVhZDkubmV0"
#define DOT "sdns://AwcAAAAAAAAACDkuOS45LjEwAA9kbnMxMC5xdWFkOS5uZXQ"

static const uint8_t key[PLAN_SPREAD_KEY] = {7};

static Keys *keys_of(const char *text)
{
    Keys *keys = keys_new();
    g_autoptr(GError) error = NULL;

    g_key_file_load_from_data(keys->file, text, (gsize)-1, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    return keys;
}

/* A relay's stamp. (transfer full) */
static char *stamp_of(StampKind kind, const char *address, const char *host)
{
    Stamp stamp = {.kind = kind,
                   .address = (char *)address,
                   .host = (char *)host,
                   .path = host != NULL ? (char *)"/proxy" : NULL};

    return stamp_build(&stamp);
}

static void add_relay(Relays *relays, const char *id, const char *operator_name,
                      const char *country, const char *address)
{
    g_autofree char *stamp = stamp_of(STAMP_DNSCRYPT_RELAY, address, NULL);
    g_autofree char *text = g_strdup_printf("[Relay %s]\nOperator=%s\nCountry=%s\nStamp=%s\n", id,
                                            operator_name, country, stamp);
    g_autoptr(Keys) keys = keys_of(text);
    g_autoptr(GError) error = NULL;

    relays_read(relays, keys, "own", &error);
    g_assert_no_error(error);
}

static void add_odoh_relay(Relays *relays, const char *id, const char *operator_name)
{
    g_autofree char *stamp = stamp_of(STAMP_ODOH_RELAY, "", "relay.example");
    g_autofree char *text =
        g_strdup_printf("[Relay %s]\nOperator=%s\nStamp=%s\n", id, operator_name, stamp);
    g_autoptr(Keys) keys = keys_of(text);
    g_autoptr(GError) error = NULL;

    relays_read(relays, keys, "own", &error);
    g_assert_no_error(error);
}

/* Eight relays of four operators in as many countries. */
static Relays *some_relays(void)
{
    static const char *const operators[] = {"Alpha", "Beta", "Gamma", "Delta"};
    static const char *const countries[] = {"DE", "FR", "CH", "JP"};
    Relays *relays = relays_new(key);

    for (unsigned i = 0; i < 8; i++) {
        g_autofree char *id = g_strdup_printf("r%u", i);
        g_autofree char *address = g_strdup_printf("192.0.2.%u", i + 1);

        add_relay(relays, id, operators[i % 4], countries[i % 4], address);
    }
    return relays;
}

/* Reached by the endpoints that the specs name. */
static Resolver *resolver_of(const char *id, const char *operator_name, const char *country,
                             const char *endpoints)
{
    g_autofree char *text = g_strdup_printf("[Resolver %s]\nEndpoints=%s\n", id, endpoints);
    g_autoptr(Keys) keys = keys_of(text);
    g_autoptr(GPtrArray) made = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    Resolver *resolver;

    entries_read(keys, made, &error);
    g_assert_no_error(error);
    resolver = made->pdata[0];
    resolver->operator_name = g_strdup(operator_name);
    resolver->country = g_strdup(country);
    return resolver;
}

/* A list that has one would make "none" mean it. */
static void none_is_no_relays_id(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autofree char *stamp = stamp_of(STAMP_DNSCRYPT_RELAY, "192.0.2.1", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) relay = relay_anonymous(stamp, &error);
    g_autoptr(GPtrArray) listed = g_ptr_array_new();

    g_assert_no_error(error);
    g_free(relay->id);
    relay->id = g_strdup(RELAY_NONE);
    g_ptr_array_add(listed, relay);
    relays_set_listed(relays, listed);
    g_assert_null(relays_find(relays, RELAY_NONE));
}

/* ---- picking ---- */

/* Listing the public resolvers picks for each of them, between two turns of the loop. */
static void hundreds_are_picked_for_at_once(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    Relay *picked[RELAY_PICKS];
    clock_t start;

    for (unsigned i = 0; i < 350; i++) {
        g_autofree char *id = g_strdup_printf("r%u", i);
        g_autofree char *address = g_strdup_printf("192.0.%u.%u", i / 256, i % 256);

        add_relay(relays, id, id, "DE", address);
    }
    g_autoptr(Resolver) resolver = resolver_of("resolver", "Alpha", "FR", DNSCRYPT);
    start = clock();
    for (unsigned i = 0; i < 400; i++)
        g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, RELAY_PICKS);
    g_assert_cmpint((clock() - start) * 1000 / CLOCKS_PER_SEC, <, 300);
}

static void pick_is_in_other_hands_and_another_country(void)
{
    g_autoptr(Relays) relays = some_relays();

    for (unsigned i = 0; i < 50; i++) {
        g_autofree char *id = g_strdup_printf("resolver%u", i);
        g_autoptr(Resolver) resolver = resolver_of(id, "alpha", "FR", DNSCRYPT);
        Relay *picked[RELAY_PICKS];
        size_t count = relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked);

        g_assert_cmpuint(count, ==, RELAY_PICKS);
        g_assert_cmpstr(picked[0]->country, !=, "FR");
        for (size_t j = 0; j < count; j++)
            g_assert_cmpstr(picked[j]->operator_name, !=, "Alpha");
    }
}

static void own_country_is_better_than_none(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "CH", DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    add_relay(relays, "here", "Gamma", "CH", "192.0.2.1");
    add_relay(relays, "own", "quad9.net", "JP", "192.0.2.2");
    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 1);
    g_assert_cmpstr(picked[0]->id, ==, "here");
}

static void picks_are_of_several_operators(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 3);
    g_assert_cmpstr(picked[0]->operator_name, !=, picked[1]->operator_name);
    g_assert_cmpstr(picked[1]->operator_name, !=, picked[2]->operator_name);
    g_assert_cmpstr(picked[2]->operator_name, !=, picked[0]->operator_name);
}

static void unknown_operator_is_derived(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_of("mine", NULL, NULL, DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    add_relay(relays, "own", "Quad9", "JP", "192.0.2.2");
    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 0);
}

static void relay_at_the_resolvers_address_is_not_picked(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_of("mine", "Somebody", NULL, DNSCRYPT);
    Relay *picked[RELAY_PICKS];

    add_relay(relays, "same", "Else", "JP", "9.9.9.10");
    g_assert_cmpuint(relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked), ==, 0);
}

static void same_key_picks_the_same(void)
{
    g_autoptr(Relays) one = some_relays(), two = some_relays();
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT);
    Relay *first[RELAY_PICKS], *second[RELAY_PICKS];

    relay_pick(one, resolver, ENDPOINT_DNSCRYPT, first);
    relay_pick(two, resolver, ENDPOINT_DNSCRYPT, second);
    for (size_t i = 0; i < RELAY_PICKS; i++)
        g_assert_cmpstr(first[i]->id, ==, second[i]->id);
}

static void picks_are_spread_over_resolvers(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *id = g_strdup_printf("resolver%u", i);
        g_autoptr(Resolver) resolver = resolver_of(id, "Quad9", "US", DNSCRYPT);
        Relay *picked[RELAY_PICKS];

        relay_pick(relays, resolver, ENDPOINT_DNSCRYPT, picked);
        g_hash_table_add(seen, picked[0]->id);
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, 8);
}

static void listed_relays_are_replaced(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(GPtrArray) listed = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autofree char *stamp = stamp_of(STAMP_DNSCRYPT_RELAY, "192.0.2.7", NULL);

    add_relay(relays, "own", "Alpha", "DE", "192.0.2.1");
    g_ptr_array_add(listed, relay_anonymous(stamp, NULL));
    relays_set_listed(relays, listed);
    g_assert_nonnull(relays_find(relays, stamp));
    relays_set_listed(relays, none);
    g_assert_null(relays_find(relays, stamp));
    g_assert_nonnull(relays_find(relays, "own"));
}

/* ---- reaching ---- */

static Resolver *reach(const Relays *relays, Resolver *resolver)
{
    g_autoptr(GError) error = NULL;
    Resolver *reached = relays_reach(relays, resolver, &error);

    g_assert_no_error(error);
    return reached;
}

static void without_a_choice_nothing_changes(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT ";" DOT);
    g_autoptr(Resolver) reached = reach(relays, resolver);

    g_assert_true(reached == resolver);
}

static void any_leaves_only_what_relays_carry(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver =
        resolver_of("one", "Quad9", "US", DNSCRYPT ";" DNSCRYPT6 ";" DOT);
    g_autoptr(Resolver) reached = NULL;

    relays_choose(relays, RELAY_ANY);
    reached = reach(relays, resolver);
    g_assert_cmpuint(reached->endpoint_count, ==, RELAY_PICKS);
    for (size_t i = 0; i < reached->endpoint_count; i++) {
        g_assert_cmpint(reached->endpoints[i]->kind, ==, ENDPOINT_DNSCRYPT);
        g_assert_nonnull(reached->endpoints[i]->relay);
        g_assert_true(address_equal(&reached->endpoints[i]->address,
                                    &resolver->endpoints[0]->address)); /* IPv4 */
    }
    g_assert_false(endpoint_equal(reached->endpoints[0], reached->endpoints[1]));
    g_assert_nonnull(strchr(reached->via, ','));
}

static void entry_may_choose_for_itself(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT ";" DOT);
    g_autoptr(Resolver) named = NULL, direct = NULL;

    resolver->relay = g_strdup("r3");
    named = reach(relays, resolver);
    g_assert_cmpuint(named->endpoint_count, ==, 1);
    g_assert_cmpstr(named->via, ==, "r3");
    relays_choose(relays, RELAY_ANY);
    g_free(resolver->relay);
    resolver->relay = g_strdup("");
    direct = reach(relays, resolver);
    g_assert_true(direct == resolver);
}

static void stamp_is_a_relay_too(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT);
    g_autofree char *stamp = stamp_of(STAMP_DNSCRYPT_RELAY, "192.0.2.7:8443", NULL);
    g_autoptr(Resolver) reached = NULL;
    char text[ADDRESS_MAX_TEXT];

    relays_choose(relays, stamp);
    reached = reach(relays, resolver);
    g_assert_cmpstr(address_format(&reached->endpoints[0]->relay->address, text), ==,
                    "192.0.2.7:8443");
}

static void relay_by_ipv6_comes_last(void)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT);
    g_autofree char *v4 = stamp_of(STAMP_DNSCRYPT_RELAY, "192.0.2.7", NULL);
    g_autofree char *v6 = stamp_of(STAMP_DNSCRYPT_RELAY, "[2001:db8::7]", NULL);
    g_autofree char *text = g_strdup_printf("[Relay both]\nStamp=%s;%s\n", v4, v6);
    g_autoptr(Keys) keys = keys_of(text);
    g_autoptr(Resolver) reached = NULL;

    g_assert_true(relays_read(relays, keys, "own", NULL));
    relays_choose(relays, RELAY_ANY);
    reached = reach(relays, resolver);
    g_assert_cmpuint(reached->endpoint_count, ==, 2);
    g_assert_cmpint(reached->endpoints[1]->relay->address.socket.any.sa_family, ==, AF_INET6);
}

static void unreachable(const char *choice, const char *endpoints, int code)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", endpoints);
    g_autoptr(GError) error = NULL;

    relays_choose(relays, choice);
    g_assert_null(relays_reach(relays, resolver, &error));
    g_assert_error(error, CONFIG_ERROR, code);
}

static void what_no_relay_carries_is_refused(void)
{
    unreachable(RELAY_ANY, DOT, CONFIG_ERROR_NOT_SUPPORTED);
}

static void unknown_relay_is_refused(void)
{
    unreachable("nobody", DNSCRYPT, CONFIG_ERROR_NOT_FOUND);
}

static void relay_of_the_other_kind_carries_nothing(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", DNSCRYPT);
    g_autoptr(GError) error = NULL;

    add_odoh_relay(relays, "web", "Epsilon");
    relays_choose(relays, "web");
    g_assert_null(relays_reach(relays, resolver, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED);
}

static Resolver *odoh_resolver(void)
{
    Resolver *resolver = resolver_of("one", "Target", NULL, DOT);
    Endpoint *target = endpoint_new(ENDPOINT_ODOH, &(Address){0});

    target->host = g_strdup("target.example");
    target->path = g_strdup("/dns-query");
    target->port = 443;
    resolver_add_endpoint(resolver, target);
    return resolver;
}

static void oblivious_gets_a_relay_unasked(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) resolver = odoh_resolver();
    g_autoptr(Resolver) reached = NULL;

    add_odoh_relay(relays, "web", "Epsilon");
    reached = reach(relays, resolver);
    g_assert_cmpuint(reached->endpoint_count, ==, 2);
    g_assert_cmpint(reached->endpoints[0]->kind, ==, ENDPOINT_DOT);
    g_assert_null(reached->endpoints[0]->relay);
    g_assert_cmpint(reached->endpoints[1]->kind, ==, ENDPOINT_ODOH);
    g_assert_nonnull(reached->endpoints[1]->relay);
}

static void given_relay_is_kept(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autofree char *stamp = stamp_of(STAMP_DNSCRYPT_RELAY, "192.0.2.99", NULL);
    g_autofree char *pair = g_strdup_printf("%s/%s", stamp, &DNSCRYPT[strlen("sdns://")]);
    g_autoptr(Resolver) resolver = resolver_of("one", "Quad9", "US", pair);
    g_autoptr(Resolver) direct = NULL, picked = NULL;

    direct = reach(relays, resolver);
    g_assert_cmpuint(direct->endpoint_count, ==, 1);
    g_assert_cmpstr(direct->via, ==, "192.0.2.99:443");
    relays_choose(relays, RELAY_ANY);
    picked = reach(relays, resolver);
    g_assert_cmpuint(picked->endpoint_count, ==, 1);
    g_assert_true(picked->endpoints[0] == direct->endpoints[0]);
}

/* ---- settings ---- */

static void plan_goes_through_relays(void)
{
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "data", "resolvers", "resolvers.conf", NULL);
    g_autofree char *relays =
        g_test_build_filename(G_TEST_DIST, "data", "resolvers", "relays.conf", NULL);
    g_autoptr(Keys) overrides = keys_of("[Sotto]\nRelay=*\n");
    SettingsSources sources = {.builtin = path, .builtin_relays = relays, .overrides = overrides};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&sources, &error);
    g_autoptr(Plan) plan = NULL, impossible = NULL;

    g_assert_no_error(error);
    plan = choice_plan(settings, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(plan->resolver_count, >, 0);
    for (size_t i = 0; i < plan->resolver_count; i++)
        for (size_t j = 0; j < plan->resolvers[i]->endpoint_count; j++)
            g_assert_nonnull(plan->resolvers[i]->endpoints[j]->relay);
    impossible = choice_plan(settings, "cloudflare", &error);
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED);
}

static void built_in_relays_are_many(void)
{
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "data", "resolvers", "relays.conf", NULL);
    SettingsSources sources = {.builtin_relays = path};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&sources, &error);
    g_autoptr(GPtrArray) all = NULL;
    unsigned odoh = 0;

    g_assert_no_error(error);
    all = relays_all(settings->relays);
    g_assert_cmpuint(all->len, >, 150);
    for (guint i = 0; i < all->len; i++) {
        const Relay *relay = all->pdata[i];

        g_assert_nonnull(relay->operator_name);
        odoh += g_str_equal(relay_kind_name(relay), "odoh");
        for (size_t j = 1; j < relay->endpoint_count; j++) /* IPv4 first */
            g_assert_cmpint(relay->endpoints[j]->address.socket.any.sa_family, ==, AF_INET6);
    }
    g_assert_cmpuint(odoh, ==, 2);
}

static void refused(const char *text)
{
    g_autoptr(Keys) overrides = keys_of(text);
    SettingsSources sources = {.overrides = overrides};
    g_autoptr(GError) error = NULL;

    g_assert_null(settings_load(&sources, &error));
    g_assert_nonnull(error);
}

static void bad_words_are_refused(void)
{
    refused("[Sotto]\nRelay=no such/thing\n");
    refused("[Sotto]\nRelay=" DOT "\n");
    refused("[Resolver one]\nRelay=?\nEndpoints=" DOT "\n");
    refused("[Relay one]\nStamp=" DNSCRYPT "\n");
    refused("[Relay one]\nOperator=nobody\n");
    refused("[Relay none]\nStamp=sdns://gRIxMDIuMjE0LjEwLjgyOjg0NDM\n");
}

#define add(name, function) g_test_add_func("/relays/" name, function)

/* ---- what users decide ---- */

static void expect_way(const Relays *relays, Resolver *resolver, const char *via)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Resolver) reached = relays_reach(relays, resolver, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(reached->via, ==, via);
}

static void decisions_win(void)
{
    g_autoptr(Relays) relays = some_relays();
    g_autoptr(Resolver) one = resolver_of("one", "Epsilon", "US", DNSCRYPT);
    g_autoptr(Resolver) other = resolver_of("other", "Epsilon", "US", DNSCRYPT);

    other->relay = g_strdup("r3");
    relays_choose(relays, "r1");
    expect_way(relays, one, "r1");
    relays_decide(relays, "", "r2");
    expect_way(relays, one, "r2");
    expect_way(relays, other, "r3");
    relays_decide(relays, "other", "none");
    expect_way(relays, other, NULL);
    relays_decide(relays, "", "none");
    expect_way(relays, one, NULL);
    relays_forget_decisions(relays);
    expect_way(relays, one, "r1");
    expect_way(relays, other, "r3");
}

static void way_has_the_relays_name(void)
{
    g_autoptr(Relays) relays = some_relays(), strangers = relays_new(key);
    g_autoptr(Resolver) resolver = resolver_of("one", "Epsilon", "US", DNSCRYPT);

    relays_decide(relays, "one", "r1");
    g_autoptr(Resolver) reached = relays_reach(relays, resolver, NULL);
    g_autofree char *name = relays_name(relays, reached->endpoints[0]->relay);
    g_autofree char *address = relays_name(strangers, reached->endpoints[0]->relay);
    g_assert_cmpstr(name, ==, "r1");
    g_assert_cmpstr(address, ==, "192.0.2.2:443");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add("none-is-no-relays-id", none_is_no_relays_id);
    add("hundreds-are-picked-for-at-once", hundreds_are_picked_for_at_once);
    add("pick-is-in-other-hands-and-another-country", pick_is_in_other_hands_and_another_country);
    add("own-country-is-better-than-none", own_country_is_better_than_none);
    add("picks-are-of-several-operators", picks_are_of_several_operators);
    add("unknown-operator-is-derived", unknown_operator_is_derived);
    add("relay-at-the-resolvers-address-is-not-picked",
        relay_at_the_resolvers_address_is_not_picked);
    add("same-key-picks-the-same", same_key_picks_the_same);
    add("picks-are-spread-over-resolvers", picks_are_spread_over_resolvers);
    add("listed-relays-are-replaced", listed_relays_are_replaced);
    add("without-a-choice-nothing-changes", without_a_choice_nothing_changes);
    add("any-leaves-only-what-relays-carry", any_leaves_only_what_relays_carry);
    add("entry-may-choose-for-itself", entry_may_choose_for_itself);
    add("stamp-is-a-relay-too", stamp_is_a_relay_too);
    add("relay-by-ipv6-comes-last", relay_by_ipv6_comes_last);
    add("what-no-relay-carries-is-refused", what_no_relay_carries_is_refused);
    add("unknown-relay-is-refused", unknown_relay_is_refused);
    add("relay-of-the-other-kind-carries-nothing", relay_of_the_other_kind_carries_nothing);
    add("oblivious-gets-a-relay-unasked", oblivious_gets_a_relay_unasked);
    add("given-relay-is-kept", given_relay_is_kept);
    add("plan-goes-through-relays", plan_goes_through_relays);
    add("built-in-relays-are-many", built_in_relays_are_many);
    add("bad-words-are-refused", bad_words_are_refused);
    g_test_add_func("/relays/decisions-win", decisions_win);
    g_test_add_func("/relays/way-has-the-relays-name", way_has_the_relays_name);
    return g_test_run();
}
