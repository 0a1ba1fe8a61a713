/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of an installation, read for one number.
 *
 * Somebody's rights hang on it, so a link is not followed, the file is looked at only once it is
 * open (what was looked at is what is read), and anything unusual about it makes it no record.
 */
#include "recorded_user.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME  "installed.conf"
#define GROUP      "Installed"
#define LENGTH_MAX ((size_t)64 * 1024)
#define USER_LAST  (G_MAXUINT32 - 1) /* the number after it means "none", chown(2) */

static bool fail(GError **error, const char *reason)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, reason);
    return false;
}

static bool fail_errno(GError **error, const char *what)
{
    int reason = errno;
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(reason), "%s: %s", what,
                g_strerror(reason));
    return false;
}

static bool is_owned(int fd, mode_t kind, uid_t owner, struct stat *found, GError **error)
{
    if (fstat(fd, found) < 0)
        return fail_errno(error, "it cannot be looked at");
    if ((found->st_mode & S_IFMT) != kind)
        return fail(error, "it is of another kind than expected");
    if (found->st_uid != owner)
        return fail(error, "it belongs to somebody else");
    if (found->st_mode & (S_IWGRP | S_IWOTH))
        return fail(error, "others may write it");
    return true;
}

/* O_NONBLOCK: opening a FIFO would wait for a writer. */
static int open_record(const char *folder, uid_t owner, GError **error)
{
    struct stat found;
    int place = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place < 0) {
        fail_errno(error, "its folder cannot be opened");
        return -1;
    }
    int fd = -1;
    if (is_owned(place, S_IFDIR, owner, &found, error)) {
        fd = openat(place, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            fail_errno(error, "it cannot be opened");
    }
    close(place);
    return fd;
}

static bool read_text(int fd, uid_t owner, char *text, size_t *length, GError **error)
{
    struct stat found;
    g_autoptr(GInputStream) stream = g_unix_input_stream_new(fd, TRUE);
    if (!is_owned(fd, S_IFREG, owner, &found, error))
        return false;
    if (!g_input_stream_read_all(stream, text, LENGTH_MAX + 1, length, NULL, error))
        return false;
    return *length <= LENGTH_MAX || fail(error, "it is too long");
}

static bool find_user(const char *text, size_t length, uid_t *user, GError **error)
{
    g_autoptr(GKeyFile) record = g_key_file_new();
    guint64 number;
    if (!g_key_file_load_from_data(record, text, length, G_KEY_FILE_NONE, error))
        return false;
    g_autofree char *word = g_key_file_get_string(record, GROUP, "Uid", error);
    if (word == NULL || !g_ascii_string_to_unsigned(word, 10, 1, USER_LAST, &number, error))
        return false;
    *user = (uid_t)number;
    return true;
}

bool recorded_user_read(const char *folder, uid_t owner, uid_t *user, GError **error)
{
    g_autofree char *text = g_malloc(LENGTH_MAX + 1);
    size_t length = 0;
    int fd = open_record(folder, owner, error);
    return fd >= 0 && read_text(fd, owner, text, &length, error) &&
           find_user(text, length, user, error);
}
