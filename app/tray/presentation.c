/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each state looks like and says, in one table, so that tray, menu and window never disagree.
 *
 * The shape of the icon tells the states apart, not only its colour. Icon names begin with the app
 * id (Flatpak exports no others). The words are those people read at eleven at night in a hotel
 * lobby: what is so, in one sentence, and no term from a standard.
 */
#include "presentation.h"

#include "sotto-build.h"
#include "wording.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#define SYMBOLIC    "-symbolic" /* at the end of a name: one colour, the panel's */
#define ICON(shape) SOTTO_APP_ID "-" shape SYMBOLIC

#define START_COMMAND "systemctl start sotto.service"
#define ALLOW_COMMAND                                                                              \
    "flatpak override --user --system-talk-name=" SOTTO_HELPER_NAME " " SOTTO_APP_ID

/* Choices that several states offer, in braces where they are used. */
#define TURN_ON       N_("_Turn On Protection"), "turn-on"
#define TURN_OFF      N_("_Turn Off Protection"), "turn-off"
#define SIGN_IN       N_("_Sign In to Wi-Fi…"), "sign-in"
#define PROTECT_HERE  N_("_Protect This Network"), "set-policy('protect')"
#define KEEP_TRYING   N_("_Keep Trying"), "look-again"
#define DATE_AND_TIME N_("Open _Date & Time"), "open-clock"
#define UNPROTECTED   N_("Use _Unprotected for 15 Minutes…"), "allow-unprotected(uint32 900)"
#define RESUME        N_("Res_ume Now"), "resume"
#define RESTART       N_("_Restart Sotto"), "restart"
#define NOTHING       NULL, NULL

/* How the end of the state stands in the title's %s. */
typedef enum {
    TIMED_NOT,
    TIMED_UNTIL, /* a time of day */
    TIMED_LEFT,  /* minutes and seconds left */
} Timed;

typedef struct FaceRow {
    Presentation shown;
    const char *title;
    const char *on;       /* the title on a named network, or NULL to use the title alone */
    const char *sentence; /* unless the helper gives a reason */
    Timed timed;
} FaceRow;

