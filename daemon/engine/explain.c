/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would answer a question, and why: the way of query.c, walked without taking a step.
 *
 * The rules judge for real, since a verdict changes nothing. The cache is looked into without
 * counting, and the choice of a resolver is made with a copy of what choices change, so that an
 * explanation tells what the next query will meet and does not become part of it.
 */
#include "explain.h"

#include "address.h"
#include "cache.h"
#include "choose.h"
#include "dns64.h"
#include "engine_state.h"
#include "query.h"
#include "rules.h"
#include "words.h"

#include <arpa/inet.h>

#define ANSWERS_MAX 8 /* records that are written out; more are counted */

typedef struct Explaining {
    Engine *engine;
    Explanation *result;
    const Message *query;
    const Verdict *verdict;
    char name[NAME_MAX_TEXT]; /* for sentences */
} Explaining;

const char *explanation_source_name(ExplanationSource source)
{
    switch (source) {
    case EXPLANATION_RULE:
        return "rule";
    case EXPLANATION_SPECIAL:
        return "special";
    case EXPLANATION_CACHE:
        return "cache";
    case EXPLANATION_STALE:
        return "stale";
    case EXPLANATION_RESOLVER:
        return "resolver";
    case EXPLANATION_ROUTE:
        return "route";
    case EXPLANATION_NONE:
        break;
    }
    return "none";
}

