/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stamps: all that is needed to reach one server, in one line of text (draft-denis-dns-stamps).
 *
 *     text       "sdns://" or "sdns:", then the payload in base64url
 *     payload    0  1  kind, then the fields that the table below gives for it
 *     properties    8 bytes, little-endian
 *     string        1 length byte, then so many bytes: LP(x) in the draft
 *     list          strings in a row, bit 7 of the length set on all but the last: VLP(x1, x2…);
 *                   the empty list is one zero byte
 *
 * Reading and building walk the same table, and a stamp keeps its texts as they were written, so
 * that what was read builds to the same bytes. The addresses are not resolved here; whoever uses
 * one parses it.
 */

#include "stamp.h"

#include "base64url.h"
#include "wire.h"

#include <glib.h>
#include <string.h>

#define LIST_GOES_ON 0x80u
#define HASH_LENGTH  32

typedef enum Field {
    FIELD_NONE, /* ends a layout */
    FIELD_PROPERTIES,
    FIELD_ADDRESS,
    FIELD_ADDRESS_OR_EMPTY, /* empty: the host is to be looked up */
    FIELD_PROVIDER_KEY,
    FIELD_PROVIDER_NAME,
    FIELD_HASHES,
    FIELD_HOST,
    FIELD_PATH,
    FIELD_BOOTSTRAP, /* optional, always last */
} Field;

typedef struct Layout {
    StampKind kind;
    Field fields[8];
} Layout;

static const Layout layouts[] = {
    {STAMP_PLAIN, {FIELD_PROPERTIES, FIELD_ADDRESS}},
    {STAMP_DNSCRYPT, {FIELD_PROPERTIES, FIELD_ADDRESS, FIELD_PROVIDER_KEY, FIELD_PROVIDER_NAME}},
    {STAMP_DOH,
     {FIELD_PROPERTIES, FIELD_ADDRESS_OR_EMPTY, FIELD_HASHES, FIELD_HOST, FIELD_PATH,
      FIELD_BOOTSTRAP}},
    {STAMP_DOT,
     {FIELD_PROPERTIES, FIELD_ADDRESS_OR_EMPTY, FIELD_HASHES, FIELD_HOST, FIELD_BOOTSTRAP}},
    {STAMP_DOQ,
     {FIELD_PROPERTIES, FIELD_ADDRESS_OR_EMPTY, FIELD_HASHES, FIELD_HOST, FIELD_BOOTSTRAP}},
    {STAMP_ODOH_TARGET, {FIELD_PROPERTIES, FIELD_HOST, FIELD_PATH}},
    {STAMP_DNSCRYPT_RELAY, {FIELD_ADDRESS}},
    {STAMP_ODOH_RELAY,
     {FIELD_PROPERTIES, FIELD_ADDRESS_OR_EMPTY, FIELD_HASHES, FIELD_HOST, FIELD_PATH,
      FIELD_BOOTSTRAP}},
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stamp, stamp_free)

static const Layout *layout_of(unsigned kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(layouts); i++) {
        if ((unsigned)layouts[i].kind == kind)
            return &layouts[i];
    }
    return NULL;
}

static uint64_t read_properties(WireReader *reader)
{
    uint64_t properties = 0;
    for (unsigned shift = 0; shift < 64; shift += 8)
        properties |= (uint64_t)wire_read_u8(reader) << shift;
    return properties;
}

/* Text ends up in logs and on screens, so control characters are as bad as broken UTF-8. */
static bool is_clean_text(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < ' ' || bytes[i] == 0x7f)
            return false;
    }
    return g_utf8_validate_len((const char *)bytes, length, NULL);
}

bool stamp_holds_text(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= UINT8_MAX && is_clean_text((const uint8_t *)text, length);
}

