/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "deployment.h"
#include "helper.h"

/** What everything shown is drawn from: the helper, and how it lies on this computer. The
 * application's; it outlives whoever is given it. */
typedef struct Situation {
    SottoHelper *helper;
    SottoDeployment *deployment;
} Situation;

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
    FACE_PAUSED_HERE, /* until this network is left */
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
    FACE_NO_BUS,     /* the system bus itself is not to be reached */
    FACE_FORBIDDEN,  /* the sandbox keeps the app from the helper */
    FACE_NOT_SET_UP, /* no helper is installed; the app brings one */
    FACE_SETTING_UP, /* the helper is away because it is installed, updated or removed */
    FACE_TOO_NEW,
    FACE_APP_OLD /* too new, and no later app waits on the disk */
} Face;

Face face_of(const Situation *situation);
