/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads every key there is, and names each one once: the tables below are the list that
 * `man sotto.conf` describes. Whatever has a range is checked here, so that no other floor meets a
 * value it cannot work with. Unknown keys and groups are only warned of: a file written for a newer
 * version must not leave a machine without DNS.
 */
#include "settings.h"

#include "builtin_need.h"
#include "cache_settings.h"
#include "endpoint_spec.h"
#include "entries.h"
#include "favourites.h"
#include "list_settings.h"
#include "log.h"
#include "spread_key.h"

#include <string.h>

#define FORWARDER        "Sotto"
#define PROTECTION       "Protection"
#define ROUTE_PREFIX     "Route "
#define DEFAULT_ADDRESS4 "198.19.53.53"
#define DEFAULT_ADDRESS6 "fd53:6f74:746f::53"
#define DNS_PORT         53

static const char *const strategy_words[] = {"fastest", "p2",     "first", "round-robin",
                                             "random",  "spread", NULL};
static const char *const level_words[] = {"error", "warning", "info", "debug", NULL};

static const char *const forwarder_keys[] = {
    "Listen",         "Resolvers",       "Strategy", "CacheSize", "MinTTL",  "MaxTTL",
    "MaxQueries",     "EDNSPayloadSize", "TCPOnly",  "FreshKeys", "ZeroRTT", "CAFile",
    "User",           "Daemonize",       "LogFile",  "LogLevel",  "Syslog",  "PIDFile",
    "ODoHDirectKeys", "StaleSeconds",    "Prefetch", "KeepCache", "Relay",   NULL};
static const char *const protection_keys[] = {"Address4",     "Address6",   "ProbeNames",
                                              "ProbeSeconds", "Favourites", "LocalDomains",
                                              "VPNLookups",   NULL};

static Settings *settings_new(void)
{
    Settings *settings = g_new0(Settings, 1);

    settings->references = 1;
    settings->listen = g_ptr_array_new_with_free_func(g_free);
    settings->chosen = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    settings->catalogue = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    settings->added = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    settings->own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    settings->lists = g_ptr_array_new_with_free_func((GDestroyNotify)list_spec_free);
    settings->template = plan_new();
    settings->log_level = LOG_LEVEL_INFO;
    settings->local_domains = settings->vpn_lookups = true;
    return settings;
}

Settings *settings_ref(Settings *settings)
{
    settings->references++;
    return settings;
}

void settings_unref(Settings *settings)
{
    if (!settings || --settings->references)
        return;
    g_hash_table_unref(settings->own);
    g_ptr_array_unref(settings->added);
    g_ptr_array_unref(settings->lists);
    g_ptr_array_unref(settings->listen);
    g_ptr_array_unref(settings->chosen);
    g_ptr_array_unref(settings->catalogue);
    relays_free(settings->relays);
    plan_unref(settings->template);
    rule_settings_unref(settings->rules);
    g_free(settings->ca_file);
    g_free(settings->user);
    g_free(settings->log_file);
    g_free(settings->pid_file);
    g_strfreev(settings->probe_names);
    g_strfreev(settings->favourites);
    g_strfreev(settings->decided_favourites);
    network_settings_clear(&settings->networks);
    g_free(settings);
}

static gboolean read_address(const Keys *keys, const char *key, const char *fallback,
                             Address *address, GError **error)
{
    g_autofree char *text = keys_get_text(keys, PROTECTION, key);

    if (address_parse(text ? text : fallback, DNS_PORT, address) == STATUS_OK)
        return TRUE;
    keys_set_error(error, keys, PROTECTION, key, text, "Expected an IP address.");
    return FALSE;
}

static gboolean read_listen(Settings *settings, const Keys *keys, GError **error)
{
    g_auto(GStrv) texts = keys_get_list(keys, FORWARDER, "Listen");

    for (size_t i = 0; texts && texts[i]; i++) {
        Address address;

        if (address_parse(texts[i], DNS_PORT, &address) != STATUS_OK) {
            keys_set_error(error, keys, FORWARDER, "Listen", texts[i],
                           "Expected an IP address with an optional port.");
            return FALSE;
        }
        g_ptr_array_add(settings->listen, g_memdup2(&address, sizeof address));
    }
    return TRUE;
}

static gboolean read_numbers(Plan *plan, const Keys *keys, GError **error)
{
    int64_t queries = plan->max_queries, payload = plan->edns_payload;

    if (!keys_get_number(keys, FORWARDER, "MaxQueries", 1, 100000, &queries, error) ||
        !keys_get_number(keys, FORWARDER, "EDNSPayloadSize", 0, 4096, &payload, error))
        return FALSE;
    plan->max_queries = (unsigned)queries;
    plan->edns_payload = plan->transport.edns_payload = (uint16_t)payload;
    return TRUE;
}

