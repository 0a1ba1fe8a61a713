/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all targets share. The log is replaced, by defining what log.c defines: each line is put
 * together, so that the sanitizer sees what goes into it, and dropped; but an "impossible state"
 * (require() in log.h) ends the program, as do GLib's warnings: no input may lead there.
 */
#include "fuzz.h"

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the log ---- */

Status log_to_file(const char *path)
{
    return STATUS_OK;
}

void log_to_syslog(void)
{
}

void log_reopen(void)
{
}

void log_set_level(LogLevel level)
{
}

bool log_is_enabled(LogLevel level)
{
    return true;
}

void log_write(LogLevel level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (g_str_has_prefix(format, "impossible state"))
        g_error("%s", line);
}

/* Ends by SIGABRT, of which libFuzzer hears and keeps the input, and not by GLib's own SIGTRAP. */
static void on_glib_log(const char *domain, GLogLevelFlags level, const char *message, void *unused)
{
    /* GKeyFile's own: of a value with an unknown escape and a backslash at its end it tells both
     * errors in one place, and complains of itself. The value is refused all the same. */
    if (strstr(message, "Key file contains escape character at end of line") != NULL)
        return;
    g_log_default_handler(domain, level, message, NULL);
    if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
        abort();
}

/* ---- the input ---- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_log_set_default_handler(on_glib_log, NULL);
    return 0;
}

static const uint8_t *take(FuzzInput *input, size_t *length)
{
    const uint8_t *bytes = input->bytes;

    *length = MIN(*length, input->left);
    input->bytes += *length;
    input->left -= *length;
    return bytes;
}

uint8_t fuzz_take_u8(FuzzInput *input)
{
    size_t length = 1;
    const uint8_t *bytes = take(input, &length);

    return length == 1 ? *bytes : 0;
}

uint16_t fuzz_take_u16(FuzzInput *input)
{
    uint16_t high = fuzz_take_u8(input);

    return (uint16_t)(high << 8 | fuzz_take_u8(input));
}

static GBytes *take_bytes(FuzzInput *input, size_t length)
{
    const uint8_t *bytes = take(input, &length);

    return g_bytes_new(bytes, length);
}

GBytes *fuzz_take_piece(FuzzInput *input)
{
    return take_bytes(input, fuzz_take_u16(input));
}

GBytes *fuzz_take_rest(FuzzInput *input)
{
    return take_bytes(input, input->left);
}

char *fuzz_take_word(FuzzInput *input)
{
    g_autoptr(GBytes) piece = fuzz_take_piece(input);
    size_t length = g_bytes_get_size(piece);

    return length > 0 ? g_strndup(g_bytes_get_data(piece, NULL), length) : g_strdup("");
}

char *fuzz_take_text(FuzzInput *input)
{
    size_t length = input->left;
    const uint8_t *bytes = take(input, &length);

    return length > 0 ? g_strndup((const char *)bytes, length) : g_strdup("");
}

char *fuzz_take_line(FuzzInput *input)
{
    size_t length = input->left;
    const uint8_t *end = length > 0 ? memchr(input->bytes, '\n', length) : NULL;

    if (length == 0)
        return NULL;
    if (end)
        length = (size_t)(end - input->bytes);
    const uint8_t *bytes = take(input, &length);
    char *line = g_strndup((const char *)bytes, length);
    if (end)
        (void)fuzz_take_u8(input);
    return line;
}

GBytes *fuzz_fit_reply(GBytes *came, const Message *query)
{
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(came, &length);
    Message reply;

    if (message_parse_question(&reply, bytes, length) != STATUS_OK || query->question_count != 1)
        return g_bytes_ref(came);
    GByteArray *fitted = g_byte_array_new();
    g_byte_array_append(fitted, query->wire, 2);
    g_byte_array_append(fitted, bytes + 2, MESSAGE_HEADER_LENGTH - 2);
    g_byte_array_append(fitted, query->wire + MESSAGE_HEADER_LENGTH,
                        (guint)(query->records - MESSAGE_HEADER_LENGTH));
    g_byte_array_append(fitted, bytes + reply.records, (guint)(length - reply.records));
    return g_byte_array_free_to_bytes(fitted);
}
