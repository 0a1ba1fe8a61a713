/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * [Resolver ID] groups to Resolver values. Ids become bus arguments, file keys and menu entries, so
 * their letters are restricted here, at the only door they come in by.
 */
#include "entries.h"

#include "endpoint_spec.h"
#include "log.h"
#include "odoh_message.h"
#include "relays.h"

#include <string.h>

#define GROUP_PREFIX "Resolver "

static const char *const blocks_words[] = {"malware", "ads", "adult", NULL};

bool entry_id_is_valid(const char *id)
{
    size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    return length > 0 && length <= 64 && id[length] == '\0' && id[0] != '.';
}

static gboolean read_blocks(Resolver *resolver, const Keys *keys, const char *group, GError **error)
{
    g_auto(GStrv) blocks = keys_get_list(keys, group, "Blocks");

    for (size_t i = 0; blocks && blocks[i]; i++) {
        if (!g_strv_contains(blocks_words, blocks[i])) {
            keys_set_error(error, keys, group, "Blocks", blocks[i],
                           "Expected malware, ads or adult.");
            return FALSE;
        }
        resolver->blocks_malware |= g_str_equal(blocks[i], "malware");
        resolver->blocks_ads |= g_str_equal(blocks[i], "ads");
        resolver->blocks_adult |= g_str_equal(blocks[i], "adult");
    }
    return TRUE;
}

/* What every name is asked of must be encrypted: plain DNS beside it would be a way to fall back
 * on, unasked. (transfer full) of the endpoint. */
static gboolean add_encrypted(Resolver *resolver, Endpoint *endpoint, GError **error)
{
    if (endpoint->kind == ENDPOINT_PLAIN) {
        g_autofree char *text = endpoint_describe(endpoint);

        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT,
                    "\"%s\": Plain DNS is not encrypted; it can serve a [Route DOMAIN] only.",
                    text);
        endpoint_unref(endpoint);
        return FALSE;
    }
    resolver_add_endpoint(resolver, endpoint);
    return TRUE;
}

static gboolean read_endpoints(Resolver *resolver, const Keys *keys, const char *group,
                               GError **error)
{
    g_auto(GStrv) specs = keys_get_list(keys, group, "Endpoints");
    g_autofree char *provider = keys_get_text(keys, group, "ProviderName");

    for (size_t i = 0; specs && specs[i]; i++) {
        Endpoint *endpoint = endpoint_spec_parse(specs[i], error);

        if (!endpoint || !add_encrypted(resolver, endpoint, error)) {
            g_prefix_error(error, "[%s] Endpoints: ", group);
            return FALSE;
        }
    }
    if (provider) {
        g_autofree char *address = keys_get_text(keys, group, "Address");
        g_autofree char *key = keys_get_text(keys, group, "ProviderKey");
        Endpoint *endpoint = endpoint_spec_dnscrypt(address, provider, key, error);

        if (!endpoint) {
            g_prefix_error(error, "[%s] ", group);
            return FALSE;
        }
        resolver_add_endpoint(resolver, endpoint);
    }
    return TRUE;
}

/* The target's ObliviousDoHConfigs by hand: then they are not fetched. */
static gboolean read_odoh_keys(Resolver *resolver, const Keys *keys, const char *group,
                               GError **error)
{
    g_autofree char *text = keys_get_text(keys, group, "ODoHKeys");
    g_autofree guchar *configs = NULL;
    gsize length = 0;
    OdohKey key;

    if (text == NULL)
        return TRUE;
    configs = g_base64_decode(text, &length);
    if (odoh_key_parse(configs, length, &key) != STATUS_OK) {
        keys_set_error(error, keys, group, "ODoHKeys", text,
                       "Expected the base64 of a target's keys, one of which can be used here.");
        return FALSE;
    }
    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        Endpoint *endpoint = resolver->endpoints[i];

        if (endpoint->kind != ENDPOINT_ODOH)
            continue;
        endpoint->odoh_configs = g_memdup2(configs, length);
        endpoint->odoh_configs_length = length;
    }
    return TRUE;
}

static gboolean read_relay(Resolver *resolver, const Keys *keys, const char *group, GError **error)
{
    resolver->relay = g_key_file_get_string(keys->file, group, "Relay", NULL);
    if (resolver->relay == NULL || relay_choice_check(resolver->relay, error))
        return TRUE;
    g_prefix_error(error, "[%s] Relay: ", group);
    return FALSE;
}

static Resolver *read_resolver(const Keys *keys, const char *group, GError **error)
{
    const char *id = group + strlen(GROUP_PREFIX);
    g_autofree char *name = keys_get_text(keys, group, "Name");
    Resolver *resolver;

    if (!entry_id_is_valid(id)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "[%s]: A resolver's id is 1 to 64 letters, digits, '-', '_' and '.', and does "
                    "not begin with "
                    "'.'.",
                    group);
        return NULL;
    }
    resolver = resolver_new(id, name ? name : id);
    resolver->operator_name = keys_get_text(keys, group, "Operator");
    resolver->country = keys_get_text(keys, group, "Country");
    resolver->description = keys_get_text(keys, group, "Description");
    if (!keys_get_bool(keys, group, "DNSSEC", &resolver->dnssec, error) ||
        !keys_get_bool(keys, group, "NoLog", &resolver->no_log, error) ||
        !keys_get_bool(keys, group, "Filters", &resolver->filters, error) ||
        !read_blocks(resolver, keys, group, error) || !read_relay(resolver, keys, group, error) ||
        !read_endpoints(resolver, keys, group, error) ||
        !read_odoh_keys(resolver, keys, group, error)) {
        resolver_unref(resolver);
        return NULL;
    }
    return resolver;
}

bool entry_is_usable(const Resolver *resolver)
{
    for (size_t i = 0; i < resolver->endpoint_count; i++)
        if (transport_is_supported(resolver->endpoints[i]->kind))
            return true;
    return false;
}

gboolean entries_read(const Keys *keys, GPtrArray *resolvers, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(keys->file, NULL);

    for (size_t i = 0; groups[i]; i++) {
        Resolver *resolver;

        if (!g_str_has_prefix(groups[i], GROUP_PREFIX))
            continue;
        resolver = read_resolver(keys, groups[i], error);
        if (!resolver)
            return FALSE;
        if (entry_is_usable(resolver)) {
            g_ptr_array_add(resolvers, resolver);
        } else {
            log_debug("resolver left out, none of its endpoints can be used: id=%s", resolver->id);
            resolver_unref(resolver);
        }
    }
    return TRUE;
}

Resolver *entry_anonymous(const char *spec, GError **error)
{
    Endpoint *endpoint = endpoint_spec_parse(spec, error);
    g_autofree char *description = NULL;
    Resolver *resolver;

    if (!endpoint)
        return NULL;
    if (!transport_is_supported(endpoint->kind)) {
        endpoint_unref(endpoint);
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_SUPPORTED,
                    "\"%s\": This protocol cannot be used yet.", spec);
        return NULL;
    }
    description = endpoint_describe(endpoint);
    resolver = resolver_new(spec, description);
    if (!add_encrypted(resolver, endpoint, error)) {
        resolver_unref(resolver);
        return NULL;
    }
    return resolver;
}
