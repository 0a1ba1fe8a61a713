/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When lists are fetched, and what is told of it. */
#include "sources_scene.h"

#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)

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

    sources_scene_hold_old(scene);
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
    sources_scene_hold_old(scene);
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
    sources_scene_hold_old(scene);
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

    sources_scene_hold_old(scene);
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
    sources_scene_hold_old(scene);
    g_assert_cmpint(loop_wait_us(scene->loop), >, 0);
    sources_follow(scene->sources, NULL);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1);
}

static void metered_network_is_spared(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
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
    sources_scene_hold_old(scene);
    g_ptr_array_set_size(scene->requests, 0);
    sources_set_metered(scene->sources, true);
    sources_scene_refresh(scene);
    g_assert_cmpuint(scene->requests->len, >=, 2);
    g_assert_cmpint(loop_wait_us(scene->loop), ==, -1);
}

static void what_waited_is_fetched_elsewhere(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    g_ptr_array_set_size(scene->requests, 0);
    sources_set_metered(scene->sources, true);
    loop_advance(scene->loop, 100 * HOUR_US);
    sources_set_metered(scene->sources, false);
    g_assert_false(source_waits(scene->sources, sources_scene_list(scene, 0)));
    loop_advance(scene->loop, HOUR_US);
    sources_scene_settle(scene);
    g_assert_cmpuint(scene->requests->len, >=, 2);
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
    static const SourcesCase cases[] = {
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
        {"/sources/may-go-at-any-time", sources_may_go_at_any_time},
    };

    return sources_scene_run(argc, argv, cases, G_N_ELEMENTS(cases));
}