/* clang-format off */
static const FaceRow rows[] = {
    [FACE_OFF] = {
        {FACE_OFF, ICON("off"), "off", {TURN_ON}, {NOTHING}, {NOTHING}, FALSE, PROOF_CLEAR},
        /* Translators: %s is the name of a network. */
        N_("Not protected"), N_("Not protected on %s"),
        N_("Anyone on this network can read and change what you look up."), TIMED_NOT},
    [FACE_OFF_CLOCK] = {
        {FACE_OFF_CLOCK, ICON("off"), "off", {DATE_AND_TIME}, {TURN_ON}, {NOTHING}, FALSE, PROOF_CLEAR},
        N_("Not protected"), N_("Not protected on %s"),
        N_("Your computer's clock is wrong, so secure connections fail."), TIMED_NOT},
    [FACE_STARTING] = {
        {FACE_STARTING, ICON("starting"), "busy", {TURN_OFF}, {NOTHING}, {NOTHING}, TRUE, PROOF_CLEAR},
        N_("Turning on…"), NULL,
        N_("The resolver is tried first; only then is anything switched."), TIMED_NOT},
    [FACE_SEEKING] = {
        {FACE_SEEKING, ICON("starting"), "busy", {TURN_OFF}, {NOTHING}, {NOTHING}, TRUE, PROOF_ENCRYPTED},
        N_("Looking for a way through…"), NULL,
        N_("This network blocks the usual way, so other protocols and providers are tried. Nothing goes out unprotected."), TIMED_NOT},
    [FACE_ON] = {
        {FACE_ON, ICON("on"), "good", {TURN_OFF}, {NOTHING}, {NOTHING}, TRUE, PROOF_ENCRYPTED},
        /* Translators: %s is the name of a network. */
        N_("Protected"), N_("Protected on %s"),
        N_("What you look up is encrypted; this network cannot read or change it."), TIMED_NOT},
    [FACE_SIGNIN] = {
        {FACE_SIGNIN, ICON("signin"), "busy", {SIGN_IN}, {UNPROTECTED}, {NOTHING}, TRUE, PROOF_ENCRYPTED},
        N_("This Wi-Fi needs you to sign in"), NULL,
        N_("Lookups wait until you have signed in; nothing goes out unprotected."), TIMED_NOT},
    [FACE_SIGNIN_LATE] = {
        {FACE_SIGNIN_LATE, ICON("signin"), "busy", {N_("_Try Again"), "sign-in"}, {UNPROTECTED},
         {N_("Open in _Browser…"), "sign-in-with-browser"}, TRUE, PROOF_ENCRYPTED},
        N_("This Wi-Fi needs you to sign in"), NULL,
        N_("The time to sign in is over, so everything is closed again."), TIMED_NOT},
    [FACE_SIGNING_IN] = {
        {FACE_SIGNING_IN, ICON("signin"), "busy", {SIGN_IN}, {N_("S_top Signing In"), "end-sign-in"}, {NOTHING}, TRUE, PROOF_ENCRYPTED},
        /* Translators: %s is minutes and seconds, such as 4:12. */
        N_("Signing in — %s left"), NULL,
        N_("Only the sign-in window asks this network; the rest waits."), TIMED_LEFT},
    [FACE_PAUSED] = {
        {FACE_PAUSED, ICON("paused"), "off", {RESUME}, {NOTHING}, {NOTHING}, TRUE, PROOF_CLEAR},
        /* Translators: %s is a time of day, such as 14:32. */
        N_("Paused until %s"), NULL,
        N_("Until then this network can read what you look up."), TIMED_UNTIL},
    [FACE_PAUSED_HERE] = {
        {FACE_PAUSED_HERE, ICON("paused"), "off", {RESUME}, {NOTHING}, {NOTHING}, TRUE, PROOF_CLEAR},
        /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
        N_("Paused until you leave this network"), N_("Paused until you leave %s"),
        N_("Until then this network can read what you look up. The next one is protected."), TIMED_NOT},
    [FACE_BLOCKED] = {
        {FACE_BLOCKED, ICON("warning"), "bad", {KEEP_TRYING},
         {N_("_Allow Unprotected for 15 Minutes…"), "allow-unprotected(uint32 900)"}, {TURN_OFF}, TRUE, PROOF_ENCRYPTED},
        N_("This network blocks private lookups"), NULL,
        N_("Nothing goes out unprotected, and Sotto keeps trying."), TIMED_NOT},
    [FACE_TAMPERED] = {
        {FACE_TAMPERED, ICON("warning"), "bad", {N_("_Details"), "check"}, {KEEP_TRYING}, {TURN_OFF}, TRUE, PROOF_ENCRYPTED},
        N_("Someone tampers with lookups here"), NULL,
        N_("Someone on this network tried to answer for your resolver. Sotto refused."), TIMED_NOT},
    [FACE_CLOCK] = {
        {FACE_CLOCK, ICON("warning"), "bad", {DATE_AND_TIME}, {KEEP_TRYING}, {TURN_OFF}, TRUE, PROOF_ENCRYPTED},
        N_("Your computer's clock is wrong"), NULL,
        N_("That is why secure connections fail. Nothing goes out unprotected."), TIMED_NOT},
    [FACE_ERROR] = {
        {FACE_ERROR, ICON("error"), "bad", {TURN_ON}, {N_("_Leave It Off"), "turn-off"}, {NOTHING}, FALSE, PROOF_CLEAR},
        N_("Protection stopped"), NULL,
        N_("This network can read what you look up."), TIMED_NOT},
    [FACE_TAKEN] = {
        {FACE_TAKEN, ICON("error"), "bad", {N_("_Turn On Again"), "turn-on"}, {N_("_Leave It"), "turn-off"}, {NOTHING}, FALSE, PROOF_CLEAR},
        N_("Protection stopped"), NULL,
        N_("Another program changed your DNS settings."), TIMED_NOT},
    [FACE_VPN] = {
        {FACE_VPN, ICON("on"), "good", {TURN_OFF}, {NOTHING}, {NOTHING}, TRUE, PROOF_NONE},
        N_("Your VPN handles lookups"), NULL,
        N_("Sotto stands aside while the VPN is connected."), TIMED_NOT},
    [FACE_OPEN] = {
        {FACE_OPEN, ICON("off"), "off", {N_("_Protect Again"), "resume"}, {NOTHING}, {TURN_OFF}, TRUE, PROOF_CLEAR},
        /* Translators: %s is a time of day; the space before it does not break. */
        N_("Not protected here, by your choice — until\u00a0%s"), NULL,
        N_("Until then this network can read and change what you look up."), TIMED_UNTIL},
    [FACE_LEFT_ALONE] = {
        {FACE_LEFT_ALONE, ICON("off"), "off", {PROTECT_HERE}, {NOTHING}, {TURN_OFF}, TRUE, PROOF_CLEAR},
        N_("Not protected here, by your choice"), NULL,
        N_("This network can read and change what you look up; others are protected."), TIMED_NOT},
    [FACE_ASK] = {
        {FACE_ASK, ICON("off"), "off", {PROTECT_HERE}, {N_("_Leave It Alone"), "set-policy('leave-alone')"}, {TURN_OFF}, TRUE, PROOF_CLEAR},
        N_("New network: protect it?"), NULL,
        N_("Until you decide this network can read and change what you look up."), TIMED_NOT},
    [FACE_OFFLINE] = {
        {FACE_OFFLINE, ICON("off"), "off", {TURN_OFF}, {NOTHING}, {NOTHING}, TRUE, PROOF_NONE},
        N_("No network"), NULL,
        N_("Protection goes on by itself as soon as there is a network."), TIMED_NOT},
    [FACE_SEARCHING] = {
        {FACE_SEARCHING, ICON("starting"), "busy", {NOTHING}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("Looking for the Sotto service…"), NULL,
        N_("This takes a moment."), TIMED_NOT},
    [FACE_ABSENT] = {
        {FACE_ABSENT, ICON("error"), "bad", {N_("Try _Again"), "retry"}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("Sotto service is not running"), NULL,
        N_("It is the part that encrypts lookups; nothing can be turned on without it."), TIMED_NOT},
    [FACE_NO_BUS] = {
        {FACE_NO_BUS, ICON("error"), "bad", {N_("Try _Again"), "retry"}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("The system bus cannot be reached"), NULL,
        N_("Programs reach services by it, so nothing is known about your protection."), TIMED_NOT},
    [FACE_FORBIDDEN] = {
        {FACE_FORBIDDEN, ICON("error"), "bad", {RESTART}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("Sotto is not allowed to talk to its service"), NULL,
        N_("This app's permission for it was taken away, so nothing is known about your protection. Allow it, then restart Sotto."), TIMED_NOT},
    [FACE_NOT_SET_UP] = {
        {FACE_NOT_SET_UP, ICON("off"), "off", {N_("_Set Up Protection…"), "open"}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("Not set up yet"), NULL,
        N_("Anyone on this network can read and change what you look up."), TIMED_NOT},
    [FACE_SETTING_UP] = {
        {FACE_SETTING_UP, ICON("starting"), "busy", {NOTHING}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("Setting up…"), NULL,
        N_("This takes a moment."), TIMED_NOT},
    [FACE_TOO_NEW] = {
        {FACE_TOO_NEW, ICON("error"), "bad", {RESTART}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("Sotto needs a restart"), NULL,
        N_("Sotto was updated. Restart it."), TIMED_NOT},
    [FACE_APP_OLD] = {
        {FACE_APP_OLD, ICON("error"), "bad", {NOTHING}, {NOTHING}, {NOTHING}, FALSE, PROOF_NONE},
        N_("This app is too old"), NULL,
        N_("The Sotto service on this computer is newer than this app. Update the app, then open it again."), TIMED_NOT},
};
/* clang-format on */

const Presentation *presentation_of(const Situation *situation)
{
    return &rows[face_of(situation)].shown;
}

char *presentation_tray_icon(const Situation *situation, gboolean coloured)
{
    const char *icon = presentation_of(situation)->icon;

    return coloured ? g_strndup(icon, strlen(icon) - strlen(SYMBOLIC)) : g_strdup(icon);
}

/* Puts `value` where a translated text says %s. Not printf: the text is not a literal. */
static char *fill(const char *text, const char *value)
{
    const char *hole = strstr(text, "%s");

    if (hole == NULL)
        return g_strdup(text);
    return g_strdup_printf("%.*s%s%s", (int)(hole - text), text, value, hole + 2);
}

Proof presentation_proof(const Situation *situation)
{
    if (face_of(situation) == FACE_SIGNING_IN &&
        sotto_helper_sign_in(situation->helper) == SOTTO_SIGN_IN_MACHINE)
        return PROOF_CLEAR;
    return presentation_of(situation)->proof;
}

/* "4:12"; a clock that was set while it ran never makes it negative. */
static char *time_left(gint64 until_s)
{
    gint64 left_s = MAX(until_s - g_get_real_time() / G_USEC_PER_SEC, 0);

    return g_strdup_printf("%" G_GINT64_FORMAT ":%02d", left_s / 60, (int)(left_s % 60));
}

const char *presentation_step(Step step)
{
    switch (step) {
    case STEP_NONE:
        return "";
    case STEP_ASKING:
        return _("Waiting for the administrator…");
    case STEP_INSTALLING:
        return _("Setting up…");
    case STEP_TURNING_ON:
        return _("Turning on…");
    case STEP_UPDATING:
        return _("Updating the system service…");
    case STEP_REMOVING:
        return _("Removing the system service…");
    }
    return "";
}

const char *presentation_command(const Situation *situation)
{
    Face face = face_of(situation);

    return face == FACE_ABSENT ? START_COMMAND : face == FACE_FORBIDDEN ? ALLOW_COMMAND : NULL;
}

const char *presentation_command_title(const Situation *situation)
{
    Face face = face_of(situation);

    return face == FACE_ABSENT      ? _("To start it in a terminal")
           : face == FACE_FORBIDDEN ? _("To allow it in a terminal")
                                    : NULL;
}

char *presentation_title(const Situation *situation)
{
    Face face = face_of(situation);
    const FaceRow *row = &rows[face];
    g_autofree char *time = NULL;

    if (face == FACE_SETTING_UP)
        return g_strdup(presentation_step(sotto_deployment_step(situation->deployment)));

    switch (row->timed) {
    case TIMED_NOT:
        return g_strdup(_(row->title));
    case TIMED_UNTIL:
        time = presentation_time(sotto_helper_until_s(situation->helper));
        break;
    case TIMED_LEFT:
        time = time_left(sotto_helper_until_s(situation->helper));
        break;
    }
    return fill(_(row->title), time);
}

gboolean presentation_counts_down(const Situation *situation)
{
    return rows[face_of(situation)].timed == TIMED_LEFT;
}

char *presentation_spoken_title(const Situation *situation)
{
    g_autofree char *time = NULL;

    if (!presentation_counts_down(situation))
        return presentation_title(situation);
    time = presentation_time(sotto_helper_until_s(situation->helper));
    /* Translators: %s is a time of day. */
    return fill(_("Signing in until %s"), time);
}

char *presentation_status_line(const Situation *situation)
{
    const FaceRow *row = &rows[face_of(situation)];
    const char *network = sotto_helper_network(situation->helper);

    if (row->on == NULL || network[0] == '\0')
        return presentation_title(situation);
    return fill(_(row->on), network);
}

char *presentation_sentence(const Situation *situation)
{
    const char *reason = sotto_helper_reason(situation->helper);
    Face face = face_of(situation);

    if (reason[0] != '\0' && face != FACE_SEEKING &&
        face != FACE_CLOCK) /* their reasons are titles */
        return sotto_wording(reason);
    if (face == FACE_SIGNING_IN && presentation_proof(situation) == PROOF_CLEAR)
        return g_strdup(_("Until you have signed in this network can read and change what this "
                          "computer looks up."));
    return g_strdup(_(rows[face].sentence));
}

char *presentation_time(gint64 seconds)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(seconds);

    return when != NULL ? g_date_time_format(when, "%H:%M") : g_strdup("—");
}

char *presentation_time_in(gint64 seconds)
{
    return presentation_time(g_get_real_time() / G_USEC_PER_SEC + seconds);
}

/* printf's flag for this, ', is not in ISO C. */
char *presentation_count(guint64 count)
{
    const char *separator = localeconv()->thousands_sep;
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, count);
    GString *text = g_string_new(NULL);
    size_t length = strlen(digits);

    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            g_string_append(text, separator);
        g_string_append_c(text, digits[i]);
    }
    return g_string_free(text, FALSE);
}

char *presentation_escape_mnemonic(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "_", -1);

    return g_strjoinv("__", parts);
}
