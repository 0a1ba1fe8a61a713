/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The app: one instance a session (GApplication passes a second start to the first), which lives in
 * the tray. It holds the pieces together and has no logic of its own: what the helper says goes to
 * icon, menu and window by one refresh; what the user does goes through actions.c.
 *
 * The app is a window on the helper, not the protection: it may quit, crash or be upgraded, and
 * lookups stay as encrypted as they were. Without a tray the window is all there is, so closing it
 * then ends the app; otherwise the app is held until "quit".
 *
 * No call here waits for the bus: the main thread belongs to the user.
 */
#include "application.h"

#include "actions.h"
#include "indicator.h"
#include "menu.h"
#include "notifications.h"
#include "permissions.h"
#include "presentation.h"
#include "session_end.h"
#include "sotto-build.h"
#include "toolkit.h"
#include "window.h"

#include <glib/gi18n.h>

struct _SottoApplication {
    GtkApplication parent_instance;
    guint countdown_source;
    SessionEnd *session_end;
    SottoHelper *helper;
    SottoDeployment *deployment;
    Situation situation;
    Preferences *preferences;
    SottoAutostart *autostart;
    Catalogue *catalogue;
    Menu *menu;
    SottoIndicator *indicator;
    Notifications *notifications;
    SottoWindow *window; /* NULL while closed; GTK owns it */
    gboolean background;
};

G_DEFINE_FINAL_TYPE(SottoApplication, sotto_application, GTK_TYPE_APPLICATION)

SottoHelper *sotto_application_helper(SottoApplication *self)
{
    return self->helper;
}

const Situation *sotto_application_situation(SottoApplication *self)
{
    return &self->situation;
}

SottoAutostart *sotto_application_autostart(SottoApplication *self)
{
    return self->autostart;
}

GtkWindow *sotto_application_window(SottoApplication *self)
{
    return self->window != NULL ? GTK_WINDOW(self->window) : NULL;
}

/* What changes every second while a sign-in is under way, and only then. */
static gboolean on_countdown(gpointer data)
{
    SottoApplication *self = data;
    g_autofree char *title = presentation_title(&self->situation);

    sotto_indicator_set_title(self->indicator, title);
    menu_update_status(self->menu);
    if (self->window != NULL)
        sotto_window_tick(self->window);
    return G_SOURCE_CONTINUE;
}

static void follow_countdown(SottoApplication *self)
{
    if (!presentation_counts_down(&self->situation))
        g_clear_handle_id(&self->countdown_source, g_source_remove);
    else if (self->countdown_source == 0)
        self->countdown_source = g_timeout_add_seconds(1, on_countdown, self);
}

void sotto_application_refresh(SottoApplication *self)
{
    g_autofree char *title = presentation_title(&self->situation);
    g_autofree char *spoken = presentation_spoken_title(&self->situation);
    g_autofree char *icon = presentation_tray_icon(
        &self->situation, preferences_get(self->preferences, PREFERENCE_COLOUR_ICON));

    sotto_indicator_show(self->indicator, icon, spoken);
    sotto_indicator_set_title(self->indicator, title);
    menu_update(self->menu);
    if (self->window != NULL)
        sotto_window_update(self->window);
    follow_countdown(self);
}

void sotto_application_report(SottoApplication *self, const char *sentence)
{
    if (self->window != NULL && gtk_window_is_active(GTK_WINDOW(self->window)))
        sotto_window_show_error(self->window, sentence);
    else
        notifications_failure(self->notifications, sentence);
}

/* Counts are shown from the moment the menu opens, and some panels size it before the fresh ones
 * come: so they are asked for here too, rarely, and are then replaced by others of much the same
 * width. */
static void on_helper_changed(SottoApplication *self)
{
    sotto_application_refresh(self);
    menu_refresh_counts(self->menu);
}

static void on_deployment_changed(SottoApplication *self)
{
    GAction *remove = g_action_map_lookup_action(G_ACTION_MAP(self), "remove-component");

    g_simple_action_set_enabled(G_SIMPLE_ACTION(remove),
                                sotto_deployment_is_removable(self->deployment));
    sotto_application_refresh(self);
}

/* The page of the first run says itself how it ended. The window need not be in front: the prompt
 * for the password just was. Who closed it and then said no knows what became of it. */
