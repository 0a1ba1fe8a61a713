/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What users decided survives, wins, and is not made where it cannot be kept. */
#include "decisions.h"
#include "favourites.h"

#include "log.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

typedef struct Fixture {
    char *folder, *path, *file;
    Settings *settings;
} Fixture;

/* Resolvers a to g, of which a, b and c are the administrator's favourites. */
static void set_up(Fixture *fixture, gconstpointer unused)
{
    GString *text = g_string_new("[Protection]\nFavourites=a;b;c\n");
    g_autoptr(GError) error = NULL;

    for (char id = 'a'; id <= 'g'; id++)
        g_string_append_printf(text, "[Resolver %c]\nEndpoints=tls://192.0.2.1#%c.example\n", id,
                               id);
    fixture->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "decisions.conf", NULL);
    fixture->file = g_build_filename(fixture->folder, "sotto.conf", NULL);
    g_assert_true(g_file_set_contents(fixture->file, text->str, -1, NULL));
    g_string_free(text, TRUE);
    fixture->settings = settings_load(&(SettingsSources){.file = fixture->file}, &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    settings_unref(fixture->settings);
    g_unlink(fixture->path);
    g_unlink(fixture->file);
    g_rmdir(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->file);
    g_free(fixture->folder);
}

static void expect_favourites(const Fixture *fixture, const char *ids)
{
    g_autoptr(GPtrArray) list = favourites_list(fixture->settings);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < list->len; i++)
        g_string_append(text, ((Resolver *)list->pdata[i])->id);
    g_assert_cmpstr(text->str, ==, ids);
}

/* As a user does it. */
static void change(Fixture *fixture, Decisions *decisions, const char *id, bool favourite)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) ids = favourites_change(fixture->settings, id, favourite, &error);

    g_assert_no_error(error);
    g_assert_true(decisions_set_favourites(decisions, (const char *const *)ids, &error));
    decisions_give(decisions, fixture->settings);
}

static void expect_refused(const Fixture *fixture, const char *id, bool favourite)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(favourites_change(fixture->settings, id, favourite, &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT);
    g_assert_true(g_str_has_suffix(error->message, "."));
}

/* --- the file --- */

static void survive_a_restart(Fixture *fixture, gconstpointer unused)
{
    Decisions *decisions = decisions_load(fixture->path);
    struct stat facts;

    change(fixture, decisions, "d", true);
    g_assert_true(decisions_set_relay(decisions, "", "*", NULL));
    g_assert_true(decisions_set_relay(decisions, "a", "none", NULL));
    g_assert_true(decisions_set_relay(decisions, "b", "r1", NULL));
    decisions_give(decisions, fixture->settings);
    g_assert_cmpstr(relays_decision(fixture->settings->relays, "b"), ==, "r1");
    g_assert_true(decisions_set_relay(decisions, "b", "", NULL));
    decisions_give(decisions, fixture->settings);
    g_assert_cmpstr(relays_decision(fixture->settings->relays, "b"), ==, "");
    decisions_free(decisions);
    g_assert_cmpint(stat(fixture->path, &facts), ==, 0);
    g_assert_cmpuint(facts.st_mode & 0777, ==, 0600);

    settings_unref(fixture->settings);
    fixture->settings = settings_load(&(SettingsSources){.file = fixture->file}, NULL);
    decisions = decisions_load(fixture->path);
    expect_favourites(fixture, "abc");
    decisions_give(decisions, fixture->settings);
    expect_favourites(fixture, "abcd");
    g_assert_cmpstr(relays_choice(fixture->settings->relays), ==, "*");
    g_assert_cmpstr(relays_decision(fixture->settings->relays, "a"), ==, "none");
    g_assert_cmpstr(relays_decision(fixture->settings->relays, "b"), ==, "");
    decisions_free(decisions);
}

