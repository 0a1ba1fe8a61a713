/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The set of relays, and the choice among them.
 *
 * Whoever runs both relay and resolver sees who asks what, so relays of the resolver's own operator
 * are out of the question, and those in its country, where one authority could ask both, come last.
 * Among the rest each relay has a weight that comes from the key, the relay and the resolver, and
 * the highest win (D. Thaler and C. Ravishankar, 1998): every installation gets relays of its own,
 * the same after each start, and a new list only changes the picks of those it concerns.
 */
#include "relays.h"

#include "operators.h"

#include <sodium.h>
#include <string.h>

typedef struct Known {
    Relay *relay;
    char *operator_key; /* NULL unknown */
    uint64_t weight;
    EndpointKind kind;
    bool listed; /* by a signed list */
} Known;

struct Relays {
    GPtrArray *known;     /* Known*, own and built-in ones first */
    Operators *operators; /* for resolvers that do not name theirs */
    uint8_t key[PLAN_SPREAD_KEY];
    char *choice;          /* NULL: none */
    GHashTable *decisions; /* id of a resolver, "" for the others → choice */
};

G_STATIC_ASSERT(PLAN_SPREAD_KEY == crypto_shorthash_KEYBYTES);

/* "dnscry.pt", "DNSCry.pt" and "Dnscry" are one: what a list derives from a domain must match what
 * people call it. (transfer full) */
static char *operator_key(const char *name)
{
    g_autofree char *folded = NULL;
    const char *dot;

    if (name == NULL)
        return NULL;
    folded = g_utf8_casefold(name, -1);
    dot = strchr(folded, ' ') == NULL ? strchr(folded, '.') : NULL;
    return dot != NULL ? g_strndup(folded, (size_t)(dot - folded)) : g_steal_pointer(&folded);
}

static uint64_t weigh(const Relays *relays, const char *text)
{
    uint8_t hash[crypto_shorthash_BYTES];
    uint64_t weight;

    crypto_shorthash(hash, (const uint8_t *)text, strlen(text), relays->key);
    memcpy(&weight, hash, sizeof weight);
    return weight;
}

/* splitmix64's last step: two weights become one that is as even as they are. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static void known_free(void *data)
{
    Known *known = data;

    resolver_unref(known->relay);
    g_free(known->operator_key);
    g_free(known);
}

Relays *relays_new(const uint8_t key[PLAN_SPREAD_KEY])
{
    Relays *relays = g_new0(Relays, 1);

    relays->known = g_ptr_array_new_with_free_func(known_free);
    relays->operators = operators_new();
    relays->decisions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    memcpy(relays->key, key, PLAN_SPREAD_KEY);
    return relays;
}

void relays_free(Relays *relays)
{
    if (relays == NULL)
        return;
    g_ptr_array_unref(relays->known);
    operators_free(relays->operators);
    g_hash_table_unref(relays->decisions);
    g_free(relays->choice);
    g_free(relays);
}

Relay *relays_find(const Relays *relays, const char *id)
{
    for (guint i = 0; i < relays->known->len; i++) {
        const Known *known = relays->known->pdata[i];

        if (g_str_equal(known->relay->id, id))
            return known->relay;
    }
    return NULL;
}

static void add(Relays *relays, Relay *relay, bool listed)
{
    Known *known;

    if (relay->endpoint_count == 0 || g_str_equal(relay->id, RELAY_NONE) ||
        relays_find(relays, relay->id) != NULL)
        return;
    known = g_new0(Known, 1);
    known->relay = resolver_ref(relay);
    known->operator_key = operator_key(relay->operator_name);
    known->weight = weigh(relays, relay->id);
    known->kind = relay->endpoints[0]->kind;
    known->listed = listed;
    g_ptr_array_add(relays->known, known);
}

void relays_add(Relays *relays, Relay *relay)
{
    add(relays, relay, false);
}

void relays_set_listed(Relays *relays, GPtrArray *listed)
{
    for (guint i = relays->known->len; i > 0; i--)
        if (((Known *)relays->known->pdata[i - 1])->listed)
            g_ptr_array_remove_index(relays->known, i - 1);
    for (guint i = 0; i < listed->len; i++)
        add(relays, listed->pdata[i], true);
}

GPtrArray *relays_all(const Relays *relays)
{
    GPtrArray *all = g_ptr_array_new();

    for (guint i = 0; i < relays->known->len; i++)
        g_ptr_array_add(all, ((Known *)relays->known->pdata[i])->relay);
    return all;
}

gboolean relays_know(const Relays *relays, const char *choice, GError **error)
{
    if (g_str_equal(choice, RELAY_ANY) || g_str_equal(choice, RELAY_NONE) ||
        relays_find(relays, choice) != NULL)
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND, "No relay is called \"%s\".", choice);
    return FALSE;
}

static bool has_endpoint(const Relay *relay, const Endpoint *endpoint)
{
    for (size_t i = 0; i < relay->endpoint_count; i++)
        if (endpoint_equal(relay->endpoints[i], endpoint))
            return true;
    return false;
}

char *relays_name(const Relays *relays, const Endpoint *relay)
{
    char address[ADDRESS_MAX_TEXT];

    for (guint i = 0; i < relays->known->len; i++) {
        const Known *known = relays->known->pdata[i];

        if (has_endpoint(known->relay, relay))
            return g_strdup(known->relay->name);
    }
    return g_strdup(relay->host != NULL ? relay->host : address_format(&relay->address, address));
}

const char *relay_kind_name(const Relay *relay)
{
    return relay->endpoints[0]->kind == ENDPOINT_DNSCRYPT ? "dnscrypt" : "odoh";
}

void relays_decide(Relays *relays, const char *id, const char *choice)
{
    if (*choice != '\0')
        g_hash_table_replace(relays->decisions, g_strdup(id), g_strdup(choice));
    else
        g_hash_table_remove(relays->decisions, id);
}

void relays_forget_decisions(Relays *relays)
{
    g_hash_table_remove_all(relays->decisions);
}

const char *relays_decision(const Relays *relays, const char *id)
{
    const char *choice = g_hash_table_lookup(relays->decisions, id);

    return choice != NULL ? choice : "";
}

const char *relays_choice(const Relays *relays)
{
    const char *decided = relays_decision(relays, "");

    if (*decided != '\0')
        return decided;
    return relays->choice != NULL && *relays->choice != '\0' ? relays->choice : RELAY_NONE;
}

void relays_choose(Relays *relays, const char *choice)
{
    g_free(relays->choice);
    relays->choice = g_strdup(choice);
}

/* ---- picking ---- */

