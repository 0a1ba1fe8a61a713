/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates and lists hold texts that others wrote and that end up in a terminal or a menu. A
 * subject with an escape sequence in it could paint over what stands above it.
 */
#include "plain_text.h"

#include <glib.h>
#include <stdbool.h>

#define REPLACEMENT 0xfffd

char *plain_text(const char *bytes, size_t length)
{
    g_autofree char *valid = g_utf8_make_valid(bytes, (gssize)length);
    GString *text = g_string_sized_new(length);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        bool steers = g_unichar_iscntrl(letter) || g_unichar_type(letter) == G_UNICODE_FORMAT;

        g_string_append_unichar(text, steers ? REPLACEMENT : letter);
    }
    return g_string_free(text, FALSE);
}
