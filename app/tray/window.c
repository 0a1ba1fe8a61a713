/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window. Nothing of it exists until it is first opened, libhandy included: most sessions only
 * ever see the icon. It is destroyed when closed, for the same reason.
 *
 * Pages look after themselves; the window owns the two bars above them: the banner that says there
 * is no tray, and the bar that says, in one sentence, what just failed.
 */
#include "window.h"

#include "presentation.h"
#include "resolvers_page.h"
#include "statistics_page.h"
#include "status_page.h"
#include "toolkit.h"

#include <glib/gi18n.h>

struct _SottoWindow {
    HdyApplicationWindow parent_instance;
    SottoHelper *helper;
    Face last;
    StatisticsFeed *feed;

    GtkStack *stack;
    SottoStatusPage *status_page;
    SottoResolversPage *resolvers_page;
    SottoStatisticsPage *statistics_page;
    GtkInfoBar *tray_bar, *error_bar;
    GtkLabel *error_label;
    GtkButton *error_button;
};

G_DEFINE_FINAL_TYPE(SottoWindow, sotto_window, HDY_TYPE_APPLICATION_WINDOW)

void sotto_window_update(SottoWindow *self)
{
    Face face = face_of(self->helper);

    if (face != self->last)
        gtk_info_bar_set_revealed(self->error_bar, FALSE); /* what failed is history */
    self->last = face;
    sotto_status_page_update(self->status_page);
    sotto_resolvers_page_update(self->resolvers_page);
}

void sotto_window_tick(SottoWindow *self)
{
    sotto_status_page_update_title(self->status_page);
}

void sotto_window_show_error(SottoWindow *self, const char *sentence)
{
    const Presentation *shown = presentation_of(self->helper);
    gboolean retry = shown->face == FACE_ABSENT;

    gtk_label_set_text(self->error_label, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->error_button), retry);
    gtk_info_bar_set_revealed(self->error_bar, TRUE);
}

void sotto_window_set_tray(SottoWindow *self, gboolean tray)
{
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
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, stack);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, status_page);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, resolvers_page);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, statistics_page);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, tray_bar);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, error_bar);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, error_label);
    gtk_widget_class_bind_template_child(widget_class, SottoWindow, error_button);
    gtk_widget_class_bind_template_callback(widget_class, on_dismiss);
}

static void sotto_window_init(SottoWindow *self)
{
    static const GActionEntry entries[] = {{"close", close_window}, {"search", search}};

    gtk_widget_init_template(GTK_WIDGET(self));
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    self->last = FACE_SEARCHING;
}

SottoWindow *sotto_window_new(GtkApplication *application, SottoHelper *helper,
                              Catalogue *catalogue)
{
    SottoWindow *self;

    toolkit_prepare();
    g_type_ensure(SOTTO_TYPE_STATUS_PAGE); /* named in the template */
    g_type_ensure(SOTTO_TYPE_RESOLVERS_PAGE);
    g_type_ensure(SOTTO_TYPE_STATISTICS_PAGE);
    self = g_object_new(SOTTO_TYPE_WINDOW, "application", application, NULL);
    self->helper = helper; /* the application's, which outlives its windows */
    sotto_status_page_follow(self->status_page, helper);
    sotto_resolvers_page_follow(self->resolvers_page, helper, catalogue);
    self->feed = statistics_feed_new(helper);
    sotto_status_page_count(self->status_page, self->feed);
    sotto_statistics_page_follow(self->statistics_page, self->feed);
    sotto_window_update(self);
    return self;
}
