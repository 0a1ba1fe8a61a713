/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions that are decided before the cache: by what they are, or by their name. In this order:
 *
 *   1. what is no question for a forwarder: other classes, zone transfers
 *   2. what the user said of this very name while Sotto runs: nothing in a file is more deliberate.
 *      It is blocked, or neither blocked nor (where it has servers of its own) cloaked
 *   3. the cloaks of the settings
 *   4. the lists of the settings; a name that is allowed is not blocked
 *   5. special names, which nobody but us can answer (special.c)
 *   6. routes, the longest suffix first
 *   7. without a route: local names, which nobody on the internet knows, and those that the user
 *      wants to be asked of somebody else. They are answered here
 *
 * "No" is said with a SOA, so that clients remember it (RFC 6303 §3), but not for longer than it
 * stays true: a rule can change, and another network may have a route.
 */
#include "rules.h"

#include "edns.h"
#include "special.h"

#include <string.h>

#define LOCALHOST_TTL_S 604800
#define NOWHERE_TTL_S   10800 /* RFC 6303 §3 */
#define LOCAL_TTL_S     60
#define CLOAK_TTL_S     60
#define BLOCKED_TTL_S   10
#define IPV4_LENGTH     4
#define IPV6_LENGTH     16

enum { RRTYPE_IXFR = 251, RRTYPE_FIRST_META = 128, RRTYPE_LAST_META = 255 };

static void deny(Verdict *verdict, unsigned rcode, int ede, const char *text)
{
    verdict->answered = true;
    verdict->reply = (ReplyContent){.rcode = rcode, .ede = ede, .ede_text = text};
}

/* There is no such name, or (NOERROR) no such data. */
static void say_no(Verdict *verdict, unsigned rcode, uint8_t zone, uint32_t ttl_s)
{
    verdict->answered = true;
    verdict->reply = (ReplyContent){
        .rcode = rcode, .negative = true, .zone = zone, .ttl_s = ttl_s, .ede = EDE_NONE};
}

static void give(Verdict *verdict, uint16_t type, const uint8_t *data, size_t length, size_t count,
                 uint32_t ttl_s)
{
    verdict->answered = true;
    verdict->reply = (ReplyContent){.rcode = RCODE_NOERROR,
                                    .type = type,
                                    .data = data,
                                    .data_length = length,
                                    .count = count,
                                    .ttl_s = ttl_s,
                                    .ede = EDE_NONE};
}

/* Kinds of question that a forwarder for one machine has no use for. */
static bool judge_kind(Verdict *verdict, const Message *query)
{
    verdict->reason = VERDICT_KIND;
    if (query->has_edns && query->edns_version > 0)
        deny(verdict, RCODE_BADVERS, EDE_NONE, NULL); /* RFC 6891 §6.1.3 */
    else if (query->qclass != CLASS_IN)
        deny(verdict, RCODE_REFUSED, EDE_PROHIBITED, "Only the Internet class is served.");
    else if (query->qtype == RRTYPE_AXFR || query->qtype == RRTYPE_IXFR)
        deny(verdict, RCODE_REFUSED, EDE_PROHIBITED, "Zone transfers are not served.");
    else if (query->qtype == 0 || query->qtype == RRTYPE_OPT)
        deny(verdict, RCODE_FORMERR, EDE_NONE, NULL);
    else if (query->qtype >= RRTYPE_FIRST_META && query->qtype <= RRTYPE_LAST_META)
        deny(verdict, RCODE_NOTIMP, EDE_NONE, NULL); /* ANY too: RFC 8482 lets us */
    else
        verdict->reason = VERDICT_ORDINARY;
    return verdict->answered;
}

/* The one address that this type may have, or "no such data". */
static void give_addresses(Verdict *verdict, uint16_t type, const uint8_t *v4, size_t v4_count,
                           const uint8_t *v6, size_t v6_count, uint8_t zone, uint32_t ttl_s)
{
    if (type == RRTYPE_A && v4_count > 0)
        give(verdict, type, v4, IPV4_LENGTH, v4_count, ttl_s);
    else if (type == RRTYPE_AAAA && v6_count > 0)
        give(verdict, type, v6, IPV6_LENGTH, v6_count, ttl_s);
    else
        say_no(verdict, RCODE_NOERROR, zone, ttl_s);
}

