/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that can be done with Sotto, as actions of the application. Each asks the helper and
 * returns at once; what came of it is seen in the helper's state, so success needs no word here. A
 * failure is reported as one sentence, and everything is shown anew, because a radio button that
 * was clicked stands where the helper refused to go.
 */
#include "actions.h"

/* Ends an action: `error` (transfer full, may be NULL), `application` (transfer full). */
static void end_action(SottoApplication *application, GError *error)
{
    if (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
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

static void show_page(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    sotto_application_show_page(application, g_variant_get_string(parameter, NULL));
}

static void copy_command(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), ACTIONS_START_COMMAND, -1);
}

static void quit(GSimpleAction *action, GVariant *parameter, gpointer application)
{
    g_application_quit(application);
}

void actions_install(SottoApplication *application)
{
    static const GActionEntry entries[] = {
        {"turn-on", turn_on},
        {"turn-off", turn_off},
        {"resume", resume},
        {"pause", pause_for, "u"},
        {"set-resolver", set_resolver, "s"},
        {"retry", retry},
        {"check", check},
        {"open", open_window},
        {"show-page", show_page, "s"},
        {"copy-command", copy_command},
        {"quit", quit},
    };
    static const struct {
        const char *action;
        const char *keys[2];
    } accelerators[] = {
        {"app.show-page('status')", {"<Primary>1"}},
        {"app.show-page('resolvers')", {"<Primary>2"}},
        {"app.check", {"F5"}},
        {"win.close", {"<Primary>w"}},
        {"win.search", {"<Primary>f"}},
        {"app.quit", {"<Primary>q"}},
    };

    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    application);
    for (size_t i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(GTK_APPLICATION(application), accelerators[i].action,
                                              accelerators[i].keys);
}
