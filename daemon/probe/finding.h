/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/** What an answer to a check tells. Pure: no I/O. Everything in an answer is somebody else's word.
 */
typedef enum FindingVerdict {
    FINDING_UNREACHABLE, /* nothing that tells */
    FINDING_OPEN,
    FINDING_FOUND,
} FindingVerdict;

typedef struct Finding {
    FindingVerdict verdict;
    char *address;  /* of the sign-in page, http: or https:, plain ASCII; NULL not told */
    int64_t left_s; /* of an open API: the session ends in so many seconds; 0 not said */
} Finding;

#define FINDING_MAX_ADDRESS 2048

/** A whole answer, or its beginning where the body is long. All borrowed. */
typedef struct Response {
    GUri *url; /* that was asked */
    unsigned status;
    const char *location;       /* header fields; NULL: not there */
    const char *content_type;   /* without parameters */
    const char *network_status; /* X-NetworkManager-Status */
    const char *body;
    size_t length;
} Response;

/** Of a check page: is the answer the page's own? */
void finding_judge_page(Finding *finding, const Response *response);
/** Of the network's own word (RFC 8908): is it captive? */
void finding_judge_api(Finding *finding, const Response *response);
void finding_clear(Finding *finding);