static void on_deployment_failed(SottoApplication *self, gboolean refused)
{
    const char *command = sotto_deployment_command(self->deployment);
    g_autofree char *sentence =
        g_strconcat(sotto_deployment_sentence(self->deployment), " ", command, NULL);

    g_strchomp(sentence);
    if (self->window != NULL && face_of(&self->situation) != FACE_NOT_SET_UP)
        sotto_window_show_error(self->window, sentence);
    else if (self->window == NULL && !refused)
        notifications_failure(self->notifications, sentence);
}

/* --- the window ---------------------------------------------------------------------------- */

static void on_window_destroyed(SottoApplication *self)
{
    self->window = NULL;
    toolkit_give_back();
    if (!sotto_indicator_is_hosted(self->indicator))
        g_application_quit(G_APPLICATION(self)); /* nothing is left that could open it again */
}

void sotto_application_show_page(SottoApplication *self, const char *page)
{
    if (self->window == NULL) {
        self->window = sotto_window_new(GTK_APPLICATION(self), &self->situation, self->catalogue,
                                        self->preferences, self->autostart);
        g_signal_connect_object(self->window, "destroy", G_CALLBACK(on_window_destroyed), self,
                                G_CONNECT_SWAPPED);
        sotto_window_set_tray(self->window, sotto_indicator_is_hosted(self->indicator));
    }
    if (page != NULL)
        sotto_window_show_page(self->window, page);
    gtk_window_present(GTK_WINDOW(self->window));
}

void sotto_application_add_resolver(SottoApplication *self, const char *spec)
{
    sotto_application_show_page(self, "resolvers");
    sotto_window_add_resolver(self->window, spec);
}

void sotto_application_check(SottoApplication *self)
{
    sotto_application_show_page(self, "status");
    sotto_window_check(self->window);
}

static void on_hosted_changed(SottoApplication *self)
{
    if (self->window != NULL)
        sotto_window_set_tray(self->window, sotto_indicator_is_hosted(self->indicator));
}

/* --- the application ------------------------------------------------------------------------ */

static void sotto_application_startup(GApplication *application)
{
    SottoApplication *self = SOTTO_APPLICATION(application);

    G_APPLICATION_CLASS(sotto_application_parent_class)->startup(application);
    gtk_window_set_default_icon_name(SOTTO_APP_ID);
    g_application_hold(application); /* for the tray; "quit" ends it */
    self->helper = sotto_helper_new();
    self->deployment = sotto_deployment_new(self->helper);
    self->situation = (Situation){self->helper, self->deployment};
    self->preferences = preferences_new(NULL);
    self->autostart = sotto_autostart_new(self->preferences);
    self->catalogue = catalogue_new(self->helper);
    self->menu = menu_new(&self->situation, self->catalogue, G_ACTION_GROUP(self));
    self->indicator = sotto_indicator_new(menu_widget(self->menu), menu_open_item(self->menu));
    self->notifications = notifications_new(application, &self->situation, self->preferences);
    self->session_end = session_end_new(application);
    actions_install(self);
    g_signal_connect_swapped(self->indicator, "about-to-show", G_CALLBACK(menu_refresh_counts),
                             self->menu);
    g_signal_connect_swapped(self->indicator, "notify::hosted", G_CALLBACK(on_hosted_changed),
                             self);
    g_signal_connect_swapped(self->helper, "changed", G_CALLBACK(on_helper_changed), self);
    g_signal_connect_swapped(self->deployment, "changed", G_CALLBACK(on_deployment_changed), self);
    g_signal_connect_swapped(self->deployment, "failed", G_CALLBACK(on_deployment_failed), self);
    on_deployment_changed(self);
    sotto_helper_connect_async(self->helper, NULL, NULL, NULL); /* "changed" tells how it ended */
}

