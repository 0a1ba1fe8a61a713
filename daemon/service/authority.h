/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define ACTION_SWITCH   "io.github.sottodns.Sotto1.switch"
#define ACTION_PAUSE    "io.github.sottodns.Sotto1.pause"
#define ACTION_RESOLVER "io.github.sottodns.Sotto1.resolver"
#define ACTION_RULES    "io.github.sottodns.Sotto1.rules"
#define ACTION_LOG      "io.github.sottodns.Sotto1.log"
#define ACTION_DEFAULTS "io.github.sottodns.Sotto1.defaults"

/**
 * Who asks, and whether polkit lets them: `error` NULL and `who` a login name (or a number, where
 * nobody has that name), or G_IO_ERROR_PERMISSION_DENIED with a sentence. All borrowed.
 */
typedef void (*AuthorityDone)(void *owner, const char *who, const GError *error);

/**
 * Asks polkit whether the sender of a call may do `action`. A password is asked for only when the
 * caller allowed it (the message's flag). Root may always; without polkit nobody else may, and one
 * that cannot be told of our actions has somebody stand in (stand_in.h). `done`
 * comes once, later; never after `cancellable` was cancelled.
 */
void authority_check(GDBusMethodInvocation *invocation, const char *action,
                     GCancellable *cancellable, AuthorityDone done, void *owner);
