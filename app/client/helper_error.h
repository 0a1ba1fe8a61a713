/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * What can go wrong between a client and the helper. The first five are the helper's own words (see
 * the D-Bus XML); the rest are found on this side. In every case the GError's message is one plain
 * sentence that may be shown as it is.
 */
typedef enum {
    SOTTO_ERROR_NOT_AUTHORIZED,
    SOTTO_ERROR_INVALID_ARGUMENT,
    SOTTO_ERROR_NOT_FOUND,
    SOTTO_ERROR_BUSY,
    SOTTO_ERROR_FAILED,
    SOTTO_ERROR_ABSENT,    /* nobody owns the helper's name and nothing could start it */
    SOTTO_ERROR_VANISHED,  /* the helper went away before it answered */
    SOTTO_ERROR_TIMED_OUT, /* it is there and did not answer */
    SOTTO_ERROR_NO_BUS,    /* the system bus cannot be reached */
    SOTTO_ERROR_TOO_NEW,   /* it speaks a later protocol than this client */
    SOTTO_ERROR_MALFORMED, /* it answered something the contract does not know */
    SOTTO_ERROR_NO_SYSTEMD /* systemd is not there, or this app may not talk to it */
} SottoError;

#define SOTTO_ERROR (sotto_error_quark())

/** The error domain; its first use teaches GDBus the helper's error names. */
GQuark sotto_error_quark(void);

/**
 * Turns whatever a call ended with into the domain above, with a plain sentence as its message.
 * Takes `error` (transfer full, not NULL) and returns what to hand on (transfer full). A
 * cancellation stays G_IO_ERROR_CANCELLED: nobody shows it.
 */
GError *sotto_error_from_bus(GError *error);

/** An error of this side, with its sentence (transfer full). */
GError *sotto_error_new(SottoError code);