static void sotto_application_shutdown(GApplication *application)
{
    SottoApplication *self = SOTTO_APPLICATION(application);
    GList *window;

    g_clear_handle_id(&self->countdown_source, g_source_remove);
    g_clear_pointer(&self->session_end, session_end_free);
    if (self->window != NULL)
        g_signal_handlers_disconnect_by_data(self->window, self);
    while ((window = gtk_application_get_windows(GTK_APPLICATION(self))) != NULL)
        gtk_widget_destroy(window->data); /* a question may stand, too */
    self->window = NULL;
    g_signal_handlers_disconnect_by_data(self->helper, self);
    g_signal_handlers_disconnect_by_data(self->deployment, self);
    g_signal_handlers_disconnect_by_data(self->indicator, self);
    g_signal_handlers_disconnect_by_data(self->indicator, self->menu);
    g_clear_pointer(&self->notifications, notifications_free);
    g_clear_object(&self->indicator);
    g_clear_pointer(&self->menu, menu_free);
    g_clear_pointer(&self->catalogue, catalogue_free);
    g_clear_object(&self->autostart);
    g_clear_pointer(&self->preferences, preferences_free);
    g_clear_object(&self->deployment);
    g_clear_object(&self->helper);
    G_APPLICATION_CLASS(sotto_application_parent_class)->shutdown(application);
}

static void sotto_application_activate(GApplication *application)
{
    SottoApplication *self = SOTTO_APPLICATION(application);

    if (!self->background)
        sotto_application_show_page(self, NULL);
    self->background = FALSE; /* a later start of the app asks for the window */
}

/* Addresses that somebody clicked: of a resolver's stamp the page Resolvers shows what is in it,
 * and asks whether to add it. Any program of the session may send anything. */
static void sotto_application_open(GApplication *application, GFile **addresses, int count,
                                   const char *hint)
{
    SottoApplication *self = SOTTO_APPLICATION(application);

    sotto_application_show_page(self, NULL);
    for (int i = 0; i < count; i++) {
        g_autofree char *stamp = g_file_get_uri(addresses[i]);
        if (g_file_has_uri_scheme(addresses[i], "sdns"))
            sotto_application_add_resolver(self, stamp);
        else
            sotto_window_show_error(self->window, _("Sotto opens nothing but sdns: addresses, "
                                                    "which describe a resolver."));
    }
}

/* Options that stand for an action of the instance that runs, which may be this one. TRUE when
 * there was one, and nobody wants the window. */
static gboolean activate_options(GApplication *application, GVariantDict *options)
{
    static const char *const actions[] = {"turn-on", "turn-off", "sign-in"};
    gboolean found = FALSE;

    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_variant_dict_contains(options, actions[i])) {
            g_action_group_activate_action(G_ACTION_GROUP(application), actions[i], NULL);
            found = TRUE;
        }
    return found;
}

static int sotto_application_handle_local_options(GApplication *application, GVariantDict *options)
{
    SottoApplication *self = SOTTO_APPLICATION(application);
    g_autoptr(GError) error = NULL;

    if (g_variant_dict_contains(options, "version")) {
        g_print("sotto %s\n", SOTTO_VERSION);
        return EXIT_SUCCESS;
    }
    self->background = g_variant_dict_contains(options, "background");
    if (!g_application_register(application, NULL, &error)) {
        g_printerr("%s\n", error->message);
        return EXIT_FAILURE;
    }
    if (activate_options(application, options))
        self->background = TRUE;
    if (self->background && g_application_get_is_remote(application))
        return EXIT_SUCCESS; /* the instance in the tray needs no further call */
    return -1;
}

static void sotto_application_class_init(SottoApplicationClass *class)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(class);

    application_class->startup = sotto_application_startup;
    application_class->shutdown = sotto_application_shutdown;
    application_class->activate = sotto_application_activate;
    application_class->open = sotto_application_open;
    application_class->handle_local_options = sotto_application_handle_local_options;
}

static void sotto_application_init(SottoApplication *self)
{
    static const GOptionEntry options[] = {
        {"background", 'b', 0, G_OPTION_ARG_NONE, NULL, N_("Start in the tray, without a window"),
         NULL},
        {"turn-on", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Turn protection on"), NULL},
        {"turn-off", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Turn protection off"), NULL},
        {"sign-in", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Sign in to this Wi-Fi"), NULL},
        {"version", 'v', 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL},
        {NULL},
    };

    g_application_add_main_option_entries(G_APPLICATION(self), options);
}

SottoApplication *sotto_application_new(void)
{
    return g_object_new(SOTTO_TYPE_APPLICATION, "application-id", SOTTO_APP_ID,
                        "resource-base-path", "/io/github/sottodns/Sotto", "register-session",
                        !permissions_are_limited(), "flags",
                        G_APPLICATION_HANDLES_OPEN | G_APPLICATION_ALLOW_REPLACEMENT,
                        NULL); /* the latter: see restart.c */
}
