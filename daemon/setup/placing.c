/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "placing.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Change {
    char *path;    /* with the root */
    char *content; /* of before; NULL: there was nothing */
    gsize length;
    mode_t mode;
} Change;

struct Placing {
    char *root;
    GPtrArray *changes; /* of Change, oldest first */
};

static void change_free(gpointer data)
{
    Change *change = data;

    g_free(change->path);
    g_free(change->content);
    g_free(change);
}

Placing *placing_new(const char *root)
{
    Placing *placing = g_new0(Placing, 1);

    placing->root = g_strdup(root);
    placing->changes = g_ptr_array_new_with_free_func(change_free);
    return placing;
}

void placing_free(Placing *placing)
{
    if (!placing)
        return;
    g_free(placing->root);
    g_ptr_array_unref(placing->changes);
    g_free(placing);
}

static gboolean fail(GError **error, const char *what, const char *path)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s cannot be %s: %s.", path, what,
                g_strerror(code));
    return FALSE;
}

/* --- one file --- */

/* Remembers what is at `path` (transfer full), which is about to change. */
static gboolean remember(Placing *placing, char *path, GError **error)
{
    Change *change = g_new0(Change, 1);
    struct stat status;

    change->path = path;
    g_ptr_array_add(placing->changes, change);
    if (lstat(path, &status) < 0)
        return errno == ENOENT || fail(error, "looked at", path);
    if (!S_ISREG(status.st_mode)) {
        g_ptr_array_remove_index(placing->changes, placing->changes->len - 1);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                    "Something that is not a plain file is in the place of a file of Sotto's.");
        return FALSE;
    }
    change->mode = status.st_mode & 07777;
    return g_file_get_contents(path, &change->content, &change->length, error);
}

static gboolean write_file(const char *path, const char *content, gsize length, mode_t mode,
                           GError **error)
{
    if (!g_file_set_contents_full(path, content, (gssize)length,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  (int)mode, error))
        return FALSE;
    /* The umask had its say, and a file that was there kept its mode. */
    return chmod(path, mode) == 0 || fail(error, "given its mode", path);
}

static gboolean put(Placing *placing, const char *content, gsize length, mode_t mode,
                    const char *target, GError **error)
{
    char *path = g_strconcat(placing->root, target, NULL);

    return placing_make_way(placing->root, target, NULL, error) && remember(placing, path, error) &&
           write_file(path, content, length, mode, error);
}

gboolean placing_put(Placing *placing, const char *source, const char *target, GError **error)
{
    g_autofree char *content = NULL;
    struct stat status;
    gsize length;

    if (stat(source, &status) < 0)
        return fail(error, "looked at", source);
    return g_file_get_contents(source, &content, &length, error) &&
           put(placing, content, length, status.st_mode & 0755, target, error);
}

gboolean placing_put_text(Placing *placing, const char *text, const char *target, GError **error)
{
    return put(placing, text, strlen(text), 0644, target, error);
}

gboolean placing_take(Placing *placing, const char *target, GError **error)
{
    char *path = g_strconcat(placing->root, target, NULL);

    return remember(placing, path, error) &&
           (unlink(path) == 0 || errno == ENOENT || fail(error, "deleted", path));
}

void placing_undo(Placing *placing)
{
    while (placing->changes->len > 0) {
        Change *change = g_ptr_array_index(placing->changes, placing->changes->len - 1);
        g_autoptr(GError) error = NULL;

        if (!change->content)
            (void)unlink(change->path);
        else if (!write_file(change->path, change->content, change->length, change->mode, &error))
            g_printerr("%s\n", error->message);
        g_ptr_array_remove_index(placing->changes, placing->changes->len - 1);
    }
}

/* --- folders --- */

gboolean placing_make_way(const char *root, const char *target, GPtrArray *made, GError **error)
{
    for (const char *end = strchr(target + 1, '/'); end; end = strchr(end + 1, '/')) {
        g_autofree char *inside = g_strndup(target, (gsize)(end - target));
        g_autofree char *path = g_strconcat(root, inside, NULL);

        if (mkdir(path, 0755) == 0) {
            if (made)
                g_ptr_array_add(made, g_steal_pointer(&inside));
        } else if (errno != EEXIST) {
            return fail(error, "made", path);
        }
    }
    return TRUE;
}

static gboolean list_below(const char *folder, const char *inside, GPtrArray *files, GError **error)
{
    g_autofree char *path = g_strconcat(folder, inside, NULL);
    g_autoptr(GDir) entries = g_dir_open(path, 0, error);
    const char *name;

    if (!entries)
        return FALSE;
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *entry = g_strconcat(inside, "/", name, NULL);
        g_autofree char *whole = g_strconcat(folder, entry, NULL);
        struct stat status;

        if (lstat(whole, &status) < 0)
            return fail(error, "looked at", whole);
        if (S_ISREG(status.st_mode)) {
            g_ptr_array_add(files, g_steal_pointer(&entry));
        } else if (!S_ISDIR(status.st_mode)) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                        "The payload holds %s, which is not a plain file.", entry);
            return FALSE;
        } else if (!list_below(folder, entry, files, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *placing_list(const char *folder, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    if (!list_below(folder, "", files, error))
        return NULL;
    g_ptr_array_sort(files, compare_names);
    return g_steal_pointer(&files);
}

/* Below an open folder, so that nobody can put a link in the way meanwhile. (transfer full) */
static gboolean clear_below(int folder, GError **error)
{
    DIR *entries = fdopendir(folder);
    gboolean done = TRUE;
    struct dirent *entry;

    if (!entries) {
        close(folder);
        return fail(error, "opened", "A folder");
    }
    while (done && (entry = readdir(entries))) {
        int inner;

        if (g_str_equal(entry->d_name, ".") || g_str_equal(entry->d_name, ".."))
            continue;
        if (unlinkat(dirfd(entries), entry->d_name, 0) == 0)
            continue;
        inner =
            openat(dirfd(entries), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        done = (inner >= 0 || fail(error, "deleted", entry->d_name)) && clear_below(inner, error) &&
               (unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR) == 0 ||
                fail(error, "deleted", entry->d_name));
    }
    closedir(entries);
    return done;
}

gboolean placing_clear(const char *folder, GError **error)
{
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (opened < 0)
        return errno == ENOENT || fail(error, "opened", folder);
    return clear_below(opened, error) && (rmdir(folder) == 0 || fail(error, "deleted", folder));
}
