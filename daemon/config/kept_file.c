/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nobody but the helper writes there, yet disks fail, backups are restored in halves, and people
 * look for a cure by moving things about. Whatever is found in the place of a file, the helper
 * starts, keeps what can be read, and says what cannot.
 *
 * g_file_get_contents() would wait for ever for somebody to write to a pipe, and read a file of any
 * length; GKeyFile stops at the first line that it does not understand.
 */
#include "kept_file.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0600

static gboolean fail(GError **error, int number)
{
    g_set_error_literal(error, G_FILE_ERROR, (int)g_file_error_from_errno(number),
                        g_strerror(number));
    return FALSE;
}

static gboolean is_ours(int fd, size_t max_length, size_t *length, GError **error)
{
    const char *sentence = NULL;
    struct stat facts;

    if (fstat(fd, &facts) < 0)
        return fail(error, errno);
    if (!S_ISREG(facts.st_mode))
        sentence = "it is no file";
    else if (facts.st_size > (off_t)max_length)
        sentence = "it is too long";
    else
        *length = (size_t)facts.st_size;
    if (sentence != NULL)
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, sentence);
    return sentence == NULL;
}

/* At most `room` bytes; -1 with errno. */
static ssize_t read_all(int fd, char *bytes, size_t room)
{
    size_t done = 0;

    while (done < room) {
        ssize_t more = read(fd, bytes + done, room - done);

        if (more == 0)
            break;
        if (more > 0)
            done += (size_t)more;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)done;
}

static char *read_from(int fd, size_t max_length, size_t *length, GError **error)
{
    g_autofree char *text = NULL;
    size_t room;
    ssize_t done;

    if (!is_ours(fd, max_length, &room, error))
        return NULL;
    text = g_malloc(room + 1);
    done = read_all(fd, text, room);
    if (done < 0) {
        fail(error, errno);
        return NULL;
    }
    text[done] = '\0';
    *length = (size_t)done;
    return g_steal_pointer(&text);
}

char *kept_file_read(const char *path, size_t max_length, size_t *length, GError **error)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    char *text;

    if (fd < 0) {
        fail(error, errno);
        return NULL;
    }
    text = read_from(fd, max_length, length, error);
    close(fd);
    return text;
}

void kept_file_set_aside(const char *path, const char *text, size_t length)
{
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    g_autoptr(GError) error = NULL;

    if (g_file_set_contents_full(aside, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT,
                                 FILE_MODE, &error))
        log_warning("the damaged file is kept as it was: %s", aside);
    else
        log_warning("the damaged file could not be kept: %s", error->message);
}

/* --- key files --- */

static bool is_heading(const char *line, size_t length)
{
    return length > 0 && line[0] == '[';
}

/* Whether GKeyFile takes this line, by itself. */
static bool is_whole(const char *line, size_t length)
{
    g_autoptr(GKeyFile) probe = g_key_file_new();
    g_autoptr(GString) text = g_string_new(is_heading(line, length) ? NULL : "[group]\n");

    g_string_append_len(text, line, (gssize)length);
    return g_utf8_validate(line, (gssize)length, NULL) &&
           g_key_file_load_from_data(probe, text->str, text->len, G_KEY_FILE_NONE, NULL);
}

/* Without the lines that are damaged. Nobody knows what those behind a damaged heading belong to.
 * (transfer full) */
static char *mend(const char *text, size_t length, unsigned *lost)
{
    GString *whole = g_string_sized_new(length);
    const char *end = text + length;
    bool homeless = true;

    for (const char *line = text, *next; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((newline ? newline : end) - line);
        bool fits = is_whole(line, size);

        next = newline ? newline + 1 : end;
        if (is_heading(line, size))
            homeless = !fits;
        if (fits && !homeless)
            g_string_append_len(whole, line, (gssize)size);
        else
            *lost += size > 0;
        g_string_append_c(whole, '\n');
    }
    return g_string_free(whole, FALSE);
}

/* As it is, which is nearly always. */
static bool parse(GKeyFile *file, const char *text, size_t length)
{
    return memchr(text, '\0', length) == NULL &&
           g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL);
}

/* (transfer full) */
static GKeyFile *parse_damaged(const char *path, const char *text, size_t length, const char *what)
{
    GKeyFile *file = g_key_file_new();
    unsigned lost = 0;
    g_autofree char *whole = mend(text, length, &lost);

    log_warning("%s: lines that are damaged were left out path=%s lines=%u", what, path, lost);
    kept_file_set_aside(path, text, length);
    require(parse(file, whole, strlen(whole)), file);
    return file;
}

GKeyFile *kept_file_read_keys(const char *path, size_t max_length, const char *what, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) failure = NULL;
    size_t length = 0;
    g_autofree char *text = kept_file_read(path, max_length, &length, &failure);

    if (text == NULL && !g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    if (text == NULL || parse(file, text, length))
        return g_steal_pointer(&file);
    return parse_damaged(path, text, length, what);
}
