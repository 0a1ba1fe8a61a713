/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sources_scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)

/* Every list is right, and the old one of resolvers is in use. */
static void hold_old(SourcesScene *scene)
{
    sources_scene_serve_text(scene, SCENE_URL, LIST_OLD, "list.md", SCENE_LIST_S);
    sources_scene_serve_text(scene, SCENE_RELAYS, "## anon-one\n" STAMP_RELAY "\n", "relays.md",
                             SCENE_LIST_S);
    sources_scene_refresh(scene);
    g_assert_null(scene->failure);
    g_assert_nonnull(sources_scene_find(scene, "one"));
}

static void list_is_taken_into_use(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    Resolver *one = sources_scene_find(scene, "one");

    g_assert_cmpstr(one->source, ==, "public");
    g_assert_cmpstr(one->operator_name, ==, "dns.example");
    g_assert_cmpstr(one->description, ==, "The first.");
    g_assert_null(one->key_changed);
    g_assert_cmpint(sources_scene_list(scene, 0)->copy->signed_at_s, ==, SCENE_LIST_S);
    g_assert_cmpint(sources_scene_list(scene, 0)->checked_at_s, ==, SCENE_WALL_S);
    g_assert_cmpuint(scene->changes, >, 0);
}

static void newer_list_replaces_it(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "list.md", SCENE_LIST_S + 1);
    sources_scene_refresh(scene);
    g_assert_nonnull(sources_scene_find(scene, "two"));
}

/* --- refused: the old one stays, and it is said why --- */

static void assert_refused(SourcesScene *scene, const char *sentence)
{
    g_autofree char *all = g_strconcat("public: ", sentence, NULL);

    sources_scene_refresh(scene);
    g_assert_cmpstr(scene->failure, ==, all);
    g_assert_cmpstr(sources_scene_list(scene, 0)->failure, ==, sentence);
    g_assert_nonnull(sources_scene_find(scene, "one"));
    g_assert_null(sources_scene_find(scene, "two"));
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
    g_assert_null(sources_scene_find(scene, "two"));
}

static void wrong_signature_is_refused(SourcesScene *scene, gconstpointer data)
{
    g_autoptr(GBytes) other = g_bytes_new_static("x", 1);

    hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, g_bytes_new_static(LIST_NEW, strlen(LIST_NEW)),
                        list_signer_sign_file(&scene->signer, other, "list.md", SCENE_WALL_S));
    assert_refused(scene, "It does not match its signature: it was changed or cut short.");
}

static void wrong_key_is_refused(SourcesScene *scene, gconstpointer data)
{
    GBytes *text = g_bytes_new_static(LIST_NEW, strlen(LIST_NEW));
    ListSigner other;

    hold_old(scene);
    list_signer_init(&other, 8);
    sources_scene_serve(scene, SCENE_URL, text,
                        list_signer_sign_file(&other, text, "list.md", SCENE_WALL_S));
    list_signer_clear(&other);
    assert_refused(scene, "It was signed with another key.");
}

static void older_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "list.md", SCENE_LIST_S - 86400);
    assert_refused(scene, "It was signed on 20 September 2026 and is older than the one in use, of "
                          "21 September 2026.");
}

static void older_list_is_refused_after_a_restart(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_restart(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "list.md", SCENE_LIST_S - 1);
    sources_scene_refresh(scene);
    g_assert_nonnull(scene->failure);
    g_assert_null(sources_scene_find(scene, "two"));
}

static void swapped_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, "## two\n" STAMP_RELAY "\n", "relays.md",
                             SCENE_WALL_S);
    assert_refused(scene, "The signature is for a file named \"relays.md\", not for \"list.md\".");
}

static void truncated_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    g_autoptr(GBytes) whole = g_bytes_new_static(LIST_NEW, strlen(LIST_NEW));

    hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, g_bytes_new_from_bytes(whole, 0, strlen(LIST_NEW) - 20),
                        list_signer_sign_file(&scene->signer, whole, "list.md", SCENE_WALL_S));
    assert_refused(scene, "It does not match its signature: it was changed or cut short.");
}

