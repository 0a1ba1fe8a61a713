/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setting up, moment by moment: what is announced when, and what happens when somebody leaves in
 * the middle. Seconds pass in milliseconds here, since the waits of setup.c are long.
 */
#include "helper_error.h"
#include "setup_scene.h"

#include <unistd.h>

#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static guint seconds_in_ms = 1000;

/* In the place of GLib's for everything that is linked into this program. */
guint g_timeout_add_seconds(guint interval, GSourceFunc function, gpointer data)
{
    return g_timeout_add(interval * seconds_in_ms, function, data);
}

static void keep(GObject *source, GAsyncResult *result, gpointer slot)
{
    g_assert_null(*(GAsyncResult **)slot); /* once */
    *(GAsyncResult **)slot = g_object_ref(result);
}

static void connect_helper(Scene *scene)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_connect_async(scene->helper, NULL, keep, &result);
    scene_await(result != NULL);
    g_assert_true(sotto_helper_connect_finish(scene->helper, result, NULL));
}

static SottoSetupState state(Scene *scene)
{
    return sotto_setup_state(scene->setup);
}

static void expect_end(Scene *scene, GAsyncResult **result, GQuark domain, int code)
{
    g_autoptr(GError) error = NULL;

    scene_await(*result != NULL);
    g_assert_false(sotto_setup_finish(scene->setup, *result, NULL, &error));
    g_assert_error(error, domain, code);
    g_assert_false(sotto_setup_is_busy(scene->setup));
    g_assert_false(sotto_setup_is_waiting(scene->setup));
}

/* --- the state ---------------------------------------------------------------------------------
 */

static void test_unknown_until_the_bus_answers(Scene *scene, gconstpointer data)
{
    g_assert_cmpint(state(scene), ==, SOTTO_SETUP_UNKNOWN);
    connect_helper(scene);
    scene_await(state(scene) == SOTTO_SETUP_NEEDED);
}

static void test_unknown_without_a_bus(Scene *scene, gconstpointer data)
{
    connect_helper(scene);
    scene_await(state(scene) == SOTTO_SETUP_NEEDED);
    scene_lose_bus(scene);
    scene_await(state(scene) == SOTTO_SETUP_UNKNOWN);
}

static void test_helper_that_comes_is_current(Scene *scene, gconstpointer data)
{
    connect_helper(scene);
    scene_await(state(scene) == SOTTO_SETUP_NEEDED);
    scene_show_helper(scene, SCENE_DIGEST, "0.0.1");
    scene_await(state(scene) == SOTTO_SETUP_CURRENT);
    g_assert_true(sotto_setup_is_removable(scene->setup));
}

static void test_helper_that_left_with_its_files_is_needed(Scene *scene, gconstpointer data)
{
    scene_show_helper(scene, SCENE_DIGEST, "0.0.1");
    connect_helper(scene);
    scene_await(state(scene) == SOTTO_SETUP_CURRENT);
    scene_hide_helper(scene);
    scene_await(state(scene) == SOTTO_SETUP_NEEDED);
    g_assert_false(sotto_setup_is_removable(scene->setup));
}

static void test_following_that_does_not_come_is_offered(Scene *scene, gconstpointer data)
{
    if (getuid() != 0) {
        g_test_skip("the folder of the test would have to be root's");
        return;
    }
    seconds_in_ms = 2;
    scene_show_helper(scene, OTHER, "0.0.1");
    connect_helper(scene);
    scene_await(state(scene) != SOTTO_SETUP_UNKNOWN);
    g_assert_cmpint(state(scene), ==, SOTTO_SETUP_FOLLOWS);
    scene_await(state(scene) == SOTTO_SETUP_OLDER);
    seconds_in_ms = 1000;
}

/* --- the course --------------------------------------------------------------------------------
 */

static void begin(Scene *scene, GCancellable *cancellable, GAsyncResult **result)
{
    sotto_setup_install_async(scene->setup, cancellable, keep, result);
    g_assert_true(sotto_setup_is_busy(scene->setup));
    scene_await(scene->order != NULL || *result != NULL);
}

static void test_waiting_ends_with_the_word_and_busy_with_the_helper(Scene *scene,
                                                                     gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autofree char *note = NULL;

    begin(scene, NULL, &result);
    g_assert_true(sotto_setup_is_waiting(scene->setup));
    scene_allow(scene);
    scene_await(!sotto_setup_is_waiting(scene->setup));
    g_assert_true(sotto_setup_is_busy(scene->setup));
    scene_end_job(scene, "done");
    scene_show_helper(scene, SCENE_DIGEST, "0.1.0");
    scene_await(result != NULL);
    g_assert_true(sotto_setup_finish(scene->setup, result, &note, NULL));
    g_assert_cmpstr(note, ==, "");
    g_assert_false(sotto_setup_is_busy(scene->setup));
    g_assert_cmpint(state(scene), ==, SOTTO_SETUP_CURRENT);
}

static void test_second_one_is_refused(Scene *scene, gconstpointer data)
{
    g_autoptr(GAsyncResult) first = NULL;
    g_autoptr(GAsyncResult) second = NULL;
    g_autoptr(GError) error = NULL;

    begin(scene, NULL, &first);
    sotto_setup_remove_async(scene->setup, NULL, keep, &second);
    scene_await(second != NULL);
    g_assert_false(sotto_setup_finish(scene->setup, second, NULL, &error));
    g_assert_error(error, SOTTO_ERROR, SOTTO_ERROR_BUSY);
    g_assert_true(sotto_setup_is_busy(scene->setup));
    scene_allow(scene);
    scene_end_job(scene, "failed");
    expect_end(scene, &first, SOTTO_ERROR, SOTTO_ERROR_FAILED);
    g_assert_cmpuint(scene->orders, ==, 1);
}

