/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "choice.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Fixture {
    char *folder, *file;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    fixture->file = g_build_filename(fixture->folder, "sotto.conf", NULL);
}

static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", fixture->folder);

    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_free(fixture->folder);
    g_free(fixture->file);
}

static Settings *load(Fixture *fixture, GError **error)
{
    SettingsSources sources = {.file = fixture->file};

    return settings_load(&sources, error);
}

/* How many resolvers are known to a forwarder with this text, where the built-in list has one. */
static guint known_with(Fixture *fixture, const char *text)
{
    g_autofree char *builtin = g_build_filename(fixture->folder, "builtin.conf", NULL);
    SettingsSources sources = {
        .file = fixture->file, .builtin = builtin, .builtin_as_needed = true};
    g_autoptr(Settings) settings = NULL;

    put(fixture->folder, "builtin.conf",
        "[Resolver known]\nEndpoints=tls://192.0.2.7#known.example\n");
    put(fixture->folder, "sotto.conf", text);
    settings = settings_load(&sources, NULL);
    g_assert_nonnull(settings);
    return settings->catalogue->len;
}

static void builtin_is_read_when_it_is_needed(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpuint(known_with(fixture, "[Sotto]\nResolvers=known\n"), ==, 1);
    g_assert_cmpuint(known_with(fixture, "[Sotto]\n"), ==, 1);
    g_assert_cmpuint(known_with(fixture, "[Sotto]\nResolvers=https://dns.example/q\n"), ==, 1);
    g_assert_cmpuint(known_with(fixture, "[Sotto]\nResolvers=tls://192.0.2.1#a.example\nRelay=*\n"),
                     ==, 1);
    g_assert_cmpuint(known_with(fixture, "[Sotto]\nResolvers=tls://192.0.2.1#a.example;known\n"),
                     ==, 1);
}

static void builtin_is_not_read_for_addresses(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpuint(known_with(fixture, "[Sotto]\nResolvers=tls://192.0.2.1#a.example\n"), ==, 0);
}

static void expect_refused(Fixture *fixture, const char *text, const char *part)
{
    g_autoptr(GError) error = NULL;

    put(fixture->folder, "sotto.conf", text);
    g_assert_null(load(fixture, &error));
    g_assert_nonnull(error);
    if (!strstr(error->message, part))
        g_error("\"%s\" does not say \"%s\"", error->message, part);
}