/* For whom a relay is looked for. */
typedef struct Request {
    const Relays *relays;
    const Resolver *resolver;
    char *operator_key;
    uint64_t weight;
    EndpointKind kind;
} Request;

static bool share_a_host(const Resolver *a, const Resolver *b)
{
    for (size_t i = 0; i < a->endpoint_count; i++)
        for (size_t j = 0; j < b->endpoint_count; j++)
            if (address_is_set(&a->endpoints[i]->address) &&
                address_same_host(&a->endpoints[i]->address, &b->endpoints[j]->address))
                return true;
    return false;
}

static bool may_serve(const Request *request, const Known *known)
{
    return known->kind == request->kind && g_strcmp0(known->operator_key, request->operator_key) &&
           !share_a_host(known->relay, request->resolver);
}

static bool same_country(const Resolver *a, const Resolver *b)
{
    return a->country != NULL && b->country != NULL &&
           g_ascii_strcasecmp(a->country, b->country) == 0;
}

static bool is_among(const Known *const *picked, size_t count, const Known *known,
                     bool its_operator)
{
    for (size_t i = 0; i < count; i++)
        if (picked[i] == known || share_a_host(picked[i]->relay, known->relay) ||
            (its_operator && g_strcmp0(picked[i]->operator_key, known->operator_key) == 0))
            return true;
    return false;
}

/* Higher is better: the country, then hands that hold no other of the picks, then the weight. */
#define ELSEWHERE   (UINT64_C(1) << 63)
#define OTHER_HANDS (UINT64_C(1) << 62)

static uint64_t rank_by_weight(const Request *request, const Known *known)
{
    return mix(known->weight ^ request->weight) >> 2;
}

static uint64_t rank(const Request *request, const Known *known, const Known *const *picked,
                     size_t count)
{
    uint64_t rank = rank_by_weight(request, known);

    if (!same_country(known->relay, request->resolver))
        rank |= ELSEWHERE;
    if (!is_among(picked, count, known, true))
        rank |= OTHER_HANDS;
    return rank;
}

/* Hundreds of relays are gone through for each of hundreds of resolvers when these are listed: most
 * are passed over by their weight alone. */
static const Known *pick_next(const Request *request, const Known *const *picked, size_t count)
{
    const Known *best = NULL;
    uint64_t best_rank = 0;

    for (guint i = 0; i < request->relays->known->len; i++) {
        const Known *known = request->relays->known->pdata[i];
        uint64_t at_most = rank_by_weight(request, known) | ELSEWHERE | OTHER_HANDS, its_rank;

        if ((best != NULL && at_most <= best_rank) || !may_serve(request, known) ||
            is_among(picked, count, known, false))
            continue;
        its_rank = rank(request, known, picked, count);
        if (best == NULL || its_rank > best_rank) {
            best = known;
            best_rank = its_rank;
        }
    }
    return best;
}

size_t relay_pick(const Relays *relays, const Resolver *resolver, EndpointKind kind,
                  Relay *picked[RELAY_PICKS])
{
    g_autofree char *derived =
        resolver->operator_name == NULL ? operators_find(relays->operators, resolver) : NULL;
    g_autofree char *key = operator_key(derived != NULL ? derived : resolver->operator_name);
    const Request request = {.relays = relays,
                             .resolver = resolver,
                             .operator_key = key,
                             .weight = weigh(relays, resolver->id),
                             .kind = kind};
    const Known *found[RELAY_PICKS];
    size_t count = 0;

    while (count < RELAY_PICKS && (found[count] = pick_next(&request, found, count)) != NULL) {
        picked[count] = found[count]->relay;
        count++;
    }
    return count;
}