static void test_job_of_somebody_else_is_not_ours(Scene *scene, gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;

    begin(scene, NULL, &result);
    g_assert_true(
        g_dbus_connection_emit_signal(scene->host, NULL, "/org/freedesktop/systemd1",
                                      "org.freedesktop.systemd1.Manager", "JobRemoved",
                                      g_variant_new("(uoss)", 3, "/org/freedesktop/systemd1/job/3",
                                                    "sotto-setup.service", "failed"),
                                      NULL));
    scene_allow(scene);
    scene_await(!sotto_setup_is_waiting(scene->setup));
    g_assert_null(result);
    scene_end_job(scene, "failed");
    expect_end(scene, &result, SOTTO_ERROR, SOTTO_ERROR_FAILED);
}

static void test_cancelled_while_somebody_is_asked(Scene *scene, gconstpointer data)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;

    begin(scene, cancellable, &result);
    g_cancellable_cancel(cancellable);
    expect_end(scene, &result, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    scene_allow(scene); /* too late for us, and no trouble */
    scene_end_job(scene, "done");
}

static void test_cancelled_while_it_is_done(Scene *scene, gconstpointer data)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;

    begin(scene, cancellable, &result);
    scene_allow(scene);
    scene_await(!sotto_setup_is_waiting(scene->setup));
    g_cancellable_cancel(cancellable);
    expect_end(scene, &result, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void test_cancelled_while_the_helper_is_awaited(Scene *scene, gconstpointer data)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;

    begin(scene, cancellable, &result);
    scene_allow(scene);
    scene_end_job(scene, "done");
    scene_show_helper(scene, OTHER, "0.0.1"); /* seen, and not the one */
    scene_await(state(scene) != SOTTO_SETUP_UNKNOWN && sotto_setup_is_removable(scene->setup));
    g_assert_null(result);
    g_cancellable_cancel(cancellable);
    expect_end(scene, &result, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void test_cancelled_before_it_begins(Scene *scene, gconstpointer data)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;

    g_cancellable_cancel(cancellable);
    sotto_setup_install_async(scene->setup, cancellable, keep, &result);
    expect_end(scene, &result, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(scene->orders, ==, 0);
}

static void test_owner_that_lets_go_hears_the_end(Scene *scene, gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    SottoSetup *setup = scene->setup;

    begin(scene, NULL, &result);
    g_clear_object(&scene->setup); /* a reference is the task's */
    scene_allow(scene);
    scene_end_job(scene, "failed");
    scene_await(result != NULL);
    g_assert_false(sotto_setup_finish(setup, result, NULL, &error));
    g_assert_error(error, SOTTO_ERROR, SOTTO_ERROR_FAILED);
}

static void test_bus_that_goes_away(Scene *scene, gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;

    begin(scene, NULL, &result);
    scene_allow(scene);
    scene_await(!sotto_setup_is_waiting(scene->setup));
    scene_lose_bus(scene);
    expect_end(scene, &result, SOTTO_ERROR, SOTTO_ERROR_NO_BUS);
    scene_await(state(scene) == SOTTO_SETUP_UNKNOWN);
}

static void test_job_without_an_end(Scene *scene, gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;

    begin(scene, NULL, &result);
    seconds_in_ms = 2;
    scene_allow(scene);
    expect_end(scene, &result, SOTTO_ERROR, SOTTO_ERROR_TIMED_OUT);
    seconds_in_ms = 1000;
}

static void test_every_step_is_announced(Scene *scene, gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;
    guint before;

    connect_helper(scene);
    scene_await(state(scene) == SOTTO_SETUP_NEEDED);
    before = scene->changes;
    begin(scene, NULL, &result);
    g_assert_cmpuint(scene->changes - before, ==, 2); /* busy, waiting */
    scene_allow(scene);
    scene_await(scene->changes - before == 3);
    scene_end_job(scene, "failed");
    expect_end(scene, &result, SOTTO_ERROR, SOTTO_ERROR_FAILED);
    g_assert_cmpuint(scene->changes - before, ==, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/setup/" name, Scene, NULL, scene_set_up, test, scene_tear_down)
    ADD("unknown-until-the-bus-answers", test_unknown_until_the_bus_answers);
    ADD("unknown-without-a-bus", test_unknown_without_a_bus);
    ADD("helper-that-comes-is-current", test_helper_that_comes_is_current);
    ADD("helper-that-left-with-its-files", test_helper_that_left_with_its_files_is_needed);
    ADD("following-that-does-not-come", test_following_that_does_not_come_is_offered);
    ADD("waiting-and-busy", test_waiting_ends_with_the_word_and_busy_with_the_helper);
    ADD("second-one-is-refused", test_second_one_is_refused);
    ADD("job-of-somebody-else", test_job_of_somebody_else_is_not_ours);
    ADD("cancelled-while-somebody-is-asked", test_cancelled_while_somebody_is_asked);
    ADD("cancelled-while-it-is-done", test_cancelled_while_it_is_done);
    ADD("cancelled-while-the-helper-is-awaited", test_cancelled_while_the_helper_is_awaited);
    ADD("cancelled-before-it-begins", test_cancelled_before_it_begins);
    ADD("owner-that-lets-go", test_owner_that_lets_go_hears_the_end);
    ADD("bus-that-goes-away", test_bus_that_goes_away);
    ADD("job-without-an-end", test_job_without_an_end);
    ADD("every-step-is-announced", test_every_step_is_announced);
    return g_test_run();
}
