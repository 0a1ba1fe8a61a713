/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "situation.h"

/** What may be claimed, and therefore shown as proof, in a state. */
typedef enum {
    PROOF_NONE,     /* nothing to prove: no helper, no network, or somebody else's tunnel */
    PROOF_CLEAR,    /* lookups go out in the clear, and the page says so */
    PROOF_ENCRYPTED /* counts of what was encrypted and of what leaked */
} Proof;

/** A button of the state: its label, with a mnemonic, and the application's action behind it as a
 * detailed name ("turn-on", "set-policy('protect')"). Without a label there is none. */
typedef struct Choice {
    const char *label, *action;
} Choice;

/** What one face looks like everywhere: tray, menu, window. Static; the words are translated. */
typedef struct Presentation {
    Face face;
    const char *icon;    /* icon name */
    const char *style;   /* CSS class of the large icon */
    Choice primary;      /* what most people want now */
    Choice way_out;      /* what else ends the state */
    Choice other;        /* and what a few want */
    gboolean protecting; /* protection is wanted: the app may end, it stays */
    Proof proof;
} Presentation;

const Presentation *presentation_of(const Situation *situation);

/** The icon for the tray: as `icon`, or the same shape in the state's own colour for panels that do
 * not colour it (transfer full). */
char *presentation_tray_icon(const Situation *situation, gboolean coloured);

/** What the state leaves to prove: as the face says, unless a sign-in opened the whole machine. */
Proof presentation_proof(const Situation *situation);

/** "Protected": tooltip and headline (transfer full). */
char *presentation_title(const Situation *situation);

/** Whether the title counts down, and must be asked for again every second. */
gboolean presentation_counts_down(const Situation *situation);

/** The title with a time of day where that counts down: for a screen reader, which would read every
 * second of it aloud (transfer full). */
char *presentation_spoken_title(const Situation *situation);

/** "Protected on Grand Hotel Wi-Fi": the first line of the menu (transfer full). */
char *presentation_status_line(const Situation *situation);

/** "Waiting for the administrator…": what is being done about it now (transfer none, static);
 * "" while nothing is. */
const char *presentation_step(Step step);

/** What to type into a terminal to leave the state, and what that does; NULL: nothing (both
 * transfer none, static). */
const char *presentation_command(const Situation *situation);
const char *presentation_command_title(const Situation *situation);

/** One sentence under the headline: what that means, or why it is so (transfer full). */
char *presentation_sentence(const Situation *situation);

/** The helper's seconds since 1970 as a time of day, "14:32" (transfer full). */
char *presentation_time(gint64 seconds);

/** "1284" as people write it here, "1,284" (transfer full). */
char *presentation_count(guint64 count);

/** Of now and so many seconds, "14:47" (transfer full). */
char *presentation_time_in(gint64 seconds);

/** Doubles each underscore, for a name shown in a label with a mnemonic (transfer full). */
char *presentation_escape_mnemonic(const char *name);