static void truncated_signature_is_refused(SourcesScene *scene, gconstpointer data)
{
    GBytes *text = g_bytes_new_static(LIST_NEW, strlen(LIST_NEW));
    g_autoptr(GBytes) whole = list_signer_sign_file(&scene->signer, text, "list.md", SCENE_WALL_S);

    hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, text,
                        g_bytes_new_from_bytes(whole, 0, g_bytes_get_size(whole) - 10));
    assert_refused(scene, "The signature file is cut short.");
}

static void huge_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    gsize size = 100 << 20;
    GBytes *text = g_bytes_new_take(g_malloc0(size), size);

    hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, text, g_bytes_new_static("", 0));
    assert_refused(scene, "It is larger than a list may be.");
}

static void signed_nonsense_is_refused(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, "# nothing\n", "list.md", SCENE_WALL_S);
    assert_refused(scene, "It holds no entry that can be used.");
}

static void missing_list_is_told(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_hash_table_remove(scene->served, SCENE_URL);
    assert_refused(scene, "Nothing is there.");
}

static void mirror_helps_out(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "other.md", SCENE_WALL_S);
    sources_scene_serve_text(scene, SCENE_MIRROR, LIST_NEW, "list.md", SCENE_WALL_S);
    sources_scene_refresh(scene);
    g_assert_null(scene->failure);
    g_assert_nonnull(sources_scene_find(scene, "two"));
}

/* --- on disk --- */

static char *kept(const SourcesScene *scene, const char *name)
{
    return g_build_filename(scene->folder, "lists", name, NULL);
}

static void kept_list_is_read_at_the_start(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
    g_assert_cmpint(sources_scene_list(scene, 0)->copy->signed_at_s, ==, SCENE_LIST_S);
}

static void damaged_copy_is_not_used(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *path = kept(scene, "public.md");

    hold_old(scene);
    g_assert_true(g_file_set_contents(path, LIST_NEW, -1, NULL));
    sources_scene_restart(scene);
    g_assert_null(sources_scene_find(scene, "one"));
    g_assert_cmpstr(sources_scene_list(scene, 0)->failure, ==,
                    "The copy on disk cannot be used. It does not match its signature: it was "
                    "changed or cut short.");
}

static void huge_copy_is_not_read(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *path = kept(scene, "public.md");

    hold_old(scene);
    g_assert_cmpint(truncate(path, 100 << 20), ==, 0);
    sources_scene_restart(scene);
    g_assert_cmpstr(sources_scene_list(scene, 0)->failure, ==,
                    "The copy on disk cannot be used. It is larger than a list may be.");
}

/* The power went after the list and before the signature had taken its place. */
static void half_a_replacement_is_whole(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *now = kept(scene, "public.minisig"), *new = kept(scene, "public.minisig.new");

    hold_old(scene);
    g_assert_cmpint(g_rename(now, new), ==, 0);
    g_assert_true(g_file_set_contents(now, "of the list before", -1, NULL));
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
}

/* --- when --- */

static void nothing_is_fetched_unasked(SourcesScene *scene, gconstpointer data)
{
    sources_follow(scene->sources, scene->plan);
    loop_advance(scene->loop, 100 * HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 0);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1); /* idle is idle */
}

static void nothing_is_fetched_without_a_plan(SourcesScene *scene, gconstpointer data)
{
    sources_want(scene->sources);
    loop_advance(scene->loop, 100 * HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 0);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1);
}

static void on_done(void *owner, const GError *error)
{
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED);
    *(bool *)owner = true;
}

static void refresh_without_a_plan_is_refused(SourcesScene *scene, gconstpointer data)
{
    bool done = false;

    sources_refresh(scene->sources, on_done, &done);
    g_assert_true(done);
    g_assert_cmpuint(scene->requests->len, ==, 0);
}

static void on_end(void *owner, const GError *error)
{
    char **end = owner;

    g_assert_null(*end);
    *end = g_strdup(error != NULL ? error->message : "good");
}

