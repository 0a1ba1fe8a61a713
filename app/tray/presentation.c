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

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#define ICON(shape) SOTTO_APP_ID "-" shape "-symbolic"

typedef struct FaceRow {
    Presentation shown;
    const char *title;    /* with one %s where `timed`: the time at which the state ends */
    const char *on;       /* the title on a named network, or NULL to use the title alone */
    const char *sentence; /* unless the helper gives a reason */
    gboolean timed;
} FaceRow;

/* clang-format off */
static const FaceRow rows[] = {
    [FACE_OFF] = {
        {FACE_OFF, ICON("off"), "off", N_("_Turn On Protection"), "turn-on", FALSE, PROOF_CLEAR},
        N_("Not protected"), N_("Not protected on %s"),
        N_("Anyone on this network can read and change what you look up."), FALSE},
    [FACE_STARTING] = {
        {FACE_STARTING, ICON("starting"), "busy", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_CLEAR},
        N_("Turning on…"), NULL,
        N_("The resolver is tried first; only then is anything switched."), FALSE},
    [FACE_ON] = {
        {FACE_ON, ICON("on"), "good", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_ENCRYPTED},
        N_("Protected"), N_("Protected on %s"),
        N_("What you look up is encrypted; this network cannot read or change it."), FALSE},
    [FACE_SIGNIN] = {
        {FACE_SIGNIN, ICON("signin"), "busy", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_ENCRYPTED},
        N_("This Wi-Fi needs you to sign in"), NULL,
        N_("Lookups wait until you have signed in; nothing goes out unprotected."), FALSE},
    [FACE_SIGNING_IN] = {
        {FACE_SIGNING_IN, ICON("signin"), "busy", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_ENCRYPTED},
        N_("Signing in"), NULL,
        N_("Only what the sign-in needs goes to this network."), FALSE},
    [FACE_PAUSED] = {
        {FACE_PAUSED, ICON("paused"), "off", N_("Res_ume Now"), "resume", TRUE, PROOF_CLEAR},
        N_("Paused until %s"), NULL,
        N_("Until then this network can read what you look up."), TRUE},
    [FACE_BLOCKED] = {
        {FACE_BLOCKED, ICON("warning"), "bad", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_ENCRYPTED},
        N_("This network blocks private lookups"), NULL,
        N_("Nothing goes out unprotected, and Sotto keeps trying."), FALSE},
    [FACE_ERROR] = {
        {FACE_ERROR, ICON("error"), "bad", N_("_Turn On Protection"), "turn-on", FALSE, PROOF_CLEAR},
        N_("Protection stopped"), NULL,
        N_("This network can read what you look up."), FALSE},
    [FACE_VPN] = {
        {FACE_VPN, ICON("on"), "good", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_NONE},
        N_("Your VPN handles lookups"), NULL,
        N_("Sotto stands aside while the VPN is connected."), FALSE},
    [FACE_OPEN] = {
        {FACE_OPEN, ICON("off"), "off", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_CLEAR},
        N_("Not protected here, by your choice"), NULL,
        N_("This network can read what you look up."), FALSE},
    [FACE_ASK] = {
        {FACE_ASK, ICON("off"), "off", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_CLEAR},
        N_("New network: protect it?"), NULL,
        N_("Until you decide this network can read what you look up."), FALSE},
    [FACE_OFFLINE] = {
        {FACE_OFFLINE, ICON("off"), "off", N_("_Turn Off Protection"), "turn-off", TRUE, PROOF_NONE},
        N_("No network"), NULL,
        N_("Protection goes on by itself as soon as there is a network."), FALSE},
    [FACE_SEARCHING] = {
        {FACE_SEARCHING, ICON("starting"), "busy", NULL, NULL, FALSE, PROOF_NONE},
        N_("Looking for the Sotto service…"), NULL,
        N_("This takes a moment."), FALSE},
    [FACE_ABSENT] = {
        {FACE_ABSENT, ICON("error"), "bad", N_("Try _Again"), "retry", FALSE, PROOF_NONE},
        N_("Sotto service is not running"), NULL,
        N_("It is the part that encrypts lookups; nothing can be turned on without it."), FALSE},
    [FACE_TOO_NEW] = {
        {FACE_TOO_NEW, ICON("error"), "bad", NULL, NULL, FALSE, PROOF_NONE},
        N_("Sotto needs a restart"), NULL,
        N_("The Sotto service is newer than this window; quit Sotto and open it again."), FALSE},
};
/* clang-format on */

static Face face_of_state(SottoState state)
{
    switch (state) {
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
        return FACE_OPEN;
    case SOTTO_STATE_ASK:
        return FACE_ASK;
    case SOTTO_STATE_PAUSED:
        return FACE_PAUSED;
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

Face face_of(SottoHelper *helper)
{
    switch (sotto_helper_presence(helper)) {
    case SOTTO_PRESENCE_SEARCHING:
        return FACE_SEARCHING;
    case SOTTO_PRESENCE_ABSENT:
        return FACE_ABSENT;
    case SOTTO_PRESENCE_TOO_NEW:
        return FACE_TOO_NEW;
    case SOTTO_PRESENCE_PRESENT:
        break;
    }
    return face_of_state(sotto_helper_state(helper));
}

const Presentation *presentation_of(SottoHelper *helper)
{
    return &rows[face_of(helper)].shown;
}

/* Puts `value` where a translated text says %s. Not printf: the text is not a literal. */
static char *fill(const char *text, const char *value)
{
    const char *hole = strstr(text, "%s");

    if (hole == NULL)
        return g_strdup(text);
    return g_strdup_printf("%.*s%s%s", (int)(hole - text), text, value, hole + 2);
}

char *presentation_title(SottoHelper *helper)
{
    const FaceRow *row = &rows[face_of(helper)];
    g_autofree char *time = NULL;

    if (!row->timed)
        return g_strdup(_(row->title));
    time = presentation_time(sotto_helper_until_s(helper));
    return fill(_(row->title), time);
}

char *presentation_status_line(SottoHelper *helper)
{
    const FaceRow *row = &rows[face_of(helper)];
    const char *network = sotto_helper_network(helper);

    if (row->on == NULL || network[0] == '\0')
        return presentation_title(helper);
    return fill(_(row->on), network);
}

char *presentation_sentence(SottoHelper *helper)
{
    const char *reason = sotto_helper_reason(helper);

    return g_strdup(reason[0] != '\0' ? reason : _(rows[face_of(helper)].sentence));
}

char *presentation_time(gint64 seconds)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(seconds);

    return when != NULL ? g_date_time_format(when, "%H:%M") : g_strdup("—");
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
