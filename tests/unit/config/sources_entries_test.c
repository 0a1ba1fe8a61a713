/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolvers that lists and people give: their keys, their ids, and one's own. */
#include "sources_scene.h"

/* --- keys --- */

#define LIST_OTHER_KEY "## one\nThe first.\n" STAMP_OTHER_KEY "\n"

static void changed_key_is_taken_and_shown(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_OTHER_KEY, "list.md", SCENE_LIST_S + 1);
    sources_scene_refresh(scene);
    g_assert_cmpuint(sources_scene_find(scene, "one")->endpoints[0]->provider_key[0], ==, 2);
    g_assert_true(g_str_has_prefix(sources_scene_find(scene, "one")->key_changed,
                                   "Its list has given another key for it since 2"));
}

static void changed_key_is_shown_until_it_is_chosen(SourcesScene *scene, gconstpointer data)
{
    changed_key_is_taken_and_shown(scene, data);
    sources_scene_refresh(scene); /* the same list again is no change back */
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one")->key_changed);
    sources_acknowledge(scene->sources, "one");
    g_assert_null(sources_scene_find(scene, "one")->key_changed);
    sources_scene_restart(scene);
    g_assert_null(sources_scene_find(scene, "one")->key_changed);
}

/* Names are free text, which a key file's keys are not. */
static void changed_key_of_any_name_is_shown(SourcesScene *scene, gconstpointer data)
{
    sources_scene_serve_text(scene, SCENE_URL, "## a=b [de]\n" STAMP_ONE "\n", "list.md",
                             SCENE_LIST_S);
    sources_scene_refresh(scene);
    sources_scene_serve_text(scene, SCENE_URL, "## a=b [de]\n" STAMP_OTHER_KEY "\n", "list.md",
                             SCENE_LIST_S + 1);
    sources_scene_refresh(scene);
    g_assert_nonnull(sources_scene_find(scene, "a-b--de-")->key_changed);
    sources_scene_refresh(scene);
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "a-b--de-")->key_changed);
}

/* --- ids, own entries --- */

/* It means to choose by measuring. */
static void auto_is_no_ones_id(SourcesScene *scene, gconstpointer data)
{
    sources_scene_serve_text(scene, SCENE_URL, "## auto\n" STAMP_ONE "\n", "list.md", SCENE_LIST_S);
    sources_scene_refresh(scene);
    g_assert_null(sources_scene_find(scene, "auto"));
    g_assert_cmpstr(sources_scene_find(scene, "public.auto")->source, ==, "public");
}

static void blanks_are_no_name(SourcesScene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;

    sources_add(scene->sources, "tls://192.0.2.8#a.example", "  ", &id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(sources_scene_find(scene, id)->name, ==, "a.example");
    sources_scene_restart(scene);
    g_assert_cmpstr(sources_scene_find(scene, id)->name, ==, "a.example");
}

static void taken_id_of_any_name_gets_the_lists_name(SourcesScene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;

    sources_add(scene->sources, "tls://192.0.2.8#a.example", "a b", &id, &error);
    g_assert_cmpstr(id, ==, "a-b");
    sources_scene_serve_text(scene, SCENE_URL, "## a b\n" STAMP_ONE "\n", "list.md", SCENE_LIST_S);
    sources_scene_refresh(scene);
    g_assert_nonnull(sources_scene_find(scene, "public.a-b"));
}

static void taken_id_gets_the_lists_name(SourcesScene *scene, gconstpointer data)
{
    sources_scene_serve_text(scene, SCENE_URL, "## own\n" STAMP_ONE "\n", "list.md", SCENE_LIST_S);
    sources_scene_refresh(scene);
    g_assert_null(sources_scene_find(scene, "own")->source);
    g_assert_cmpstr(sources_scene_find(scene, "public.own")->source, ==, "public");
}

static void own_entry_is_added_and_kept(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *first = NULL, *second = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(sources_add(scene->sources, STAMP_ONE, "My Own!", &first, &error));
    g_assert_cmpstr(first, ==, "my-own");
    g_assert_true(
        sources_add(scene->sources, "tls://192.0.2.7#dns.example", NULL, &second, &error));
    g_assert_cmpstr(second, ==, "dns.example");
    sources_scene_restart(scene);
    g_assert_cmpstr(sources_scene_find(scene, "my-own")->name, ==, "My Own!");
    g_assert_true(sources_scene_find(scene, "my-own")->dnssec);
    g_assert_true(g_hash_table_contains(scene->settings->own, "my-own"));
    g_assert_nonnull(sources_scene_find(scene, "dns.example"));
}

/* An entry that cannot be used has no id that is taken: what is left of it must not spoil the new
 * one, which would be gone after the next start. */
static void own_entry_takes_the_place_of_a_damaged_one(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *path = g_build_filename(scene->folder, "resolvers.conf", NULL), *id = NULL;

    g_assert_true(g_file_set_contents(
        path, "[Resolver mine]\nEndpoints=tls://192.0.2.1#a.example\nDNSSEC=trFe\n", -1, NULL));
    sources_scene_restart(scene);
    g_assert_true(sources_add(scene->sources, "tls://192.0.2.8#b.example", "Mine", &id, NULL));
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, id));
}

