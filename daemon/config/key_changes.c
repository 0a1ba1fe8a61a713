/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A key file: a group for each list, a key for each entry whose key changed (its name,
 * percent-encoded where it must be), the time as its value.
 *
 * What counts is what proves the resolver to us: the provider key of DNSCrypt, the name in the
 * certificate of the others. A new address, path or protocol of the same operator is no change of
 * hands.
 */
#include "key_changes.h"

#include "kept_file.h"
#include "log.h"

#include <string.h>

#define WHAT       "which keys changed"
#define MAX_LENGTH (4 * 1024 * 1024) /* many times what all lists together have */
#define FILE_MODE  0600

struct KeyChanges {
    char *path;
    GKeyFile *file;
};

KeyChanges *key_changes_load(const char *path)
{
    KeyChanges *changes = g_new0(KeyChanges, 1);
    g_autoptr(GError) error = NULL;

    changes->path = g_strdup(path);
    changes->file = kept_file_read_keys(path, MAX_LENGTH, WHAT, &error);
    if (changes->file == NULL) {
        log_warning("%s cannot be read: %s: %s", WHAT, path, error->message);
        changes->file = g_key_file_new();
    }
    return changes;
}

void key_changes_free(KeyChanges *changes)
{
    if (changes == NULL)
        return;
    g_free(changes->path);
    g_key_file_unref(changes->file);
    g_free(changes);
}

static void save(const KeyChanges *changes)
{
    g_autoptr(GError) error = NULL;
    gsize length;
    g_autofree char *data = g_key_file_to_data(changes->file, &length, NULL);

    if (!g_file_set_contents_full(changes->path, data, (gssize)length,
                                  G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, &error))
        log_warning("%s cannot be saved: %s", WHAT, error->message);
}

/* The name of a list's entry as a key of the file, where not every letter may stand. (transfer
 * full)
 */
static char *key_of(const char *name)
{
    return g_uri_escape_string(name, NULL, FALSE);
}

/* --- comparing --- */

static bool same_proof(const Endpoint *a, const Endpoint *b)
{
    if (a->kind == ENDPOINT_DNSCRYPT)
        return memcmp(a->provider_key, b->provider_key, sizeof a->provider_key) == 0;
    return g_strcmp0(a->host, b->host) == 0;
}

/* Whether this endpoint proves itself by what no endpoint of its kind had before. */
static bool is_changed(const Endpoint *endpoint, const Resolver *before)
{
    bool comparable = false;

    for (size_t i = 0; i < before->endpoint_count; i++) {
        if (before->endpoints[i]->kind != endpoint->kind)
            continue;
        if (same_proof(before->endpoints[i], endpoint))
            return false;
        comparable = true;
    }
    return comparable;
}

static bool any_changed(const Resolver *before, const Resolver *after)
{
    for (size_t i = 0; i < after->endpoint_count; i++)
        if (is_changed(after->endpoints[i], before))
            return true;
    return false;
}

/* Names are what people know an entry by; ids may differ from them. */
static GHashTable *by_name(const SignedList *list)
{
    GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < list->entries->len; i++) {
        Resolver *entry = list->entries->pdata[i];

        g_hash_table_insert(table, entry->name, entry);
    }
    return table;
}

static void forget_those_gone(KeyChanges *changes, const char *list, GHashTable *present)
{
    g_auto(GStrv) names = g_key_file_get_keys(changes->file, list, NULL, NULL);

    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        g_autofree char *name = g_uri_unescape_string(names[i], NULL);

        if (name == NULL || !g_hash_table_contains(present, name))
            g_key_file_remove_key(changes->file, list, names[i], NULL);
    }
}

/* A relay of DNSCrypt proves itself by nothing: it cannot read what it passes on. */
void key_changes_compare(KeyChanges *changes, const char *list, const SignedList *before,
                         const SignedList *after, int64_t now_s)
{
    g_autoptr(GHashTable) old = by_name(before), new = by_name(after);

    if (after->kind == LIST_RELAYS)
        return;
    for (guint i = 0; i < after->entries->len; i++) {
        Resolver *entry = after->entries->pdata[i];
        const Resolver *was = g_hash_table_lookup(old, entry->name);
        g_autofree char *key = key_of(entry->name);

        if (was == NULL || !any_changed(was, entry))
            continue;
        log_warning("a list gives another key for a resolver than before list=%s resolver=%s", list,
                    entry->name);
        g_key_file_set_int64(changes->file, list, key, now_s);
    }
    forget_those_gone(changes, list, new);
    save(changes);
}

/* --- showing --- */

static char *sentence(int64_t time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_s);
    g_autofree char *day = time != NULL ? g_date_time_format(time, "%e %B %Y") : g_strdup("?");

    return g_strdup_printf("Its list has given another key for it since %s.", g_strstrip(day));
}

void key_changes_mark(const KeyChanges *changes, const char *list, const SignedList *entries)
{
    for (guint i = 0; i < entries->entries->len; i++) {
        Resolver *entry = entries->entries->pdata[i];
        g_autofree char *key = key_of(entry->name);
        int64_t time_s = g_key_file_get_int64(changes->file, list, key, NULL);

        g_free(entry->key_changed);
        entry->key_changed = time_s != 0 ? sentence(time_s) : NULL;
    }
}

bool key_changes_forget(KeyChanges *changes, Resolver *resolver)
{
    if (resolver->key_changed == NULL || resolver->source == NULL)
        return false;

    g_autofree char *key = key_of(resolver->name);

    g_clear_pointer(&resolver->key_changed, g_free);
    g_key_file_remove_key(changes->file, resolver->source, key, NULL);
    save(changes);
    return true;
}
