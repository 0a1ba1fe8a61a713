/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files are indexed, and which are left to GnuTLS. */
#include "root_index.h"

#include "tls_server.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Scene {
    Authority *authority;
    char *file, *pem;
} Scene;

static void scene_set_up(Scene *scene, gconstpointer data)
{
    int fd = g_file_open_tmp("root-index-XXXXXX", &scene->file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    scene->authority = authority_new();
    g_assert_true(g_file_get_contents(authority_file(scene->authority), &scene->pem, NULL, NULL));
}

static void scene_tear_down(Scene *scene, gconstpointer data)
{
    g_unlink(scene->file);
    g_free(scene->file);
    g_free(scene->pem);
    authority_free(scene->authority);
}

/* How many authorities a file of this text has; -1: it is not indexed. */
static int count_in(const Scene *scene, const char *text)
{
    g_unlink(scene->file); /* GLib waits for the disk otherwise */
    g_assert_true(g_file_set_contents(scene->file, text, -1, NULL));
    RootIndex *index = root_index_new(open(scene->file, O_RDONLY | O_CLOEXEC));
    int count = index != NULL ? (int)root_index_count(index) : -1;

    root_index_free(index);
    return count;
}

static void every_certificate_counts(Scene *scene, gconstpointer data)
{
    g_auto(GStrv) lines = g_strsplit(scene->pem, "\n", -1);
    g_autofree char *windows = g_strjoinv("\r\n", lines);
    g_auto(GStrv) halves = g_strsplit(scene->pem, "CERTIFICATE", -1);
    g_autofree char *old = g_strjoinv("X509 CERTIFICATE", halves);
    g_autofree char *unended = g_strndup(scene->pem, strlen(scene->pem) - 1);
    g_autofree char *text = g_strconcat("words\n", scene->pem, windows, "-----BEGIN words\n", old,
                                        "-----BEGIN X509 CRL-----\n", unended, NULL);

    g_assert_cmpint(count_in(scene, scene->pem), ==, 1);
    g_assert_cmpint(count_in(scene, text), ==, 4);
}

static void none_is_no_index(Scene *scene, gconstpointer data)
{
    g_assert_cmpint(count_in(scene, ""), ==, -1);
    g_assert_cmpint(count_in(scene, "-----BEGIN NOTHING-----\n"), ==, -1);
}

static void one_that_is_broken_is_no_index(Scene *scene, gconstpointer data)
{
    static const char *const broken[] = {
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", /* an empty SEQUENCE */
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *text = g_strconcat(scene->pem, broken[i], NULL);
        g_assert_cmpint(count_in(scene, text), ==, -1);
    }
}

static void half_a_file_is_no_index(Scene *scene, gconstpointer data)
{
    size_t length = strlen(scene->pem);

    for (size_t cut = strlen("-----END CERTIFICATE-----\n"); cut < length; cut += 37) {
        g_autofree char *text = g_strconcat(scene->pem, scene->pem, NULL);

        text[2 * length - cut] = '\0';
        int count = count_in(scene, text);
        g_assert_cmpint(count, <=, 1); /* one, if not even its first line was left */
    }
}

static void only_plain_files_are_indexed(Scene *scene, gconstpointer data)
{
    g_autofree char *folder = g_path_get_dirname(scene->file);
    int pipes[2];

    g_assert_cmpint(pipe(pipes), ==, 0);
    g_assert_null(root_index_new(pipes[0]));
    g_assert_cmpint(fcntl(pipes[0], F_GETFD), ==, -1); /* closed */
    close(pipes[1]);
    g_assert_null(root_index_new(open(folder, O_RDONLY | O_CLOEXEC)));
    g_assert_null(root_index_new(open("/nonexistent", O_RDONLY | O_CLOEXEC)));
}

static void changes_are_seen(Scene *scene, gconstpointer data)
{
    g_assert_true(g_file_set_contents(scene->file, scene->pem, -1, NULL));
    RootIndex *index = root_index_new(open(scene->file, O_RDONLY | O_CLOEXEC));

    g_assert_false(root_index_is_stale(index, NULL));
    g_assert_false(root_index_is_stale(index, scene->file));
    g_assert_false(root_index_is_stale(index, "/nonexistent"));
    g_assert_true(root_index_is_stale(index, authority_file(scene->authority)));
    g_usleep(10000); /* a file's times are as fine as the kernel's ticks */
    g_assert_cmpint(chmod(scene->file, 0644), ==, 0);
    g_assert_true(root_index_is_stale(index, NULL));
    root_index_free(index);
}

#define ADD(name, test)                                                                            \
    g_test_add("/root-index/" name, Scene, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("every-certificate-counts", every_certificate_counts);
    ADD("none-is-no-index", none_is_no_index);
    ADD("one-that-is-broken-is-no-index", one_that_is_broken_is_no_index);
    ADD("half-a-file-is-no-index", half_a_file_is_no_index);
    ADD("only-plain-files-are-indexed", only_plain_files_are_indexed);
    ADD("changes-are-seen", changes_are_seen);
    return g_test_run();
}