static void own_entry_may_have_several_endpoints(SourcesScene *scene, gconstpointer data)
{
    const char spec[] =
        "tls://192.0.2.7:853#dns.example;https://192.0.2.7:443/dns-query#dns.example";
    g_autofree char *id = NULL;
    const Resolver *resolver;

    g_assert_true(sources_add(scene->sources, spec, NULL, &id, NULL));
    sources_scene_restart(scene);
    resolver = sources_scene_find(scene, "dns.example");
    g_assert_cmpuint(resolver->endpoint_count, ==, 2);
    g_assert_cmpint(resolver->endpoints[1]->kind, ==, ENDPOINT_DOH);
}

static void own_entry_gets_a_free_id(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *first = NULL, *second = NULL;

    g_assert_true(sources_add(scene->sources, STAMP_ONE, "own", &first, NULL));
    g_assert_cmpstr(first, ==, "own-2");
    g_assert_true(sources_add(scene->sources, STAMP_ONE, "auto", &second, NULL));
    g_assert_cmpstr(second, ==, "auto-2");
}

static void own_entry_is_removed(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *id = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(sources_add(scene->sources, STAMP_ONE, "mine", &id, NULL));
    g_assert_true(sources_remove(scene->sources, "mine", NULL));
    g_assert_null(sources_scene_find(scene, "mine"));
    g_assert_false(g_hash_table_contains(scene->settings->own, "mine"));
    g_assert_false(sources_remove(scene->sources, "own", &error)); /* of sotto.conf */
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND);
}

static void wrong_entries_are_refused(SourcesScene *scene, gconstpointer data)
{
    static const char *const wrong[] = {
        "",
        "sdns://",
        STAMP_RELAY,
        "udp://192.0.2.1",
        "192.0.2.1",
        "tls://192.0.2.1",
        "sdns://AAcAAAAAAAAACTE5Mi4wLjIuMQ" /* plain */,
        "two words",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *id = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(sources_add(scene->sources, wrong[i], "", &id, &error));
        g_assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT) ||
                      g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED));
    }
}

int main(int argc, char **argv)
{
    static const SourcesCase cases[] = {
        {"/sources/own-entry-takes-the-place-of-a-damaged-one",
         own_entry_takes_the_place_of_a_damaged_one},
        {"/sources/changed-key-is-taken-and-shown", changed_key_is_taken_and_shown},
        {"/sources/changed-key-is-shown-until-it-is-chosen",
         changed_key_is_shown_until_it_is_chosen},
        {"/sources/changed-key-of-any-name-is-shown", changed_key_of_any_name_is_shown},
        {"/sources/auto-is-no-ones-id", auto_is_no_ones_id},
        {"/sources/taken-id-gets-the-lists-name", taken_id_gets_the_lists_name},
        {"/sources/blanks-are-no-name", blanks_are_no_name},
        {"/sources/taken-id-of-any-name-gets-the-lists-name",
         taken_id_of_any_name_gets_the_lists_name},
        {"/sources/own-entry-is-added-and-kept", own_entry_is_added_and_kept},
        {"/sources/own-entry-may-have-several-endpoints", own_entry_may_have_several_endpoints},
        {"/sources/own-entry-gets-a-free-id", own_entry_gets_a_free_id},
        {"/sources/own-entry-is-removed", own_entry_is_removed},
        {"/sources/wrong-entries-are-refused", wrong_entries_are_refused},
    };

    return sources_scene_run(argc, argv, cases, G_N_ELEMENTS(cases));
}
