/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who answers, and for whom.
 *
 * Some names have name servers that answer with the address of whoever asks them, which is the
 * resolver, not the user: whoami.akamai.net (A), o-o.myaddr.l.google.com, whoami.ds.akahelp.net and
 * resolver.dnscrypt.info (TXT, each in its own way). Asked through the resolver they tell where it
 * sits; asked as a program asks, they tell who really answers programs. A network that redirects
 * port 53 gives itself away by its own address.
 *
 *     o-o.myaddr.l.google.com   "192.0.2.1"
 *     whoami.ds.akahelp.net     "ns" "192.0.2.1"      and others: "ecs" ..., "ip" ...
 *     resolver.dnscrypt.info    "Resolver IP: 192.0.2.1"   and others
 *
 * A server's own name is asked in class CHAOS (id.server, hostname.bind: RFC 4892), and by the
 * option NSID (RFC 5001). Most public resolvers answer some of this and few all of it, so whatever
 * comes will do, and what does not come says nothing.
 */
#include "identity.h"

#include "edns.h"
#include "record_address.h"

#include <netdb.h>
#include <string.h>

#define SERVER_NAME_MAX 64
#define RESOLVER_IP     "Resolver IP: "

typedef struct Question {
    const char *name;
    uint16_t type, qclass;
    bool nsid;
} Question;

static const Question questions[] = {
    {"id.server", RRTYPE_TXT, CLASS_CH, true},
    {"hostname.bind", RRTYPE_TXT, CLASS_CH, false},
    {"whoami.akamai.net", RRTYPE_A, CLASS_IN, false},
    {"o-o.myaddr.l.google.com", RRTYPE_TXT, CLASS_IN, false},
    {"whoami.ds.akahelp.net", RRTYPE_TXT, CLASS_IN, false},
    {"resolver.dnscrypt.info", RRTYPE_TXT, CLASS_IN, false},
};

/* The one that a program can ask for, by getaddrinfo. */
static const char system_name[] = "whoami.akamai.net";

typedef struct Part {
    IdentityQuest *quest;
    const Question *question;
    Lookup *lookup; /* NULL: ended */
} Part;

struct IdentityQuest {
    IdentityDone done;
    void *owner;
    Part parts[G_N_ELEMENTS(questions)];
    unsigned left; /* what has not answered yet */
    LoopTimer limit;
    GCancellable *cancellable; /* of the thread */
    char *server, *nsid;
    Identity identity;
};

static void quest_free(IdentityQuest *quest)
{
    for (size_t i = 0; i < G_N_ELEMENTS(quest->parts); i++) {
        if (quest->parts[i].lookup != NULL)
            engine_lookup_cancel(quest->parts[i].lookup);
    }
    loop_timer_stop(&quest->limit);
    g_cancellable_cancel(quest->cancellable);
    g_object_unref(quest->cancellable);
    g_free(quest->server);
    g_free(quest->nsid);
    g_free(quest);
}

void identity_cancel(IdentityQuest *quest)
{
    if (quest != NULL)
        quest_free(quest);
}

static void finish(void *owner)
{
    IdentityQuest *quest = owner;
    quest->identity.server = quest->server != NULL ? quest->server : quest->nsid;
    quest->done(quest->owner, &quest->identity);
    quest_free(quest);
}

static void part_ended(IdentityQuest *quest)
{
    if (--quest->left == 0)
        finish(quest);
}

/* --- answers --- */

static void add_address(Identity *identity, const Address *address)
{
    if (identity->asks_from_count == IDENTITY_ADDRESSES)
        return;
    for (size_t i = 0; i < identity->asks_from_count; i++) {
        if (address_same_host(&identity->asks_from[i], address))
            return;
    }
    identity->asks_from[identity->asks_from_count++] = *address;
}

static void add_address_text(Identity *identity, const char *text)
{
    Address address;
    if (address_parse(text, 53, &address) == STATUS_OK)
        add_address(identity, &address);
}

static void read_address(Identity *identity, const Message *reply, const Record *record)
{
    Address address;
    if (record_address(reply, record, &address))
        add_address(identity, &address);
}

/* One character-string of a TXT record, and the one before it ("" the first). */
static void read_string(Identity *identity, const char *text, const char *before)
{
    if (g_str_has_prefix(text, RESOLVER_IP))
        add_address_text(identity, text + strlen(RESOLVER_IP));
    else if (*before == '\0' || g_str_equal(before, "ns"))
        add_address_text(identity, text);
}

static void read_strings(Identity *identity, const Message *reply, const Record *record)
{
    g_autofree char *before = g_strdup("");
    WireReader reader = wire_reader(reply->wire + record->rdata, record->rdata_length);
    while (reader.position < record->rdata_length) {
        size_t length = wire_read_u8(&reader);
        const uint8_t *bytes = wire_read_bytes(&reader, length);
        if (bytes == NULL)
            return;
        g_autofree char *text = g_strndup((const char *)bytes, length);
        read_string(identity, text, before);
        g_free(before);
        before = g_steal_pointer(&text);
    }
}