static bool judge_special(Verdict *verdict, const Message *query, const Special *special)
{
    static const uint8_t loopback4[IPV4_LENGTH] = {127, 0, 0, 1};
    static const uint8_t loopback6[IPV6_LENGTH] = {[15] = 1};
    static const uint8_t localhost[] = "\011localhost";

    switch (special->kind) {
    case SPECIAL_NONE:
    case SPECIAL_LOCAL:
        return false;
    case SPECIAL_LOCALHOST:
        give_addresses(verdict, query->qtype, loopback4, 1, loopback6, 1, special->zone,
                       LOCALHOST_TTL_S);
        break;
    case SPECIAL_LOOPBACK:
        if (query->qtype == RRTYPE_PTR)
            give(verdict, RRTYPE_PTR, localhost, sizeof localhost, 1, LOCALHOST_TTL_S);
        else
            say_no(verdict, RCODE_NOERROR, special->zone, LOCALHOST_TTL_S);
        break;
    case SPECIAL_US: /* it exists, and _dns below it, without the data asked for */
        say_no(verdict, name_label_count(&query->qname) > 3 ? RCODE_NXDOMAIN : RCODE_NOERROR,
               special->zone, NOWHERE_TTL_S);
        break;
    case SPECIAL_NOWHERE:
        say_no(verdict, RCODE_NXDOMAIN, special->zone, NOWHERE_TTL_S);
        break;
    }
    verdict->reason = VERDICT_SPECIAL;
    verdict->why = special->why;
    return true;
}

/* Whether the user said whom to ask of a name. */
static bool is_directed(const Ruleset *rules, const Name *name)
{
    OwnMatch match;
    NameKey key;

    if (!rules || !rules->own)
        return false;
    name_key_init(&key, name);
    return own_names_find(rules->own, &key, &match) &&
           (match.wish == OWN_NETWORK || match.wish == OWN_SERVERS);
}

/* Whom the user wants to be asked of this name is not there. */
static void keep(Verdict *verdict)
{
    verdict->reason = VERDICT_LOCAL;
    verdict->why = "By your rule this name is asked of the network's own DNS alone, and there is "
                   "none now.";
    deny(verdict, RCODE_SERVFAIL, EDE_NETWORK_ERROR, verdict->why); /* it may well exist */
}

/* Sends the question by a route, or keeps a local one here. */
static void judge_way(Verdict *verdict, const Plan *plan, const Ruleset *rules, const Name *name,
                      uint16_t type, Special special)
{
    NameMatch match;

    verdict->route = plan_find_route(plan, name);
    if (verdict->route >= 0)
        return;
    if (verdict->reason == VERDICT_DIRECTED) {
        keep(verdict);
        return;
    }
    if (special.kind == SPECIAL_NONE && rules && rules->local) {
        NameKey key;

        name_key_init(&key, name);
        /* DS: how a validator learns that a zone is not signed */
        if (name_set_find(rules->local, &key, &match) && (match.start > 0 || type != RRTYPE_DS))
            special = (Special){.kind = SPECIAL_LOCAL,
                                .zone = match.start,
                                .why = "This is a local name by LocalNames= in the settings."};
    }
    if (special.kind != SPECIAL_LOCAL)
        return;
    verdict->reason = VERDICT_LOCAL;
    verdict->why = special.why;
    /* the head of a zone is there, what is below it is not; a single label is no zone of its own */
    say_no(verdict,
           special.zone == 0 && name_label_count(name) > 1 ? RCODE_NOERROR : RCODE_NXDOMAIN,
           special.zone, LOCAL_TTL_S);
    verdict->reply.ede = EDE_OTHER;
    verdict->reply.ede_text = verdict->why;
}

