/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a network lets through.
 *
 * The endpoints of a resolver are the rungs of a ladder: DNSCrypt, DNS over QUIC, HTTPS, TLS
 * (endpoint.h). Networks differ in which of them they let pass, and that is found out by failing,
 * so it is kept in three ways. A channel that failed is in its back-off (channel.c). A protocol, or
 * IPv6, that failed without ever having answered on this network is shut for a while too, so that
 * the resolvers asked next begin with a rung that works. And by which rung each resolver answered
 * is remembered by network, so that joining it again does not begin anew.
 *
 * All of these only set an order. What is shut is still asked when nothing else is left, and tried
 * again by one question when its back-off ends: a wrong guess costs a moment, never an answer.
 */
#include "ladder.h"

#include "backoff.h"

#include <string.h>

#define PRESUMED_LOSSES 4
#define REMEMBERED_MAX  64 /* resolvers a network */

typedef struct NetworkMemory {
    char *id;
    bool shut[ENDPOINT_KINDS];
    GHashTable *winners; /* resolver id → EndpointKind */
} NetworkMemory;

static NetworkMemory *memory_new(const char *id)
{
    NetworkMemory *memory = g_new0(NetworkMemory, 1);

    memory->id = g_strdup(id);
    memory->winners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return memory;
}

static void memory_free(gpointer data)
{
    NetworkMemory *memory = data;

    g_hash_table_unref(memory->winners);
    g_free(memory->id);
    g_free(memory);
}

static NetworkMemory *current(const Ladder *ladder)
{
    return ladder->known ? g_queue_peek_head((GQueue *)&ladder->networks) : NULL;
}

void ladder_init(Ladder *ladder)
{
    *ladder = (Ladder){0};
    g_queue_init(&ladder->networks);
}

void ladder_clear(Ladder *ladder)
{
    g_queue_clear_full(&ladder->networks, memory_free);
    ladder->known = false;
}

static GList *find(Ladder *ladder, const char *network_id)
{
    GList *link = ladder->networks.head;

    while (link && strcmp(((NetworkMemory *)link->data)->id, network_id) != 0)
        link = link->next;
    return link;
}

static void forget_oldest(Ladder *ladder)
{
    while (ladder->networks.length > LADDER_NETWORKS)
        memory_free(g_queue_pop_tail(&ladder->networks));
}

static void shut(Ladder *ladder, Rung *rung, unsigned losses, int64_t now_us)
{
    rung->losses = losses;
    rung->shut_until_us = now_us + backoff_us(losses);
    ladder->shut_until_us = MAX(ladder->shut_until_us, rung->shut_until_us);
}

static void lose(Ladder *ladder, Rung *rung, int64_t now_us)
{
    if (!rung->answered && rung->shut_until_us <= now_us)
        shut(ladder, rung, rung->losses + 1, now_us);
}

void ladder_join(Ladder *ladder, const char *network_id, int64_t now_us)
{
    const NetworkMemory *memory;
    GList *link;

    memset(ladder->kinds, 0, sizeof ladder->kinds);
    memset(ladder->families, 0, sizeof ladder->families);
    ladder->shut_until_us = 0;
    ladder->known = network_id != NULL;
    if (!network_id)
        return;
    link = find(ladder, network_id);
    if (link) {
        g_queue_unlink(&ladder->networks, link);
        g_queue_push_head_link(&ladder->networks, link);
    } else {
        g_queue_push_head(&ladder->networks, memory_new(network_id));
        forget_oldest(ladder);
    }
    memory = current(ladder);
    for (int kind = 0; kind < ENDPOINT_KINDS; kind++) {
        if (memory->shut[kind])
            shut(ladder, &ladder->kinds[kind], PRESUMED_LOSSES, now_us);
    }
}

void ladder_forget_network(Ladder *ladder, const char *network_id)
{
    GList *link = find(ladder, network_id);
    bool here = ladder->known && link == ladder->networks.head;

    if (!link)
        return;
    memory_free(link->data);
    g_queue_delete_link(&ladder->networks, link);
    if (here)
        g_queue_push_head(&ladder->networks, memory_new(network_id));
}

void ladder_forget_families(Ladder *ladder)
{
    memset(ladder->families, 0, sizeof ladder->families);
}

/* NULL where the address is not known here: it is looked up, and may be of either (named.c). */
static Rung *family_of(const Ladder *ladder, const Endpoint *endpoint)
{
    const Address *address =
        endpoint->relay != NULL ? &endpoint->relay->address : &endpoint->address;
    Family family = address->socket.any.sa_family == AF_INET6 ? FAMILY_IPV6 : FAMILY_IPV4;

    return address_is_set(address) ? (Rung *)&ladder->families[family] : NULL;
}

void ladder_note_answer(Ladder *ladder, const Endpoint *endpoint)
{
    NetworkMemory *memory = current(ladder);
    Rung *family = family_of(ladder, endpoint);

    ladder->kinds[endpoint->kind] = (Rung){.answered = true};
    if (family)
        *family = (Rung){.answered = true};
    if (memory)
        memory->shut[endpoint->kind] = false;
}

