/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "known_networks.h"

#include "log.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define HOTEL "3f1c09a2be47d655"
#define HOME  "00ff00ff00ff00ff"
#define NOON  INT64_C(1795000000)
#define HOUR  INT64_C(3600)

typedef struct Scene {
    char *folder, *path;
    KnownNetworks *networks;
    KnownNetworksListener listener;
    unsigned told;
} Scene;

static void on_changed(void *owner)
{
    Scene *scene = owner;

    scene->told++;
}

static void scene_reopen(Scene *scene)
{
    known_networks_unlisten(&scene->listener);
    known_networks_free(scene->networks);
    scene->networks = known_networks_new(scene->path);
    scene->listener = (KnownNetworksListener){.changed = on_changed, .owner = scene};
    known_networks_listen(scene->networks, &scene->listener);
    scene->told = 0;
}

static void scene_set_up(Scene *scene, gconstpointer data)
{
    scene->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    scene->path = g_build_filename(scene->folder, "networks.conf", NULL);
    log_set_level(LOG_LEVEL_ERROR);
    scene_reopen(scene);
}

static void scene_tear_down(Scene *scene, gconstpointer data)
{
    known_networks_unlisten(&scene->listener);
    known_networks_free(scene->networks);
    g_unlink(scene->path);
    g_rmdir(scene->folder);
    g_free(scene->path);
    g_free(scene->folder);
}

/* Nothing can be saved any more, by root either: the folder is gone. */
static void scene_break_disk(Scene *scene)
{
    g_unlink(scene->path);
    g_assert_cmpint(g_rmdir(scene->folder), ==, 0);
}

static void write_file(Scene *scene, const char *text)
{
    g_assert_true(g_file_set_contents(scene->path, text, -1, NULL));
    scene_reopen(scene);
}

static guint count(Scene *scene)
{
    g_autoptr(GPtrArray) list = known_networks_list(scene->networks);

    return list->len;
}

static void survives_a_restart(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Grand\nHotel", " ssid ", NOON);
    g_assert_true(
        known_networks_decide(scene->networks, HOTEL, NETWORK_LEAVE_ALONE, &(GError *){NULL}));
    known_networks_set_portal(scene->networks, HOTEL, true);
    scene_reopen(scene);
    const KnownNetwork *network = known_networks_find(scene->networks, HOTEL);

    g_assert_cmpstr(network->id, ==, HOTEL);
    g_assert_cmpstr(network->name, ==, "Grand\nHotel");
    g_assert_cmpstr(network->ssid, ==, " ssid ");
    g_assert_true(network->decided);
    g_assert_cmpint(network->policy, ==, NETWORK_LEAVE_ALONE);
    g_assert_true(network->portal);
    g_assert_cmpint(network->last_seen_s, ==, NOON);
}

static void nobody_else_reads_the_file(Scene *scene, gconstpointer data)
{
    struct stat facts;

    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    g_assert_cmpint(stat(scene->path, &facts), ==, 0);
    g_assert_cmpuint(facts.st_mode & 0777, ==, 0600);
}

static void undecided_until_the_user_says_so(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    scene_reopen(scene);
    g_assert_false(known_networks_find(scene->networks, HOTEL)->decided);
}

static void list_is_newest_first(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    known_networks_joined(scene->networks, HOME, "Home", "", NOON + HOUR);
    g_autoptr(GPtrArray) list = known_networks_list(scene->networks);
    const KnownNetwork *first = g_ptr_array_index(list, 0);

    g_assert_cmpuint(list->len, ==, 2);
    g_assert_cmpstr(first->name, ==, "Home");
}

static void a_visit_soon_after_is_not_written(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    g_unlink(scene->path);
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON + HOUR);
    g_assert_false(g_file_test(scene->path, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(scene->told, ==, 1);
    g_assert_cmpint(known_networks_find(scene->networks, HOTEL)->last_seen_s, ==, NOON + HOUR);
}

/* Every hour for a day must not add up to no write at all. */
static void many_short_visits_are_written(Scene *scene, gconstpointer data)
{
    for (int hour = 0; hour <= 24; hour++)
        known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON + hour * HOUR);
    scene_reopen(scene);
    g_assert_cmpint(known_networks_find(scene->networks, HOTEL)->last_seen_s, ==, NOON + 24 * HOUR);
}

