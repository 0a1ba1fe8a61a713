/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "resolv_conf.h"

#include <stdbool.h>

/**
 * Whether another program's DNS settings are in force in the place of ours: the machine's network
 * says that DNS is us, and what programs read says otherwise, for longer than a change of ours
 * takes.
 */
typedef struct Takeover Takeover;

/** `own`: our two addresses. `changed` when the answer may be another one. */
Takeover *takeover_new(const char *path, const Address own[2], void (*changed)(void *owner),
                       void *owner);
void takeover_free(Takeover *takeover);

/**
 * Judges anew. `pointed`: by whoever runs the network, DNS is us, over `stub` where it uses one.
 * `rival`: what else that stub asks about every name; NULL nothing.
 */
bool takeover_judge(Takeover *takeover, bool pointed, LocalStub stub, const char *rival);

/** Whether programs' lookups lead to us, as the file is this moment; by the stub and the rival
 * judged last. */
bool takeover_leads_here(const Takeover *takeover);

/** Why it cannot be put right by us, and what to do. (transfer full) */
char *takeover_explain(const Takeover *takeover);
