/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A system-wide Flatpak installation belongs to root, and so a payload in it may be installed
 * without asking again, if that is true of everything on the way to it. Each step is opened and
 * then looked at, never the other way round; links are followed here, step by step, and not by the
 * kernel.
 */
#include "deployed.h"

#include "sotto-build.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_STEPS 64

Deployed deployed_look(const char *installation)
{
    g_autofree char *repository = g_build_filename(installation, "repo", NULL);
    g_autofree char *app = g_build_filename(installation, "app", SOTTO_APP_ID, NULL);

    if (!g_file_test(repository, G_FILE_TEST_IS_DIR))
        return DEPLOYED_UNKNOWN;
    return g_file_test(app, G_FILE_TEST_IS_DIR) ? DEPLOYED_THERE : DEPLOYED_GONE;
}

gboolean deployed_is_roots(const char *installation)
{
    struct stat status;

    return stat(installation, &status) == 0 && status.st_uid == 0;
}

static gboolean is_roots_alone(const struct stat *status)
{
    return status->st_uid == 0 &&
           (S_ISLNK(status->st_mode) || (status->st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

/* The words of `path`, last first, added behind those still to be walked. */
static void push_path(GPtrArray *steps, const char *path)
{
    g_auto(GStrv) words = g_strsplit(path, "/", -1);

    for (guint i = g_strv_length(words); i > 0; i--)
        if (*words[i - 1] && !g_str_equal(words[i - 1], "."))
            g_ptr_array_add(steps, g_strdup(words[i - 1]));
}

static gboolean refuse(GError **error, const char *path, const char *why)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s is not used: %s.", path, why);
    return FALSE;
}

/* Where we are: the folders from the trusted one down, so that ".." needs no kernel's help. */
typedef struct Walk {
    GArray *folders; /* of int */
    GPtrArray *steps;
    int file; /* -1 until found */
} Walk;

static void walk_clear(Walk *walk)
{
    for (guint i = 1; i < walk->folders->len; i++)
        close(g_array_index(walk->folders, int, i));
    g_array_unref(walk->folders);
    g_ptr_array_unref(walk->steps);
}

static gboolean follow_link(Walk *walk, int link, const char *path, GError **error)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof target - 1);

    if (length < 0)
        return refuse(error, path, "a link on the way cannot be read");
    target[length] = '\0';
    if (*target == '/')
        while (walk->folders->len > 1) {
            close(g_array_index(walk->folders, int, walk->folders->len - 1));
            g_array_set_size(walk->folders, walk->folders->len - 1);
        }
    push_path(walk->steps, target);
    return TRUE;
}

/* `opened` (transfer full) is what the name led to. */
static gboolean enter(Walk *walk, int opened, const char *path, GError **error)
{
    struct stat status;
    gboolean done = TRUE;

    if (fstat(opened, &status) < 0 || !is_roots_alone(&status))
        done = refuse(error, path, "somebody other than root could have changed it");
    else if (S_ISLNK(status.st_mode))
        done = follow_link(walk, opened, path, error);
    else if (S_ISDIR(status.st_mode)) {
        g_array_append_val(walk->folders, opened);
        return TRUE;
    } else if (S_ISREG(status.st_mode) && walk->steps->len == 0) {
        walk->file = opened;
        return TRUE;
    } else
        done = refuse(error, path, "it is no plain file");
    close(opened);
    return done;
}

static gboolean step(Walk *walk, const char *path, GError **error)
{
    g_autofree char *name = g_ptr_array_steal_index(walk->steps, walk->steps->len - 1);
    int here = g_array_index(walk->folders, int, walk->folders->len - 1), opened;

    if (g_str_equal(name, "..")) {
        if (walk->folders->len > 1) {
            close(here);
            g_array_set_size(walk->folders, walk->folders->len - 1);
        }
        return TRUE;
    }
    opened = openat(here, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s cannot be opened: %s.",
                    path, g_strerror(errno));
        return FALSE;
    }
    return enter(walk, opened, path, error);
}

int deployed_open(int from, const char *path, GError **error)
{
    Walk walk = {.folders = g_array_new(FALSE, FALSE, sizeof(int)),
                 .steps = g_ptr_array_new_with_free_func(g_free),
                 .file = -1};
    gboolean going = TRUE;
    int file = -1;

    g_array_append_val(walk.folders, from);
    push_path(walk.steps, path);
    for (int i = 0; going && walk.file < 0 && walk.steps->len > 0; i++)
        going = i < MAX_STEPS ? step(&walk, path, error)
                              : refuse(error, path, "the links on the way go on and on");
    if (going && walk.file < 0)
        refuse(error, path, "it is no plain file");
    if (going && walk.file >= 0) {
        g_autofree char *again = g_strdup_printf("/proc/self/fd/%d", walk.file);

        file = open(again, O_RDONLY | O_CLOEXEC);
        if (file < 0)
            refuse(error, path, "it cannot be read");
    }
    if (walk.file >= 0)
        close(walk.file);
    walk_clear(&walk);
    return file;
}
