/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window. Nothing of it exists until it is first opened, libhandy included: most sessions only
 * ever see the icon. It is destroyed when closed, for the same reason.
 *
 * The pages' names stand beside the page where there is room for both, and otherwise fold behind a
 * button: how much room that takes depends on the language and the size of its letters, so HdyFlap
 * measures. The chosen page's name is the title.
 *
 * Pages look after themselves; the window chooses between the page of the first run and the others,
 * and owns the bars above them, which never stand in the way: there is no tray, the helper is older
 * than the app, the app is older than its files, and, in one sentence, what just failed.
 */
#include "window.h"

#include "log_page.h"
#include "networks_page.h"
#include "page_list.h"
#include "permissions.h"
#include "presentation.h"
#include "resolvers_page.h"
#include "settings_page.h"
#include "setup_page.h"
#include "shortcuts.h"
#include "statistics_page.h"
#include "status_page.h"
#include "toolkit.h"
#include "window_memory.h"

#include <glib/gi18n.h>

struct _SottoWindow {
    HdyApplicationWindow parent_instance;
    const Situation *situation;
    Face last;
    StatisticsFeed *feed;

    GtkLabel *page_title;
    GtkToggleButton *pages_button;
    HdyFlap *flap;
    SottoPageList *page_list;
    GtkStack *floor, *stack;
    SottoSetupPage *setup_page;
    SottoStatusPage *status_page;
    SottoResolversPage *resolvers_page;
    SottoStatisticsPage *statistics_page;
    SottoLogPage *log_page;
    SottoNetworksPage *networks_page;
    SottoSettingsPage *settings_page;
    GtkMenuButton *menu_button;
    GtkInfoBar *tray_bar, *update_bar, *restart_bar, *error_bar;
    GtkLabel *tray_label, *update_label, *error_label;
    GtkButton *update_button;
};

G_DEFINE_FINAL_TYPE(SottoWindow, sotto_window, HDY_TYPE_APPLICATION_WINDOW)

/* --- the pages ------------------------------------------------------------------------------ */

static gboolean shows_pages(SottoWindow *self)
{
    return g_strcmp0(gtk_stack_get_visible_child_name(self->floor), "pages") == 0;
}

static void show_title(SottoWindow *self)
{
    GtkWidget *page = gtk_stack_get_visible_child(self->stack);
    g_autofree char *title = NULL;

    if (page != NULL && shows_pages(self))
        gtk_container_child_get(GTK_CONTAINER(self->stack), page, "title", &title, NULL);
    gtk_label_set_text(self->page_title, title != NULL ? title : _("Sotto"));
}

static void on_folded(SottoWindow *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self->pages_button),
                           hdy_flap_get_folded(self->flap) && shows_pages(self));
}

/* The keyboard goes with the list that comes over the page, and back when it goes. HdyFlap may take
 * the list from the screen once more before it comes, hence at its map, too. */
static void on_flap_revealed(SottoWindow *self)
{
    if (!hdy_flap_get_folded(self->flap))
        return;
    if (hdy_flap_get_reveal_flap(self->flap))
        sotto_page_list_focus(self->page_list);
    else if (gtk_container_get_focus_child(GTK_CONTAINER(self->page_list)) != NULL)
        gtk_widget_grab_focus(GTK_WIDGET(self->pages_button));
}

static void on_page_chosen(SottoWindow *self)
{
    if (!hdy_flap_get_folded(self->flap))
        return;
    hdy_flap_set_reveal_flap(self->flap, FALSE);
    gtk_widget_child_focus(GTK_WIDGET(self->stack), GTK_DIR_TAB_FORWARD);
}

static void show_pages(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoWindow *self = window;

    if (!shows_pages(self))
        return;
    if (hdy_flap_get_folded(self->flap))
        hdy_flap_set_reveal_flap(self->flap, !hdy_flap_get_reveal_flap(self->flap));
    else
        sotto_page_list_focus(self->page_list);
}

/* It is seen in the list, whichever page is open. */
static void show_state(SottoWindow *self)
{
    g_autofree char *spoken = presentation_spoken_title(self->situation);
    GtkWidget *page = GTK_WIDGET(self->status_page);

    gtk_container_child_set(GTK_CONTAINER(self->stack), page, "icon-name",
                            presentation_of(self->situation)->icon, NULL);
    sotto_page_list_describe(self->page_list, page, spoken);
}

/* The first run has the window to itself, until protection is on. */
static void choose_floor(SottoWindow *self, Face face)
{
    gboolean first =
        face == FACE_NOT_SET_UP || sotto_deployment_is_first(self->situation->deployment);

    if (shows_pages(self) == !first)
        return;
    gtk_stack_set_visible_child_name(self->floor, first ? "setup" : "pages");
    show_title(self);
    on_folded(self);
    if (first)
        sotto_setup_page_focus(self->setup_page);
}