static void another_name_is_written(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    known_networks_joined(scene->networks, HOTEL, "Grand Hotel", "", NOON);
    scene_reopen(scene);
    g_assert_cmpstr(known_networks_find(scene->networks, HOTEL)->name, ==, "Grand Hotel");
}

static void long_names_are_cut_between_characters(Scene *scene, gconstpointer data)
{
    g_autoptr(GString) name = g_string_new("x");

    for (int i = 0; i < 1000; i++)
        g_string_append(name, "é");
    known_networks_joined(scene->networks, HOTEL, name->str, "\xff", NOON);
    const char *kept = known_networks_find(scene->networks, HOTEL)->name;
    g_assert_cmpuint(strlen(kept), ==, 255);
    g_assert_true(g_utf8_validate(kept, -1, NULL));
    scene_reopen(scene);
    g_assert_nonnull(known_networks_find(scene->networks, HOTEL));
}

static void forgets_for_good(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    g_assert_true(known_networks_forget(scene->networks, HOTEL, &(GError *){NULL}));
    g_assert_null(known_networks_find(scene->networks, HOTEL));
    scene_reopen(scene);
    g_assert_null(known_networks_find(scene->networks, HOTEL));
}

static void unknown_ids_are_not_found(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) decide = NULL, forget = NULL;

    g_assert_false(known_networks_decide(scene->networks, HOTEL, NETWORK_ASK, &decide));
    g_assert_error(decide, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND);
    g_assert_false(known_networks_forget(scene->networks, HOTEL, &forget));
    g_assert_error(forget, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND);
    known_networks_set_portal(scene->networks, HOTEL, true);
    g_assert_cmpuint(scene->told, ==, 0);
}

static void tells_of_each_change_once(Scene *scene, gconstpointer data)
{
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    g_assert_cmpuint(scene->told, ==, 1);
    g_assert_true(known_networks_decide(scene->networks, HOTEL, NETWORK_ASK, &(GError *){NULL}));
    g_assert_true(known_networks_decide(scene->networks, HOTEL, NETWORK_ASK, &(GError *){NULL}));
    g_assert_cmpuint(scene->told, ==, 2);
    known_networks_set_portal(scene->networks, HOTEL, true);
    known_networks_set_portal(scene->networks, HOTEL, true);
    g_assert_cmpuint(scene->told, ==, 3);
    g_assert_true(known_networks_forget(scene->networks, HOTEL, &(GError *){NULL}));
    g_assert_cmpuint(scene->told, ==, 4);
}

static void a_decision_that_is_not_saved_is_not_made(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    scene_break_disk(scene);
    g_assert_false(known_networks_decide(scene->networks, HOTEL, NETWORK_LEAVE_ALONE, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED);
    g_assert_false(known_networks_find(scene->networks, HOTEL)->decided);
    g_assert_cmpuint(scene->told, ==, 1);
}

static void what_is_not_saved_is_not_forgotten(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    scene_break_disk(scene);
    g_assert_false(known_networks_forget(scene->networks, HOTEL, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED);
    g_assert_nonnull(known_networks_find(scene->networks, HOTEL));
}

static void damage_costs_what_it_hit(Scene *scene, gconstpointer data)
{
    write_file(scene, "garbage without a group\n"
                      "[" HOTEL "]\nName=Hotel\nPolicy=leave-alone\nLastSeen=5\n"
                      "[Not An Id]\nName=x\n"
                      "[00ff]\nName=Torn\nPol"
                      "\n[ab]\nPolicy=perhaps\n"
                      "[" HOME "]\nName=Home\nLastSeen=later\n"
                      "[torn");
    g_assert_cmpuint(count(scene), ==, 2);
    g_assert_true(known_networks_find(scene->networks, HOTEL)->decided);
    g_assert_cmpint(known_networks_find(scene->networks, HOME)->last_seen_s, ==, 0);
}

/* To subtract it from now would overflow. */
static void nothing_was_seen_before_1970(Scene *scene, gconstpointer data)
{
    write_file(scene, "[" HOTEL "]\nName=Hotel\nLastSeen=-9223372036854775808\n");
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON);
    g_assert_cmpint(known_networks_find(scene->networks, HOTEL)->last_seen_s, ==, NOON);
}

static void noise_is_no_network(Scene *scene, gconstpointer data)
{
    g_assert_true(g_file_set_contents(scene->path, "\x00\xff[[[", 5, NULL));
    scene_reopen(scene);
    g_assert_cmpuint(count(scene), ==, 0);
}

static void no_file_is_no_network(Scene *scene, gconstpointer data)
{
    g_assert_cmpuint(count(scene), ==, 0);
}

static void memory_alone_needs_no_file(void)
{
    KnownNetworks *networks = known_networks_new(NULL);

    known_networks_joined(networks, HOTEL, "Hotel", "", NOON);
    g_assert_true(known_networks_decide(networks, HOTEL, NETWORK_ASK, &(GError *){NULL}));
    g_assert_nonnull(known_networks_find(networks, HOTEL));
    known_networks_free(networks);
}

/* Network number 0 is decided about and the oldest; number 1 was seen before all others. */
static void fill(Scene *scene)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int i = 0; i < KNOWN_NETWORKS_MAX; i++)
        g_string_append_printf(text, "[n%d]\nLastSeen=%" PRId64 "\n%s", i, NOON + i * HOUR,
                               i == 0 ? "Policy=protect\n" : "");
    write_file(scene, text->str);
    g_assert_cmpuint(count(scene), ==, KNOWN_NETWORKS_MAX);
}

