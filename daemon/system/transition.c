/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ways from one state of protection to another have in common.
 *
 * One transition is under way at most, with the callers that wait for its end; each is answered
 * once.
 */
#include "protection_state.h"

#include "log.h"

bool transition_is_changing(const Protection *protection)
{
    return protection->transition != TRANSITION_NONE &&
           protection->transition != TRANSITION_CHOOSING;
}

void transition_save(Protection *protection)
{
    g_autoptr(GError) error = NULL;
    if (!state_save(protection->parts.saved, &error))
        log_error("the choice cannot be saved and will be lost at a restart reason=%s",
                  error->message);
}

void transition_wait(Protection *protection, ProtectionDone done, void *owner)
{
    const Waiter waiter = {.done = done, .owner = owner};
    if (done != NULL)
        g_array_append_val(protection->waiters, waiter);
}

void transition_begin(Protection *protection, Transition transition, const char *who,
                      ProtectionDone done, void *owner)
{
    protection->transition = transition;
    g_free(protection->who);
    protection->who = g_strdup(who);
    transition_wait(protection, done, owner);
}

void transition_end(Protection *protection, const GError *error)
{
    g_autoptr(GArray) waiters = protection->waiters;
    protection->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    protection->transition = TRANSITION_NONE;
    g_clear_pointer(&protection->proof, proof_cancel);
    g_clear_pointer(&protection->choice, g_free);
    g_clear_pointer(&protection->relay_for, g_free);
    g_clear_pointer(&protection->relay, g_free);
    g_clear_pointer(&protection->failure_code, g_free);
    g_clear_pointer(&protection->failure, g_free);
    for (guint i = 0; i < waiters->len; i++) {
        const Waiter *waiter = &g_array_index(waiters, Waiter, i);
        waiter->done(waiter->owner, error);
    }
}

void transition_fail(Protection *protection, const char *sentence)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, sentence);
    transition_end(protection, error);
}

void transition_refuse(ProtectionDone done, void *owner, GIOErrorEnum code, const char *sentence)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, code, sentence);
    if (done != NULL)
        done(owner, error);
}

void transition_refuse_busy(ProtectionDone done, void *owner)
{
    transition_refuse(done, owner, G_IO_ERROR_BUSY, "Another change is under way.");
}

void transition_agree(ProtectionDone done, void *owner)
{
    if (done != NULL)
        done(owner, NULL);
}
