/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network_settings.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * What the user chose at run time and what must survive a reboot: kept in one small key file below
 * /var/lib/sotto (mode 0600), replaced atomically. A missing or damaged file means the defaults.
 */
typedef struct State {
    char *path;
    bool on;               /* protection is wanted */
    bool lost;             /* the file is there and does not tell whether it is */
    char *resolver;        /* an id or "auto" */
    char *changed_by;      /* login name, "" unknown */
    int64_t changed_at_s;  /* seconds since 1970, 0 never */
    bool unknown_chosen;   /* then it counts, and not [Networks] Unknown= */
    NetworkPolicy unknown; /* protect or ask, where nobody decided about the network */
} State;

/** Reads `path` (NULL: kept in memory only). Never fails: damage is logged and read as defaults. */
State *state_load(const char *path);
/** Reads "protect" or "ask" as what is done on networks that nobody decided about; false for any
 * other word. */
bool state_read_unknown(const char *word, NetworkPolicy *unknown);
/** Writes the file. The error is a sentence; the state in memory stays as set. */
gboolean state_save(const State *state, GError **error);
void state_free(State *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(State, state_free)
