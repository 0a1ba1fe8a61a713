/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Relays as people write them: [Relay ID] groups, and what Relay= says.
 */
#include "entries.h"
#include "relays.h"
#include "stamp.h"

#include <string.h>

#define GROUP_PREFIX "Relay "

/* NULL with a sentence. (transfer full) */
static Endpoint *parse_stamp(const char *text, GError **error)
{
    Stamp *stamp = NULL;
    Endpoint *endpoint = NULL;
    Status status = stamp_parse(text, &stamp);

    if (status == STATUS_OK)
        status = endpoint_relay_from_stamp(stamp, &endpoint);
    stamp_free(stamp);
    if (status == STATUS_OK)
        return endpoint;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT, "\"%s\": %s", text,
                status == STATUS_UNSUPPORTED ? "This stamp is not of a relay."
                                             : "This is not a whole, valid stamp of a relay.");
    return NULL;
}

Relay *relay_anonymous(const char *stamp, GError **error)
{
    Endpoint *endpoint = parse_stamp(stamp, error);
    g_autofree char *description = NULL;
    Relay *relay;

    if (endpoint == NULL)
        return NULL;
    description = endpoint_describe(endpoint);
    relay = resolver_new(stamp, description);
    resolver_add_endpoint(relay, endpoint);
    return relay;
}

gboolean relay_choice_check(const char *choice, GError **error)
{
    g_autoptr(Resolver) given = NULL;

    if (g_str_has_prefix(choice, "sdns:")) {
        given = relay_anonymous(choice, error);
        return given != NULL;
    }
    if (*choice == '\0' || g_str_equal(choice, RELAY_ANY) || entry_id_is_valid(choice))
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT,
                "\"%s\": Expected the id of a relay, a relay's stamp sdns://…, * or none.", choice);
    return FALSE;
}

static gboolean read_stamps(Relay *relay, const Keys *keys, const char *group, GError **error)
{
    g_auto(GStrv) stamps = keys_get_list(keys, group, "Stamp");

    for (size_t i = 0; stamps != NULL && stamps[i] != NULL; i++) {
        Endpoint *endpoint = parse_stamp(stamps[i], error);

        if (endpoint == NULL) {
            g_prefix_error(error, "[%s] Stamp: ", group);
            return FALSE;
        }
        resolver_add_endpoint(relay, endpoint);
        if (endpoint->kind == relay->endpoints[0]->kind)
            continue;
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "[%s] Stamp: A relay is one of DNSCrypt or one of Oblivious DoH, not both.",
                    group);
        return FALSE;
    }
    if (relay->endpoint_count > 0)
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                "[%s]: A relay needs a Stamp=sdns://….", group);
    return FALSE;
}

static gboolean read_relay(Relays *relays, const Keys *keys, const char *group, const char *source,
                           GError **error)
{
    const char *id = group + strlen(GROUP_PREFIX);
    g_autofree char *name = keys_get_text(keys, group, "Name");
    g_autoptr(Resolver) relay = NULL;

    if (!entry_id_is_valid(id) || g_str_equal(id, RELAY_NONE)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "[%s]: A relay's id is 1 to 64 letters, digits, '-', '_' and '.', and not "
                    "\"" RELAY_NONE "\".",
                    group);
        return FALSE;
    }
    relay = resolver_new(id, name != NULL ? name : id);
    relay->operator_name = keys_get_text(keys, group, "Operator");
    relay->country = keys_get_text(keys, group, "Country");
    relay->source = g_strdup(source);
    if (!read_stamps(relay, keys, group, error))
        return FALSE;
    relays_add(relays, relay);
    return TRUE;
}

gboolean relays_read(Relays *relays, const Keys *keys, const char *source, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(keys->file, NULL);

    for (size_t i = 0; groups[i] != NULL; i++)
        if (g_str_has_prefix(groups[i], GROUP_PREFIX) &&
            !read_relay(relays, keys, groups[i], source, error))
            return FALSE;
    return TRUE;
}

Relays *relays_load(const Keys *keys, const Keys *builtin, const uint8_t key[PLAN_SPREAD_KEY],
                    GError **error)
{
    g_autoptr(Relays) relays = relays_new(key);
    g_autofree char *choice = keys_get_text(keys, "Sotto", "Relay");

    if (choice != NULL && !relay_choice_check(choice, error)) {
        g_prefix_error(error, "[Sotto] Relay: ");
        return NULL;
    }
    relays_choose(relays, choice);
    if (!relays_read(relays, keys, "own", error) ||
        !relays_read(relays, builtin, "built-in", error))
        return NULL;
    return g_steal_pointer(&relays);
}
