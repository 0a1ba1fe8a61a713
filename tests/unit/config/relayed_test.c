/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a resolver is reached by once relays are chosen: by the settings, or by its user. */
#include "choice.h"
#include "relays_scene.h"

#include <string.h>

static void add_odoh_relay(Relays *relays, const char *id, const char *operator_name)
{
    g_autofree char *stamp = relays_scene_stamp(STAMP_ODOH_RELAY, "", "relay.example");
    g_autofree char *text =
        g_strdup_printf("[Relay %s]\nOperator=%s\nStamp=%s\n", id, operator_name, stamp);
    g_autoptr(Keys) keys = relays_scene_keys(text);
    g_autoptr(GError) error = NULL;

    relays_read(relays, keys, "own", &error);
    g_assert_no_error(error);
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
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT ";" DOT);
    g_autoptr(Resolver) reached = reach(relays, resolver);

    g_assert_true(reached == resolver);
}

static void any_leaves_only_what_relays_carry(void)
{
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) resolver =
        relays_scene_resolver("one", "Quad9", "US", DNSCRYPT ";" DNSCRYPT6 ";" DOT);
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
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT ";" DOT);
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
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT);
    g_autofree char *stamp = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, "192.0.2.7:8443", NULL);
    g_autoptr(Resolver) reached = NULL;
    char text[ADDRESS_MAX_TEXT];

    relays_choose(relays, stamp);
    reached = reach(relays, resolver);
    g_assert_cmpstr(address_format(&reached->endpoints[0]->relay->address, text), ==,
                    "192.0.2.7:8443");
}

static void relay_by_ipv6_comes_last(void)
{
    g_autoptr(Relays) relays = relays_new(relays_scene_key);
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT);
    g_autofree char *v4 = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, "192.0.2.7", NULL);
    g_autofree char *v6 = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, "[2001:db8::7]", NULL);
    g_autofree char *text = g_strdup_printf("[Relay both]\nStamp=%s;%s\n", v4, v6);
    g_autoptr(Keys) keys = relays_scene_keys(text);
    g_autoptr(Resolver) reached = NULL;

    g_assert_true(relays_read(relays, keys, "own", NULL));
    relays_choose(relays, RELAY_ANY);
    reached = reach(relays, resolver);
    g_assert_cmpuint(reached->endpoint_count, ==, 2);
    g_assert_cmpint(reached->endpoints[1]->relay->address.socket.any.sa_family, ==, AF_INET6);
}

static void unreachable(const char *choice, const char *endpoints, int code)
{
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", endpoints);
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
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", DNSCRYPT);
    g_autoptr(GError) error = NULL;

    add_odoh_relay(relays, "web", "Epsilon");
    relays_choose(relays, "web");
    g_assert_null(relays_reach(relays, resolver, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED);
}

static Resolver *odoh_resolver(void)
{
    Resolver *resolver = relays_scene_resolver("one", "Target", NULL, DOT);
    Endpoint *target = endpoint_new(ENDPOINT_ODOH, &(Address){0});

    target->host = g_strdup("target.example");
    target->path = g_strdup("/dns-query");
    target->port = 443;
    resolver_add_endpoint(resolver, target);
    return resolver;
}

static void oblivious_gets_a_relay_unasked(void)
{
    g_autoptr(Relays) relays = relays_scene_some();
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
    g_autoptr(Relays) relays = relays_scene_some();
    g_autofree char *stamp = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, "192.0.2.99", NULL);
    g_autofree char *pair = g_strdup_printf("%s/%s", stamp, &DNSCRYPT[strlen("sdns://")]);
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Quad9", "US", pair);
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
    g_autoptr(Keys) overrides = relays_scene_keys("[Sotto]\nRelay=*\n");
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
    g_autoptr(Keys) overrides = relays_scene_keys(text);
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
    g_autoptr(Relays) relays = relays_scene_some();
    g_autoptr(Resolver) one = relays_scene_resolver("one", "Epsilon", "US", DNSCRYPT);
    g_autoptr(Resolver) other = relays_scene_resolver("other", "Epsilon", "US", DNSCRYPT);

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
    g_autoptr(Relays) relays = relays_scene_some(), strangers = relays_new(relays_scene_key);
    g_autoptr(Resolver) resolver = relays_scene_resolver("one", "Epsilon", "US", DNSCRYPT);

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
    g_test_add_func("/relays/without-a-choice-nothing-changes", without_a_choice_nothing_changes);
    g_test_add_func("/relays/any-leaves-only-what-relays-carry", any_leaves_only_what_relays_carry);
    g_test_add_func("/relays/entry-may-choose-for-itself", entry_may_choose_for_itself);
    g_test_add_func("/relays/stamp-is-a-relay-too", stamp_is_a_relay_too);
    g_test_add_func("/relays/relay-by-ipv6-comes-last", relay_by_ipv6_comes_last);
    g_test_add_func("/relays/what-no-relay-carries-is-refused", what_no_relay_carries_is_refused);
    g_test_add_func("/relays/unknown-relay-is-refused", unknown_relay_is_refused);
    g_test_add_func("/relays/relay-of-the-other-kind-carries-nothing",
                    relay_of_the_other_kind_carries_nothing);
    g_test_add_func("/relays/oblivious-gets-a-relay-unasked", oblivious_gets_a_relay_unasked);
    g_test_add_func("/relays/given-relay-is-kept", given_relay_is_kept);
    g_test_add_func("/relays/plan-goes-through-relays", plan_goes_through_relays);
    g_test_add_func("/relays/built-in-relays-are-many", built_in_relays_are_many);
    g_test_add_func("/relays/bad-words-are-refused", bad_words_are_refused);
    g_test_add_func("/relays/decisions-win", decisions_win);
    g_test_add_func("/relays/way-has-the-relays-name", way_has_the_relays_name);
    return g_test_run();
}
