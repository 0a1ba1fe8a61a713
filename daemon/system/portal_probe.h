/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * One look at whether the web is there, or somebody who wants a sign-in first. Other people's HTTP
 * is read by a process of its own (sotto-portal-probe), which has nothing to lose and ends with the
 * look.
 */
typedef struct PortalProbe PortalProbe;

typedef enum PortalQuestion {
    PORTAL_QUESTION_PAGE, /* a check page (http:): is its answer the page's own? */
    PORTAL_QUESTION_API,  /* the network's own word (https:, RFC 8908): is it captive? */
} PortalQuestion;

typedef enum PortalVerdict {
    PORTAL_UNREACHABLE, /* nobody answers, or nothing that tells */
    PORTAL_OPEN,        /* the page's own answer came; "captive" is false */
    PORTAL_FOUND,       /* a redirection, another page, or "captive" is true */
} PortalVerdict;

typedef struct PortalAnswer { /* borrowed */
    PortalVerdict verdict;
    const char *address; /* of the sign-in page, http: or https:; "" not told */
    int64_t date_s;      /* what the answer says the time is, seconds since 1970; 0 not said. Not
                            authenticated: anybody on the way may have said it. */
    int64_t left_s;      /* of an open API: the session ends in so many seconds; 0 not said */
} PortalAnswer;

/** Reads what the program says, which is cut into pieces that the answer borrows. False: it is not
 * of its form. */
bool portal_answer_read(char *said, PortalAnswer *answer);

typedef void (*PortalProbeDone)(void *owner, const PortalAnswer *answer);

typedef struct PortalProbeClass {
    /** Asks `url` at these addresses (Address*, ports of no account), in order, by no other name
     * service. `done` once, later, within 10 s, unless cancelled; the probe is gone then. */
    PortalProbe *(*begin)(PortalQuestion question, const char *url, const GPtrArray *addresses,
                          PortalProbeDone done, void *owner);
    /** NULL is allowed. */
    void (*cancel)(PortalProbe *probe);
} PortalProbeClass;

/** By the program. */
extern const PortalProbeClass portal_probe;