static void G_GNUC_PRINTF(2, 3) add_step(Explaining *explaining, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(explaining->result->steps, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static void G_GNUC_PRINTF(3, 4)
    conclude(Explaining *explaining, ExplanationSource source, const char *format, ...)
{
    va_list arguments;

    explaining->result->source = source;
    g_free(explaining->result->summary);
    va_start(arguments, format);
    explaining->result->summary = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

static void set_text(char **field, char *text)
{
    g_free(*field);
    *field = text;
}

/* --- what an answer holds --- */

/* Addresses and aliases in words; NULL for other records. (transfer full) */
static char *describe_record(const Message *message, const Record *record)
{
    char text[NAME_MAX_TEXT];
    WireReader reader = wire_reader(message->wire, message->length);
    Name name;

    if (record->type == RRTYPE_A && record->rdata_length == 4)
        return g_strdup(inet_ntop(AF_INET, message->wire + record->rdata, text, sizeof text));
    if (record->type == RRTYPE_AAAA && record->rdata_length == 16)
        return g_strdup(inet_ntop(AF_INET6, message->wire + record->rdata, text, sizeof text));
    if (record->type != RRTYPE_CNAME && record->type != RRTYPE_PTR)
        return NULL;
    reader.position = record->rdata;
    name_read(&reader, &name);
    return reader.failed ? NULL : g_strdup(name_format(&name, text));
}

static char *describe_message(const Message *message, unsigned rcode)
{
    RecordIterator iterator = record_iterator(message);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    unsigned others = 0;
    char word[WORD_MAX];
    Record record;

    while (record_next(&iterator, &record) && record.section == 1) {
        char *part = parts->len < ANSWERS_MAX ? describe_record(message, &record) : NULL;

        if (part)
            g_ptr_array_add(parts, part);
        else
            others++;
    }
    if (rcode != RCODE_NOERROR)
        return g_strdup(rcode_format(rcode, word));
    if (parts->len + others == 0)
        return g_strdup("NOERROR, no data");
    if (others > 0)
        g_ptr_array_add(parts, g_strdup_printf("%u %s%s", others, parts->len ? "more " : "",
                                               others == 1 ? "record" : "records"));
    g_ptr_array_add(parts, NULL);
    return g_strjoinv(", ", (char **)parts->pdata);
}

/* --- rules --- */

static void set_answer_of_rule(Explaining *explaining)
{
    Engine *engine = explaining->engine;
    Message message;
    size_t length;

    if (reply_compose(explaining->query, &explaining->verdict->reply, engine->composed, MESSAGE_MAX,
                      &length) == STATUS_OK &&
        message_parse(&message, engine->composed, length) == STATUS_OK)
        set_text(&explaining->result->answer,
                 describe_message(&message, explaining->verdict->reply.rcode));
}

static void explain_answer(Explaining *explaining)
{
    const Verdict *verdict = explaining->verdict;
    const char *name = explaining->name;

    switch (verdict->reason) {
    case VERDICT_ORDINARY:
    case VERDICT_ALLOWED:
    case VERDICT_DIRECTED: /* none of them answers */
        break;
    case VERDICT_KIND:
        add_step(explaining, "Questions of this type are not forwarded.");
        conclude(explaining, EXPLANATION_SPECIAL, "Sotto answers questions of this type itself.");
        break;
    case VERDICT_SPECIAL:
    case VERDICT_LOCAL:
        add_step(explaining, "%s", verdict->why);
        conclude(explaining, EXPLANATION_SPECIAL, "Sotto answers %s itself.", name);
        break;
    case VERDICT_BLOCKED:
        add_step(explaining, "A rule blocks it: %s.", verdict->rule);
        conclude(explaining, EXPLANATION_RULE, "%s is blocked by %s.", name, verdict->rule);
        break;
    case VERDICT_CLOAKED:
        add_step(explaining, "A rule gives it another answer: %s.", verdict->rule);
        if (*verdict->why)
            add_step(explaining, "%s", verdict->why);
        conclude(explaining, EXPLANATION_RULE, "%s is answered by %s.", name, verdict->rule);
        break;
    }
    set_answer_of_rule(explaining);
}

static void explain_route(Explaining *explaining, const Route *route)
{
    char text[NAME_MAX_TEXT];

    name_format(&route->suffix, text);
    if (route->kind == ROUTE_OWN_NETWORK)
        add_step(explaining, "It is asked of this network's own DNS, unencrypted.");
    else if (!route->exact)
        add_step(explaining, "Names at and below %s go to servers of their own.", text);
}

/* The rules that let a question go on. */
static void explain_passage(Explaining *explaining)
{
    const Verdict *verdict = explaining->verdict;
    char text[NAME_MAX_TEXT];

    if (verdict->reason == VERDICT_ALLOWED)
        add_step(explaining, "A rule allows it, whatever others say: %s.", verdict->rule);
    else if (verdict->reason == VERDICT_DIRECTED)
        add_step(explaining, "A rule says whom to ask: %s.", verdict->rule);
    else if (!verdict->alias)
        add_step(explaining, "No rule is about it.");
    if (verdict->alias && !*verdict->rule)
        add_step(explaining, "%s So %s is looked up instead.", verdict->why,
                 name_format(verdict->alias, text));
    else if (verdict->alias)
        add_step(explaining, "A rule looks up %s instead: %s.", name_format(verdict->alias, text),
                 verdict->rule);
    if (verdict->route >= 0)
        explain_route(explaining, &explaining->engine->plan->routes[verdict->route]);
    if (nat64_prefix_is_set(&explaining->engine->pool.nat64) &&
        dns64_is_about(explaining->query, verdict->route))
        add_step(explaining, "This network translates IPv4 addresses: where the name has no IPv6 "
                             "address, one is made of its IPv4 address.");
}

/* --- cache --- */

/* Whether it leads over a name that the user's lists block. */
static bool explain_hidden(Explaining *explaining, const Answer *answer)
{
    const Verdict *asked = explaining->verdict;
    Verdict hidden;

    if (!rules_judge_answer(explaining->engine->rules, asked, explaining->query, answer, &hidden))
        return false;
    add_step(explaining, "The cache has an answer, which leads over another name.");
    g_strlcpy(explaining->result->rule, hidden.rule, sizeof explaining->result->rule);
    explaining->verdict = &hidden;
    explain_answer(explaining);
    explaining->verdict = asked;
    return true;
}

/* Whether the cache answers. */
static bool explain_cache(Explaining *explaining, const Message *asked)
{
    Engine *engine = explaining->engine;
    int route = explaining->verdict->route;
    QuestionKey key;
    Message message;
    CachePeek peek;

    question_key_init(&key, asked, dns64_scope(engine, asked, route), engine->secret);
    if (!cache_peek(engine->cache, &key, loop_now_us(engine->loop), &peek) ||
        message_parse(&message, peek.answer.wire, peek.answer.length) != STATUS_OK) {
        add_step(explaining, "The cache has no answer.");
        return false;
    }
    if (peek.state != CACHE_STALE && explain_hidden(explaining, &peek.answer))
        return true;
    set_text(&explaining->result->answer, describe_message(&message, peek.answer.rcode));
    explaining->result->ttl_s = peek.ttl_s;
    if (peek.state == CACHE_STALE) {
        add_step(explaining, "The cache has an expired answer, which is used if no other comes.");
        return false;
    }
    if (peek.state == CACHE_HELD) {
        add_step(explaining, "The cache has an expired answer, and asking failed a moment ago.");
        conclude(explaining, EXPLANATION_STALE, "The cache answers %s, with an expired answer.",
                 explaining->name);
    } else {
        add_step(explaining,
                 peek.ttl_s == 1 ? "The cache has an answer, for another %u second."
                                 : "The cache has an answer, for another %u seconds.",
                 peek.ttl_s);
        conclude(explaining, EXPLANATION_CACHE, "The cache answers %s.", explaining->name);
    }
    return true;
}

/* --- resolvers --- */

static void describe_candidate(Explaining *explaining, const Candidate *candidate, bool first)
{
    const Channel *channel = candidate->channel;
    const Resolver *resolver = candidate->upstream->resolver;
    const char *protocol = endpoint_kind_name(channel->endpoint->kind);

    if (first) {
        set_text(&explaining->result->resolver, g_strdup(resolver->id));
        set_text(&explaining->result->endpoint, endpoint_describe(channel->endpoint));
        explaining->result->protocol = protocol;
    }
    if (channel_is_shunned(channel))
        add_step(explaining, "%s %s by %s, though it has failed of late.",
                 first ? "First is asked" : "Then", resolver->name, protocol);
    else if (channel->latency_us > 0)
        add_step(explaining, "%s %s by %s, which takes about %d ms.",
                 first ? "First is asked" : "Then", resolver->name, protocol,
                 (int)((channel->latency_us + 999) / 1000));
    else
        add_step(explaining, "%s %s by %s, not measured yet.", first ? "First is asked" : "Then",
                 resolver->name, protocol);
}

static void explain_choice(Explaining *explaining, const Message *asked)
{
    Engine *engine = explaining->engine;
    int route = explaining->verdict->route;
    Chooser chooser = engine->chooser;
    ChooseRequest request = {
        .upstreams = route < 0 ? engine->upstreams
                               : g_ptr_array_index(engine->route_upstreams, (unsigned)route),
        .strategy = route < 0 ? engine->plan->strategy : STRATEGY_FIRST,
        .name = &asked->qname,
        .spread_key = engine->plan->spread_key,
        .now_us = loop_now_us(engine->loop),
    };
    Candidate candidates[CANDIDATES_MAX];
    size_t count = choose_candidates(&chooser, &request, candidates);

    for (size_t i = 0; i < count; i++) {
        describe_candidate(explaining, &candidates[i], i == 0);
        upstream_unref(candidates[i].upstream);
    }
    if (count == 0)
        conclude(explaining, EXPLANATION_NONE, "There is no resolver to ask for %s.",
                 explaining->name);
    else if (route >= 0)
        conclude(explaining, EXPLANATION_ROUTE, "%s is asked of the servers for its domain, by %s.",
                 explaining->name, explaining->result->protocol);
    else
        conclude(explaining, EXPLANATION_RESOLVER, "%s is asked of %s, by %s.", explaining->name,
                 explaining->result->resolver, explaining->result->protocol);
}

/* --- the whole --- */

/* The question as a client would ask it. */
static Status build(const Name *name, uint16_t type, uint8_t *out, size_t capacity,
                    Message *message)
{
    WireWriter writer = wire_writer(out, capacity);

    wire_write_u16(&writer, 0);
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, name->wire, name->length);
    wire_write_u16(&writer, type);
    wire_write_u16(&writer, CLASS_IN);
    return writer.failed ? STATUS_NO_SPACE : message_parse(message, out, writer.position);
}

static void explain_question(Explaining *explaining)
{
    const Verdict *verdict = explaining->verdict;
    const Message *asked = explaining->query;
    uint8_t wire[MESSAGE_HEADER_LENGTH + NAME_MAX_WIRE + 4];
    Message aliased;

    if (verdict->answered) {
        explain_answer(explaining);
        return;
    }
    explain_passage(explaining);
    if (verdict->alias) {
        if (cloak_query(asked, verdict->alias, wire, sizeof wire, &aliased) != STATUS_OK)
            return;
        asked = &aliased;
    }
    if (!explain_cache(explaining, asked))
        explain_choice(explaining, asked);
}

void engine_explain(Engine *engine, const Name *name, uint16_t type, Explanation *explanation)
{
    uint8_t wire[MESSAGE_HEADER_LENGTH + NAME_MAX_WIRE + 4];
    Message query;
    Verdict verdict;
    Explaining explaining = {
        .engine = engine, .result = explanation, .query = &query, .verdict = &verdict};

    *explanation = (Explanation){.source = EXPLANATION_NONE, .protocol = ""};
    explanation->summary = g_strdup("Sotto answers nothing at the moment.");
    explanation->answer = g_strdup("");
    explanation->resolver = g_strdup("");
    explanation->endpoint = g_strdup("");
    explanation->steps = g_ptr_array_new_with_free_func(g_free);
    name_format(name, explaining.name);
    if (!engine->plan)
        add_step(&explaining, "Protection is off, or about to begin.");
    if (!engine->plan || build(name, type, wire, sizeof wire, &query) != STATUS_OK)
        return;
    query_judge(engine, &query, &verdict);
    g_strlcpy(explanation->rule, verdict.rule, sizeof explanation->rule);
    explain_question(&explaining);
}

void explanation_clear(Explanation *explanation)
{
    g_clear_pointer(&explanation->summary, g_free);
    g_clear_pointer(&explanation->answer, g_free);
    g_clear_pointer(&explanation->resolver, g_free);
    g_clear_pointer(&explanation->endpoint, g_free);
    g_clear_pointer(&explanation->steps, g_ptr_array_unref);
}
