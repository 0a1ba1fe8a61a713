/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Off, for good or for a while. Turning off is always possible and ends any other transition.
 *
 * There are two pauses. One for some minutes gives DNS back, as turning off does. One until this
 * network is left must not: the next network's DNS would be asked before we know that there is
 * one. So it is an opening (opening.c), which the network takes along.
 */
#include "protection_state.h"

#define PAUSE_MIN_S 60
#define PAUSE_MAX_S 86400

static void on_turned_off(void *owner, const GError *error)
{
    Protection *protection = owner;
    if (protection->transition != TRANSITION_TURNING_OFF)
        return;
    /* NetworkManager gets our wish when it is back; until then lookups go on through us. */
    protection_set_state(protection, PROTECTION_OFF, 0, error != NULL ? "networkmanager" : "",
                         error != NULL ? error->message : "");
    transition_end(protection, error);
}

void protection_turn_off(Protection *protection, const char *who, ProtectionDone done, void *owner)
{
    if (protection->transition == TRANSITION_TURNING_OFF) {
        transition_wait(protection, done, owner);
        return;
    }
    if (protection->transition != TRANSITION_NONE) {
        g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                      "Protection was turned off meanwhile.");
        transition_end(protection, error);
    }
    loop_timer_stop(&protection->pause);
    held_end(protection);
    protection_note_change(protection, who);
    protection->parts.saved->on = false;
    transition_save(protection);
    transition_begin(protection, TRANSITION_TURNING_OFF, who, done, owner);
    network_restore(protection->parts.network, on_turned_off, protection);
}

static void set_paused(Protection *protection, uint32_t seconds)
{
    loop_timer_start(&protection->pause, (int64_t)seconds * 1000000);
    protection_set_state(protection, PROTECTION_PAUSED,
                         loop_wall_s(protection->parts.loop) + seconds, "", "");
}

static void on_opened(void *owner, const GError *error)
{
    Protection *protection = owner;
    if (protection->transition != TRANSITION_PAUSING)
        return;
    if (error != NULL) { /* not opened: hold on */
        network_point(protection->parts.network, NULL, NULL);
        transition_settle(protection, error);
        return;
    }
    protection_note_change(protection, protection->who);
    set_paused(protection, protection->pause_s);
    transition_end(protection, NULL);
}

/* From a pause for some minutes DNS comes back to us first. */
static void pause_here(Protection *protection, const char *who, ProtectionDone done, void *owner)
{
    GIOErrorEnum code;
    const char *refusal = opening_why_no_pause(protection, &code);
    if (refusal != NULL) {
        transition_refuse(done, owner, code, refusal);
        return;
    }
    protection_note_change(protection, who);
    opening_begin_pause(protection);
    if (protection->held) {
        protection_end_sign_in(protection);
        held_judge(protection);
        transition_agree(done, owner);
    } else {
        transition_go_on(protection, done, owner);
    }
}

static void pause_for(Protection *protection, const char *who, uint32_t seconds,
                      ProtectionDone done, void *owner)
{
    if (protection->held) {
        opening_end_pause(protection);
        held_end(protection);
        protection->pause_s = seconds;
        transition_begin(protection, TRANSITION_PAUSING, who, done, owner);
        network_restore(protection->parts.network, on_opened, protection);
    } else {
        protection_note_change(protection, who);
        set_paused(protection, seconds);
        transition_agree(done, owner);
    }
}

void protection_pause(Protection *protection, const char *who, uint32_t seconds,
                      ProtectionDone done, void *owner)
{
    if (seconds != 0 && (seconds < PAUSE_MIN_S || seconds > PAUSE_MAX_S))
        transition_refuse(done, owner, G_IO_ERROR_INVALID_ARGUMENT,
                          "A pause takes between one minute and one day.");
    else if (protection->transition != TRANSITION_NONE)
        transition_refuse_busy(done, owner);
    else if (!protection->held && protection->state != PROTECTION_PAUSED)
        transition_refuse(done, owner, G_IO_ERROR_FAILED,
                          "Protection is not on, so it cannot be paused.");
    else if (seconds == 0)
        pause_here(protection, who, done, owner);
    else
        pause_for(protection, who, seconds, done, owner);
}

void protection_resume(Protection *protection, const char *who, ProtectionDone done, void *owner)
{
    if (protection->transition == TRANSITION_GOING_ON) {
        transition_wait(protection, done, owner);
    } else if (protection->transition != TRANSITION_NONE) {
        transition_refuse_busy(done, owner);
    } else if (protection->held && opening_is_paused(protection)) {
        protection_note_change(protection, who);
        opening_end_pause(protection);
        held_judge(protection);
        transition_agree(done, owner);
    } else if (protection->state == PROTECTION_PAUSED) {
        protection_note_change(protection, who);
        transition_go_on(protection, done, owner);
    } else if (protection->held && opening_has_consent(protection)) {
        protection_note_change(protection, who);
        opening_take_back(protection);
        held_judge(protection);
        transition_agree(done, owner);
    } else if (protection->state == PROTECTION_ON || protection->state == PROTECTION_VPN) {
        transition_agree(done, owner);
    } else {
        transition_refuse(done, owner, G_IO_ERROR_FAILED, "Protection is not paused.");
    }
}
