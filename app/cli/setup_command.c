/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl setup: the helper that an app in a Flatpak brings. What there is to do, and the two
 * things that can be done; each waits for an administrator's word.
 */
#include "build-time.h"
#include "command.h"
#include "console.h"
#include "document.h"
#include "setup.h"
#include "sotto-build.h"

#include <glib/gi18n.h>
#include <stdint.h>

#define JUDGE_TIMEOUT_MS 5000

static gboolean is_judged(Session *session, gconstpointer setup)
{
    return sotto_setup_state((SottoSetup *)setup) != SOTTO_SETUP_UNKNOWN;
}

static const char *none_sentence(SottoHelper *helper)
{
    if (sotto_helper_presence(helper) == SOTTO_PRESENCE_ABSENT)
        return _(
            "Nothing to do here: this program brings no service, a package of the system does.");
    return sotto_helper_payload(helper)[0] != '\0'
               ? _("The Sotto service came with an app; this program brings none.")
               : _("Nothing to do here: the Sotto service belongs to a package of the system.");
}

static const char *state_sentence(SottoSetup *setup, SottoHelper *helper)
{
    switch (sotto_setup_state(setup)) {
    case SOTTO_SETUP_UNKNOWN:
        return _("Whether the Sotto service is installed cannot be told right now.");
    case SOTTO_SETUP_NONE:
        return none_sentence(helper);
    case SOTTO_SETUP_NEEDED:
        return _("The Sotto service is not installed; “sottoctl setup install” installs it.");
    case SOTTO_SETUP_CURRENT:
        return sotto_helper_presence(helper) == SOTTO_PRESENCE_ABSENT
                   ? _("The Sotto service is installed, and is not running.")
                   : _("The Sotto service is installed and up to date.");
    case SOTTO_SETUP_OLDER:
        return _("The Sotto service is older than this app; “sottoctl setup install” updates it.");
    case SOTTO_SETUP_FOLLOWS:
        return _("The Sotto service is older than this app; the system is about to update it.");
    }
    return "";
}

static void print_words(SottoSetup *setup, SottoHelper *helper, const char *note)
{
    SottoSetupState state = sotto_setup_state(setup);

    g_print("%s\n", state_sentence(setup, helper));
    if (note[0] != '\0')
        g_print("%s\n", note);
    console_print_fact(_("App"), SOTTO_VERSION);
    console_print_fact(_("Service"), sotto_helper_version(helper));
    if (state == SOTTO_SETUP_NEEDED || state == SOTTO_SETUP_OLDER)
        console_print_fact(_("By hand"), sotto_setup_command(setup));
}

static void print_json(SottoSetup *setup, SottoHelper *helper, const char *note)
{
    g_autoptr(JsonBuilder) document = document_new();

    document_add_string(document, "state", sotto_setup_state_word(sotto_setup_state(setup)));
    document_add_flag(document, "removable", sotto_setup_is_removable(setup));
    document_add_string(document, "app-version", SOTTO_VERSION);
    document_add_number(document, "app-build-time", SOTTO_BUILD_TIME_S);
    document_add_string(document, "version", sotto_helper_version(helper));
    document_add_number(document, "build-time", sotto_helper_build_time_s(helper));
    document_add_string(document, "payload", sotto_helper_payload(helper));
    document_add_string(document, "command", sotto_setup_command(setup));
    document_add_string(document, "note", note);
    document_print(document, DOCUMENT_READABLE);
}

static void print_setup(Session *session, SottoSetup *setup, const char *note)
{
    if (session->json)
        print_json(setup, session->helper, note);
    else
        print_words(setup, session->helper, note);
}

/* Where nobody can be asked from here, somebody may still be at a terminal. */
static CliExit fail(Session *session, const char *by_hand, GError *error)
{
    gboolean hint = g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_NO_SYSTEMD) ||
                    g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_NOT_AUTHORIZED);
    CliExit status = session_fail(session, error);

    if (hint && !session->json)
        g_printerr(_("An administrator can do the same by hand:\n  %s\n"), by_hand);
    return status;
}

static CliExit finish(Session *session, SottoSetup *setup, GAsyncResult **result,
                      const char *by_hand)
{
    g_autofree char *note = NULL;
    GError *error = NULL;

    session_await(result);
    if (!sotto_setup_finish(setup, *result, &note, &error))
        return fail(session, by_hand, error);
    print_setup(session, setup, note);
    return CLI_OK;
}

static CliExit install(Session *session, SottoSetup *setup)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_setup_install_async(setup, NULL, session_keep, &result);
    return finish(session, setup, &result, sotto_setup_command(setup));
}

static CliExit uninstall(Session *session, SottoSetup *setup)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_setup_remove_async(setup, NULL, session_keep, &result);
    return finish(session, setup, &result, sotto_setup_remove_command());
}

static CliExit run_setup(Session *session, char **parameters)
{
    const char *word = parameters[0];
    g_autoptr(SottoSetup) setup = NULL;

    if (word != NULL && !g_str_equal(word, "install") && !g_str_equal(word, "remove"))
        return session_misuse(_("“%s” is neither install nor remove."), word);
    setup = sotto_setup_new(session->helper);
    session_await_condition(session, is_judged, setup, JUDGE_TIMEOUT_MS);
    if (word == NULL) {
        print_setup(session, setup, "");
        return is_judged(session, setup) ? CLI_OK : CLI_FAILED;
    }
    return g_str_equal(word, "install") ? install(session, setup) : uninstall(session, setup);
}

const Command setup_command = {
    .name = "setup",
    .parameters = "[install|remove]",
    .summary = N_("Show, install, update or remove the service that an app in a Flatpak brings"),
    .most = 1,
    .needs_no_helper = TRUE,
    .run = run_setup,
};
