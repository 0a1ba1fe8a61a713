/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file by its name, followed over links: by inotify(7).
 *
 * Programs change /etc/resolv.conf in every way there is: written in place, another file or a link
 * moved over it, removed and made anew; and where it is a link, they change what it leads to. So
 * the folders of the name and of each link's target are watched for these names, not the files.
 * Where a folder is missing, the nearest one above it is watched for the way down to appear.
 *
 * Any of these events may have changed the way itself, so that all of it is watched anew, and only
 * then whoever waits is told: what he reads now is followed already.
 *
 * (GFileMonitor follows no link, and polls for folders that are missing.)
 */
#include "file_watch.h"

#include "log.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LINKS_MAX 16 /* more is a circle */
#define EVENTS                                                                                     \
    (IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define FOLDER_IS_GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

typedef struct Step {
    int folder; /* inotify's number of it */
    char *name; /* NULL: whatever is in it */
} Step;

struct FileWatch {
    char *path;
    int fd; /* -1: none */
    guint source;
    GArray *steps; /* Step */
    void (*changed)(void *owner);
    void *owner;
};

static void step_clear(gpointer data)
{
    Step *step = data;
    g_free(step->name);
}

static bool watch_name(FileWatch *watch, const char *folder, const char *name)
{
    int number = inotify_add_watch(watch->fd, folder, EVENTS);
    if (number < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            log_warning("changes below %s are not noticed reason=%s", folder, strerror(errno));
        return false;
    }
    const Step step = {.folder = number, .name = g_strdup(name)};
    g_array_append_val(watch->steps, step);
    return true;
}

/* g_path_get_dirname of a path that ends in "/" is the folder itself. */
static void watch_path(FileWatch *watch, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_str_has_suffix(path, "/") ? NULL : g_path_get_basename(path);
    if (watch_name(watch, folder, name) || strcmp(folder, path) == 0)
        return;
    watch_path(watch, folder);
    (void)watch_name(watch, folder, name); /* it was made meanwhile */
}

static void watch_links(FileWatch *watch)
{
    g_autofree char *path = g_strdup(watch->path);
    for (unsigned links = 0; links < LINKS_MAX; links++) {
        watch_path(watch, path);
        g_autofree char *target = g_file_read_link(path, NULL);
        if (target == NULL)
            return;
        g_autofree char *folder = g_path_get_dirname(path);
        g_free(path);
        path = g_canonicalize_filename(target, folder);
    }
}

static bool concerns(const FileWatch *watch, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        return true;
    for (guint i = 0; i < watch->steps->len; i++) {
        const Step *step = &g_array_index(watch->steps, Step, i);
        if (step->folder == event->wd &&
            ((event->mask & FOLDER_IS_GONE) != 0 || step->name == NULL ||
             (event->len > 0 && strcmp(event->name, step->name) == 0)))
            return true;
    }
    return false;
}

/* Reads all there is; whether some of it is about the file. */
static bool take_events(const FileWatch *watch)
{
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    bool found = false;
    ssize_t length;
    while ((length = read(watch->fd, &buffer, sizeof(buffer))) > 0) {
        const struct inotify_event *event;
        for (ssize_t at = 0; at < length; at += (ssize_t)(sizeof(*event) + event->len)) {
            event = (const void *)(buffer.bytes + at); /* the kernel aligns them */
            found = found || concerns(watch, event);
        }
    }
    return found;
}

static void disarm(FileWatch *watch)
{
    g_clear_handle_id(&watch->source, g_source_remove);
    g_array_set_size(watch->steps, 0);
    if (watch->fd >= 0)
        close(watch->fd);
    watch->fd = -1;
}

static gboolean on_events(gint fd, GIOCondition condition, gpointer data);

static void arm(FileWatch *watch)
{
    disarm(watch);
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0) {
        log_warning("changes of %s are not noticed reason=%s", watch->path, strerror(errno));
        return;
    }
    watch_links(watch);
    watch->source = g_unix_fd_add(watch->fd, G_IO_IN, on_events, watch);
}

static gboolean on_events(gint fd, GIOCondition condition, gpointer data)
{
    FileWatch *watch = data;
    if (!take_events(watch))
        return G_SOURCE_CONTINUE;
    arm(watch); /* ends this source */
    watch->changed(watch->owner);
    return G_SOURCE_REMOVE;
}

FileWatch *file_watch_new(const char *path, void (*changed)(void *owner), void *owner)
{
    FileWatch *watch = g_new0(FileWatch, 1);
    watch->path = g_strdup(path);
    watch->fd = -1;
    watch->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(watch->steps, step_clear);
    watch->changed = changed;
    watch->owner = owner;
    arm(watch);
    return watch;
}

void file_watch_free(FileWatch *watch)
{
    if (watch == NULL)
        return;
    disarm(watch);
    g_array_unref(watch->steps);
    g_free(watch->path);
    g_free(watch);
}