static void the_oldest_undecided_goes_first(Scene *scene, gconstpointer data)
{
    fill(scene);
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", NOON + 1000 * HOUR);
    g_assert_cmpuint(count(scene), ==, KNOWN_NETWORKS_MAX);
    g_assert_nonnull(known_networks_find(scene->networks, "n0"));
    g_assert_null(known_networks_find(scene->networks, "n1"));
    g_assert_nonnull(known_networks_find(scene->networks, HOTEL));
}

/* A laptop whose clock starts in 1970 must still know where it is. */
static void the_newcomer_stays_whatever_the_clock_says(Scene *scene, gconstpointer data)
{
    fill(scene);
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", 0);
    known_networks_joined(scene->networks, HOTEL, "Hotel", "", 1);
    g_assert_nonnull(known_networks_find(scene->networks, HOTEL));
}

static void a_file_of_too_many_is_cut(Scene *scene, gconstpointer data)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int i = 0; i < KNOWN_NETWORKS_MAX + 10; i++)
        g_string_append_printf(text, "[n%d]\nName=x\n", i);
    write_file(scene, text->str);
    g_assert_cmpuint(count(scene), ==, KNOWN_NETWORKS_MAX);
}

#define ADD(name, function)                                                                        \
    g_test_add("/known-networks/" name, Scene, NULL, scene_set_up, function, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("survives-a-restart", survives_a_restart);
    ADD("nobody-else-reads-the-file", nobody_else_reads_the_file);
    ADD("undecided-until-the-user-says-so", undecided_until_the_user_says_so);
    ADD("list-is-newest-first", list_is_newest_first);
    ADD("a-visit-soon-after-is-not-written", a_visit_soon_after_is_not_written);
    ADD("many-short-visits-are-written", many_short_visits_are_written);
    ADD("another-name-is-written", another_name_is_written);
    ADD("long-names-are-cut-between-characters", long_names_are_cut_between_characters);
    ADD("forgets-for-good", forgets_for_good);
    ADD("unknown-ids-are-not-found", unknown_ids_are_not_found);
    ADD("tells-of-each-change-once", tells_of_each_change_once);
    ADD("a-decision-that-is-not-saved-is-not-made", a_decision_that_is_not_saved_is_not_made);
    ADD("what-is-not-saved-is-not-forgotten", what_is_not_saved_is_not_forgotten);
    ADD("damage-costs-what-it-hit", damage_costs_what_it_hit);
    ADD("nothing-was-seen-before-1970", nothing_was_seen_before_1970);
    ADD("noise-is-no-network", noise_is_no_network);
    ADD("no-file-is-no-network", no_file_is_no_network);
    g_test_add_func("/known-networks/memory-alone-needs-no-file", memory_alone_needs_no_file);
    ADD("the-oldest-undecided-goes-first", the_oldest_undecided_goes_first);
    ADD("the-newcomer-stays-whatever-the-clock-says", the_newcomer_stays_whatever_the_clock_says);
    ADD("a-file-of-too-many-is-cut", a_file_of_too_many_is_cut);
    return g_test_run();
}
