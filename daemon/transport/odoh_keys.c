/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a target's key comes from.
 *
 * By convention it is at /.well-known/odohconfigs. Who asks the target itself shows it the address
 * that the relay was to hide; and a target that wants to can give each who asks a key of their own,
 * and know by it all of their questions later (RFC 9230 §11). So the key is asked for through the
 * relay, as a GET with the same targethost and targetpath, which not every relay takes. Where it
 * does not, the target is asked only if the settings say so; otherwise there is no key, and the
 * sentence of STATUS_TARGET_KEY. Its address is looked up through another resolver, encrypted.
 *
 * Neither way is beyond doubt: a configuration is not signed, so that a relay that breaks its word
 * could pass on a key of its own and read what is asked. Whoever trusts neither gives the key by
 * hand.
 *
 * A key is fetched again when three quarters of its life are over and somebody asks; until then,
 * and while that goes wrong, the old one is used: the target says when it no longer knows it (401).
 */
#include "odoh_keys.h"

#include "http2.h"
#include "log.h"
#include "reach.h"

#include <glib.h>
#include <string.h>

#define WELL_KNOWN  "/.well-known/odohconfigs"
#define US_PER_S    ((int64_t)1000000)
#define KEY_LIFE_S  (24 * 3600) /* §5: a new key each day is recommended */
#define SHORTEST_S  60
#define RETRY_US    (60 * US_PER_S)
#define CONFIGS_MAX (16 * 1024)
#define BUDGET_US   (4 * US_PER_S) /* less than a client's patience */

#define HOST_VARIABLE "{targethost}"
#define PATH_VARIABLE "{targetpath}"

/* ---- the relay's path ---- */

char *odoh_relay_path(const Endpoint *target, const char *target_path)
{
    const char *template = target->relay->path != NULL ? target->relay->path : "";
    g_autofree char *authority = http2_authority(target->host, target->port);
    g_autofree char *host = g_uri_escape_string(authority, NULL, FALSE);
    g_autofree char *path = g_uri_escape_string(target_path, NULL, FALSE);
    g_autoptr(GString) made = g_string_new(template[0] == '/' ? "" : "/");

    g_string_append(made, template);
    if (strstr(template, HOST_VARIABLE) != NULL && strstr(template, PATH_VARIABLE) != NULL) {
        g_string_replace(made, HOST_VARIABLE, host, 1);
        g_string_replace(made, PATH_VARIABLE, path, 1);
    } else {
        g_string_truncate(made, strcspn(made->str, "{"));
        g_string_append_printf(made, "%ctargethost=%s&targetpath=%s",
                               strchr(made->str, '?') != NULL ? '&' : '?', host, path);
    }
    return g_string_free(g_steal_pointer(&made), FALSE);
}

/* ---- fetching ---- */

static void on_fetched(void *owner, Status status, const uint8_t *body, size_t length);

static void fetch_from(OdohKeys *keys, const Address *address, bool direct)
{
    const Endpoint *from = direct ? keys->endpoint : keys->endpoint->relay;
    char text[ADDRESS_MAX_TEXT];
    g_autofree char *path =
        direct ? g_strdup(WELL_KNOWN) : odoh_relay_path(keys->endpoint, WELL_KNOWN);

    keys->direct = direct;
    keys->peer = endpoint_tls_target(from, NULL);
    const FetchRequest request = {
        .address = reach_address(keys->environment->nat64, address),
        .host = endpoint_host(from, text),
        .path = path,
        .peer = &keys->peer,
        .limit = CONFIGS_MAX,
        .budget_us = BUDGET_US,
    };
    keys->fetch =
        fetch_open(keys->environment->loop, keys->environment->tls, &request, on_fetched, keys);
}

static void fetch(OdohKeys *keys)
{
    fetch_from(keys, &keys->endpoint->relay->address, false);
}

/* What a relay says that works, but does not fetch for others: an error, a web page. */
static bool is_refusal(Status status)
{
    return status == STATUS_SERVER_FAILED || status == STATUS_MALFORMED ||
           status == STATUS_NO_SPACE;
}

