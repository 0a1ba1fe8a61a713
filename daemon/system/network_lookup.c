/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lookups at the network's DNS.
 *
 * Each asks for A and AAAA at once, through a plan of its own with nothing in it but the network's
 * servers. Where the network has IPv4 the A answer is enough: a network that drops IPv6 without a
 * word must not hold up its own sign-in page. Where it has only IPv6 its AAAA answer is waited for,
 * which may lead through its NAT64.
 */
#include "network_lookup.h"

#include "record_address.h"
#include "routes.h"

#include <string.h>

#define BUDGET_US  INT64_C(3000000)
#define GRACE_US   INT64_C(300000) /* for AAAA after A came, and the other way round */
#define REMEMBERED 64              /* names that were asked of late */
#define MEMORY_US  INT64_C(10000000)

typedef struct Remembered {
    Name name;
    ClearFlow flow;
    int64_t until_us;
} Remembered;

struct NetworkLookups {
    Loop *loop;
    Engine *engine;
    const Network *network;
    List lookups;
    Remembered remembered[REMEMBERED];
    unsigned next;
};

typedef struct Part {
    NetworkLookup *whole;
    Lookup *lookup; /* NULL: ended */
    uint16_t type;
    bool known;
} Part;

struct NetworkLookup {
    ListNode node;
    NetworkLookups *set;
    Part parts[2];        /* A, AAAA */
    GPtrArray *addresses; /* Address*, IPv4 first */
    guint v4_count;
    LoopTimer end; /* nothing to ask, or no more patience */
    NetworkLookupDone done;
    void *owner;
};

NetworkLookups *network_lookups_new(Loop *loop, Engine *engine, const Network *network)
{
    NetworkLookups *lookups = g_new0(NetworkLookups, 1);
    lookups->loop = loop;
    lookups->engine = engine;
    lookups->network = network;
    list_init(&lookups->lookups);
    return lookups;
}

static void lookup_free(NetworkLookup *lookup)
{
    list_remove(&lookup->node);
    loop_timer_stop(&lookup->end);
    for (size_t i = 0; i < G_N_ELEMENTS(lookup->parts); i++)
        engine_lookup_cancel(lookup->parts[i].lookup);
    g_ptr_array_unref(lookup->addresses);
    g_free(lookup);
}

void network_lookup_cancel(NetworkLookup *lookup)
{
    if (lookup != NULL)
        lookup_free(lookup);
}

void network_lookups_free(NetworkLookups *lookups)
{
    NetworkLookup *lookup;
    if (lookups == NULL)
        return;
    while ((lookup = list_first(&lookups->lookups, NetworkLookup, node)) != NULL)
        lookup_free(lookup);
    g_free(lookups);
}

static void remember(NetworkLookups *lookups, const Name *name, ClearFlow flow)
{
    lookups->remembered[lookups->next++ % REMEMBERED] = (Remembered){
        .name = *name, .flow = flow, .until_us = loop_now_us(lookups->loop) + MEMORY_US};
}

static void finish(void *owner)
{
    NetworkLookup *lookup = owner;
    NetworkLookupDone done = lookup->done;
    void *done_owner = lookup->owner;
    g_autoptr(GPtrArray) addresses = g_ptr_array_ref(lookup->addresses);
    lookup_free(lookup);
    done(done_owner, addresses);
}

/* The network chooses what a name leads to, but this machine's own services are not its to choose:
 * what listens on loopback trusts who comes from there. */
static void add_address(NetworkLookup *lookup, const Address *address)
{
    bool v4 = address->socket.any.sa_family == AF_INET;
    if (address_is_remote(address))
        g_ptr_array_insert(lookup->addresses, v4 ? (int)lookup->v4_count++ : -1,
                           g_memdup2(address, sizeof(*address)));
}

static void read_addresses(NetworkLookup *lookup, const Message *reply)
{
    RecordIterator records = record_iterator(reply);
    Record record;
    Address address;
    while (record_next(&records, &record)) {
        if (record_address(reply, &record, &address))
            add_address(lookup, &address);
    }
}

static void on_part(void *owner, Status status, const Message *reply, const char *resolver_id,
                    const char *detail)
{
    Part *part = owner;
    NetworkLookup *lookup = part->whole;
    const NetworkFacts *facts = &lookup->set->network->facts;
    const Part *other = &lookup->parts[part == &lookup->parts[0]];
    part->lookup = NULL;
    guint before = lookup->addresses->len;
    if (status == STATUS_OK)
        read_addresses(lookup, reply);
    bool found = lookup->addresses->len > before;
    bool of_use = part->type == RRTYPE_A ? facts->ipv4 || !facts->ipv6 : facts->ipv6;
    if (other->lookup == NULL)
        loop_timer_start(&lookup->end, 0);
    else if (found && of_use)
        loop_timer_start(&lookup->end, GRACE_US);
}

static void ask(NetworkLookup *lookup, Part *part, uint16_t type, Plan *plan, const Name *name)
{
    *part = (Part){.whole = lookup, .type = type};
    part->lookup =
        engine_lookup(lookup->set->engine, plan, NULL, name, type, BUDGET_US, on_part, part);
}

static void ask_both(NetworkLookup *lookup, const char *host, ClearFlow flow)
{
    NetworkLookups *set = lookup->set;
    g_autoptr(Resolver) resolver = routes_network(set->network->facts.links);
    g_autoptr(Plan) plan = plan_new();
    Address address;
    Name name;
    if (address_parse(host, 0, &address) == STATUS_OK) {
        add_address(lookup, &address);
        loop_timer_start(&lookup->end, 0);
    } else if (resolver == NULL || name_parse(host, &name) != STATUS_OK) {
        loop_timer_start(&lookup->end, 0);
    } else {
        plan_add_resolver(plan, resolver);
        plan->cache_bytes = 0;
        remember(set, &name, flow);
        ask(lookup, &lookup->parts[0], RRTYPE_A, plan, &name);
        ask(lookup, &lookup->parts[1], RRTYPE_AAAA, plan, &name);
    }
}

NetworkLookup *network_lookup_begin(NetworkLookups *lookups, const char *host, ClearFlow flow,
                                    NetworkLookupDone done, void *owner)
{
    NetworkLookup *lookup = g_new0(NetworkLookup, 1);
    lookup->set = lookups;
    lookup->done = done;
    lookup->owner = owner;
    lookup->addresses = g_ptr_array_new_with_free_func(g_free);
    list_init(&lookup->node);
    list_append(&lookups->lookups, &lookup->node);
    loop_timer_init(&lookup->end, lookups->loop, finish, lookup);
    ask_both(lookup, host, flow);
    return lookup;
}

static bool is_network_server(const Network *network, const Address *address)
{
    for (guint i = 0; i < network->facts.links->len; i++) {
        const NetworkLink *link = g_ptr_array_index(network->facts.links, i);
        for (guint j = 0; j < link->servers->len; j++) {
            if (address_same_host(g_ptr_array_index(link->servers, j), address))
                return true;
        }
    }
    return false;
}

/* TCP shows no name: it is one of ours if anything was asked there of late. */
ClearFlow network_lookups_judge(const NetworkLookups *lookups, const LeakPacket *packet)
{
    int64_t now_us = loop_now_us(lookups->loop);
    if (!is_network_server(lookups->network, &packet->destination))
        return CLEAR_LEAK;
    for (size_t i = 0; i < REMEMBERED; i++) {
        const Remembered *remembered = &lookups->remembered[i];
        if (remembered->until_us > now_us &&
            (packet->tcp || name_equal(&remembered->name, &packet->name)))
            return remembered->flow;
    }
    return CLEAR_LEAK;
}
