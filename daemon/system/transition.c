/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ways from one state of protection to another have in common, and what is kept of them.
 *
 * One transition is under way at most, with the callers that wait for its end; each is answered
 * once.
 */
#include "protection_state.h"

#include "log.h"

#define SAVE_AGAIN_US INT64_C(5000000)

bool transition_is_changing(const Protection *protection)
{
    return protection->transition != TRANSITION_NONE &&
           protection->transition != TRANSITION_CHOOSING;
}

/* The disk may have room again, or be writable. Until then the choice is in force all the same: to
 * refuse protection because a disk is full would help nobody. */
static void on_save_again(void *owner)
{
    transition_save(owner);
}

void transition_save(Protection *protection)
{
    g_autoptr(GError) error = NULL;
    bool saved = state_save(protection->parts.saved, &error);
    if (saved && protection->unsaved != NULL)
        log_info("the choice is saved now");
    else if (!saved && protection->unsaved == NULL)
        log_error("the choice cannot be saved and will be lost at a restart reason=%s",
                  error->message);
    g_free(protection->unsaved);
    protection->unsaved = saved ? NULL : g_strdup(error->message);
    if (saved)
        loop_timer_stop(&protection->save_again);
    else
        loop_timer_start(&protection->save_again, SAVE_AGAIN_US);
}

const char *protection_unsaved(const Protection *protection)
{
    return protection->unsaved;
}

void transition_init(Protection *protection)
{
    loop_timer_init(&protection->save_again, protection->parts.loop, on_save_again, protection);
}

void transition_clear(Protection *protection)
{
    if (protection->unsaved != NULL) /* a last try */
        transition_save(protection);
    loop_timer_stop(&protection->save_again);
    g_clear_pointer(&protection->unsaved, g_free);
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