/* What a server says of itself is shown to people: printable, or nothing. (transfer full) */
static char *printable(const uint8_t *bytes, size_t length)
{
    if (length == 0 || length > SERVER_NAME_MAX)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isprint((char)bytes[i]))
            return NULL;
    }
    return g_strndup((const char *)bytes, length);
}

static void read_server_name(IdentityQuest *quest, const Message *reply, const Record *record)
{
    const uint8_t *bytes = reply->wire + record->rdata;
    if (quest->server == NULL && record->rdata_length > 0 && bytes[0] < record->rdata_length)
        quest->server = printable(bytes + 1, bytes[0]);
}

static void read_nsid(IdentityQuest *quest, const Message *reply)
{
    size_t length = 0;
    const uint8_t *bytes = edns_option(reply, EDNS_NSID, &length);
    if (bytes != NULL && quest->nsid == NULL)
        quest->nsid = printable(bytes, length);
}

static void read_reply(IdentityQuest *quest, const Question *question, const Message *reply)
{
    RecordIterator records = record_iterator(reply);
    Record record;
    read_nsid(quest, reply);
    while (record_next(&records, &record)) {
        if (record.section != 1 || record.type != question->type)
            continue;
        if (question->qclass == CLASS_CH)
            read_server_name(quest, reply, &record);
        else if (record.type == RRTYPE_A)
            read_address(&quest->identity, reply, &record);
        else
            read_strings(&quest->identity, reply, &record);
    }
}

static void on_lookup(void *owner, Status status, const Message *reply, const char *resolver_id,
                      const char *detail)
{
    Part *part = owner;
    part->lookup = NULL;
    if (status == STATUS_OK)
        read_reply(part->quest, part->question, reply);
    part_ended(part->quest);
}

/* --- the system's own path --- */

static int resolve_as_programs_do(const char *name, Address *address)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int answer = getaddrinfo(name, NULL, &hints, &found);
    if (answer != 0)
        return answer;
    memcpy(&address->socket, found->ai_addr, MIN(found->ai_addrlen, sizeof(address->socket)));
    freeaddrinfo(found);
    return 0;
}

static void run_errand(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    IdentityResolve resolve = *(const IdentityResolve *)data;
    Address address = {0};
    if (resolve(system_name, &address) != 0)
        address = (Address){0};
    g_task_return_pointer(task, g_memdup2(&address, sizeof(address)), g_free);
}

static void on_errand_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Address *address = g_task_propagate_pointer(G_TASK(result), NULL);
    if (address == NULL)
        return; /* cancelled: the quest is gone */
    IdentityQuest *quest = data;
    quest->identity.system = *address;
    part_ended(quest);
}

static void ask_system(IdentityQuest *quest, IdentityResolve resolve)
{
    g_autoptr(GTask) task = g_task_new(NULL, quest->cancellable, on_errand_done, quest);
    IdentityResolve chosen = resolve != NULL ? resolve : resolve_as_programs_do;
    g_task_set_task_data(task, g_memdup2(&chosen, sizeof(chosen)), g_free);
    g_task_run_in_thread(task, run_errand);
    quest->left++;
}

/* --- life --- */

static void ask_resolver(IdentityQuest *quest, const IdentityPlan *plan, Part *part)
{
    LookupQuestion question = {
        .type = part->question->type,
        .qclass = part->question->qclass,
        .nsid = part->question->nsid,
        .curious = true,
    };
    if (name_parse(part->question->name, &question.name) != STATUS_OK)
        return;
    part->quest = quest;
    part->lookup = engine_lookup_question(plan->engine, plan->plan, plan->resolver_id, &question,
                                          plan->budget_us, on_lookup, part);
    quest->left++;
}

IdentityQuest *identity_ask(const IdentityPlan *plan, IdentityDone done, void *owner)
{
    IdentityQuest *quest = g_new0(IdentityQuest, 1);
    quest->done = done;
    quest->owner = owner;
    quest->cancellable = g_cancellable_new();
    loop_timer_init(&quest->limit, plan->loop, finish, quest);
    loop_timer_start(&quest->limit, plan->budget_us);
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        quest->parts[i].question = &questions[i];
        ask_resolver(quest, plan, &quest->parts[i]);
    }
    if (plan->asks_system)
        ask_system(quest, plan->resolve);
    return quest;
}

static bool shares_network(const Address *a, const Address *b)
{
    if (a->socket.any.sa_family != b->socket.any.sa_family)
        return false;
    if (a->socket.any.sa_family == AF_INET)
        return memcmp(&a->socket.v4.sin_addr, &b->socket.v4.sin_addr, 2) == 0;
    return memcmp(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr, 4) == 0;
}

bool identity_is_same_network(const Identity *identity)
{
    for (size_t i = 0; i < identity->asks_from_count; i++) {
        if (shares_network(&identity->asks_from[i], &identity->system))
            return true;
    }
    return false;
}