static void give_up(OdohKeys *keys, Status status)
{
    log_debug("the key of %s could not be fetched %s: %s", keys->endpoint->host,
              keys->direct ? "from itself" : "through the relay", status_name(status));
    keys->due_us = loop_now_us(keys->environment->loop) + RETRY_US;
    if (!keys->known)
        keys->told(keys->owner, status);
}

static void on_address(void *owner, const Address *address)
{
    OdohKeys *keys = owner;
    Address found = address != NULL ? *address : (Address){0};

    keys->environment->finder.end(g_steal_pointer(&keys->search));
    if (address_is_set(&found))
        fetch_from(keys, &found, true);
    else
        give_up(keys, STATUS_NO_ADDRESS);
}

/* The relay does not do it. */
static void fetch_directly(OdohKeys *keys)
{
    const AddressFinder *finder = &keys->environment->finder;
    const Endpoint *target = keys->endpoint;

    if (!keys->environment->settings.odoh_direct_keys)
        give_up(keys, STATUS_TARGET_KEY);
    else if (address_is_set(&target->address))
        fetch_from(keys, &target->address, true);
    else if (finder->begin == NULL ||
             (keys->search = finder->begin(finder->owner, target->host, target->port, on_address,
                                           keys)) == NULL)
        give_up(keys, STATUS_NO_ADDRESS);
}

static void use(OdohKeys *keys, const OdohKey *key)
{
    int64_t life_s = fetch_lifetime_s(keys->fetch, KEY_LIFE_S);

    keys->key = *key;
    keys->known = true;
    keys->due_us = loop_now_us(keys->environment->loop) +
                   CLAMP(life_s, SHORTEST_S, KEY_LIFE_S) * US_PER_S / 4 * 3;
}

static void on_fetched(void *owner, Status status, const uint8_t *body, size_t length)
{
    OdohKeys *keys = owner;
    OdohKey key;

    if (status == STATUS_OK)
        status = odoh_key_parse(body, length, &key);
    if (status == STATUS_OK)
        use(keys, &key);
    fetch_close(g_steal_pointer(&keys->fetch));
    if (status == STATUS_OK)
        keys->told(keys->owner, STATUS_OK);
    else if (!keys->direct && is_refusal(status))
        fetch_directly(keys);
    else
        give_up(keys, status);
}

/* Whether a key is under way. */
static bool is_busy(const OdohKeys *keys)
{
    return keys->fetch != NULL || keys->search != NULL;
}

static void stop(OdohKeys *keys)
{
    fetch_close(g_steal_pointer(&keys->fetch));
    if (keys->search != NULL)
        keys->environment->finder.end(g_steal_pointer(&keys->search));
}

/* ---- the key ---- */

const OdohKey *odoh_keys_get(OdohKeys *keys)
{
    bool due = !keys->given && loop_now_us(keys->environment->loop) >= keys->due_us;

    if ((!keys->known || due) && !is_busy(keys))
        fetch(keys);
    return keys->known ? &keys->key : NULL;
}

bool odoh_keys_refused(OdohKeys *keys, const GByteArray *query)
{
    if (keys->given) {
        log_warning("%s does not know the key that is given for it", keys->endpoint->host);
        return false;
    }
    if (odoh_query_names(query, &keys->key)) /* else there is a newer one already */
        keys->known = false;
    return true;
}

void odoh_keys_network_changed(OdohKeys *keys)
{
    if (!is_busy(keys))
        return;
    stop(keys);
    fetch(keys);
}

Status odoh_keys_init(OdohKeys *keys, const TransportEnvironment *environment,
                      const Endpoint *endpoint, OdohKeysTold told, void *owner)
{
    *keys =
        (OdohKeys){.environment = environment, .endpoint = endpoint, .told = told, .owner = owner};
    if (endpoint->odoh_configs == NULL)
        return STATUS_OK;
    keys->given = keys->known = true;
    return odoh_key_parse(endpoint->odoh_configs, endpoint->odoh_configs_length, &keys->key);
}

void odoh_keys_clear(OdohKeys *keys)
{
    stop(keys);
}
