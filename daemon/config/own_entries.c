/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entry is kept as the text it was given as, so that what the program learns to read later also
 * serves what was added before.
 */
#include "own_entries.h"

#include "endpoint_spec.h"
#include "entries.h"
#include "kept_file.h"
#include "log.h"
#include "stamp.h"

#include <string.h>

#define GROUP_PREFIX "Resolver "
#define FILE_MODE    0600
#define MAX_LENGTH   (4 * 1024 * 1024) /* all entries there may be, each as long as it may be */
#define WHAT         "the resolvers that were added here"
#define MAX_SPEC     2048
#define MAX_NAME     100
#define MAX_SLUG     40
#define MAX_ENTRIES  1000

static GKeyFile *file_load(const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    GKeyFile *file = kept_file_read_keys(path, MAX_LENGTH, WHAT, &local);

    if (file == NULL)
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED,
                    "Your own resolvers cannot be read: %s.", local->message);
    return file;
}

static gboolean file_save(GKeyFile *file, const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    gsize length;
    g_autofree char *data = g_key_file_to_data(file, &length, NULL);

    if (g_file_set_contents_full(path, data, (gssize)length,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 FILE_MODE, &local))
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED, "Your own resolvers cannot be saved: %s.",
                local->message);
    return FALSE;
}

/* By itself, so that one which cannot be used costs no other. */
static void read_group(GKeyFile *file, const char *group, const char *path, GPtrArray *entries)
{
    g_autoptr(Keys) keys = keys_new();
    g_autoptr(GError) error = NULL;

    keys_add_group(keys, file, group, path);
    if (!entries_read(keys, entries, &error))
        log_warning("a resolver that was added here cannot be used: %s", error->message);
}

GPtrArray *own_entries_load(const char *path)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    g_autoptr(GError) error = NULL;
    g_autoptr(GKeyFile) file = file_load(path, &error);
    g_auto(GStrv) groups = NULL;

    if (file == NULL) {
        log_warning("%s: %s", path, error->message);
        return entries;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (size_t i = 0; groups[i] != NULL; i++)
        read_group(file, groups[i], path, entries);
    return entries;
}

/* --- a new one --- */

static const char *host_of(const Endpoint *endpoint, char text[ADDRESS_MAX_TEXT])
{
    if (endpoint->host != NULL)
        return endpoint->host;
    if (endpoint->provider_name != NULL)
        return g_str_has_prefix(endpoint->provider_name, "2.dnscrypt-cert.")
                   ? endpoint->provider_name + strlen("2.dnscrypt-cert.")
                   : endpoint->provider_name;
    return address_format_host(&endpoint->address, text);
}

/* Letters that an id may have; what a name has besides becomes one '-' each run. (transfer full) */
static char *slug(const char *name)
{
    GString *id = g_string_new(NULL);

    for (; *name != '\0' && id->len < MAX_SLUG; name++) {
        if (g_ascii_isalnum(*name) || (*name == '.' && id->len > 0))
            g_string_append_c(id, g_ascii_tolower(*name));
        else if (id->len > 0 && id->str[id->len - 1] != '-')
            g_string_append_c(id, '-');
    }
    while (id->len > 0 && strchr("-.", id->str[id->len - 1]) != NULL)
        g_string_truncate(id, id->len - 1);
    if (id->len == 0)
        g_string_assign(id, "own");
    return g_string_free(id, FALSE);
}

static char *free_id(const char *name, bool (*is_taken)(void *owner, const char *id), void *owner)
{
    g_autofree char *base = slug(name);
    char *id = g_strdup(base);

    for (unsigned i = 2; is_taken(owner, id); i++) {
        g_free(id);
        id = g_strdup_printf("%s-%u", base, i);
    }
    return id;
}

static void read_promises(Resolver *resolver, const char *spec)
{
    Stamp *stamp = NULL;

    if (stamp_parse(spec, &stamp) != STATUS_OK)
        return;
    resolver->dnssec = (stamp->properties & STAMP_DNSSEC) != 0;
    resolver->no_log = (stamp->properties & STAMP_NO_LOG) != 0;
    resolver->filters = (stamp->properties & STAMP_NO_FILTER) == 0;
    stamp_free(stamp);
}

