/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words for each phase of a sign-in, in one place: one sentence, one thing to do, one way out.
 */
#include "notice.h"

#include "sotto-build.h"

#include <glib/gi18n.h>

#define ICON(shape) SOTTO_APP_ID "-" shape "-symbolic"

/* For a while, or as long as the user leaves this network alone. */
static char *open_text(SottoAttempt *attempt)
{
    gint64 until_s = sotto_attempt_until_s(attempt);
    g_autoptr(GDateTime) until = g_date_time_new_from_unix_local(until_s);
    g_autofree char *time = NULL;

    if (until_s == 0 || until == NULL)
        return g_strdup(_("This network's own DNS is in use, as you decided, so the sign-in needs "
                          "no help: use your browser."));
    time = g_date_time_format(until, "%H:%M");
    return g_strdup_printf(_("Until %s this network can read what you look up, so sign in with "
                             "your browser before. Protection then comes back by itself."),
                           time);
}

gboolean notice_of_attempt(SottoAttempt *attempt, Notice *notice)
{
    switch (sotto_attempt_phase(attempt)) {
    case ATTEMPT_BEGINNING:
        *notice = (Notice){ICON("signin"), "busy", _("Opening the sign-in page…"),
                           g_strdup(_("This takes a moment.")), 0};
        return TRUE;
    case ATTEMPT_IN_WINDOW:
        return FALSE;
    case ATTEMPT_IN_BROWSER:
        *notice = (Notice){ICON("signin"), "busy", _("Sign in with your browser"),
                           g_strdup(_("Until you are signed in, this network can read what every "
                                      "program on this computer looks up. That ends by itself.")),
                           NOTICE_STOP | NOTICE_BROWSER};
        return TRUE;
    case ATTEMPT_FINISHING:
        *notice = (Notice){ICON("starting"), "busy", _("Turning protection on…"),
                           g_strdup(_("The network lets you through.")), 0};
        return TRUE;
    case ATTEMPT_ONLINE:
        *notice = (Notice){ICON("on"), "good", _("You're online and protected"),
                           g_strdup(_("This window closes by itself.")), 0};
        return TRUE;
    case ATTEMPT_OPEN:
        *notice = (Notice){ICON("off"), "off", _("Not protected here, by your choice"),
                           open_text(attempt), NOTICE_CLOSE | NOTICE_BROWSER};
        return TRUE;
    case ATTEMPT_BLOCKED:
        *notice = (Notice){ICON("warning"), "bad", _("This network blocks private lookups"),
                           g_strdup(_("You are signed in. Nothing goes out unprotected, and Sotto "
                                      "keeps trying.")),
                           NOTICE_CLOSE | NOTICE_UNPROTECTED};
        return TRUE;
    case ATTEMPT_ENDED:
        *notice = (Notice){ICON("warning"), "bad", _("Not signed in"),
                           g_strdup(sotto_attempt_sentence(attempt)),
                           NOTICE_AGAIN | NOTICE_BROWSER |
                               (sotto_attempt_is_open(attempt) ? 0 : NOTICE_UNPROTECTED)};
        return TRUE;
    }
    return FALSE;
}

void notice_of_failure(const char *sentence, Notice *notice)
{
    *notice = (Notice){ICON("warning"), "bad", _("The page cannot be shown"), g_strdup(sentence),
                       NOTICE_RELOAD};
}

void notice_clear(Notice *notice)
{
    g_clear_pointer(&notice->sentence, g_free);
}