static void four_lines_are_enough(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;
    Plan *plan;

    put(fixture->folder, "sotto.conf",
        "[Sotto]\nListen=127.0.0.1\n"
        "Resolvers=tls://192.0.2.1#one.example;tls://192.0.2.2#two.example\n"
        "Strategy=round-robin\n");
    settings = load(fixture, &error);
    g_assert_no_error(error);
    plan = choice_plan(settings, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(plan->resolver_count, ==, 2);
    g_assert_cmpint(plan->strategy, ==, STRATEGY_ROUND_ROBIN);
    g_assert_cmpuint(plan->max_queries, ==, 250);
    g_assert_cmpuint(plan->edns_payload, ==, 1232);
    g_assert_cmpuint(plan->cache_bytes, >, 0);
    plan_unref(plan);
}

static void drop_ins_win_in_order(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *folder = g_strconcat(fixture->file, ".d", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;

    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    put(fixture->folder, "sotto.conf",
        "[Sotto]\nMaxQueries=1\nMinTTL=5\nStaleSeconds=0\nPrefetch=false\n");
    put(folder, "20.conf", "[Sotto]\nMaxQueries=20\n");
    put(folder, "10.conf", "[Sotto]\nMaxQueries=10\n");
    put(folder, "30.conf~", "[Sotto]\nMaxQueries=30\n");
    settings = load(fixture, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(settings->template->max_queries, ==, 20);
    g_assert_cmpuint(settings->template->cache_min_ttl_s, ==, 5);
    g_assert_cmpuint(settings->template->cache_stale_s, ==, 0);
    g_assert_false(settings->template->cache_prefetch);
    g_assert_true(settings->template->cache_keep);
}

static void command_line_wins(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;
    g_autoptr(Keys) keys = keys_new();
    SettingsSources sources = {.file = fixture->file, .overrides = keys};

    put(fixture->folder, "sotto.conf", "[Sotto]\nMaxQueries=1\n");
    keys_set(keys, "Sotto", "MaxQueries", "7", "command line");
    keys_append(keys, "Sotto", "Listen", "127.0.0.1:5300", "command line");
    keys_append(keys, "Sotto", "Listen", "[::1]:5300", "command line");
    settings = settings_load(&sources, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(settings->template->max_queries, ==, 7);
    g_assert_cmpuint(settings->listen->len, ==, 2);
}

static void own_entries_are_found(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;
    Resolver *resolver;

    put(fixture->folder, "sotto.conf",
        "[Resolver mine]\nName=Mine\nCountry=CH\nBlocks=malware;ads\nNoLog=yes\n"
        "Endpoints=tls://192.0.2.1#one.example\n"
        "[Protection]\nFavourites=mine\n");
    settings = load(fixture, &error);
    g_assert_no_error(error);
    resolver = settings_find_resolver(settings, "mine");
    g_assert_nonnull(resolver);
    g_assert_true(resolver->blocks_malware && resolver->blocks_ads && !resolver->blocks_adult);
    g_assert_true(resolver->no_log);
    g_assert_cmpstr(settings->favourites[0], ==, "mine");
    g_assert_true(g_hash_table_contains(settings->own, "mine"));
}

static void unknown_choice_is_refused(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;

    put(fixture->folder, "sotto.conf", "");
    settings = load(fixture, &error);
    g_assert_no_error(error);
    g_assert_null(choice_plan(settings, "nobody", &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND);
}

/* Both as published with RFC 9230's reference implementation and in the lists' format. */
static void keys_of_an_oblivious_resolver_may_be_given(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;
    const Resolver *resolver;

    put(fixture->folder, "sotto.conf",
        "[Resolver a]\n"
        "Endpoints=sdns://BQAAAAAAAAAADnRhcmdldC5leGFtcGxlCi9kbnMtcXVlcnk\n"
        "ODoHKeys=ACwAAQAoACAAAQABACDGp5O+29YBwllwscxGvqgP2xqOxRVA155Pnxe4uqnaMw==\n");
    settings = load(fixture, &error);
    g_assert_no_error(error);
    resolver = settings_find_resolver(settings, "a");
    g_assert_cmpuint(resolver->endpoints[0]->odoh_configs_length, ==, 46);
}

static void bad_values_name_their_place(Fixture *fixture, gconstpointer unused)
{
    expect_refused(fixture, "[Sotto]\nMaxQueries=many\n", "MaxQueries=many: Expected a number");
    expect_refused(fixture, "[Sotto]\nMaxQueries=0\n", "from 1 to");
    expect_refused(fixture, "[Sotto]\nTCPOnly=perhaps\n", "Expected true or false.");
    expect_refused(fixture, "[Sotto]\nStrategy=best\n",
                   "fastest, p2, first, round-robin, random, spread");
    expect_refused(fixture, "[Sotto]\nListen=localhost\n", "Expected an IP address");
    expect_refused(fixture, "[Sotto]\nUser=a\\q\\\n", "[Sotto] User=a\\q\\: A backslash");
    expect_refused(fixture, "[Sotto]\nMinTTL=10\nMaxTTL=5\n", "MinTTL is larger");
    expect_refused(fixture, "[Sotto]\nStaleSeconds=259201\n", "StaleSeconds");
    expect_refused(fixture, "[Sotto]\nResolvers=nobody\n", "Expected a resolver as");
    expect_refused(fixture, "[Protection]\nFavourites=nobody\n", "No resolver has this id.");
    expect_refused(fixture, "[Protection]\nAddress4=here\n", "Address4=here");
    expect_refused(fixture, "[Protection]\nProbeNames=a..b\n", "Expected a domain name.");
    expect_refused(fixture, "[Protection]\nLocalDomains=sometimes\n", "LocalDomains");
    expect_refused(fixture, "[Resolver a b]\nEndpoints=udp://192.0.2.1\n", "resolver's id");
    expect_refused(fixture, "[Resolver a]\nODoHKeys=AAAA\n", "base64 of a target's keys");
    expect_refused(fixture, "[Resolver a]\nBlocks=fun\n", "Expected malware, ads or adult.");
    expect_refused(fixture, "[Resolver a]\nEndpoints=tls://x\n", "[Resolver a] Endpoints");
    expect_refused(fixture, "[Resolver a]\nEndpoints=udp://192.0.2.1\n", "is not encrypted");
    expect_refused(fixture, "[Resolver a]\nEndpoints=sdns://AAAAAAAAAAAABzEuMi4zLjQ\n",
                   "is not encrypted");
    expect_refused(fixture, "[Sotto]\nResolvers=udp://192.0.2.1\n", "is not encrypted");
    expect_refused(fixture, "[Route lan]\nServers=\n", "Expected [Route DOMAIN]");
    expect_refused(fixture, "no key file", "sotto.conf");
}

/* They go to the log and to programs, while the file may hold anything. */
static void sentences_are_text(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    put(fixture->folder, "sotto.conf", "[\x93 Sotto]\nno\x9a key file\n");
    g_assert_null(load(fixture, &error));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_clear_error(&error);
    put(fixture->folder, "sotto.conf", "[Relay a\x93]\nStamp=sdns://AQ\n");
    g_assert_null(load(fixture, &error));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void missing_file_is_an_error_unless_optional(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;
    SettingsSources sources = {.file = fixture->file, .file_optional = true};

    g_assert_null(load(fixture, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    settings = settings_load(&sources, &error);
    g_assert_no_error(error);
}

static void local_domains_can_be_refused(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL, changed = NULL;

    put(fixture->folder, "sotto.conf", "");
    settings = load(fixture, &error);
    g_assert_no_error(error);
    g_assert_true(settings->local_domains);
    put(fixture->folder, "sotto.conf", "[Protection]\nLocalDomains=false\n");
    changed = load(fixture, &error);
    g_assert_no_error(error);
    g_assert_false(changed->local_domains);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/settings/four-lines-are-enough", four_lines_are_enough},
        {"/settings/drop-ins-win-in-order", drop_ins_win_in_order},
        {"/settings/command-line-wins", command_line_wins},
        {"/settings/builtin-is-read-when-it-is-needed", builtin_is_read_when_it_is_needed},
        {"/settings/builtin-is-not-read-for-addresses", builtin_is_not_read_for_addresses},
        {"/settings/own-entries-are-found", own_entries_are_found},
        {"/settings/unknown-choice-is-refused", unknown_choice_is_refused},
        {"/settings/keys-of-an-oblivious-resolver-may-be-given",
         keys_of_an_oblivious_resolver_may_be_given},
        {"/settings/bad-values-name-their-place", bad_values_name_their_place},
        {"/settings/local-domains-can-be-refused", local_domains_can_be_refused},
        {"/settings/sentences-are-text", sentences_are_text},
        {"/settings/missing-file-is-an-error-unless-optional",
         missing_file_is_an_error_unless_optional},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
