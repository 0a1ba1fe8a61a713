/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window. Nothing of it exists until it is first opened, libhandy included: most sessions only
 * ever see the icon. It is destroyed when closed, for the same reason.
 *
 * Pages look after themselves; the window chooses between the page of the first run and the others,
 * and owns the bars above them, which never stand in the way: there is no tray, the helper is older
 * than the app, the app is older than its files, and, in one sentence, what just failed.
 */
#include "window.h"

#include "networks_page.h"
#include "permissions.h"
#include "presentation.h"
#include "resolvers_page.h"
#include "settings_page.h"
#include "setup_page.h"
#include "statistics_page.h"
#include "status_page.h"
#include "toolkit.h"

#include <glib/gi18n.h>

struct _SottoWindow {
    HdyApplicationWindow parent_instance;
    const Situation *situation;
    Face last;
    StatisticsFeed *feed;

    HdyViewSwitcherTitle *switcher_title;
    GtkStack *floor, *stack;
    SottoSetupPage *setup_page;
    SottoStatusPage *status_page;
    SottoResolversPage *resolvers_page;
    SottoStatisticsPage *statistics_page;
    SottoNetworksPage *networks_page;
    SottoSettingsPage *settings_page;
    GtkMenuButton *menu_button;
    GtkInfoBar *tray_bar, *update_bar, *restart_bar, *error_bar;
    GtkLabel *tray_label, *update_label, *error_label;
    GtkButton *update_button;
};

G_DEFINE_FINAL_TYPE(SottoWindow, sotto_window, HDY_TYPE_APPLICATION_WINDOW)

/* The first run has the window to itself, until protection is on. */
static void choose_floor(SottoWindow *self, Face face)
{
    gboolean first =
        face == FACE_NOT_SET_UP || sotto_deployment_is_first(self->situation->deployment);
    const char *floor = first ? "setup" : "pages";

    if (g_strcmp0(gtk_stack_get_visible_child_name(self->floor), floor) == 0)
        return;
    gtk_stack_set_visible_child_name(self->floor, floor);
    hdy_view_switcher_title_set_view_switcher_enabled(self->switcher_title, !first);
    if (first)
        sotto_setup_page_focus(self->setup_page);
}

/* An old helper goes on protecting, so it is told calmly, and not at all where it cures itself. A
 * later app may bring a later helper: then that comes first. */
static void show_bars(SottoWindow *self, Face face)
{
    SottoDeployment *deployment = self->situation->deployment;
    Step step = sotto_deployment_step(deployment);
    gboolean updated = sotto_deployment_app_was_updated(deployment);
    gboolean older = sotto_deployment_state(deployment) == SOTTO_SETUP_OLDER &&
                     sotto_helper_presence(self->situation->helper) == SOTTO_PRESENCE_PRESENT;

    gtk_label_set_text(self->update_label, step == STEP_NONE
                                               ? _("The system service is older than this app.")
                                               : presentation_step(step));
    gtk_widget_set_sensitive(GTK_WIDGET(self->update_button), step == STEP_NONE);
    gtk_info_bar_set_revealed(self->update_bar, older && (!updated || step != STEP_NONE));
    gtk_info_bar_set_revealed(self->restart_bar, updated && step == STEP_NONE &&
                                                     face != FACE_TOO_NEW &&
                                                     face != FACE_FORBIDDEN); /* they offer it */
}

void sotto_window_update(SottoWindow *self)
{
    Face face = face_of(self->situation);

    if (face != self->last)
        gtk_info_bar_set_revealed(self->error_bar, FALSE); /* what failed is history */
    self->last = face;
    choose_floor(self, face);
    show_bars(self, face);
    sotto_setup_page_update(self->setup_page);
    sotto_status_page_update(self->status_page);
    sotto_resolvers_page_update(self->resolvers_page);
    sotto_networks_page_update(self->networks_page);
}

void sotto_window_tick(SottoWindow *self)
{
    sotto_status_page_update_title(self->status_page);
}

