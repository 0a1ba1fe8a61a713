/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers that hang up on many questions at once: the rule by itself, and DNS over HTTPS by it. */
#include "crowd.h"
#include "doh_scene.h"
#include "log.h"

enum { ASKS = 40 };

/* ---- the rule ---- */

static void all_are_asked_at_first(void)
{
    Crowd crowd = {0};

    g_assert_true(crowd_has_room(&crowd, 100000, 0));
}

static void close_halves_down_to_eight(void)
{
    Crowd crowd = {0};

    g_assert_true(crowd_was_closed(&crowd, 100, 0));
    g_assert_true(crowd_has_room(&crowd, 49, 0));
    g_assert_false(crowd_has_room(&crowd, 50, 0));
    g_assert_true(crowd_was_closed(&crowd, 9, 0));
    g_assert_true(crowd_has_room(&crowd, 7, 0));
    g_assert_false(crowd_has_room(&crowd, 8, 0));
}

static void few_are_no_crowd(void)
{
    Crowd crowd = {0};

    g_assert_false(crowd_was_closed(&crowd, 8, 0));
    g_assert_true(crowd_has_room(&crowd, 100, 0));
}

static void grows_after_eight_rounds_of_answers(void)
{
    Crowd crowd = {0};

    g_assert_true(crowd_was_closed(&crowd, 32, 1000));
    g_assert_false(crowd_has_room(&crowd, 16, 1000 + 8 * 16 - 1));
    g_assert_true(crowd_has_room(&crowd, 16, 1000 + 8 * 16));
    g_assert_true(crowd_has_room(&crowd, 17, 1000 + 8 * 16));
    g_assert_false(crowd_has_room(&crowd, 18, 1000 + 8 * 16));
}

/* So that a burst after much quiet traffic is not all that was learnt thrown away. */
static void grows_by_one_step_at_a_time(void)
{
    Crowd crowd = {0};

    g_assert_true(crowd_was_closed(&crowd, 16, 0));
    g_assert_true(crowd_has_room(&crowd, 8, 1000000));
    g_assert_false(crowd_has_room(&crowd, 9, 1000000));
}

/* ---- DNS over HTTPS ---- */

static unsigned bears; /* requests at once, for the server */

static void script_hang_up_on_many(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL) {
        if (doh_most_open(talk) > bears) {
            doh_request_free(request);
            break;
        }
        doh_answer(talk, request);
    }
    doh_end(talk);
}

static void ask_crowd(DotScene *scene, DotAsk *asks, int count)
{
    for (int i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("crowd-%d.example", i);

        asks[i] = (DotAsk){0};
        dot_ask(scene, &asks[i], name);
    }
    for (int i = 0; i < count; i++)
        turn_until(scene, asks[i].done == 1);
}

static void fewer_are_asked_until_all_are_answered(void)
{
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, ASKS);

    bears = 12;
    doh_scene_open(&scene, script_hang_up_on_many);
    ask_crowd(&scene, asks, ASKS);
    for (int i = 0; i < ASKS; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 3); /* for 40, 20, 10 at once */
    g_assert_cmpuint(dot_scene_counters(&scene)->retries, ==, 60);
    ask_crowd(&scene, asks, ASKS); /* remembered */
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 3);
    doh_scene_close(&scene);
}

static void another_network_is_another_crowd(void)
{
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, ASKS);

    bears = 25;
    doh_scene_open(&scene, script_hang_up_on_many);
    ask_crowd(&scene, asks, ASKS);
    transport_network_changed(scene.transport);
    ask_crowd(&scene, asks, ASKS);
    for (int i = 0; i < ASKS; i++)
        dot_assert_answered(&asks[i]);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, ==, 4); /* twice 40, 20 */
    doh_scene_close(&scene);
}

static void who_always_hangs_up_is_not_asked_for_ever(void)
{
    DotScene scene;
    g_autofree DotAsk *asks = g_new0(DotAsk, ASKS);

    bears = 0;
    doh_scene_open(&scene, script_hang_up_on_many);
    ask_crowd(&scene, asks, ASKS);
    for (int i = 0; i < ASKS; i++)
        g_assert_cmpint(asks[i].status, !=, STATUS_OK);
    g_assert_cmpuint(dot_scene_counters(&scene)->connections, <=, 3 + 2 * ASKS / 8);
    doh_scene_close(&scene);
}

#define add(name, function) g_test_add_func("/crowd/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    log_set_level(g_test_verbose() ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
    add("all-are-asked-at-first", all_are_asked_at_first);
    add("close-halves-down-to-eight", close_halves_down_to_eight);
    add("few-are-no-crowd", few_are_no_crowd);
    add("grows-after-eight-rounds-of-answers", grows_after_eight_rounds_of_answers);
    add("grows-by-one-step-at-a-time", grows_by_one_step_at_a_time);
    add("fewer-are-asked-until-all-are-answered", fewer_are_asked_until_all_are_answered);
    add("another-network-is-another-crowd", another_network_is_another_crowd);
    add("who-always-hangs-up-is-not-asked-for-ever", who_always_hangs_up_is_not_asked_for_ever);
    return g_test_run();
}
