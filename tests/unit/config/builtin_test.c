/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list that ships: whole, usable without a network, and every stamp in its canonical form.
 */
#include "choice.h"
#include "endpoint_spec.h"
#include "list_settings.h"
#include "stamp.h"

#include <string.h>

static char *list_path(void)
{
    return g_test_build_filename(G_TEST_DIST, "data", "resolvers", "resolvers.conf", NULL);
}

static GKeyFile *list(void)
{
    g_autofree char *path = list_path();
    GKeyFile *file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    return file;
}

static void every_stamp_is_built_again_byte_for_byte(void)
{
    g_autoptr(GKeyFile) file = list();
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    unsigned stamps = 0;

    for (size_t i = 0; groups[i]; i++) {
        g_auto(GStrv) specs = g_key_file_get_string_list(file, groups[i], "Endpoints", NULL, NULL);

        for (size_t j = 0; specs && specs[j]; j++) {
            g_autofree char *again = NULL;
            Stamp *stamp = NULL;

            if (stamp_parse(specs[j], &stamp) != STATUS_OK)
                g_error("[%s] %s does not parse", groups[i], specs[j]);
            again = stamp_build(stamp);
            g_assert_cmpstr(again, ==, specs[j]);
            stamp_free(stamp);
            stamps++;
        }
    }
    g_assert_cmpuint(stamps, >=, 80);
}

static uint64_t properties_of(const char *text)
{
    Stamp *stamp = NULL;

    g_assert_cmpint(stamp_parse(text, &stamp), ==, STATUS_OK);
    uint64_t properties = stamp->properties;
    stamp_free(stamp);
    return properties;
}

/* What Describe gives to others leads them to the same server, and promises the same. */
static void every_endpoint_gives_a_stamp_that_makes_it_again(void)
{
    g_autoptr(GKeyFile) file = list();
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    unsigned endpoints = 0;

    for (size_t i = 0; groups[i]; i++) {
        g_auto(GStrv) specs = g_key_file_get_string_list(file, groups[i], "Endpoints", NULL, NULL);

        for (size_t j = 0; specs && specs[j]; j++) {
            Endpoint *endpoint = endpoint_spec_parse(specs[j], NULL);
            g_autofree char *stamp = endpoint_stamp(endpoint, properties_of(specs[j]));
            Endpoint *again = endpoint_spec_parse(stamp, NULL);
            g_autofree char *twice = endpoint_stamp(again, properties_of(specs[j]));

            g_assert_true(endpoint_equal(endpoint, again));
            g_assert_cmpuint(properties_of(stamp), ==, properties_of(specs[j]));
            g_assert_cmpstr(twice, ==, stamp);
            endpoint_unref(endpoint);
            endpoint_unref(again);
            endpoints++;
        }
    }
    g_assert_cmpuint(endpoints, >=, 80);
}

static void holds_enough_resolvers_and_operators(void)
{
    g_autofree char *path = list_path();
    SettingsSources sources = {.builtin = path};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&sources, &error);
    g_autoptr(GHashTable) operators = g_hash_table_new(g_str_hash, g_str_equal);

    g_assert_no_error(error);
    for (guint i = 0; i < settings->catalogue->len; i++) {
        Resolver *resolver = settings->catalogue->pdata[i];

        g_assert_nonnull(resolver->operator_name);
        g_assert_nonnull(resolver->description);
        g_assert_true(!resolver->country || strlen(resolver->country) == 2);
        g_hash_table_add(operators, resolver->operator_name);
    }
    g_assert_cmpuint(settings->catalogue->len, >=, 40);
    g_assert_cmpuint(g_hash_table_size(operators), >=, 15);
}

static void public_lists_are_known(void)
{
    g_autofree char *path = list_path();
    SettingsSources sources = {.builtin = path};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&sources, &error);
    unsigned kinds = 0;

    g_assert_no_error(error);
    g_assert_cmpuint(settings->lists->len, ==, LIST_KINDS);
    for (guint i = 0; i < settings->lists->len; i++) {
        const ListSpec *spec = settings->lists->pdata[i];
        g_autofree char *file = g_strconcat(spec->name, ".md", NULL);

        kinds |= 1u << spec->kind;
        g_assert_cmpstr(spec->file, ==, file);
        g_assert_cmpuint(g_strv_length(spec->urls), ==, 2);
        g_assert_cmpint(spec->refresh_s, ==, 72 * 3600);
    }
    g_assert_cmpuint(kinds, ==, (1u << LIST_KINDS) - 1);
}

static void automatic_choice_has_favourites(void)
{
    g_autofree char *path = list_path();
    SettingsSources sources = {.builtin = path};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&sources, &error);
    Plan *plan;

    g_assert_no_error(error);
    plan = choice_plan(settings, CHOICE_AUTO, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(plan->resolver_count, >=, 3);
    g_assert_cmpuint(plan->resolver_count, <=, 5);
    plan_unref(plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/builtin/every-stamp-is-built-again-byte-for-byte",
                    every_stamp_is_built_again_byte_for_byte);
    g_test_add_func("/builtin/every-endpoint-gives-a-stamp-that-makes-it-again",
                    every_endpoint_gives_a_stamp_that_makes_it_again);
    g_test_add_func("/builtin/holds-enough-resolvers-and-operators",
                    holds_enough_resolvers_and_operators);
    g_test_add_func("/builtin/automatic-choice-has-favourites", automatic_choice_has_favourites);
    g_test_add_func("/builtin/public-lists-are-known", public_lists_are_known);
    return g_test_run();
}