static gboolean read_forwarder(Settings *settings, const Keys *keys, GError **error)
{
    Plan *plan = settings->template;
    int strategy = plan->strategy;

    settings->ca_file = keys_get_text(keys, FORWARDER, "CAFile");
    settings->user = keys_get_text(keys, FORWARDER, "User");
    settings->log_file = keys_get_text(keys, FORWARDER, "LogFile");
    settings->pid_file = keys_get_text(keys, FORWARDER, "PIDFile");
    if (!keys_get_word(keys, FORWARDER, "Strategy", strategy_words, &strategy, error))
        return FALSE;
    plan->strategy = (Strategy)strategy;
    spread_key_derive(plan->spread_key);
    return read_listen(settings, keys, error) && read_numbers(plan, keys, error) &&
           cache_settings_read(plan, keys, error) &&
           keys_get_word(keys, FORWARDER, "LogLevel", level_words, &settings->log_level, error) &&
           keys_get_bool(keys, FORWARDER, "TCPOnly", &plan->transport.tcp_only, error) &&
           keys_get_bool(keys, FORWARDER, "FreshKeys", &plan->transport.fresh_keys, error) &&
           keys_get_bool(keys, FORWARDER, "ODoHDirectKeys", &plan->transport.odoh_direct_keys,
                         error) &&
           keys_get_bool(keys, FORWARDER, "ZeroRTT", &plan->transport.zero_rtt, error) &&
           keys_get_bool(keys, FORWARDER, "Syslog", &settings->syslog, error) &&
           keys_get_bool(keys, FORWARDER, "Daemonize", &settings->daemonize, error);
}

static gboolean read_probes(Settings *settings, const Keys *keys, GError **error)
{
    static const char *const defaults[] = {"example.com", "wikipedia.org", NULL};
    int64_t seconds = 4;

    settings->probe_names = keys_get_list(keys, PROTECTION, "ProbeNames");
    if (!settings->probe_names || !*settings->probe_names) {
        g_strfreev(settings->probe_names);
        settings->probe_names = g_strdupv((char **)defaults);
    }
    for (size_t i = 0; settings->probe_names[i]; i++) {
        Name name;

        if (name_parse(settings->probe_names[i], &name) != STATUS_OK) {
            keys_set_error(error, keys, PROTECTION, "ProbeNames", settings->probe_names[i],
                           "Expected a domain name.");
            return FALSE;
        }
    }
    if (!keys_get_number(keys, PROTECTION, "ProbeSeconds", 1, 60, &seconds, error))
        return FALSE;
    settings->probe_budget_us = seconds * G_USEC_PER_SEC;
    return TRUE;
}

static gboolean read_chosen(Settings *settings, const Keys *keys, GError **error)
{
    g_auto(GStrv) texts = keys_get_list(keys, FORWARDER, "Resolvers");

    for (size_t i = 0; texts && texts[i]; i++) {
        Resolver *resolver = settings_find_resolver(settings, texts[i]);

        resolver = resolver ? resolver_ref(resolver) : entry_anonymous(texts[i], error);
        if (!resolver)
            return FALSE;
        g_ptr_array_add(settings->chosen, resolver);
    }
    return TRUE;
}

static gboolean read_route(Settings *settings, const Keys *keys, const char *group, GError **error)
{
    const char *suffix = group + strlen(ROUTE_PREFIX);
    g_auto(GStrv) specs = keys_get_list(keys, group, "Servers");
    Resolver *resolver = resolver_new(group, suffix);
    Name name;

    for (size_t i = 0; specs && specs[i]; i++) {
        Endpoint *endpoint = endpoint_spec_parse(specs[i], error);

        if (!endpoint) {
            resolver_unref(resolver);
            return FALSE;
        }
        resolver_add_endpoint(resolver, endpoint);
    }
    if (name_parse(suffix, &name) != STATUS_OK || resolver->endpoint_count == 0) {
        resolver_unref(resolver);
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "[%s]: Expected [Route DOMAIN] with Servers=udp://ADDRESS or another resolver.",
                    group);
        return FALSE;
    }
    plan_add_route(settings->template, &name, ROUTE_SETTINGS, resolver);
    resolver_unref(resolver);
    return TRUE;
}

static void warn_unknown(const Keys *keys, const char *group, const char *const *known)
{
    g_auto(GStrv) names = g_key_file_get_keys(keys->file, group, NULL, NULL);

    for (size_t i = 0; names && names[i]; i++)
        if (!g_strv_contains(known, names[i]))
            log_warning("unknown setting ignored: [%s] %s", group, names[i]);
}

