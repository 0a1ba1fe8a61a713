/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second leg of a flight for AAAA, on a network that translates IPv4.
 *
 * It boards a flight for A as a passenger among others. So the client's own question for A, which
 * mostly comes at the same time, and this one go out once, and the answer for A is kept as any.
 *
 * An expired answer for A (RFC 8767) is borrowed from the cache by everybody aboard that flight:
 * then nothing may be stored before all have seen it, and what is made of it is not worth keeping.
 */
#include "second_leg.h"

#include "dns64.h"
#include "edns.h"

struct SecondLeg {
    Passenger passenger;
    Engine *engine;
    SecondLegEnded ended;
    void *owner;
    Message asked, reply, query; /* for AAAA, what came of it, for A */
    uint8_t *bytes;              /* of the three */
    int ede;
    char *ede_text;
};

/* "No IPv6 address" is not the whole truth of a name whose IPv4 addresses are not known. */
static void fail(SecondLeg *leg, Status status)
{
    SecondLegOutcome outcome = {.status = status};

    leg->ended(leg->owner, &outcome);
}

static bool is_failure(const Answer *ipv4)
{
    return ipv4->rcode != RCODE_NOERROR && ipv4->rcode != RCODE_NXDOMAIN;
}

/* Where no address can be made of the answer for A, the first reply stands. */
static void end(SecondLeg *leg, const Answer *ipv4)
{
    g_autofree uint8_t *wire = g_malloc(MESSAGE_MAX);
    Message made;
    SecondLegOutcome outcome = {
        .reply = &leg->reply,
        .wire = leg->bytes + leg->asked.length,
        .answer = {.rcode = leg->reply.flags & MESSAGE_RCODE,
                   .ede = leg->ede,
                   .ede_text = leg->ede_text},
        .lasting = ipv4->stale_ttl_s == 0,
    };

    if (dns64_make(&leg->engine->pool.nat64, &leg->asked, ipv4, dns64_limit_s(&leg->reply), wire,
                   MESSAGE_MAX, &made) == STATUS_OK) {
        outcome.reply = &made;
        outcome.wire = wire;
        outcome.answer = (Answer){.rcode = RCODE_NOERROR, .ede = EDE_NONE};
    }
    leg->ended(leg->owner, &outcome);
}

static void on_landed(Passenger *passenger, const Landing *landing)
{
    SecondLeg *leg = container_of(passenger, SecondLeg, passenger);

    if (!landing->answer)
        fail(leg, landing->status);
    else if (is_failure(landing->answer))
        fail(leg, STATUS_SERVER_FAILED);
    else
        end(leg, landing->answer);
}

SecondLeg *second_leg_new(Engine *engine, const FirstLeg *first, SecondLegEnded ended, void *owner)
{
    const Message *asked = first->asked, *reply = first->reply;
    SecondLeg *leg = g_new0(SecondLeg, 1);

    leg->engine = engine;
    leg->ended = ended;
    leg->owner = owner;
    leg->passenger.landed = on_landed;
    leg->bytes = g_malloc(2 * asked->length + reply->length);
    leg->asked = *asked;
    leg->asked.wire = memcpy(leg->bytes, asked->wire, asked->length);
    leg->reply = *reply;
    leg->reply.wire = memcpy(leg->bytes + asked->length, reply->wire, reply->length);
    leg->ede = first->answer->ede;
    leg->ede_text = g_strdup(first->answer->ede_text);
    if (dns64_query(asked, leg->bytes + asked->length + reply->length, &leg->query) == STATUS_OK)
        return leg;
    second_leg_free(leg);
    return NULL;
}

void second_leg_begin(SecondLeg *leg)
{
    Engine *engine = leg->engine;
    Destination destination = {
        .upstreams = engine->upstreams, .strategy = engine->plan->strategy, .local = engine->local};
    QuestionKey key;
    Answer ipv4;
    CacheState state;

    question_key_init(&key, &leg->query, engine->scope, engine->secret);
    state = cache_lookup(engine->cache, &key, loop_now_us(engine->loop), &ipv4);
    if (state == CACHE_MISS || state == CACHE_STALE)
        flight_board(engine, &key, &leg->query, &destination, &leg->passenger);
    else if (is_failure(&ipv4))
        fail(leg, STATUS_SERVER_FAILED);
    else
        end(leg, &ipv4);
}

void second_leg_extend(SecondLeg *leg, int64_t patience_us)
{
    flight_extend(&leg->passenger, patience_us);
}

Landing second_leg_failure(const SecondLeg *leg)
{
    return flight_failure(&leg->passenger);
}

void second_leg_free(SecondLeg *leg)
{
    if (!leg)
        return;
    flight_leave(&leg->passenger);
    g_free(leg->bytes);
    g_free(leg->ede_text);
    g_free(leg);
}
