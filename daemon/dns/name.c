/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Domain names: RFC 1035 §3.1 and §4.1.4 (wire form, compression), §5.1 (text form), RFC 4343
 * (letter case).
 *
 *     label      1 octet length 1..63, then so many octets
 *     pointer    2 octets, the upper two bits set: offset of an earlier name in the message
 *     root       1 octet 0, ends every name
 *
 * The lengths 0x40..0xbf are label types that were never put to use (RFC 6891 §5) and are errors.
 * Length octets are below 'A', so a whole wire form may be folded to lower case octet by octet.
 */

#include "name.h"

#include <string.h>

#define LABEL_MAX   63
#define POINTER_TAG 0xc0

/* A name holds at most 127 labels, and a sane encoder spends at most one pointer on each. Without
 * this limit a message of nothing but pointers would be 32,000 steps for one name. */
#define POINTERS_MAX 127

static uint8_t fold(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet | 0x20) : octet;
}

static bool equal_folded(const uint8_t *a, const uint8_t *b, size_t length)
{
    if (memcmp(a, b, length) == 0) /* nearly always, and much faster */
        return true;
    for (size_t i = 0; i < length; i++) {
        if (fold(a[i]) != fold(b[i]))
            return false;
    }
    return true;
}

/* Where a name stands while it is read: `segment` is where the labels now read began, and a pointer
 * must lead before it. That rules out loops by itself. */
typedef struct Walk {
    size_t at, segment, end;
    unsigned pointers;
} Walk;

static bool follow_pointer(const WireReader *reader, Walk *walk)
{
    if (reader->length - walk->at < 2 || walk->pointers == POINTERS_MAX)
        return false;
    size_t target = wire_get_u16(reader->bytes + walk->at) & 0x3fff;
    if (target >= walk->segment)
        return false;
    if (walk->pointers++ == 0)
        walk->end = walk->at + 2;
    walk->at = walk->segment = target;
    return true;
}

/* Copies the labels to name->wire; false on any error. */
static bool read_labels(const WireReader *reader, Walk *walk, Name *name)
{
    size_t length = 0;
    while (walk->at < reader->length) {
        size_t octet = reader->bytes[walk->at];
        if (octet >= POINTER_TAG) {
            if (!follow_pointer(reader, walk))
                return false;
            continue;
        }
        if (octet > LABEL_MAX || octet >= reader->length - walk->at ||
            length + octet + 1 > NAME_MAX_WIRE)
            return false;
        memcpy(name->wire + length, reader->bytes + walk->at, octet + 1);
        length += octet + 1;
        walk->at += octet + 1;
        if (octet == 0) {
            name->length = (uint8_t)length;
            return true;
        }
    }
    return false;
}

void name_read(WireReader *reader, Name *name)
{
    Walk walk = {.at = reader->position, .segment = reader->position};
    name->length = 0;
    if (reader->failed || !read_labels(reader, &walk, name)) {
        reader->failed = true;
        return;
    }
    reader->position = walk.pointers ? walk.end : walk.at;
}

void name_skip(WireReader *reader)
{
    size_t start = reader->position, at = start;
    while (!reader->failed && at < reader->length) {
        size_t octet = reader->bytes[at];
        if (octet >= POINTER_TAG) {
            if (reader->length - at < 2 || (wire_get_u16(reader->bytes + at) & 0x3fff) >= start)
                break;
            reader->position = at + 2;
            return;
        }
        at += octet + 1;
        if (octet > LABEL_MAX || at > reader->length || at - start > NAME_MAX_WIRE)
            break;
        if (octet == 0) {
            reader->position = at;
            return;
        }
    }
    reader->failed = true;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* One octet of a label in text form; returns the text behind it, or NULL. Octets that do not print
 * are to be escaped: raw UTF-8 here would be a name that no DNS server has. */
static const char *parse_octet(const char *text, uint8_t *octet)
{
    if (*text != '\\') {
        *octet = (uint8_t)*text;
        return *octet > ' ' && *octet < 0x7f ? text + 1 : NULL;
    }
    text++;
    if (is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2])) {
        int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
        *octet = (uint8_t)value;
        return value <= 255 ? text + 3 : NULL;
    }
    *octet = (uint8_t)*text;
    return *octet > ' ' && *octet < 0x7f && !is_digit(*text) ? text + 1 : NULL;
}

