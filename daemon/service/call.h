/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "authority.h"
#include "face.h"

#include <stdbool.h>

/**
 * One call of a client, from its arrival to its one answer.
 *
 *     call_new → (call_authorize → allowed →) call_return or call_fail
 *
 * The bus may go in between. A call that waits for polkit is forgotten then; one that somebody
 * works on stays valid until it is answered, and its answer goes nowhere.
 */
typedef struct Call Call;

/** The caller may do it; `who` is a login name. `owner` is the face's, and the call its to answer.
 */
typedef void (*CallAllowed)(void *owner, Call *call, const char *who);

struct Call {
    ListNode node;
    Face *face; /* NULL: it has left the bus */
    GDBusMethodInvocation *invocation;
    CallAllowed allowed; /* while polkit is asked */
};

/** Takes the invocation's reference over, as a handler that returns TRUE does. */
Call *call_new(Face *face, GDBusMethodInvocation *invocation);
/** Asks polkit for `action` (authority.h): `allowed` follows later, unless it refuses: then the
 * call is answered with that. */
void call_authorize(Call *call, const char *action, CallAllowed allowed);
/** What the caller gave, a tuple. (transfer none) */
GVariant *call_parameters(const Call *call);

/** Answers with a tuple (a floating one is taken over), NULL for an empty one, and frees it. */
void call_return(Call *call, GVariant *results);
/** The same with a descriptor or more (transfer none). */
void call_return_fds(Call *call, GVariant *results, GUnixFDList *descriptors);
/** Answers with an error of the contract: by its G_IO_ERROR code NotAuthorized, InvalidArgument,
 * NotFound, Busy, and Failed for all others. */
void call_fail(Call *call, const GError *error);
/** Frees it without an answer. */
void call_drop(Call *call);
/** Its face has left the bus. */
void call_orphan(Call *call);

/** Refuses at once what is no good call at all, (transfer full) of the invocation. */
void call_refuse(GDBusMethodInvocation *invocation, GIOErrorEnum code, const char *sentence);
