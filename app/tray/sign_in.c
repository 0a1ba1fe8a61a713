/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two ways to sign in to a network. The better one is a program of its own, sotto-signin, which
 * brings a web view that forgets everything; it opens and closes what it needs by itself, and a
 * second start of it shows the window of the first. The other is the browser that people have,
 * which looks up names as every program does: so the whole machine is opened, for minutes, and only
 * after it was said what that means.
 *
 * The address of the page is somebody else's word. It reaches the browser only as http: or https:,
 * never as something another program would open.
 */
#include "sign_in.h"

#include "confirmation.h"
#include "sotto-build.h"

#include <glib/gi18n.h>

/* --- whether at all -------------------------------------------------------------------------- */

/* Somebody may want it by the launcher while no network asks for it. */
static gboolean is_wanted(SottoHelper *helper)
{
    SottoState state = sotto_helper_state(helper);

    return state == SOTTO_STATE_SIGNIN || state == SOTTO_STATE_SIGNING_IN ||
           state == SOTTO_STATE_BLOCKED;
}

/* --- by the browser -------------------------------------------------------------------------- */

static gboolean is_web_address(const char *address)
{
    g_autofree char *scheme = g_uri_parse_scheme(address);

    return scheme != NULL &&
           (g_ascii_strcasecmp(scheme, "http") == 0 || g_ascii_strcasecmp(scheme, "https") == 0);
}

static void open_browser(SottoApplication *application, const char *address)
{
    g_autoptr(GError) error = NULL;

    if (!is_web_address(address)) {
        sotto_application_report(application, _("This network does not say where its sign-in page "
                                                "is. Open any page in your browser to get there."));
        return;
    }
    if (!gtk_show_uri_on_window(sotto_application_window(application), address,
                                gtk_get_current_event_time(), &error)) {
        g_autofree char *sentence = NULL;
        g_debug("no browser: %s", error->message);
        /* Translators: %s is a web address. */
        sentence =
            g_strdup_printf(_("No browser could be started. The page to open is %s."), address);
        sotto_application_report(application, sentence);
    }
}

static void on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoApplication) application = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *address =
        sotto_helper_begin_sign_in_finish(SOTTO_HELPER(source), result, &error);

    if (address != NULL)
        open_browser(application, address);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        sotto_application_report(application, error->message);
}

static void on_confirmed(SottoApplication *application, gpointer data)
{
    sotto_helper_begin_sign_in_async(sotto_application_helper(application), SOTTO_SIGN_IN_MACHINE,
                                     NULL, on_opened, g_object_ref(application));
}

void sign_in_by_browser(SottoApplication *application)
{
    SottoHelper *helper = sotto_application_helper(application);
    Confirmation confirmation = {
        .question = _("Sign in with your browser?"),
        .text = _("Until you have signed in, and for a few minutes at most, this network can read "
                  "and change what this computer looks up. Then everything is private again by "
                  "itself."),
        .confirm = _("_Open Browser"),
    };

    if (sotto_helper_sign_in(helper) == SOTTO_SIGN_IN_MACHINE)
        open_browser(application, sotto_helper_portal_address(helper)); /* confirmed already */
    else
        confirmation_ask(application, &confirmation, on_confirmed, NULL);
}

/* --- by the window --------------------------------------------------------------------------- */

/* An installed program, or NULL (transfer full). The variable is for a program that was not
 * installed. */
static char *find_program(void)
{
    const char *other = g_getenv("SOTTO_SIGNIN");

    return g_find_program_in_path(other != NULL ? other : SOTTO_SIGNIN_PROGRAM);
}

static void on_program_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoApplication) application = data;
    g_autoptr(GError) error = NULL;

    if (g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &error))
        return;
    g_message("the sign-in window ended: %s", error->message);
    if (is_wanted(sotto_application_helper(application))) /* still: it may have failed later */
        sign_in_by_browser(application);
}

/* What lets the new window take the focus from whoever was clicked. */
static void pass_focus(GSubprocessLauncher *launcher, const char *program)
{
    g_autoptr(GdkAppLaunchContext) context =
        gdk_display_get_app_launch_context(gdk_display_get_default());
    g_autoptr(GAppInfo) info = g_app_info_create_from_commandline(
        program, _("Sign In to Wi-Fi"), G_APP_INFO_CREATE_SUPPORTS_STARTUP_NOTIFICATION, NULL);
    g_autofree char *id = NULL;

    if (info == NULL)
        return;
    gdk_app_launch_context_set_timestamp(context, gtk_get_current_event_time());
    id = g_app_launch_context_get_startup_notify_id(G_APP_LAUNCH_CONTEXT(context), info, NULL);
    if (id == NULL)
        return;
    g_subprocess_launcher_setenv(launcher, "DESKTOP_STARTUP_ID", id, TRUE);
    g_subprocess_launcher_setenv(launcher, "XDG_ACTIVATION_TOKEN", id, TRUE);
}

static void start(SottoApplication *application)
{
    g_autoptr(GSubprocessLauncher) launcher = NULL;
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *program = find_program();

    if (program == NULL ||
        sotto_helper_sign_in(sotto_application_helper(application)) == SOTTO_SIGN_IN_MACHINE) {
        sign_in_by_browser(application);
        return;
    }
    launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    pass_focus(launcher, program);
    process = g_subprocess_launcher_spawn(launcher, &error, program, NULL);
    if (process == NULL) {
        g_message("the sign-in window cannot be started: %s", error->message);
        sign_in_by_browser(application);
        return;
    }
    g_subprocess_wait_check_async(process, NULL, on_program_ended, g_object_ref(application));
}

/* --- at a click ------------------------------------------------------------------------------ */

static void start_if_wanted(SottoApplication *application)
{
    SottoHelper *helper = sotto_application_helper(application);

    if (is_wanted(helper))
        start(application);
    else if (sotto_helper_presence(helper) == SOTTO_PRESENCE_PRESENT)
        sotto_application_report(application, _("This network does not ask for a sign-in."));
    else
        sotto_application_report(application, _("The Sotto service is not running."));
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoApplication) application = data;
    g_autoptr(GError) error = NULL;

    if (sotto_helper_connect_finish(SOTTO_HELPER(source), result, &error))
        start_if_wanted(application);
    else
        sotto_application_report(application, error->message);
}

void sign_in(SottoApplication *application)
{
    SottoHelper *helper = sotto_application_helper(application);

    if (sotto_helper_presence(helper) == SOTTO_PRESENCE_SEARCHING) /* the app has just started */
        sotto_helper_connect_async(helper, NULL, on_connected, g_object_ref(application));
    else
        start_if_wanted(application);
}