/* --- what is to be known --------------------------------------------------------------------- */

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

    if (face != self->last && self->last != FACE_SEARCHING)
        gtk_info_bar_set_revealed(self->error_bar, FALSE); /* what failed is history */
    self->last = face;
    choose_floor(self, face);
    show_state(self);
    show_bars(self, face);
    sotto_setup_page_update(self->setup_page);
    sotto_status_page_update(self->status_page);
    sotto_resolvers_page_update(self->resolvers_page);
    sotto_log_page_update(self->log_page);
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

void sotto_window_add_resolver(SottoWindow *self, const char *spec)
{
    sotto_resolvers_page_add(self->resolvers_page, spec);
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

static void show_shortcuts(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    shortcuts_show(window);
}

static void search(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoWindow *self = window;
    GtkWidget *page = gtk_stack_get_visible_child(self->stack);

    if (page == GTK_WIDGET(self->log_page) && sotto_log_page_focus_search(self->log_page))
        return;
    if (sotto_networks_page_focus_search(self->networks_page))
        return;
    sotto_window_show_page(self, "resolvers");
    sotto_resolvers_page_focus_search(self->resolvers_page);
}

/* Closed, or ended with the session. */
static void sotto_window_unmap(GtkWidget *widget)
{
    SottoWindow *self = SOTTO_WINDOW(widget);
    g_auto(WindowMemory) memory = {0};

    window_memory_load(&memory);
    memory.maximized = gtk_window_is_maximized(GTK_WINDOW(self));
    if (!memory.maximized)
        gtk_window_get_size(GTK_WINDOW(self), &memory.width, &memory.height);
    g_free(memory.page);
    memory.page = g_strdup(gtk_stack_get_visible_child_name(self->stack));
    window_memory_save(&memory);
    GTK_WIDGET_CLASS(sotto_window_parent_class)->unmap(widget);
}

static void remember(SottoWindow *self)
{
    g_auto(WindowMemory) memory = {0};

    window_memory_load(&memory);
    if (memory.width > 0 && memory.height > 0)
        gtk_window_set_default_size(GTK_WINDOW(self), memory.width, memory.height);
    if (memory.maximized)
        gtk_window_maximize(GTK_WINDOW(self));
    if (memory.page != NULL && gtk_stack_get_child_by_name(self->stack, memory.page) != NULL)
        gtk_stack_set_visible_child_name(self->stack, memory.page);
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
    widget_class->unmap = sotto_window_unmap;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/window.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoWindow, name)
    CHILD(page_title);
    CHILD(pages_button);
    CHILD(flap);
    CHILD(page_list);
    CHILD(floor);
    CHILD(stack);
    CHILD(setup_page);
    CHILD(status_page);
    CHILD(resolvers_page);
    CHILD(statistics_page);
    CHILD(log_page);
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
    gtk_widget_class_bind_template_callback(widget_class, on_folded);
    gtk_widget_class_bind_template_callback(widget_class, on_flap_revealed);
    gtk_widget_class_bind_template_callback(widget_class, on_page_chosen);
    gtk_widget_class_bind_template_callback(widget_class, show_title);
}

static void sotto_window_init(SottoWindow *self)
{
    static const GActionEntry entries[] = {
        {"close", close_window}, {"menu", open_menu},           {"pages", show_pages},
        {"search", search},      {"shortcuts", show_shortcuts},
    };

    gtk_widget_init_template(GTK_WIDGET(self));
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    self->last = FACE_SEARCHING;
    remember(self);
    sotto_page_list_follow(self->page_list, self->stack);
    show_title(self);
    on_folded(self);
}

SottoWindow *sotto_window_new(GtkApplication *application, const Situation *situation,
                              Catalogue *catalogue, Preferences *preferences,
                              SottoAutostart *autostart)
{
    SottoWindow *self;

    toolkit_prepare();
    g_type_ensure(SOTTO_TYPE_PAGE_LIST); /* named in the template */
    g_type_ensure(SOTTO_TYPE_SETUP_PAGE);
    g_type_ensure(SOTTO_TYPE_STATUS_PAGE);
    g_type_ensure(SOTTO_TYPE_RESOLVERS_PAGE);
    g_type_ensure(SOTTO_TYPE_STATISTICS_PAGE);
    g_type_ensure(SOTTO_TYPE_LOG_PAGE);
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
    sotto_log_page_follow(self->log_page, situation->helper);
    sotto_networks_page_follow(self->networks_page, situation->helper);
    sotto_settings_page_follow(self->settings_page, situation->helper, preferences, autostart);
    sotto_window_update(self);
    return self;
}
