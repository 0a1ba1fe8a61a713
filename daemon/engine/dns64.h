/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "answer.h"
#include "engine_state.h"
#include "rules.h"

/* DNS64 (RFC 6147): on a network that translates, names with IPv4 addresses alone are given IPv6
 * addresses that lead to its translator. */

/** Whether this question, by this route (-1: none), is one that DNS64 is about: AAAA, asked of the
 * plan's resolvers, and not by a client that validates for itself (§5.5: DO and CD). Where the
 * network does not translate nothing comes of it. */
bool dns64_is_about(const Message *asked, int route);
/** The scope of the question as the cache is to know it: answers made for one prefix are neither
 * seen on networks without it nor taken for what resolvers said. */
uint32_t dns64_scope(const Engine *engine, const Message *asked, int route);

/** Whether the reply to such a question (without OPT, its 12-bit RCODE given) has no IPv6 address
 * of use, so that the name's IPv4 addresses are wanted: no data, IPv4-mapped addresses alone
 * (§5.1.4), or a failure (§5.1.2). "No such name" is true of both. */
bool dns64_lacks(const Message *reply, unsigned rcode);
/** How long what is made in the place of that reply may be kept at most (§5.1.7). */
uint32_t dns64_limit_s(const Message *reply);
/** Writes the same question for A: `asked->length` bytes to `out`. */
Status dns64_query(const Message *asked, uint8_t *out, Message *query) must_check;
/**
 * Makes the reply to `asked` out of the answer for A: its aliases, and its addresses as the prefix
 * says, for `limit_s` at most; without signatures and AD, for nobody signed it. STATUS_MISMATCH: it
 * has no address that may be translated; STATUS_MALFORMED, STATUS_NO_SPACE.
 */
Status dns64_make(const Nat64Prefix *prefix, const Message *asked, const Answer *ipv4,
                  uint32_t limit_s, uint8_t *out, size_t capacity, Message *made) must_check;

/** Judges again what DNS64 answers itself: ipv4only.arpa (RFC 8880 §7.1), and names of translated
 * addresses, which are those of the IPv4 addresses in them (§5.3.1). The engine has a prefix. */
void dns64_judge(const Engine *engine, const Message *query, Verdict *verdict);
