/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that can be done with Sotto, as actions of the application. Each asks the helper and
 * returns at once; what came of it is seen in the helper's state, so success needs no word here. A
 * failure is reported as one sentence, and everything is shown anew, because a radio button that
 * was clicked stands where the helper refused to go.
 */
#include "actions.h"

#include "about.h"
#include "confirmation.h"
#include "date_time.h"
#include "presentation.h"
#include "restart.h"
#include "shortcuts.h"
#include "sign_in.h"

#include <glib/gi18n.h>

/* Ends an action: `error` (transfer full, may be NULL), `application` (transfer full). */
static void end_action(SottoApplication *application, GError *error)
{
    if (g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_ABSENT) &&
        face_of(sotto_application_situation(application)) == FACE_NOT_SET_UP)
        sotto_application_show_page(application, NULL); /* the page that sets it up */
    else if (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        sotto_application_report(application, error->message);
    sotto_application_refresh(application);
    g_clear_error(&error);
    g_object_unref(application);
}

static void on_action_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    GError *error = NULL;

    if (sotto_helper_action_finish(SOTTO_HELPER(source), result, &error))
        error = NULL;
    end_action(data, error);
}

static void on_start_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    GError *error = NULL;

    if (sotto_helper_start_finish(SOTTO_HELPER(source), result, &error))
        error = NULL;
    end_action(data, error);
}

static void turn_on(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_turn_on_async(sotto_application_helper(application), NULL, on_action_ended,
                               g_object_ref(application));
}

static void turn_off(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_turn_off_async(sotto_application_helper(application), NULL, on_action_ended,
                                g_object_ref(application));
}

static void resume(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_resume_async(sotto_application_helper(application), NULL, on_action_ended,
                              g_object_ref(application));
}

static void pause_for(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_pause_async(sotto_application_helper(application), g_variant_get_uint32(parameter),
                             NULL, on_action_ended, g_object_ref(application));
}

static void set_resolver(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_set_resolver_async(sotto_application_helper(application),
                                    g_variant_get_string(parameter, NULL), NULL, on_action_ended,
                                    g_object_ref(application));
}

/* --- networks -------------------------------------------------------------------------------- */

static void begin_sign_in(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sign_in(application);
}

static void begin_sign_in_with_browser(GSimpleAction *action, GVariant *parameter,
                                       gpointer application)
{
    sign_in_by_browser(application);
}

static void end_sign_in(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_end_sign_in_async(sotto_application_helper(application), NULL, on_action_ended,
                                   g_object_ref(application));
}

static void look_again(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_look_again_async(sotto_application_helper(application), NULL, on_action_ended,
                                  g_object_ref(application));
}

static void on_unprotected_confirmed(SottoApplication *application, gpointer seconds)
{
    sotto_helper_allow_unprotected_async(sotto_application_helper(application),
                                         GPOINTER_TO_UINT(seconds), NULL, on_action_ended,
                                         g_object_ref(application));
}

static void allow_unprotected(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    guint seconds = g_variant_get_uint32(parameter);
    g_autofree char *time = presentation_time_in(seconds);
    /* Translators: %s is a time of day, such as 14:47. */
    g_autofree char *text = g_strdup_printf(
        _("Until %s this network can read and change what this computer looks up. It ends by "
          "itself then, or as soon as you leave this network."),
        time);
    Confirmation confirmation = {
        .question = _("Use this network unprotected?"),
        .text = text,
        .confirm = _("_Allow"),
    };

    confirmation_ask(application, &confirmation, on_unprotected_confirmed,
                     GUINT_TO_POINTER(seconds));
}

static void set_policy(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    SottoHelper *helper = sotto_application_helper(application);
    SottoPolicy policy;

    if (!sotto_policy_parse(g_variant_get_string(parameter, NULL), &policy))
        return; /* somebody else's word, over the bus */
    sotto_helper_set_policy_async(helper, sotto_helper_current_network(helper), policy, NULL,
                                  on_action_ended, g_object_ref(application));
}

static void set_network_policy(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    const char *id, *word;
    SottoPolicy policy;

    g_variant_get(parameter, "(&s&s)", &id, &word);
    if (!sotto_policy_parse(word, &policy))
        return; /* somebody else's word, over the bus */
    sotto_helper_set_policy_async(sotto_application_helper(application), id, policy, NULL,
                                  on_action_ended, g_object_ref(application));
}

static void on_forget_confirmed(SottoApplication *application, gpointer id)
{
    sotto_helper_forget_network_async(sotto_application_helper(application), id, NULL,
                                      on_action_ended, g_object_ref(application));
}