Status name_parse(const char *text, Name *name)
{
    Name parsed = {.length = 0};
    size_t length = 0;
    if (strcmp(text, ".") == 0)
        text++;
    else if (*text == '\0')
        return STATUS_MALFORMED;

    while (*text) {
        size_t label = length++; /* where its length octet goes */
        while (*text && *text != '.') {
            uint8_t octet;
            text = parse_octet(text, &octet);
            if (!text || length - label > LABEL_MAX || length >= NAME_MAX_WIRE - 1)
                return STATUS_MALFORMED;
            parsed.wire[length++] = octet;
        }
        if (length - label == 1)
            return STATUS_MALFORMED;
        parsed.wire[label] = (uint8_t)(length - label - 1);
        if (*text == '.')
            text++;
    }
    parsed.wire[length++] = 0;
    parsed.length = (uint8_t)length;
    *name = parsed;
    return STATUS_OK;
}

static char *format_octet(char *text, uint8_t octet)
{
    if (octet <= ' ' || octet >= 0x7f) {
        *text++ = '\\';
        *text++ = (char)('0' + octet / 100);
        *text++ = (char)('0' + octet / 10 % 10);
        *text++ = (char)('0' + octet % 10);
        return text;
    }
    if (octet == '.' || octet == '\\')
        *text++ = '\\';
    *text++ = (char)octet;
    return text;
}

const char *name_format(const Name *name, char text[NAME_MAX_TEXT])
{
    char *end = text;
    for (size_t at = 0; at < name->length && name->wire[at]; at += name->wire[at] + 1u) {
        if (at > 0)
            *end++ = '.';
        for (size_t i = 1; i <= name->wire[at]; i++)
            end = format_octet(end, name->wire[at + i]);
    }
    if (end == text)
        *end++ = '.';
    *end = '\0';
    return text;
}

bool name_equal(const Name *a, const Name *b)
{
    return a->length == b->length && equal_folded(a->wire, b->wire, a->length);
}

bool name_is_under(const Name *name, const Name *suffix)
{
    size_t at = 0;
    while (at < name->length && name->length - at > suffix->length)
        at += name->wire[at] + 1u; /* whole labels only: notexample.com is not under example.com */
    return at < name->length && name->length - at == suffix->length &&
           equal_folded(name->wire + at, suffix->wire, suffix->length);
}

/* Eight letters at once, for every query does this. In each byte below 128 the upper bit of a sum
 * tells whether the rest is at least 'A', and whether it is above 'Z'. Lengths of labels are none
 * of these. */
static uint64_t fold_eight(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = bytes & 0x7f * ones;
    uint64_t from_a = low + (0x80 - 'A') * ones, above_z = low + (0x7f - 'Z') * ones;

    return bytes | ((from_a ^ above_z) & ~bytes & 0x80 * ones) >> 2;
}

void name_lower(const Name *name, uint8_t *lower)
{
    size_t i = 0;

    for (; i + sizeof(uint64_t) <= name->length; i += sizeof(uint64_t)) {
        uint64_t bytes;

        memcpy(&bytes, name->wire + i, sizeof bytes);
        bytes = fold_eight(bytes);
        memcpy(lower + i, &bytes, sizeof bytes);
    }
    for (; i < name->length; i++)
        lower[i] = fold(name->wire[i]);
}

unsigned name_label_count(const Name *name)
{
    unsigned count = 0;
    for (size_t at = 0; at < name->length && name->wire[at]; at += name->wire[at] + 1u)
        count++;
    return count;
}
