/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program's hands on resolv.conf: seen however it is done, and only when it lasts. */
#include "takeover.h"

#include "file_watch.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define OURS   "nameserver 198.19.53.53\n"
#define THEIRS "nameserver 192.0.2.1\n"

typedef struct Fixture {
    char *folder, *path, *other;
    Takeover *takeover;
    bool pointed, taken;
    unsigned changes;
    gint64 taken_us;
} Fixture;

static void on_changed(void *owner)
{
    Fixture *fixture = owner;
    fixture->changes++;
    fixture->taken = takeover_judge(fixture->takeover, fixture->pointed, LOCAL_STUB_NONE, NULL);
}

static void write_file(const char *path, const char *text)
{
    GError *error = NULL;
    g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error));
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    Address own[2];
    g_assert_cmpint(address_parse("198.19.53.53", 53, &own[0]), ==, STATUS_OK);
    g_assert_cmpint(address_parse("fd53:6f74:746f::53", 53, &own[1]), ==, STATUS_OK);
    fixture->folder = g_dir_make_tmp("sotto-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "resolv.conf", NULL);
    fixture->other = g_build_filename(fixture->folder, "below", "other.conf", NULL);
    write_file(fixture->path, OURS);
    fixture->takeover = takeover_new(fixture->path, own, on_changed, fixture);
    fixture->pointed = true;
    on_changed(fixture);
    fixture->changes = 0;
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    takeover_free(fixture->takeover);
    g_unlink(fixture->path);
    g_unlink(fixture->other);
    g_autofree char *below = g_path_get_dirname(fixture->other);
    g_rmdir(below);
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->other);
}

static gboolean on_time(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void run_ms(unsigned time_ms)
{
    bool over = false;
    g_timeout_add(time_ms, on_time, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

/* Within the two seconds that are promised. */
static void expect_taken(Fixture *fixture)
{
    gint64 until_us = g_get_monotonic_time() + 2 * G_USEC_PER_SEC;
    while (!fixture->taken && g_get_monotonic_time() < until_us)
        run_ms(20);
    g_assert_true(fixture->taken);
}

static void expect_right_again(Fixture *fixture)
{
    gint64 until_us = g_get_monotonic_time() + G_USEC_PER_SEC;
    while (fixture->taken && g_get_monotonic_time() < until_us)
        run_ms(20);
    g_assert_false(fixture->taken);
}

static void written_in_place(Fixture *fixture, gconstpointer unused)
{
    FILE *file = g_fopen(fixture->path, "w");
    fputs(THEIRS, file);
    fclose(file);
    expect_taken(fixture);
    write_file(fixture->path, OURS);
    expect_right_again(fixture);
}

static void replaced(Fixture *fixture, gconstpointer unused)
{
    write_file(fixture->path, THEIRS);
    expect_taken(fixture);
}

static void removed(Fixture *fixture, gconstpointer unused)
{
    g_unlink(fixture->path);
    expect_taken(fixture);
    write_file(fixture->path, OURS);
    expect_right_again(fixture);
}

static void what_a_link_leads_to(Fixture *fixture, gconstpointer unused)
{
    g_unlink(fixture->path);
    g_assert_cmpint(symlink("below/other.conf", fixture->path), ==, 0);
    expect_taken(fixture); /* it leads nowhere yet, and there is not even the folder */
    g_autofree char *below = g_path_get_dirname(fixture->other);
    g_assert_cmpint(g_mkdir(below, 0755), ==, 0);
    run_ms(50);
    write_file(fixture->other, OURS);
    expect_right_again(fixture);
    write_file(fixture->other, THEIRS);
    expect_taken(fixture);
    g_autofree char *sentence = takeover_explain(fixture->takeover);
    g_assert_nonnull(g_strstr_len(sentence, -1, "a link to below/other.conf."));
}

static void one_moment_is_nothing(Fixture *fixture, gconstpointer unused)
{
    write_file(fixture->path, THEIRS);
    run_ms(100);
    write_file(fixture->path, OURS);
    run_ms(800);
    g_assert_false(fixture->taken);
}

static void not_while_dns_is_not_ours(Fixture *fixture, gconstpointer unused)
{
    fixture->pointed = false;
    write_file(fixture->path, THEIRS);
    run_ms(800);
    g_assert_false(fixture->taken);
}

static void others_files_wake_nobody(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *neighbour = g_build_filename(fixture->folder, "hosts", NULL);
    write_file(neighbour, THEIRS);
    run_ms(100);
    g_unlink(neighbour);
    g_assert_cmpuint(fixture->changes, ==, 0);
}

#define ADD(name, function)                                                                        \
    g_test_add("/takeover/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("written-in-place", written_in_place);
    ADD("replaced", replaced);
    ADD("removed", removed);
    ADD("what-a-link-leads-to", what_a_link_leads_to);
    ADD("one-moment-is-nothing", one_moment_is_nothing);
    ADD("not-while-dns-is-not-ours", not_while_dns_is_not_ours);
    ADD("others-files-wake-nobody", others_files_wake_nobody);
    return g_test_run();
}
