/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/** How things stand, as one value: the helper's state with the reasons that need words of their
 * own, or what is wrong with the helper itself. */
typedef enum {
    FACE_OFF,
    FACE_OFF_CLOCK, /* turning on failed, because this computer's clock is wrong */
    FACE_STARTING,
    FACE_SEEKING, /* a way through is looked for */
    FACE_ON,
    FACE_SIGNIN,
    FACE_SIGNIN_LATE, /* the time for it ended */
    FACE_SIGNING_IN,
    FACE_PAUSED,
    FACE_BLOCKED,
    FACE_TAMPERED, /* blocked, because somebody answers in the resolver's place */
    FACE_CLOCK,    /* blocked, because this computer's clock is wrong */
    FACE_ERROR,
    FACE_TAKEN, /* another program changed the machine's DNS */
    FACE_VPN,
    FACE_OPEN,
    FACE_LEFT_ALONE, /* open, until the user says otherwise */
    FACE_ASK,
    FACE_OFFLINE,
    FACE_SEARCHING, /* for the helper */
    FACE_ABSENT,
    FACE_TOO_NEW
} Face;

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

Face face_of(SottoHelper *helper);
const Presentation *presentation_of(SottoHelper *helper);

/** What the state leaves to prove: as the face says, unless a sign-in opened the whole machine. */
Proof presentation_proof(SottoHelper *helper);

/** "Protected": tooltip and headline (transfer full). */
char *presentation_title(SottoHelper *helper);

/** Whether the title counts down, and must be asked for again every second. */
gboolean presentation_counts_down(SottoHelper *helper);

/** The title with a time of day where that counts down: for a screen reader, which would read every
 * second of it aloud (transfer full). */
char *presentation_spoken_title(SottoHelper *helper);

/** "Protected on Grand Hotel Wi-Fi": the first line of the menu (transfer full). */
char *presentation_status_line(SottoHelper *helper);

/** One sentence under the headline: what that means, or why it is so (transfer full). */
char *presentation_sentence(SottoHelper *helper);

/** The helper's seconds since 1970 as a time of day, "14:32" (transfer full). */
char *presentation_time(gint64 seconds);

/** "1284" as people write it here, "1,284" (transfer full). */
char *presentation_count(guint64 count);

/** Of now and so many seconds, "14:47" (transfer full). */
char *presentation_time_in(gint64 seconds);

/** Doubles each underscore, for a name shown in a label with a mnemonic (transfer full). */
char *presentation_escape_mnemonic(const char *name);