static void damage_means_nothing_decided(Fixture *fixture, gconstpointer unused)
{
    g_assert_true(g_file_set_contents(fixture->path, "\x00\xff[[[", 5, NULL));
    log_set_level(LOG_LEVEL_ERROR);
    Decisions *decisions = decisions_load(fixture->path);

    decisions_give(decisions, fixture->settings);
    expect_favourites(fixture, "abc");
    change(fixture, decisions, "d", true);
    expect_favourites(fixture, "abcd");
    decisions_free(decisions);
}

static void unsaved_is_not_decided(Fixture *fixture, gconstpointer unused)
{
    const char *const ids[] = {"g", NULL};
    Decisions *decisions = decisions_load("/nonexistent/sotto/decisions.conf");
    g_autoptr(GError) error = NULL;

    g_assert_false(decisions_set_favourites(decisions, ids, NULL));
    g_assert_false(decisions_set_relay(decisions, "", "*", &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED);
    decisions_give(decisions, fixture->settings);
    expect_favourites(fixture, "abc");
    g_assert_cmpstr(relays_choice(fixture->settings->relays), ==, "none");
    decisions_free(decisions);
}

/* --- favourites --- */

static void sixth_favourite_is_refused(Fixture *fixture, gconstpointer unused)
{
    Decisions *decisions = decisions_load(NULL);

    change(fixture, decisions, "d", true);
    change(fixture, decisions, "e", true);
    expect_refused(fixture, "f", true);
    change(fixture, decisions, "e", true); /* is one already */
    expect_favourites(fixture, "abcde");
    decisions_free(decisions);
}

static void last_favourite_stays(Fixture *fixture, gconstpointer unused)
{
    Decisions *decisions = decisions_load(NULL);

    change(fixture, decisions, "a", false);
    change(fixture, decisions, "c", false);
    expect_favourites(fixture, "b");
    expect_refused(fixture, "b", false);
    decisions_free(decisions);
}

static void unknown_favourite_is_refused(Fixture *fixture, gconstpointer unused)
{
    expect_refused(fixture, "nobody", true);
    expect_refused(fixture, "nobody", false);
    expect_refused(fixture, "", true);
}

static void vanished_favourite_comes_back(Fixture *fixture, gconstpointer unused)
{
    Decisions *decisions = decisions_load(NULL);
    g_autoptr(GPtrArray) listed = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    g_autoptr(GPtrArray) none = g_ptr_array_new();

    g_ptr_array_add(listed, resolver_new("listed", "Listed"));
    settings_set_added(fixture->settings, listed);
    change(fixture, decisions, "listed", true);
    change(fixture, decisions, "a", false);
    settings_set_added(fixture->settings, none);
    expect_favourites(fixture, "bc");
    change(fixture, decisions, "d", true);
    expect_favourites(fixture, "bcd");
    settings_set_added(fixture->settings, listed);
    expect_favourites(fixture, "bcdlisted");
    decisions_free(decisions);
}

/* Else the automatic choice would have nobody to ask. */
static void all_vanished_means_the_administrators(Fixture *fixture, gconstpointer unused)
{
    const char *const ids[] = {"gone", NULL};
    Decisions *decisions = decisions_load(NULL);

    g_assert_true(decisions_set_favourites(decisions, ids, NULL));
    decisions_give(decisions, fixture->settings);
    expect_favourites(fixture, "abc");
    decisions_free(decisions);
}

#define ADD(name, test) g_test_add(name, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/decisions/survive-a-restart", survive_a_restart);
    ADD("/decisions/damage-means-nothing-decided", damage_means_nothing_decided);
    ADD("/decisions/unsaved-is-not-decided", unsaved_is_not_decided);
    ADD("/favourites/sixth-is-refused", sixth_favourite_is_refused);
    ADD("/favourites/last-stays", last_favourite_stays);
    ADD("/favourites/unknown-is-refused", unknown_favourite_is_refused);
    ADD("/favourites/vanished-comes-back", vanished_favourite_comes_back);
    ADD("/favourites/all-vanished-means-the-administrators", all_vanished_means_the_administrators);
    return g_test_run();
}
