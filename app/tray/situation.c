/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How things stand, as one value. The helper's state comes first; where there is no helper to talk
 * to, why not: the person in front of it can do something else about each of the reasons.
 */
#include "situation.h"

#include "permissions.h"
#include "sotto-build.h"

/* States that look otherwise for one reason, by its word on the bus. */
static Face face_of_reason(Face face, const char *code)
{
    static const struct {
        Face face, with_reason;
        const char *code;
    } reasons[] = {
        {FACE_OFF, FACE_OFF_CLOCK, "clock-wrong"},
        {FACE_STARTING, FACE_SEEKING, "searching"},
        {FACE_SIGNIN, FACE_SIGNIN_LATE, "sign-in-timeout"},
        {FACE_BLOCKED, FACE_TAMPERED, "cert-name"},
        {FACE_BLOCKED, FACE_TAMPERED, "cert-untrusted"},
        {FACE_BLOCKED, FACE_TAMPERED, "cert-pin"},
        {FACE_BLOCKED, FACE_TAMPERED, "cert-forged"},
        {FACE_BLOCKED, FACE_CLOCK, "clock-wrong"},
        {FACE_ERROR, FACE_TAKEN, "dns-taken"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (reasons[i].face == face && g_str_equal(reasons[i].code, code))
            return reasons[i].with_reason;
    return face;
}

static Face face_of_state(SottoHelper *helper)
{
    switch (sotto_helper_state(helper)) {
    case SOTTO_STATE_OFF:
        return FACE_OFF;
    case SOTTO_STATE_STARTING:
        return FACE_STARTING;
    case SOTTO_STATE_ON:
        return FACE_ON;
    case SOTTO_STATE_SIGNIN:
        return FACE_SIGNIN;
    case SOTTO_STATE_SIGNING_IN:
        return FACE_SIGNING_IN;
    case SOTTO_STATE_OPEN:
        return sotto_helper_until_s(helper) > 0 ? FACE_OPEN : FACE_LEFT_ALONE;
    case SOTTO_STATE_ASK:
        return FACE_ASK;
    case SOTTO_STATE_PAUSED:
        return sotto_helper_until_s(helper) > 0 ? FACE_PAUSED : FACE_PAUSED_HERE;
    case SOTTO_STATE_BLOCKED:
        return FACE_BLOCKED;
    case SOTTO_STATE_ERROR:
        return FACE_ERROR;
    case SOTTO_STATE_VPN:
        return FACE_VPN;
    case SOTTO_STATE_OFFLINE:
        return FACE_OFFLINE;
    }
    return FACE_ERROR;
}

/* Why there is no helper to talk to. */
static Face face_of_absence(const Situation *situation)
{
    SottoSetupState state = sotto_deployment_state(situation->deployment);

    if (sotto_deployment_step(situation->deployment) != STEP_NONE)
        return FACE_SETTING_UP;
    if (!permissions_allow(PERMISSIONS_SYSTEM_BUS, SOTTO_HELPER_NAME))
        return FACE_FORBIDDEN;
    if (!sotto_helper_has_bus(situation->helper))
        return FACE_NO_BUS;
    if (state == SOTTO_SETUP_NEEDED)
        return FACE_NOT_SET_UP;
    return state == SOTTO_SETUP_UNKNOWN ? FACE_SEARCHING : FACE_ABSENT;
}

/* Whether this app, started again, may be another one. A package of the system replaces the
 * program under us and leaves no sign of it. */
static gboolean is_restart_promising(SottoDeployment *deployment)
{
    return !permissions_are_limited() || sotto_deployment_app_was_updated(deployment);
}

Face face_of(const Situation *situation)
{
    SottoHelper *helper = situation->helper;

    switch (sotto_helper_presence(helper)) {
    case SOTTO_PRESENCE_SEARCHING:
        return FACE_SEARCHING;
    case SOTTO_PRESENCE_ABSENT:
        return face_of_absence(situation);
    case SOTTO_PRESENCE_TOO_NEW:
        return is_restart_promising(situation->deployment) ? FACE_TOO_NEW : FACE_APP_OLD;
    case SOTTO_PRESENCE_PRESENT:
        break;
    }
    return face_of_reason(face_of_state(helper), sotto_helper_reason_code(helper));
}
