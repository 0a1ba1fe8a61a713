/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "finding.h"

#define LOOK_MAX_BODY 65536

typedef struct LookQuestion { /* all borrowed; they outlive the looks */
    GUri *url;
    bool api;
    GTlsDatabase *trust; /* NULL: the system's */
} LookQuestion;

/** Once, later. `date_s` 0: the answer does not say what time it is. */
typedef void (*LookDone)(void *owner, const Finding *finding, int64_t date_s);

/**
 * One GET at one address, followed nowhere: no name service, no proxy, no cookie, no cache, no
 * password, no redirection. At most LOOK_MAX_BODY of the body are read.
 */
void look_begin(const LookQuestion *question, GInetSocketAddress *address, LookDone done,
                void *owner);