/* A network that is gone meanwhile is no harm: the helper says so. */
static gboolean is_present(SottoApplication *application)
{
    return sotto_helper_presence(sotto_application_helper(application)) == SOTTO_PRESENCE_PRESENT;
}

static void forget_network(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    const char *id, *name;
    g_autofree char *question = NULL;
    Confirmation confirmation = {
        .text = _("What you decided for it is forgotten, and what got through on it. When this "
                  "computer joins it again, it is a new network."),
        .confirm = _("_Forget"),
        .holds = is_present,
        .free_data = g_free,
    };

    g_variant_get(parameter, "(&s&s)", &id, &name);
    /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
    question = g_strdup_printf(_("Forget %s?"), name);
    confirmation.question = question;
    confirmation_ask(application, &confirmation, on_forget_confirmed, g_strdup(id));
}

/* --- the app --------------------------------------------------------------------------------- */

static void open_clock(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    if (!date_time_open())
        sotto_application_report(application,
                                 _("This desktop has no settings for date and time that Sotto "
                                   "knows. In a terminal: timedatectl set-ntp true"));
}

static void retry(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_helper_start_async(sotto_application_helper(application), NULL, on_start_ended,
                             g_object_ref(application));
}

static void check(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_application_check(application);
}

static void open_window(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_application_show_page(application, NULL);
}

/* What to add, or "": shown first, whoever gave it. */
static void add_resolver(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_application_add_resolver(application, g_variant_get_string(parameter, NULL));
}

static void show_page(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_application_show_page(application, g_variant_get_string(parameter, NULL));
}

/* --- the deployment ------------------------------------------------------------------------ */

static void install(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_deployment_install(sotto_application_situation(application)->deployment);
}

static gboolean is_removable(SottoApplication *application)
{
    return sotto_deployment_is_removable(sotto_application_situation(application)->deployment);
}

static void on_removal_confirmed(SottoApplication *application, gpointer data)
{
    sotto_deployment_remove(sotto_application_situation(application)->deployment);
}

static void remove_component(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    Confirmation confirmation = {
        .question = _("Remove the system component?"),
        .text = _("This network's own DNS is put back, and your lookups are no longer protected. "
                  "Settings that somebody wrote by hand stay. An administrator has to allow it."),
        .confirm = _("_Remove"),
        .holds = is_removable,
    };

    confirmation_ask(application, &confirmation, on_removal_confirmed, NULL);
}

static void about(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    about_show(sotto_application_helper(application), sotto_application_window(application));
}

static void restart_app(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    restart(application);
}

static void set_autostart(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    SottoAutostart *autostart = sotto_application_autostart(application);
    gboolean on = g_variant_get_boolean(parameter);

    if (sotto_autostart_is_on(autostart) != on)
        sotto_autostart_set(autostart, on);
}

static void quit(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    g_application_quit(application);
}

void actions_activate(GActionGroup *group, const char *detailed)
{
    g_autofree char *name = NULL;
    g_autoptr(GVariant) target = NULL;
    g_autoptr(GError) error = NULL;

    if (detailed == NULL)
        return;
    if (g_action_parse_detailed_name(detailed, &name, &target, &error))
        g_action_group_activate_action(group, name, target);
    else
        g_warning("%s", error->message);
}

void actions_install(SottoApplication *application)
{
    static const GActionEntry entries[] = {
        {"turn-on", turn_on},
        {"turn-off", turn_off},
        {"resume", resume},
        {"pause", pause_for, "u"},
        {"set-resolver", set_resolver, "s"},
        {"sign-in", begin_sign_in},
        {"sign-in-with-browser", begin_sign_in_with_browser},
        {"end-sign-in", end_sign_in},
        {"look-again", look_again},
        {"allow-unprotected", allow_unprotected, "u"},
        {"set-policy", set_policy, "s"},
        {"set-network-policy", set_network_policy, "(ss)"},
        {"forget-network", forget_network, "(ss)"},
        {"open-clock", open_clock},
        {"retry", retry},
        {"check", check},
        {"open", open_window},
        {"show-page", show_page, "s"},
        {"add-resolver", add_resolver, "s"},
        {"install", install},
        {"remove-component", remove_component},
        {"set-autostart", set_autostart, "b"},
        {"restart", restart_app},
        {"about", about},
        {"quit", quit},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    application);
    shortcuts_install(GTK_APPLICATION(application));
}
