/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of a client's message: most is answered at once, straight into the listener's buffer
 * and without a single allocation: malformed messages, names that rules decide, and cache hits.
 * Only what must be asked upstream becomes a Pending.
 */
#include "query.h"

#include "answer.h"
#include "cloak.h"
#include "dns64.h"
#include "edns.h"
#include "pending.h"
#include "reply.h"
#include "rules.h"

/* For those who observe: what became of a query that is answered in the turn it came. */
static void tell(Engine *engine, const Message *message, RecordSource source, Status status,
                 const char *rule, const uint8_t *answer, size_t length)
{
    if (!engine_is_observed(engine, source))
        return;
    engine_tell(engine, &(QueryRecord){
                            .name = &message->qname,
                            .type = message->qtype,
                            .source = source,
                            .rcode = wire_get_u16(answer + 2) & MESSAGE_RCODE,
                            .status = status,
                            .bytes = length,
                            .rule = rule && *rule ? rule : NULL,
                            .time_s = loop_wall_s(engine->loop),
                        });
}

/* Returns 0 when the cache has nothing that can be used as it is. */
static size_t answer_from_cache(Engine *engine, const Client *client, const Errand *errand,
                                const Answer *answer, uint8_t *out, size_t capacity)
{
    bool held = errand->state == CACHE_HELD, failure = answer->rcode == RCODE_SERVFAIL;
    size_t length;
    Verdict hidden;

    if (rules_judge_answer(engine->rules, errand->verdict, errand->message, answer, &hidden))
        return query_answer_by_rule(engine, errand->message, &hidden, out, capacity);
    if (pending_compose(answer, errand->message, errand->verdict->alias, client, out, capacity,
                        &length) != STATUS_OK)
        return 0;
    if (held)
        engine->stats.stale++;
    else
        engine->stats.cache_hits++;
    tell(engine, errand->message, held ? RECORD_STALE : RECORD_CACHE,
         failure ? STATUS_SERVER_FAILED : STATUS_OK, errand->verdict->rule, out, length);
    return length;
}

size_t query_refuse(Engine *engine, const Message *message, Status reason, uint8_t *out,
                    size_t capacity)
{
    size_t length;

    if (answer_failure(message, reason, out, capacity, &length) != STATUS_OK)
        return 0;
    tell(engine, message, reason == STATUS_LIMIT ? RECORD_LIMIT : RECORD_FAILED, reason, NULL, out,
         length);
    return length;
}

/* A well-formed query that no rule answers. `asked` is the client's message, or its like about the
 * alias of the verdict. */
static size_t resolve(Engine *engine, const Client *client, const Message *message,
                      const Message *asked, const Verdict *verdict, uint8_t *out, size_t capacity)
{
    size_t length = 0;
    Errand errand; /* every field but not at once: the key is long, and set below */
    Answer answer;

    errand.message = message;
    errand.asked = asked;
    errand.verdict = verdict;
    question_key_init(&errand.key, asked, dns64_scope(engine, asked, verdict->route),
                      engine->secret);
    errand.state = cache_lookup(engine->cache, &errand.key, loop_now_us(engine->loop), &answer);
    if (errand.state != CACHE_MISS && errand.state != CACHE_STALE)
        length = answer_from_cache(engine, client, &errand, &answer, out, capacity);
    if (length > 0 && errand.state == CACHE_RIPE)
        pending_refresh(engine, &errand);
    if (length > 0 || pending_wait(engine, client, &errand) ||
        waiting_room_enter(&engine->waiting, client, message, verdict->route >= 0))
        return length;
    engine->stats.over_limit++;
    return query_refuse(engine, message, STATUS_LIMIT, out, capacity);
}

/* The same about the name that a rule puts in the place of the client's. */
static size_t resolve_alias(Engine *engine, const Client *client, const Message *message,
                            const Verdict *verdict, uint8_t *out, size_t capacity)
{
    size_t room = message->length + NAME_MAX_WIRE;
    g_autofree uint8_t *wire = g_malloc(room);
    Message asked;

    if (cloak_query(message, verdict->alias, wire, room, &asked) != STATUS_OK)
        return query_refuse(engine, message, STATUS_MALFORMED, out, capacity);
    return resolve(engine, client, message, &asked, verdict, out, capacity);
}