void sotto_window_show_error(SottoWindow *self, const char *sentence)
{
    gtk_label_set_text(self->error_label, sentence);
    gtk_info_bar_set_revealed(self->error_bar, TRUE);
}

void sotto_window_set_tray(SottoWindow *self, gboolean tray)
{
    gboolean allowed = permissions_allow(PERMISSIONS_SESSION_BUS, "org.kde.StatusNotifierWatcher");

    gtk_label_set_text(self->tray_label,
                       allowed ? _("This desktop has no tray, so Sotto lives in this window. "
                                   "Closing it changes nothing about your protection.")
                               : _("This app is not allowed to use the tray, so Sotto lives in "
                                   "this window. Closing it changes nothing about your "
                                   "protection."));
    gtk_info_bar_set_revealed(self->tray_bar, !tray);
}

void sotto_window_show_page(SottoWindow *self, const char *page)
{
    gtk_stack_set_visible_child_name(self->stack, page);
}

void sotto_window_check(SottoWindow *self)
{
    sotto_status_page_check(self->status_page);
}

static void on_dismiss(GtkButton *button, gpointer data)
{
    SottoWindow *self = data;

    gtk_info_bar_set_revealed(self->error_bar, FALSE);
}

static void close_window(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    gtk_window_close(window);
}

static void open_menu(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoWindow *self = window;

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->menu_button), TRUE);
}

static void search(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoWindow *self = window;

    sotto_window_show_page(self, "resolvers");
    sotto_resolvers_page_focus_search(self->resolvers_page);
}

static void sotto_window_finalize(GObject *object)
{
    statistics_feed_free(SOTTO_WINDOW(object)->feed); /* its viewers were destroyed before */
    G_OBJECT_CLASS(sotto_window_parent_class)->finalize(object);
}

static void sotto_window_class_init(SottoWindowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_window_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/window.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoWindow, name)
    CHILD(switcher_title);
    CHILD(floor);
    CHILD(stack);
    CHILD(setup_page);
    CHILD(status_page);
    CHILD(resolvers_page);
    CHILD(statistics_page);
    CHILD(networks_page);
    CHILD(settings_page);
    CHILD(menu_button);
    CHILD(tray_bar);
    CHILD(tray_label);
    CHILD(update_bar);
    CHILD(update_label);
    CHILD(update_button);
    CHILD(restart_bar);
    CHILD(error_bar);
    CHILD(error_label);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_dismiss);
}

static void sotto_window_init(SottoWindow *self)
{
    static const GActionEntry entries[] = {
        {"close", close_window}, {"menu", open_menu}, {"search", search}};

    gtk_widget_init_template(GTK_WIDGET(self));
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    self->last = FACE_SEARCHING;
}

SottoWindow *sotto_window_new(GtkApplication *application, const Situation *situation,
                              Catalogue *catalogue, Preferences *preferences,
                              SottoAutostart *autostart)
{
    SottoWindow *self;

    toolkit_prepare();
    g_type_ensure(SOTTO_TYPE_SETUP_PAGE); /* named in the template */
    g_type_ensure(SOTTO_TYPE_STATUS_PAGE);
    g_type_ensure(SOTTO_TYPE_RESOLVERS_PAGE);
    g_type_ensure(SOTTO_TYPE_STATISTICS_PAGE);
    g_type_ensure(SOTTO_TYPE_NETWORKS_PAGE);
    g_type_ensure(SOTTO_TYPE_SETTINGS_PAGE);
    self = g_object_new(SOTTO_TYPE_WINDOW, "application", application, NULL);
    self->situation = situation;
    sotto_setup_page_follow(self->setup_page, situation);
    sotto_status_page_follow(self->status_page, situation);
    sotto_resolvers_page_follow(self->resolvers_page, situation->helper, catalogue);
    self->feed = statistics_feed_new(situation->helper);
    sotto_status_page_count(self->status_page, self->feed);
    sotto_statistics_page_follow(self->statistics_page, self->feed);
    sotto_networks_page_follow(self->networks_page, situation->helper);
    sotto_settings_page_follow(self->settings_page, preferences, autostart);
    sotto_window_update(self);
    return self;
}
