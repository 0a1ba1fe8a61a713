/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a response's fields those that count for DNS over HTTPS: status, type and age (RFC 8484 §5.1).
 */
#include "http2_field.h"

#include <string.h>

static bool field_is(const char *name, const uint8_t *bytes, size_t length)
{
    return strlen(name) == length && memcmp(name, bytes, length) == 0; /* they come in lower case */
}

/* The type, whatever its parameters (RFC 9110 §8.3.1). */
static bool is_of_type(const char *value, size_t length, const char *type)
{
    const size_t end = type != NULL ? strlen(type) : 0;

    return type == NULL ||
           (length >= end && (length == end || strchr("; \t", value[end]) != NULL) &&
            (memcmp(value, type, end) == 0 || g_ascii_strncasecmp(value, type, end) == 0));
}

/* RFC 9111 §1.2.2, for seconds: a number too large is the largest; what is no number is
 * `otherwise`. */
static uint32_t parse_number(const char *value, size_t length, uint32_t otherwise)
{
    uint64_t seconds = 0;

    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isdigit(value[i]))
            return otherwise;
        seconds = MIN(seconds * 10 + (uint64_t)(value[i] - '0'), (uint64_t)INT32_MAX);
    }
    return length > 0 ? (uint32_t)seconds : otherwise;
}

static bool directive_is(const char *directive, size_t length, const char *name)
{
    return length == strlen(name) && g_ascii_strncasecmp(directive, name, length) == 0;
}

/* Of "public, max-age=3600" (RFC 9111 §5.2); what must not be stored or used again has no age. */
static uint32_t parse_max_age(const char *value, uint32_t otherwise)
{
    static const char space[] = " \t", max_age[] = "max-age=";
    uint32_t found = otherwise;

    while (*value != '\0') {
        const char *directive = value + strspn(value, space);
        const char *end = directive + strcspn(directive, ",");
        size_t length = (size_t)(end - directive);

        while (length > 0 && strchr(space, directive[length - 1]) != NULL)
            length--;
        if (length >= strlen(max_age) &&
            g_ascii_strncasecmp(directive, max_age, strlen(max_age)) == 0)
            found = parse_number(directive + strlen(max_age), length - strlen(max_age), found);
        else if (directive_is(directive, length, "no-store") ||
                 directive_is(directive, length, "no-cache"))
            return 0;
        value = *end == ',' ? end + 1 : end;
    }
    return found;
}

void http2_field_take(Http2Stream *stream, const uint8_t *name, size_t name_length,
                      const uint8_t *bytes, size_t length)
{
    const char *value = (const char *)bytes;

    if (field_is(":status", name, name_length)) { /* the final one comes after any 1xx */
        stream->status = parse_number(value, length, 0);
        stream->is_wanted_type = stream->media_type == NULL;
        stream->age_s = 0;
        stream->max_age_s = HTTP2_NO_MAX_AGE;
    } else if (field_is("content-type", name, name_length)) {
        stream->is_wanted_type = is_of_type(value, length, stream->media_type);
    } else if (field_is("age", name, name_length)) {
        stream->age_s = parse_number(value, length, 0);
    } else if (field_is("cache-control", name, name_length)) {
        if (stream->max_age_s != 0) /* several fields are one list (RFC 9110 §5.3) */
            stream->max_age_s = parse_max_age(value, stream->max_age_s);
    }
}