/* A string that is not empty unless `may_be_empty`; NULL after the reader failed. */
static char *read_text(WireReader *reader, bool may_be_empty)
{
    size_t length = wire_read_u8(reader);
    const uint8_t *bytes = wire_read_bytes(reader, length);
    if (!bytes || (length == 0 && !may_be_empty) || !is_clean_text(bytes, length)) {
        reader->failed = true;
        return NULL;
    }
    return g_strndup((const char *)bytes, length);
}

static char *read_path(WireReader *reader)
{
    char *path = read_text(reader, false);
    if (path && path[0] != '/')
        reader->failed = true;
    return path;
}

static void read_key(WireReader *reader, uint8_t key[32])
{
    size_t length = wire_read_u8(reader);
    const uint8_t *bytes = wire_read_bytes(reader, length);
    if (!bytes || length != 32)
        reader->failed = true;
    else
        memcpy(key, bytes, 32);
}

static StampList *read_list(WireReader *reader)
{
    StampList *list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    unsigned head;
    do {
        head = wire_read_u8(reader);
        size_t length = head & ~LIST_GOES_ON;
        const uint8_t *bytes = wire_read_bytes(reader, length);
        if (bytes && length == 0 && (list->len > 0 || (head & LIST_GOES_ON)))
            reader->failed = true; /* only the empty list has an empty string */
        else if (bytes && length > 0)
            g_ptr_array_add(list, g_bytes_new(bytes, length));
    } while ((head & LIST_GOES_ON) && !reader->failed);
    return list;
}

static StampList *read_hashes(WireReader *reader)
{
    StampList *list = read_list(reader);
    for (guint i = 0; i < list->len; i++) {
        if (g_bytes_get_size(list->pdata[i]) != HASH_LENGTH)
            reader->failed = true;
    }
    return list;
}

static StampList *read_bootstrap(WireReader *reader)
{
    if (wire_left(reader) == 0)
        return NULL;
    StampList *list = read_list(reader);
    for (guint i = 0; i < list->len; i++) {
        gsize length;
        const uint8_t *bytes = g_bytes_get_data(list->pdata[i], &length);
        if (!is_clean_text(bytes, length))
            reader->failed = true;
    }
    return list;
}

static void read_field(WireReader *reader, Field field, Stamp *stamp)
{
    switch (field) {
    case FIELD_NONE:
        break;
    case FIELD_PROPERTIES:
        stamp->properties = read_properties(reader);
        break;
    case FIELD_ADDRESS:
    case FIELD_ADDRESS_OR_EMPTY:
        stamp->address = read_text(reader, field == FIELD_ADDRESS_OR_EMPTY);
        break;
    case FIELD_PROVIDER_KEY:
        read_key(reader, stamp->provider_key);
        break;
    case FIELD_PROVIDER_NAME:
        stamp->provider_name = read_text(reader, false);
        break;
    case FIELD_HASHES:
        stamp->hashes = read_hashes(reader);
        break;
    case FIELD_HOST:
        stamp->host = read_text(reader, false);
        break;
    case FIELD_PATH:
        stamp->path = read_path(reader);
        break;
    case FIELD_BOOTSTRAP:
        stamp->bootstrap = read_bootstrap(reader);
        break;
    }
}

static Status read_payload(WireReader *reader, Stamp **stamp)
{
    unsigned kind = wire_read_u8(reader);
    if (reader->failed)
        return STATUS_MALFORMED;
    const Layout *layout = layout_of(kind);
    if (!layout)
        return STATUS_UNSUPPORTED;

    g_autoptr(Stamp) read = g_new0(Stamp, 1);
    read->kind = layout->kind;
    for (size_t i = 0; layout->fields[i] != FIELD_NONE; i++)
        read_field(reader, layout->fields[i], read);
    if (reader->failed || wire_left(reader) > 0)
        return STATUS_MALFORMED;
    *stamp = g_steal_pointer(&read);
    return STATUS_OK;
}

