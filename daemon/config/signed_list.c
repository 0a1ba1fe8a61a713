/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list in the format of the DNSCrypt project, Markdown to people:
 *
 *     # anything up to the first entry
 *     ## quad9-dnscrypt-ip4          a name
 *     Words about it.                its description, over several lines
 *     sdns://…                       one or more stamps
 *
 * The signature has been checked before, so the limits are against accidents of who signs, and
 * against what a stolen key could do to us. A stamp that is broken or of a kind that does not
 * belong is left out by itself: tomorrow's stamps must not take today's away.
 */
#include "signed_list.h"

#include "plain_text.h"
#include "stamp.h"

#include <string.h>

#define MAX_LINE        4096
#define MAX_STAMPS      32 /* an entry */
#define MAX_DESCRIPTION 2000
#define MAX_ID          64

const char *const list_kind_words[LIST_KINDS + 1] = {"resolvers", "relays", "odoh-targets",
                                                     "odoh-relays", NULL};

typedef struct Reading {
    SignedList *list;
    GHashTable *ids; /* borrowed from the entries */
    Resolver *entry; /* being read; NULL before the first */
    GString *words;  /* its description */
    size_t stamps;   /* of it */
} Reading;

void signed_list_free(SignedList *list)
{
    if (list == NULL)
        return;
    g_ptr_array_unref(list->entries);
    g_free(list);
}

static gboolean fail(GError **error, const char *sentence)
{
    g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA, sentence);
    return FALSE;
}

/* --- stamps --- */

static bool belongs(ListKind list, StampKind stamp)
{
    switch (list) {
    case LIST_RESOLVERS:
        return stamp == STAMP_DNSCRYPT || stamp == STAMP_DOH || stamp == STAMP_DOT ||
               stamp == STAMP_DOQ;
    case LIST_RELAYS:
        return stamp == STAMP_DNSCRYPT_RELAY;
    case LIST_ODOH_TARGETS:
        return stamp == STAMP_ODOH_TARGET;
    case LIST_ODOH_RELAYS:
        return stamp == STAMP_ODOH_RELAY;
    case LIST_KINDS:
        break;
    }
    return false;
}

static bool is_of_relays(ListKind list)
{
    return list == LIST_RELAYS || list == LIST_ODOH_RELAYS;
}

/* A list does not get to name this very machine, or everybody on its network. The private addresses
 * of a company's own list are its affair. */
static Status make_endpoint(ListKind list, const Stamp *stamp, Endpoint **endpoint)
{
    Endpoint *made = NULL;
    Status status = STATUS_UNSUPPORTED;

    if (belongs(list, stamp->kind))
        status = is_of_relays(list) ? endpoint_relay_from_stamp(stamp, &made)
                                    : endpoint_from_stamp(stamp, &made);
    if (status != STATUS_OK)
        return status;
    if (address_is_set(&made->address) && !address_is_remote(&made->address)) {
        endpoint_unref(made);
        return STATUS_INVALID;
    }
    *endpoint = made;
    return STATUS_OK;
}

/* An entry promises only what every one of its stamps does. */
static void add_properties(Reading *reading, const Stamp *stamp)
{
    Resolver *entry = reading->entry;
    bool first = entry->endpoint_count == 0;

    entry->dnssec = (first || entry->dnssec) && (stamp->properties & STAMP_DNSSEC) != 0;
    entry->no_log = (first || entry->no_log) && (stamp->properties & STAMP_NO_LOG) != 0;
    entry->filters = entry->filters || (stamp->properties & STAMP_NO_FILTER) == 0;
}

static void add_stamp(Reading *reading, const char *text)
{
    Stamp *stamp = NULL;
    Endpoint *endpoint = NULL;
    Status status = reading->stamps++ < MAX_STAMPS ? stamp_parse(text, &stamp) : STATUS_LIMIT;

    if (status == STATUS_OK)
        status = make_endpoint(reading->list->kind, stamp, &endpoint);
    if (status == STATUS_OK) {
        add_properties(reading, stamp);
        resolver_add_endpoint(reading->entry, endpoint);
    } else {
        reading->list->left_out++;
    }
    stamp_free(stamp);
}