static gboolean read_routes(Settings *settings, const Keys *keys, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(keys->file, NULL);

    for (size_t i = 0; groups[i]; i++) {
        if (g_str_has_prefix(groups[i], ROUTE_PREFIX)) {
            if (!read_route(settings, keys, groups[i], error))
                return FALSE;
        } else if (g_str_equal(groups[i], FORWARDER)) {
            warn_unknown(keys, FORWARDER, forwarder_keys);
        } else if (g_str_equal(groups[i], PROTECTION)) {
            warn_unknown(keys, PROTECTION, protection_keys);
        } else if (g_str_equal(groups[i], NETWORK_SETTINGS_GROUP)) {
            warn_unknown(keys, NETWORK_SETTINGS_GROUP, network_settings_keys);
        } else if (g_str_equal(groups[i], RULE_SETTINGS_GROUP)) {
            warn_unknown(keys, RULE_SETTINGS_GROUP, rule_settings_keys);
        } else if (!g_str_has_prefix(groups[i], "Relay ") &&
                   !g_str_has_prefix(groups[i], "Resolver ") &&
                   !g_str_has_prefix(groups[i], "List ")) {
            log_warning("unknown group of settings ignored: [%s]", groups[i]);
        }
    }
    return TRUE;
}

static gboolean read_relays(Settings *settings, const Keys *keys, const Keys *builtin,
                            GError **error)
{
    settings->relays = relays_load(keys, builtin, settings->template->spread_key, error);
    return settings->relays != NULL;
}

static gboolean read_catalogue(Settings *settings, const Keys *keys, const Keys *builtin,
                               GError **error)
{
    if (!entries_read(keys, settings->catalogue, error))
        return FALSE;
    for (guint i = 0; i < settings->catalogue->len; i++)
        g_hash_table_add(settings->own, g_strdup(((Resolver *)settings->catalogue->pdata[i])->id));
    return entries_read(builtin, settings->catalogue, error);
}

static void lay_overrides(Keys *keys, const Keys *overrides)
{
    g_auto(GStrv) groups = g_key_file_get_groups(overrides->file, NULL);

    for (size_t i = 0; groups[i]; i++) {
        g_auto(GStrv) names = g_key_file_get_keys(overrides->file, groups[i], NULL, NULL);

        for (size_t j = 0; names && names[j]; j++) {
            g_autofree char *value =
                g_key_file_get_value(overrides->file, groups[i], names[j], NULL);

            keys_set(keys, groups[i], names[j], value, "command line");
        }
    }
}

static gboolean read_builtin(const SettingsSources *sources, const Keys *keys, Keys *builtin,
                             GError **error)
{
    const char *const files[] = {sources->builtin, sources->builtin_relays};

    if (sources->builtin_as_needed && !builtin_is_needed(keys))
        return TRUE;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        if (files[i] && !keys_add_file(builtin, files[i], true, error))
            return FALSE;
    return TRUE;
}

Settings *settings_load(const SettingsSources *sources, GError **error)
{
    g_autoptr(Settings) settings = settings_new();
    g_autoptr(Keys) keys = keys_new();
    g_autoptr(Keys) builtin = keys_new();

    if (sources->file && (!keys_add_file(keys, sources->file, sources->file_optional, error) ||
                          !keys_add_drop_ins(keys, sources->file, error)))
        return NULL;
    if (sources->overrides)
        lay_overrides(keys, sources->overrides);
    if (!read_builtin(sources, keys, builtin, error))
        return NULL;
    if (!read_catalogue(settings, keys, builtin, error) ||
        !list_settings_read(keys, builtin, settings->lists, error) ||
        !read_forwarder(settings, keys, error) || !read_relays(settings, keys, builtin, error) ||
        !read_chosen(settings, keys, error) || !read_probes(settings, keys, error) ||
        !keys_get_bool(keys, PROTECTION, "LocalDomains", &settings->local_domains, error) ||
        !keys_get_bool(keys, PROTECTION, "VPNLookups", &settings->vpn_lookups, error) ||
        !read_address(keys, "Address4", DEFAULT_ADDRESS4, &settings->address4, error) ||
        !read_address(keys, "Address6", DEFAULT_ADDRESS6, &settings->address6, error) ||
        !favourites_read(settings, keys, builtin, error) ||
        !network_settings_read(&settings->networks, keys, error) ||
        !read_routes(settings, keys, error))
        return NULL;
    settings->rules = rule_settings_read(keys, error);
    if (!settings->rules)
        return NULL;
    return g_steal_pointer(&settings);
}

void settings_set_added(Settings *settings, GPtrArray *added)
{
    for (guint i = 0; i < settings->added->len; i++)
        g_hash_table_remove(settings->own, ((Resolver *)settings->added->pdata[i])->id);
    g_ptr_array_unref(settings->added);
    settings->added = g_ptr_array_ref(added);
    for (guint i = 0; i < added->len; i++) {
        const Resolver *resolver = added->pdata[i];

        if (resolver->source == NULL)
            g_hash_table_add(settings->own, g_strdup(resolver->id));
    }
}

static Resolver *find(const GPtrArray *resolvers, const char *id)
{
    for (guint i = 0; i < resolvers->len; i++) {
        Resolver *resolver = resolvers->pdata[i];

        if (g_str_equal(resolver->id, id))
            return resolver;
    }
    return NULL;
}

Resolver *settings_find_resolver(const Settings *settings, const char *id)
{
    Resolver *known = find(settings->catalogue, id);

    return known != NULL ? known : find(settings->added, id);
}