/* The name it stands for may itself be one that is not asked of a resolver. */
static void judge_alias(Verdict *verdict, const Plan *plan, const Ruleset *rules,
                        const Message *query, const Name *alias)
{
    Special special = special_find(alias, query->qtype);

    if (special.kind != SPECIAL_NONE && special.kind != SPECIAL_LOCAL)
        special = (Special){.kind = SPECIAL_LOCAL, .why = special.why};
    if (is_directed(rules, alias))
        verdict->reason = VERDICT_DIRECTED;
    judge_way(verdict, plan, rules, alias, query->qtype, special);
    verdict->reply.zone = 0; /* of the name asked for, not of the alias */
    verdict->alias = alias;
    verdict->reply.alias = alias;
}

static bool judge_cloak(Verdict *verdict, const Plan *plan, const Ruleset *rules,
                        const Message *query, const NameKey *key)
{
    CloakMatch match;

    if (!cloaks_find(rules->cloaks, key, &match))
        return false;
    if (match.end) {
        give_addresses(verdict, query->qtype, match.end->v4->data, match.end->v4->len / IPV4_LENGTH,
                       match.end->v6->data, match.end->v6->len / IPV6_LENGTH, 0, CLOAK_TTL_S);
        verdict->reply.alias = match.alias;
    } else {
        judge_alias(verdict, plan, rules, query, match.alias);
    }
    verdict->reason = VERDICT_CLOAKED;
    rule_format(match.cloak->label, match.cloak->line, verdict->rule);
    return true;
}

static void block(Verdict *verdict, BlockAnswer answer, uint16_t type, uint8_t zone)
{
    static const uint8_t zeros[IPV6_LENGTH];

    switch (answer) {
    case BLOCK_ANSWER_NXDOMAIN:
        say_no(verdict, RCODE_NXDOMAIN, zone, BLOCKED_TTL_S);
        break;
    case BLOCK_ANSWER_ZERO:
        give_addresses(verdict, type, zeros, 1, zeros, 1, zone, BLOCKED_TTL_S);
        break;
    case BLOCK_ANSWER_REFUSED:
        deny(verdict, RCODE_REFUSED, EDE_NONE, NULL);
        break;
    }
    verdict->reason = VERDICT_BLOCKED;
    verdict->reply.ede = EDE_FILTERED; /* as the client's own side asked for (RFC 8914 §4.18) */
    verdict->reply.ede_text = verdict->rule;
}

static void format_own(const NameKey *key, const OwnMatch *match, char text[RULE_MAX_TEXT])
{
    char plain[NAME_MAX_TEXT];
    Name name = {.length = (uint8_t)(key->name.length - match->name.start)};

    memcpy(name.wire, key->name.wire + match->name.start, name.length);
    g_snprintf(text, RULE_MAX_TEXT, "your rule for %s", name_format(&name, plain));
}

/* Whether what the user said of the name is the last word. */
static bool judge_own(Verdict *verdict, const Plan *plan, const Ruleset *rules,
                      const Message *query, const NameKey *key, const OwnMatch *match)
{
    format_own(key, match, verdict->rule);
    switch (match->wish) {
    case OWN_BLOCK:
        block(verdict, rules->block_answer, query->qtype, match->name.start);
        return true;
    case OWN_ALLOW:
        if (judge_cloak(verdict, plan, rules, query, key))
            return true;
        verdict->reason = VERDICT_ALLOWED;
        return false;
    case OWN_NETWORK:
    case OWN_SERVERS:
        break;
    }
    verdict->reason = VERDICT_DIRECTED;
    return false;
}

/* Whether the user's rules have the last word. */
static bool judge_by_rules(Verdict *verdict, const Plan *plan, const Ruleset *rules,
                           const Message *query)
{
    RuleMatch match;
    OwnMatch own;
    NameKey key;

    if (rules->lists->len == 0 && !rules->cloaks && !rules->own)
        return false;
    name_key_init(&key, &query->qname);
    if (own_names_find(rules->own, &key, &own))
        return judge_own(verdict, plan, rules, query, &key, &own);
    if (judge_cloak(verdict, plan, rules, query, &key))
        return true;
    if (!ruleset_match(rules, &key, &match))
        return false;
    rule_format(match.list->label, match.name.value, verdict->rule);
    if (match.allows)
        verdict->reason = VERDICT_ALLOWED;
    else
        block(verdict, rules->block_answer, query->qtype, match.name.start);
    return !match.allows;
}