/* --- entries --- */

/* Ids travel on the bus and in files, where fewer letters are allowed than in a list. */
static char *id_from_name(const char *name)
{
    char *id = g_strndup(name, MAX_ID);

    for (char *letter = id; *letter != '\0'; letter++)
        if (!g_ascii_isalnum(*letter) && strchr("-_.", *letter) == NULL)
            *letter = '-';
    if (id[0] == '.')
        id[0] = '-';
    return id;
}

static void end_entry(Reading *reading)
{
    Resolver *entry = g_steal_pointer(&reading->entry);

    if (entry == NULL)
        return;
    if (entry->endpoint_count == 0 || entry->id[0] == '\0' ||
        g_hash_table_contains(reading->ids, entry->id)) {
        resolver_unref(entry);
        return;
    }
    entry->description = g_strndup(reading->words->str, reading->words->len);
    g_hash_table_add(reading->ids, entry->id);
    g_ptr_array_add(reading->list->entries, entry);
}

static void begin_entry(Reading *reading, const char *name)
{
    g_autofree char *id = id_from_name(name);

    end_entry(reading);
    reading->entry = resolver_new(id, name);
    reading->stamps = 0;
    g_string_truncate(reading->words, 0);
}

static void add_words(Reading *reading, const char *line)
{
    if (*line == '\0' || reading->words->len + strlen(line) >= MAX_DESCRIPTION)
        return;
    if (reading->words->len > 0)
        g_string_append_c(reading->words, ' ');
    g_string_append(reading->words, line);
}

/* --- lines --- */

/* Tabs and ends of lines are blanks; nothing else may steer what shows it. (transfer full) */
static char *clean(const char *text, size_t length)
{
    g_autofree char *line = g_strndup(text, length);

    for (char *letter = line; *letter != '\0'; letter++)
        if (g_ascii_iscntrl(*letter))
            *letter = ' ';
    g_strstrip(line);
    return plain_text(line, strlen(line));
}

static void read_line(Reading *reading, char *line)
{
    if (g_str_has_prefix(line, "## "))
        begin_entry(reading, g_strstrip(line + strlen("## ")));
    else if (reading->entry != NULL && g_ascii_strncasecmp(line, "sdns:", strlen("sdns:")) == 0)
        add_stamp(reading, line);
    else if (reading->entry != NULL)
        add_words(reading, line);
}

static gboolean read_lines(Reading *reading, const char *text, size_t length, GError **error)
{
    const char *end = text + length;

    for (const char *next; text < end; text = next + 1) {
        next = memchr(text, '\n', (size_t)(end - text));
        if (next == NULL)
            next = end;
        if (next - text > MAX_LINE)
            return fail(error, "A line of it is longer than any list has.");

        g_autofree char *line = clean(text, (size_t)(next - text));

        read_line(reading, line);
        if (reading->list->entries->len > LIST_MAX_ENTRIES)
            return fail(error, "It has more entries than a list may have.");
    }
    end_entry(reading);
    return TRUE;
}

SignedList *signed_list_parse(GBytes *text, ListKind kind, GError **error)
{
    g_autoptr(SignedList) list = g_new0(SignedList, 1);
    gsize length;
    const char *data = g_bytes_get_data(text, &length);

    list->kind = kind;
    list->entries = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    if (length > LIST_MAX_BYTES) {
        fail(error, "It is larger than a list may be.");
        return NULL;
    }
    if (length == 0) /* then there may be no data at all, not even to add 0 to */
        data = "";
    if (!g_utf8_validate(data, (gssize)length, NULL)) {
        fail(error, "It is not a text.");
        return NULL;
    }

    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GString) words = g_string_new(NULL);
    Reading reading = {.list = list, .ids = ids, .words = words};
    gboolean whole = read_lines(&reading, data, length, error);

    resolver_unref(reading.entry);
    if (!whole)
        return NULL;
    if (list->entries->len == 0) {
        fail(error, "It holds no entry that can be used.");
        return NULL;
    }
    return g_steal_pointer(&list);
}
