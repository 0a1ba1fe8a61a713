/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two files that must fit each other, and no way to rename both at once. So the new signature is
 * written beside the old one first, then the list takes the old one's place, then the signature:
 *
 *     NAME.minisig.new → NAME.md → NAME.minisig
 *
 * A power cut at any point leaves a list and a signature of it; reading tries both signatures.
 * The time of the signature file is when the list was last found to be the newest.
 */
#include "list_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define MAX_SIGNATURE 4096
#define FOLDER_MODE   0700
#define FILE_MODE     0600

static const char too_large[] = "It is larger than a list may be.";

void list_copy_free(ListCopy *copy)
{
    if (copy == NULL)
        return;
    signed_list_free(copy->list);
    g_free(copy);
}

static char *path_of(const char *folder, const ListSpec *spec, const char *ending)
{
    g_autofree char *name = g_strconcat(spec->name, ending, NULL);

    return g_build_filename(folder, name, NULL);
}

/* Refuses before it reads. `*time_s` gets when the file was last written. */
static GBytes *read_file(const char *path, size_t limit, int64_t *time_s, GError **error)
{
    struct stat facts;
    char *data;
    gsize length;

    if (g_stat(path, &facts) != 0) {
        g_set_error(error, CONFIG_ERROR,
                    errno == ENOENT ? CONFIG_ERROR_NOT_FOUND : CONFIG_ERROR_FAILED, "%s: %s.", path,
                    g_strerror(errno));
        return NULL;
    }
    if (!S_ISREG(facts.st_mode) || facts.st_size > (off_t)limit) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, too_large);
        return NULL;
    }
    if (!g_file_get_contents(path, &data, &length, error))
        return NULL;
    if (time_s != NULL)
        *time_s = facts.st_mtime;
    return g_bytes_new_take(data, length);
}

/* (transfer full) */
static ListCopy *take_in(const ListSpec *spec, GBytes *text, GBytes *signature, int64_t held_s,
                         GError **error)
{
    g_autoptr(ListCopy) copy = g_new0(ListCopy, 1);

    if (g_bytes_get_size(text) > LIST_MAX_BYTES) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, too_large);
        return NULL;
    }
    if (!minisign_verify(&spec->key, text, signature, spec->file, held_s, &copy->signed_at_s,
                         error))
        return NULL;
    copy->list = signed_list_parse(text, spec->kind, error);
    return copy->list != NULL ? g_steal_pointer(&copy) : NULL;
}

static ListCopy *read_with(const char *folder, const ListSpec *spec, GBytes *text,
                           const char *ending, GError **error)
{
    g_autofree char *path = path_of(folder, spec, ending);
    int64_t checked_at_s = 0;
    g_autoptr(GBytes) signature = read_file(path, MAX_SIGNATURE, &checked_at_s, error);
    ListCopy *copy = signature != NULL ? take_in(spec, text, signature, 0, error) : NULL;

    if (copy != NULL)
        copy->checked_at_s = checked_at_s;
    return copy;
}

ListCopy *list_copy_read(const char *folder, const ListSpec *spec, GError **error)
{
    g_autofree char *path = path_of(folder, spec, ".md");
    g_autoptr(GBytes) text = read_file(path, LIST_MAX_BYTES, NULL, error);
    ListCopy *copy;

    if (text == NULL)
        return NULL;
    copy = read_with(folder, spec, text, ".minisig.new", NULL);
    return copy != NULL ? copy : read_with(folder, spec, text, ".minisig", error);
}

static gboolean write_file(const char *path, GBytes *content, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(content, &length);

    return g_file_set_contents_full(path, data, (gssize)length,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    FILE_MODE, error);
}

static gboolean write_both(const char *folder, const ListSpec *spec, GBytes *text,
                           GBytes *signature, GError **error)
{
    g_autofree char *list_path = path_of(folder, spec, ".md");
    g_autofree char *new_path = path_of(folder, spec, ".minisig.new");
    g_autofree char *path = path_of(folder, spec, ".minisig");

    if (g_mkdir_with_parents(folder, FOLDER_MODE) != 0 || !write_file(new_path, signature, error) ||
        !write_file(list_path, text, error))
        return FALSE;
    return g_rename(new_path, path) == 0;
}

ListCopy *list_copy_store(const char *folder, const ListSpec *spec, GBytes *text, GBytes *signature,
                          int64_t held_s, GError **error)
{
    g_autoptr(ListCopy) copy = take_in(spec, text, signature, held_s, error);
    g_autoptr(GError) local = NULL;

    if (copy == NULL)
        return NULL;
    if (!write_both(folder, spec, text, signature, &local)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED, "It could not be kept on disk: %s.",
                    local != NULL ? local->message : g_strerror(errno));
        return NULL;
    }
    copy->checked_at_s = g_get_real_time() / G_USEC_PER_SEC;
    return g_steal_pointer(&copy);
}