static void begin(Verdict *verdict)
{
    verdict->answered = false;
    verdict->route = -1;
    verdict->alias = NULL;
    verdict->why = "";
    verdict->rule[0] = '\0';
}

void rules_judge_alias(const Plan *plan, const Ruleset *rules, const Message *query,
                       const Name *alias, const char *why, Verdict *verdict)
{
    begin(verdict);
    verdict->reason = VERDICT_SPECIAL;
    judge_alias(verdict, plan, rules, query, alias);
    verdict->why = why;
}

void rules_judge(const Plan *plan, const Ruleset *rules, const Message *query, Verdict *verdict)
{
    Special special;

    begin(verdict);
    if (judge_kind(verdict, query) || (rules && judge_by_rules(verdict, plan, rules, query)))
        return;
    special = special_find(&query->qname, query->qtype);
    if (!judge_special(verdict, query, &special))
        judge_way(verdict, plan, rules, &query->qname, query->qtype, special);
}

/* Reads the name that the next of `left` records is an alias of, whatever stands between aliases:
 * their signatures do. False when there is none. */
static bool read_alias(WireReader *reader, unsigned *left, Name *target)
{
    while (*left > 0) {
        uint16_t type, length;

        (*left)--;
        name_skip(reader);
        type = wire_read_u16(reader);
        wire_skip(reader, 6); /* class, TTL */
        length = wire_read_u16(reader);
        if (type == RRTYPE_CNAME) {
            name_read(reader, target);
            return !reader->failed;
        }
        wire_skip(reader, length);
        if (reader->failed)
            break;
    }
    return false;
}

/* Whether the user's rules block it; `rule` has the one that does. */
static bool is_blocked(const Ruleset *rules, const Name *name, char rule[RULE_MAX_TEXT])
{
    RuleMatch match;
    OwnMatch own;
    NameKey key;

    name_key_init(&key, name);
    if (own_names_find(rules->own, &key, &own)) {
        format_own(&key, &own, rule);
        return own.wish == OWN_BLOCK;
    }
    if (!ruleset_match(rules, &key, &match) || match.allows)
        return false;
    rule_format(match.list->label, match.name.value, rule);
    return true;
}

/* Finds the first name on the way of an answer that a rule blocks. */
static bool find_blocked_alias(const Ruleset *rules, const Answer *answer, char rule[RULE_MAX_TEXT])
{
    WireReader reader = wire_reader(answer->wire, answer->length);
    unsigned left = wire_get_u16(answer->wire + 6);
    Name target;

    wire_skip(&reader, answer->records);
    while (read_alias(&reader, &left, &target)) {
        if (is_blocked(rules, &target, rule))
            return true;
    }
    return false;
}

bool rules_judge_answer(const Ruleset *rules, const Verdict *asked, const Message *query,
                        const Answer *answer, Verdict *verdict)
{
    char rule[RULE_MAX_TEXT];

    if (!rules || (rules->lists->len == 0 && !rules->own) || asked->reason == VERDICT_ALLOWED ||
        asked->reason == VERDICT_DIRECTED || asked->alias ||
        !find_blocked_alias(rules, answer, rule))
        return false;
    *verdict = *asked;
    g_strlcpy(verdict->rule, rule, sizeof verdict->rule);
    block(verdict, rules->block_answer, query->qtype, 0);
    return true;
}

void rules_withhold(Verdict *verdict, const char *why)
{
    verdict->reason = VERDICT_LOCAL;
    verdict->why = why;
    say_no(verdict, RCODE_NXDOMAIN, 0, LOCAL_TTL_S);
    verdict->reply.ede = EDE_OTHER;
    verdict->reply.ede_text = why;
}
