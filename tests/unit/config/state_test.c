/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state.h"

#include "log.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

static void survives_a_restart(void)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "state.conf", NULL);
    g_autoptr(GError) error = NULL;
    struct stat facts;

    {
        g_autoptr(State) state = state_load(path);

        g_assert_false(state->on);
        g_assert_cmpstr(state->resolver, ==, "auto");
        state->on = true;
        g_free(state->resolver);
        state->resolver = g_strdup("quad9");
        state->changed_at_s = 5;
        g_assert_false(state->unknown_chosen);
        state->unknown_chosen = true;
        state->unknown = NETWORK_ASK;
        g_assert_true(state_save(state, &error));
        g_assert_no_error(error);
    }
    {
        g_autoptr(State) state = state_load(path);

        g_assert_true(state->on);
        g_assert_cmpstr(state->resolver, ==, "quad9");
        g_assert_cmpint(state->changed_at_s, ==, 5);
        g_assert_true(state->unknown_chosen);
        g_assert_cmpint(state->unknown, ==, NETWORK_ASK);
    }
    g_assert_cmpint(stat(path, &facts), ==, 0);
    g_assert_cmpuint(facts.st_mode & 0777, ==, 0600);
    g_unlink(path);
    g_rmdir(folder);
}

static void damage_means_defaults(void)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "state.conf", NULL);
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    g_autoptr(State) state = NULL;

    g_assert_true(g_file_set_contents(path, "\x00\xff[[[", 5, NULL));
    log_set_level(LOG_LEVEL_ERROR);
    state = state_load(path);
    g_assert_false(state->on);
    g_assert_cmpstr(state->resolver, ==, "auto");
    g_unlink(path);
    g_unlink(aside);
    g_rmdir(folder);
}

static State *state_from(const char *text)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "state.conf", NULL);
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    State *state;

    log_set_level(LOG_LEVEL_ERROR);
    if (text)
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    state = state_load(path);
    g_unlink(path);
    g_unlink(aside);
    g_rmdir(folder);
    return state;
}

static void what_can_be_read_of_a_damaged_file_holds(void)
{
    g_autoptr(State) state =
        state_from("[State]\nOn=true\nResolver=qu\xff\xff\n\nChangedBy=al\nnoise");

    g_assert_true(state->on);
    g_assert_false(state->lost);
    g_assert_cmpstr(state->resolver, ==, "auto");
    g_assert_cmpstr(state->changed_by, ==, "al");
}

static void unknown_keys_and_wrong_types_are_no_harm(void)
{
    g_autoptr(State) state =
        state_from("[State]\nFuture=1\nOn=true\nChangedAt=noon\n[Other]\nOn=false\n");

    g_assert_true(state->on);
    g_assert_false(state->lost);
    g_assert_cmpint(state->changed_at_s, ==, 0);
}

static void file_that_does_not_say_is_lost(void)
{
    static const char *const texts[] = {"", "[State]\n", "[State]\nOn=perhaps\n", "On=true\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(State) state = state_from(texts[i]);

        g_assert_true(state->lost);
        g_assert_false(state->on);
    }
}

static void no_file_is_not_lost(void)
{
    g_autoptr(State) state = state_from(NULL);

    g_assert_false(state->lost);
}

/* Nobody can have chosen it: left alone is for one network at a time. */
static void what_is_no_default_is_not_read(void)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "state.conf", NULL);
    g_autoptr(State) state = NULL;

    g_assert_true(
        g_file_set_contents(path, "[State]\nUnknownNetworks=leave-alone\nOn=true\n", -1, NULL));
    state = state_load(path);
    g_assert_true(state->on);
    g_assert_false(state->unknown_chosen);
    g_unlink(path);
    g_rmdir(folder);
}

static void unwritable_place_is_an_error(void)
{
    g_autoptr(State) state = state_load("/nonexistent/sotto/state.conf");
    g_autoptr(GError) error = NULL;

    g_assert_false(state_save(state, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/survives-a-restart", survives_a_restart);
    g_test_add_func("/state/damage-means-defaults", damage_means_defaults);
    g_test_add_func("/state/what-can-be-read-of-a-damaged-file-holds",
                    what_can_be_read_of_a_damaged_file_holds);
    g_test_add_func("/state/unknown-keys-and-wrong-types-are-no-harm",
                    unknown_keys_and_wrong_types_are_no_harm);
    g_test_add_func("/state/file-that-does-not-say-is-lost", file_that_does_not_say_is_lost);
    g_test_add_func("/state/no-file-is-not-lost", no_file_is_not_lost);
    g_test_add_func("/state/what-is-no-default-is-not-read", what_is_no_default_is_not_read);
    g_test_add_func("/state/unwritable-place-is-an-error", unwritable_place_is_an_error);
    return g_test_run();
}