/* Once while it is fetched, once after. */
static void outcome_is_told_without_fetching(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *first = NULL, *second = NULL, *third = NULL;
    guint requests;

    hold_old(scene);
    g_hash_table_remove(scene->served, SCENE_URL);
    sources_refresh(scene->sources, on_end, &first);
    sources_outcome(scene->sources, on_end, &second);
    g_assert_null(second);
    sources_scene_settle(scene);
    g_assert_cmpstr(first, ==, "public: Nothing is there.");
    g_assert_cmpstr(second, ==, first);
    requests = scene->requests->len;
    sources_outcome(scene->sources, on_end, &third);
    g_assert_cmpstr(third, ==, first);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, requests);
}

static void wanted_list_is_fetched(SourcesScene *scene, gconstpointer data)
{
    sources_scene_serve_text(scene, SCENE_URL, LIST_OLD, "list.md", SCENE_LIST_S);
    sources_follow(scene->sources, scene->plan);
    sources_want(scene->sources);
    loop_advance(scene->loop, G_USEC_PER_SEC);
    sources_scene_settle(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
}

static void list_is_refreshed_when_due(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_ptr_array_set_size(scene->requests, 0);
    loop_advance(scene->loop, 23 * HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 0);
    loop_advance(scene->loop, HOUR_US + G_USEC_PER_SEC);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 1);
    g_assert_cmpstr(scene->requests->pdata[0], ==, SCENE_RELAYS); /* 24 hours are the default */
    loop_advance(scene->loop, 48 * HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, >=, 2);
}

static void refused_list_is_tried_again_in_an_hour(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_hash_table_remove(scene->served, SCENE_URL);
    sources_scene_refresh(scene);
    g_ptr_array_set_size(scene->requests, 0);
    loop_advance(scene->loop, HOUR_US - G_USEC_PER_SEC);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 0);
    loop_advance(scene->loop, 2 * G_USEC_PER_SEC);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 2); /* both URLs */
}

/* A clock that is years off, either way, keeps no list from being refreshed once it is set right.
 */
static void wrong_clock_is_no_reason_to_wait(SourcesScene *scene, gconstpointer data)
{
    static const int64_t wrong_s[] = {86400, SCENE_WALL_S + INT64_C(20) * 365 * 86400};

    hold_old(scene);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong_s); i++) {
        g_hash_table_remove(scene->served, SCENE_URL);
        loop_set_wall(scene->loop, wrong_s[i]);
        sources_scene_refresh(scene);
        loop_set_wall(scene->loop, SCENE_WALL_S + (int64_t)i * 86400);
        sources_scene_serve_text(scene, SCENE_URL, LIST_OLD, "list.md", SCENE_LIST_S);
        loop_advance(scene->loop, HOUR_US + G_USEC_PER_SEC);
        sources_scene_settle(scene);
        g_assert_null(sources_scene_list(scene, 0)->failure);
    }
}

static void timer_ends_with_the_plan(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_assert_cmpint(loop_wait_us(scene->loop), >, 0);
    sources_follow(scene->sources, NULL);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1);
}

static void metered_network_is_spared(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_ptr_array_set_size(scene->requests, 0);
    sources_set_metered(scene->sources, true);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1);
    g_assert_false(source_waits(scene->sources, sources_scene_list(scene, 0)));
    loop_advance(scene->loop, 100 * HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, ==, 0);
    g_assert_true(source_waits(scene->sources, sources_scene_list(scene, 0)));
}

static void refresh_goes_by_a_metered_network(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_ptr_array_set_size(scene->requests, 0);
    sources_set_metered(scene->sources, true);
    sources_scene_refresh(scene);
    g_assert_cmpuint(scene->requests->len, >=, 2);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1);
}

