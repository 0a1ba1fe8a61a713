/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What every name really has. Records hold a hash of name and type, and of the network where the
 * name is that network's own, so that an answer which belongs to another question, or to another
 * network, is seen to be wrong. The first letter of a name says of what kind it is:
 *
 *   a...  data          n...  no data of any type      l...  more than a datagram of 1232 holds
 *   c...  an alias      x...  no such name             s...  no server can say (SERVFAIL)
 *   f...  data, but no IPv6 addresses: a translating network (NAT64) makes some
 *
 * Names under home.arpa are a network's own, and those under net2.home.arpa known to the second one
 * alone; those under blocked.test are blocked by a rule. What is asked in clear is answered by each
 * network in its own way, also for names that are true everywhere.
 */
enum { TRUTH_REPLY_MAX = 4096, TRUTH_TTL_MAX = 300 };

/** Where and when an answer is made. */
typedef struct TruthView {
    unsigned place;   /* network */
    bool in_clear;    /* that network could answer in its own way */
    bool nat64;       /* it translates */
    uint32_t now_s;   /* written into AAAA and TXT records */
    uint32_t slack_s; /* how long an answer may have been on its way */
    uint32_t stale_s; /* how long answers may be used when they have expired, if said so */
} TruthView;

/** The name's number as text: "c7.example", "x3.home.arpa". */
void truth_name(char letter, unsigned number, const char *zone, Name *name);

bool truth_is_local(const Name *name);
/** The only network that may be asked for the name; 0: any. */
unsigned truth_place(const Name *name);
bool truth_is_blocked(const Name *name);
/** Whether resolvers fail with it. */
bool truth_is_unanswerable(const Name *name);

/** Writes a server's reply, without OPT: returns its length. */
size_t truth_write(const Message *query, const TruthView *view, uint8_t out[TRUTH_REPLY_MAX]);
/** The same with header and question alone. */
size_t truth_write_empty(const Message *query, uint16_t flags, uint8_t out[TRUTH_REPLY_MAX]);

/** What an answer of the program under test is worth. */
typedef enum TruthVerdict {
    TRUTH_RIGHT,
    TRUTH_CUT,    /* TC, nothing in it */
    TRUTH_FAILED, /* SERVFAIL, or REFUSED */
    TRUTH_WRONG,
} TruthVerdict;

/** `view` is of now. `*why` is set with TRUTH_WRONG. */
TruthVerdict truth_judge(const Message *query, const Message *answer, const TruthView *view,
                         const char **why);