void ladder_note_loss(Ladder *ladder, const Endpoint *loser, const Endpoint *winner, int64_t now_us)
{
    NetworkMemory *memory = current(ladder);
    Rung *kind = &ladder->kinds[loser->kind];
    Rung *family = family_of(ladder, loser), *other = family_of(ladder, winner);

    if (loser->kind != winner->kind) {
        lose(ladder, kind, now_us);
        if (memory && !kind->answered)
            memory->shut[loser->kind] = true;
    }
    if (family && other && family != other)
        lose(ladder, family, now_us);
}

void ladder_note_no_route(Ladder *ladder, const Endpoint *endpoint, int64_t now_us)
{
    Rung *family = family_of(ladder, endpoint);

    if (family)
        lose(ladder, family, now_us);
}

bool ladder_is_shut(const Ladder *ladder, const Endpoint *endpoint, int64_t now_us)
{
    const Rung *family = family_of(ladder, endpoint);

    return ladder->shut_until_us > now_us &&
           (ladder->kinds[endpoint->kind].shut_until_us > now_us ||
            (family && family->shut_until_us > now_us));
}

void ladder_remember(Ladder *ladder, const char *resolver_id, EndpointKind kind)
{
    NetworkMemory *memory = current(ladder);

    if (!memory)
        return;
    if (g_hash_table_size(memory->winners) >= REMEMBERED_MAX)
        g_hash_table_remove_all(memory->winners);
    g_hash_table_replace(memory->winners, g_strdup(resolver_id), GINT_TO_POINTER(kind));
}

bool ladder_recall(const Ladder *ladder, const char *resolver_id, EndpointKind *kind)
{
    const NetworkMemory *memory = current(ladder);
    gpointer value;

    if (!memory || !g_hash_table_lookup_extended(memory->winners, resolver_id, NULL, &value))
        return false;
    *kind = (EndpointKind)GPOINTER_TO_INT(value);
    return true;
}

/* ---- as text ---- */

static void append_shut(GString *text, const NetworkMemory *memory)
{
    const char *before = " shut=";

    for (int kind = 0; kind < ENDPOINT_KINDS; kind++) {
        if (memory->shut[kind]) {
            g_string_append_printf(text, "%s%s", before, endpoint_kind_name((EndpointKind)kind));
            before = ",";
        }
    }
}

static gint by_id(gconstpointer one, gconstpointer other)
{
    return strcmp(one, other);
}

/* In the order of their names, so that what has not changed is written as it was. */
static void append_winners(GString *text, GHashTable *winners)
{
    g_autoptr(GList) ids = g_list_sort(g_hash_table_get_keys(winners), by_id);

    for (const GList *link = ids; link; link = link->next) {
        EndpointKind kind = GPOINTER_TO_INT(g_hash_table_lookup(winners, link->data));

        if (!strpbrk(link->data, " \t\n"))
            g_string_append_printf(text, " %s=%s", (const char *)link->data,
                                   endpoint_kind_name(kind));
    }
}

char *ladder_save(const Ladder *ladder)
{
    GString *text = g_string_new(NULL);

    for (const GList *link = ladder->networks.head; link; link = link->next) {
        const NetworkMemory *memory = link->data;

        g_string_append(text, memory->id);
        append_shut(text, memory);
        append_winners(text, memory->winners);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

static bool kind_from_name(const char *name, EndpointKind *kind)
{
    for (int i = 0; i < ENDPOINT_KINDS; i++) {
        if (strcmp(name, endpoint_kind_name((EndpointKind)i)) == 0) {
            *kind = (EndpointKind)i;
            return true;
        }
    }
    return false;
}

static void load_shut(NetworkMemory *memory, const char *names)
{
    g_auto(GStrv) parts = g_strsplit(names, ",", -1);
    EndpointKind kind;

    for (size_t i = 0; parts[i]; i++) {
        if (kind_from_name(parts[i], &kind))
            memory->shut[kind] = true;
    }
}

static NetworkMemory *load_line(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", REMEMBERED_MAX + 2);
    NetworkMemory *memory;

    if (!words[0] || !*words[0])
        return NULL;
    memory = memory_new(words[0]);
    for (size_t i = 1; words[i]; i++) {
        char *equals = strrchr(words[i], '='); /* an id may hold others */
        EndpointKind kind;

        if (!equals)
            continue;
        *equals = '\0';
        if (strcmp(words[i], "shut") == 0)
            load_shut(memory, equals + 1);
        else if (kind_from_name(equals + 1, &kind))
            g_hash_table_replace(memory->winners, g_strdup(words[i]), GINT_TO_POINTER(kind));
    }
    return memory;
}

void ladder_load(Ladder *ladder, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    NetworkMemory *here = ladder->known ? g_queue_pop_head(&ladder->networks) : NULL;

    g_queue_clear_full(&ladder->networks, memory_free);
    if (here)
        g_queue_push_head(&ladder->networks, here);
    for (size_t i = 0; lines[i] && ladder->networks.length < LADDER_NETWORKS; i++) {
        NetworkMemory *memory = load_line(lines[i]);

        if (memory && !find(ladder, memory->id))
            g_queue_push_tail(&ladder->networks, memory);
        else if (memory)
            memory_free(memory);
    }
}