static void what_waited_is_fetched_elsewhere(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
    g_ptr_array_set_size(scene->requests, 0);
    sources_set_metered(scene->sources, true);
    loop_advance(scene->loop, 100 * HOUR_US);
    sources_set_metered(scene->sources, false);
    g_assert_false(source_waits(scene->sources, sources_scene_list(scene, 0)));
    loop_advance(scene->loop, HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, >=, 2);
}

/* --- keys --- */

#define LIST_OTHER_KEY "## one\nThe first.\n" STAMP_OTHER_KEY "\n"

static void changed_key_is_taken_and_shown(SourcesScene *scene, gconstpointer data)
{
    hold_old(scene);
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

/* A thread may be at work when the program ends. */
static void sources_may_go_at_any_time(SourcesScene *scene, gconstpointer data)
{
    sources_scene_serve_text(scene, SCENE_URL, LIST_OLD, "list.md", SCENE_LIST_S);
    for (unsigned turns = 0; turns < 4; turns++) {
        sources_follow(scene->sources, scene->plan);
        sources_refresh(scene->sources, on_done, &scene->done);
        for (unsigned i = 0; i < turns; i++)
            loop_turn(scene->loop, 0);
        sources_scene_restart(scene);
    }
    g_usleep(100000);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(SourcesScene *scene, gconstpointer data);
    } tests[] = {
        {"/sources/list-is-taken-into-use", list_is_taken_into_use},
        {"/sources/newer-list-replaces-it", newer_list_replaces_it},
        {"/sources/wrong-signature-is-refused", wrong_signature_is_refused},
        {"/sources/wrong-key-is-refused", wrong_key_is_refused},
        {"/sources/older-list-is-refused", older_list_is_refused},
        {"/sources/older-list-is-refused-after-a-restart", older_list_is_refused_after_a_restart},
        {"/sources/swapped-list-is-refused", swapped_list_is_refused},
        {"/sources/truncated-list-is-refused", truncated_list_is_refused},
        {"/sources/truncated-signature-is-refused", truncated_signature_is_refused},
        {"/sources/huge-list-is-refused", huge_list_is_refused},
        {"/sources/signed-nonsense-is-refused", signed_nonsense_is_refused},
        {"/sources/missing-list-is-told", missing_list_is_told},
        {"/sources/mirror-helps-out", mirror_helps_out},
        {"/sources/kept-list-is-read-at-the-start", kept_list_is_read_at_the_start},
        {"/sources/damaged-copy-is-not-used", damaged_copy_is_not_used},
        {"/sources/own-entry-takes-the-place-of-a-damaged-one",
         own_entry_takes_the_place_of_a_damaged_one},
        {"/sources/huge-copy-is-not-read", huge_copy_is_not_read},
        {"/sources/half-a-replacement-is-whole", half_a_replacement_is_whole},
        {"/sources/nothing-is-fetched-unasked", nothing_is_fetched_unasked},
        {"/sources/nothing-is-fetched-without-a-plan", nothing_is_fetched_without_a_plan},
        {"/sources/refresh-without-a-plan-is-refused", refresh_without_a_plan_is_refused},
        {"/sources/outcome-is-told-without-fetching", outcome_is_told_without_fetching},
        {"/sources/wanted-list-is-fetched", wanted_list_is_fetched},
        {"/sources/list-is-refreshed-when-due", list_is_refreshed_when_due},
        {"/sources/metered-network-is-spared", metered_network_is_spared},
        {"/sources/refresh-goes-by-a-metered-network", refresh_goes_by_a_metered_network},
        {"/sources/what-waited-is-fetched-elsewhere", what_waited_is_fetched_elsewhere},
        {"/sources/refused-list-is-tried-again-in-an-hour", refused_list_is_tried_again_in_an_hour},
        {"/sources/wrong-clock-is-no-reason-to-wait", wrong_clock_is_no_reason_to_wait},
        {"/sources/timer-ends-with-the-plan", timer_ends_with_the_plan},
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
        {"/sources/may-go-at-any-time", sources_may_go_at_any_time},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, SourcesScene, NULL, sources_scene_set_up, tests[i].run,
                   sources_scene_tear_down);
    return g_test_run();
}