static gboolean check_text(const char *spec, const char *name, GError **error)
{
    const char *sentence = NULL;

    if (strlen(spec) > MAX_SPEC)
        sentence = "That is too long for a resolver.";
    else if (name != NULL && strlen(name) > MAX_NAME)
        sentence = "That is too long for a resolver's name.";
    for (const char *letter = spec; *letter != '\0'; letter++)
        if (!g_ascii_isgraph(*letter))
            sentence = "A resolver is described in one word, without spaces.";
    for (const char *letter = name; letter != NULL && *letter != '\0'; letter++)
        if (g_ascii_iscntrl(*letter))
            sentence = "A name has one line.";
    if (sentence != NULL)
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT, sentence);
    return sentence == NULL;
}

static gboolean check_address_alone(const char *spec, GError **error)
{
    Address address;

    if (address_parse(spec, 53, &address) != STATUS_OK)
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED,
                "An address alone does not say who must answer there: add the protocol and the "
                "name in its certificate, as in tls://%s#dns.example.",
                spec);
    return FALSE;
}

/* One or more, with ';' between, as in Endpoints=. */
static gboolean read_endpoints(const char *spec, GPtrArray *endpoints, GError **error)
{
    g_auto(GStrv) specs = g_strsplit(spec, ";", -1);
    const char *const nothing[] = {"", NULL}; /* refused as any other text that is no resolver */
    const char *const *each = specs[0] != NULL ? (const char *const *)specs : nothing;

    for (size_t i = 0; each[i] != NULL; i++) {
        g_autoptr(Resolver) one = entry_anonymous(each[i], error);

        if (one == NULL)
            return FALSE;
        g_ptr_array_add(endpoints, endpoint_ref(one->endpoints[0]));
    }
    return TRUE;
}

Resolver *own_entry_new(const char *spec, const char *name,
                        bool (*is_taken)(void *owner, const char *id), void *owner, GError **error)
{
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_unref);
    g_autofree char *given = g_strdup(name != NULL ? name : ""), *id = NULL;
    char host[ADDRESS_MAX_TEXT];
    Resolver *resolver;

    if (!check_text(spec, name, error) || !check_address_alone(spec, error) ||
        !read_endpoints(spec, endpoints, error))
        return NULL;
    name = g_strstrip(given); /* as the file would give it back */
    if (*name == '\0')
        name = host_of(endpoints->pdata[0], host);
    id = free_id(name, is_taken, owner);
    resolver = resolver_new(id, name);
    for (guint i = 0; i < endpoints->len; i++)
        resolver_add_endpoint(resolver, endpoint_ref(endpoints->pdata[i]));
    read_promises(resolver, spec);
    return resolver;
}

/* --- the file --- */

gboolean own_entries_add(const char *path, const Resolver *resolver, const char *spec,
                         GError **error)
{
    g_autoptr(GKeyFile) file = file_load(path, error);
    g_autofree char *group = g_strconcat(GROUP_PREFIX, resolver->id, NULL);
    g_auto(GStrv) groups = NULL;
    g_auto(GStrv) specs = g_strsplit(spec, ";", -1);

    if (file == NULL)
        return FALSE;
    groups = g_key_file_get_groups(file, NULL);
    if (g_strv_length(groups) >= MAX_ENTRIES) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED,
                    "There are %d resolvers of your own; remove one first.", MAX_ENTRIES);
        return FALSE;
    }
    /* A group of this id that could not be used would spoil the new one with what is left of it. */
    g_key_file_remove_group(file, group, NULL);
    g_key_file_set_string(file, group, "Name", resolver->name);
    if (resolver->dnssec)
        g_key_file_set_boolean(file, group, "DNSSEC", TRUE);
    if (resolver->no_log)
        g_key_file_set_boolean(file, group, "NoLog", TRUE);
    if (resolver->filters)
        g_key_file_set_boolean(file, group, "Filters", TRUE);
    g_key_file_set_string_list(file, group, "Endpoints", (const gchar *const *)specs,
                               g_strv_length(specs));
    return file_save(file, path, error);
}

gboolean own_entries_remove(const char *path, const char *id, GError **error)
{
    g_autoptr(GKeyFile) file = file_load(path, error);
    g_autofree char *group = g_strconcat(GROUP_PREFIX, id, NULL);

    if (file == NULL)
        return FALSE;
    if (!g_key_file_has_group(file, group)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND,
                    "None of your own resolvers is called \"%s\".", id);
        return FALSE;
    }
    g_key_file_remove_group(file, group, NULL);
    return file_save(file, path, error);
}