static RecordSource source_of(const Verdict *verdict)
{
    switch (verdict->reason) {
    case VERDICT_BLOCKED:
        return RECORD_RULE;
    case VERDICT_CLOAKED:
        return RECORD_CLOAK;
    case VERDICT_ORDINARY:
    case VERDICT_KIND:
    case VERDICT_SPECIAL:
    case VERDICT_LOCAL:
    case VERDICT_ALLOWED:
    case VERDICT_DIRECTED:
        return RECORD_SPECIAL;
    }
    return RECORD_SPECIAL;
}

size_t query_answer_by_rule(Engine *engine, const Message *message, const Verdict *verdict,
                            uint8_t *out, size_t capacity)
{
    size_t length;

    if (verdict->reason == VERDICT_BLOCKED)
        engine->stats.blocked++;
    else
        engine->stats.special++;
    if (reply_compose(message, &verdict->reply, out, capacity, &length) != STATUS_OK)
        return 0;
    tell(engine, message, source_of(verdict), STATUS_OK, verdict->rule, out, length);
    return length;
}

/* What does not parse gets FORMERR if it has a header; what is no query gets nothing, so that two
 * servers never answer each other's errors. */
static size_t answer_malformed(Engine *engine, const uint8_t *bytes, size_t length, uint8_t *out,
                               size_t capacity)
{
    size_t written;

    engine->stats.malformed++;
    if (length < MESSAGE_HEADER_LENGTH || wire_get_u16(bytes + 2) & MESSAGE_QR)
        return 0;
    if (reply_formerr(bytes, length, out, capacity, &written) != STATUS_OK)
        return 0;
    if (wire_get_u16(bytes + 2) & MESSAGE_OPCODE) /* NOTIFY, UPDATE: formats of their own */
        out[3] = (uint8_t)((out[3] & ~MESSAGE_RCODE) | RCODE_NOTIMP);
    return written;
}

/* Whether the client's own words lead to a domain of the search list; an alias is the user's. */
static bool may_be_searched(const Engine *engine, const Verdict *verdict)
{
    return verdict->route >= 0 && !verdict->alias && engine->plan->routes[verdict->route].searched;
}

void query_judge(const Engine *engine, const Message *message, Verdict *verdict)
{
    const Plan *plan = engine->plan;

    rules_judge(plan, engine->rules, message, verdict);
    if (nat64_prefix_is_set(&engine->pool.nat64))
        dns64_judge(engine, message, verdict);
    if (plan->searched && may_be_searched(engine, verdict) &&
        search_guard_holds(&engine->search_guard, engine->secret, &message->qname,
                           &plan->routes[verdict->route].suffix, loop_now_us(engine->loop)))
        rules_withhold(verdict, "This was asked without the network's domain before, so it is not "
                                "shown to the network.");
}

size_t query_answer(Engine *engine, const Client *client, const Message *message, uint8_t *out,
                    size_t capacity)
{
    Verdict verdict;

    query_judge(engine, message, &verdict);
    if (engine->plan->searched && !may_be_searched(engine, &verdict))
        search_guard_note(&engine->search_guard, engine->secret, &message->qname,
                          loop_now_us(engine->loop));
    if (verdict.answered)
        return query_answer_by_rule(engine, message, &verdict, out, capacity);
    if (verdict.alias)
        return resolve_alias(engine, client, message, &verdict, out, capacity);
    return resolve(engine, client, message, message, &verdict, out, capacity);
}

size_t query_receive(Engine *engine, const Client *client, const uint8_t *bytes, size_t length,
                     uint8_t *out, size_t capacity)
{
    Message message;

    if (length < MESSAGE_HEADER_LENGTH || wire_get_u16(bytes + 2) & (MESSAGE_QR | MESSAGE_OPCODE) ||
        message_parse(&message, bytes, length) != STATUS_OK)
        return answer_malformed(engine, bytes, length, out, capacity);

    engine->stats.queries++;
    if (!engine->plan) {
        engine->stats.failed++;
        return query_refuse(engine, &message, STATUS_AGAIN, out, capacity);
    }
    return query_answer(engine, client, &message, out, capacity);
}