Status stamp_parse(const char *text, Stamp **stamp)
{
    static const char scheme[] = "sdns:";
    size_t scheme_length = sizeof scheme - 1, length;
    if (g_ascii_strncasecmp(text, scheme, scheme_length) != 0)
        return STATUS_MALFORMED;
    text += scheme_length;
    if (g_str_has_prefix(text, "//"))
        text += 2;

    g_autofree uint8_t *payload = g_malloc(BASE64URL_DECODED_MAX(strlen(text)));
    Status status = base64url_decode(text, strlen(text), payload, &length);
    if (status != STATUS_OK)
        return status;
    WireReader reader = wire_reader(payload, length);
    return read_payload(&reader, stamp);
}

static void append_byte(GByteArray *payload, uint8_t byte)
{
    g_byte_array_append(payload, &byte, 1);
}

static void append_properties(GByteArray *payload, uint64_t properties)
{
    for (unsigned shift = 0; shift < 64; shift += 8)
        append_byte(payload, (uint8_t)(properties >> shift));
}

/* False when it is longer than its length byte can say. */
static bool append_string(GByteArray *payload, const void *bytes, size_t length)
{
    if (length > UINT8_MAX)
        return false;
    append_byte(payload, (uint8_t)length);
    g_byte_array_append(payload, bytes, (guint)length);
    return true;
}

static bool append_text(GByteArray *payload, const char *text)
{
    return append_string(payload, text ? text : "", text ? strlen(text) : 0);
}

static bool append_list(GByteArray *payload, const StampList *list)
{
    if (!list || list->len == 0) {
        append_byte(payload, 0);
        return true;
    }
    for (guint i = 0; i < list->len; i++) {
        gsize length;
        const uint8_t *bytes = g_bytes_get_data(list->pdata[i], &length);
        if (length >= LIST_GOES_ON)
            return false;
        guint head = payload->len;
        append_string(payload, bytes, length);
        if (i + 1 < list->len)
            payload->data[head] |= LIST_GOES_ON;
    }
    return true;
}

static bool append_field(GByteArray *payload, Field field, const Stamp *stamp)
{
    switch (field) {
    case FIELD_NONE:
        break;
    case FIELD_PROPERTIES:
        append_properties(payload, stamp->properties);
        break;
    case FIELD_ADDRESS:
    case FIELD_ADDRESS_OR_EMPTY:
        return append_text(payload, stamp->address);
    case FIELD_PROVIDER_KEY:
        return append_string(payload, stamp->provider_key, sizeof stamp->provider_key);
    case FIELD_PROVIDER_NAME:
        return append_text(payload, stamp->provider_name);
    case FIELD_HASHES:
        return append_list(payload, stamp->hashes);
    case FIELD_HOST:
        return append_text(payload, stamp->host);
    case FIELD_PATH:
        return append_text(payload, stamp->path);
    case FIELD_BOOTSTRAP:
        return !stamp->bootstrap || append_list(payload, stamp->bootstrap);
    }
    return true;
}

char *stamp_build(const Stamp *stamp)
{
    static const char scheme[] = "sdns://";
    const Layout *layout = layout_of(stamp->kind);
    if (!layout)
        return NULL;

    g_autoptr(GByteArray) payload = g_byte_array_new();
    append_byte(payload, (uint8_t)stamp->kind);
    for (size_t i = 0; layout->fields[i] != FIELD_NONE; i++) {
        if (!append_field(payload, layout->fields[i], stamp))
            return NULL;
    }
    char *text = g_malloc(sizeof scheme + BASE64URL_ENCODED_MAX(payload->len));
    memcpy(text, scheme, sizeof scheme);
    base64url_encode(payload->data, payload->len, text + sizeof scheme - 1);
    return text;
}

void stamp_free(Stamp *stamp)
{
    if (!stamp)
        return;
    g_free(stamp->address);
    g_free(stamp->provider_name);
    g_free(stamp->host);
    g_free(stamp->path);
    g_clear_pointer(&stamp->hashes, g_ptr_array_unref);
    g_clear_pointer(&stamp->bootstrap, g_ptr_array_unref);
    g_free(stamp);
}
