/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/** How things stand, as one value: the helper's state, or what is wrong with the helper itself. */
typedef enum {
    FACE_OFF,
    FACE_STARTING,
    FACE_ON,
    FACE_SIGNIN,
    FACE_SIGNING_IN,
    FACE_PAUSED,
    FACE_BLOCKED,
    FACE_ERROR,
    FACE_VPN,
    FACE_OPEN,
    FACE_ASK,
    FACE_OFFLINE,
    FACE_SEARCHING,
    FACE_ABSENT,
    FACE_TOO_NEW
} Face;

/** What may be claimed, and therefore shown as proof, in a state. */
typedef enum {
    PROOF_NONE,     /* nothing to prove: no helper, no network, or somebody else's tunnel */
    PROOF_CLEAR,    /* lookups go out in the clear, and the page says so */
    PROOF_ENCRYPTED /* counts of what was encrypted and of what leaked */
} Proof;

/** What one face looks like everywhere: tray, menu, window. Static; the words are translated. */
typedef struct Presentation {
    Face face;
    const char *icon;    /* icon name */
    const char *style;   /* CSS class of the large icon */
    const char *button;  /* label of the one button, with a mnemonic; NULL: none fits */
    const char *action;  /* the application's action behind it */
    gboolean protecting; /* protection is wanted: the menu offers to turn it off */
    Proof proof;
} Presentation;

Face face_of(SottoHelper *helper);
const Presentation *presentation_of(SottoHelper *helper);

/** "Protected": tooltip, accessible description and headline (transfer full). */
char *presentation_title(SottoHelper *helper);

/** "Protected on Grand Hotel Wi-Fi": the first line of the menu (transfer full). */
char *presentation_status_line(SottoHelper *helper);

/** One sentence under the headline: what that means, or why it is so (transfer full). */
char *presentation_sentence(SottoHelper *helper);

/** The helper's seconds since 1970 as a time of day, "14:32" (transfer full). */
char *presentation_time(gint64 seconds);

/** "1284" as people write it here, "1,284" (transfer full). */
char *presentation_count(guint64 count);

/** Doubles each underscore, for a name shown in a label with a mnemonic (transfer full). */
char *presentation_escape_mnemonic(const char *name);
