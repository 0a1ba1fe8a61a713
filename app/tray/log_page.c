/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether lookups are logged is the helper's fact, whoever turned it on; whether they are read here
 * is ours. Both need an administrator's word, so nothing is asked for because the page was opened:
 * where somebody else has turned the log on, the page says so, and a button reads it.
 *
 * What was read is forgotten with the log: when it is turned off, when the helper goes, when the
 * window is closed. It is read on while another page is in sight.
 */
#include "log_page.h"

#include "lookup_list.h"
#include "lookup_log.h"

#include <glib/gi18n.h>

struct _SottoLogPage {
    GtkBin parent_instance;
    SottoHelper *helper;
    GCancellable *question; /* the helper is asked for something; NULL: it is not */
    SottoLookupLog *log;    /* NULL: it is not read */
    GSimpleActionGroup *actions;

    GtkStack *stack;
    GtkLabel *title, *description;
    GtkWidget *buttons, *start, *show, *stop;
    GtkLabel *trouble;
    SottoLookupList *list;
};

G_DEFINE_FINAL_TYPE(SottoLogPage, sotto_log_page, GTK_TYPE_BIN)

/* --- what is shown --------------------------------------------------------------------------- */

static const char *describe(gboolean present, gboolean logging)
{
    if (!present)
        return _("There is no query log while the Sotto service is not running.");
    if (logging)
        return _("The query log is on. It holds what everybody on this computer looked up, so an "
                 "administrator's password is needed to read it.");
    return _(
        "See each lookup of this computer as it is answered: which name, when, and who "
        "answered.\n\nIt is kept in memory only: the newest 100,000 lookups of the last hour at "
        "most. All of it is forgotten when you turn it off, or when this computer "
        "restarts.\n\nIt shows what everybody on this computer looks up, so an administrator's "
        "password is needed.");
}

static void show_message(SottoLogPage *self, gboolean present, gboolean logging)
{
    gtk_label_set_text(self->title, present && logging ? _("Lookups Are Logged") : _("Query Log"));
    gtk_label_set_text(self->description, describe(present, logging));
    gtk_widget_set_visible(self->buttons, present);
    gtk_widget_set_visible(self->start, !logging);
    gtk_widget_set_visible(self->show, logging);
    gtk_widget_set_visible(self->stop, logging);
}

static void show(SottoLogPage *self)
{
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;

    gtk_stack_set_visible_child_name(self->stack, self->log != NULL ? "list" : "message");
    gtk_widget_set_sensitive(self->buttons, self->question == NULL);
    if (self->log == NULL)
        show_message(self, present, sotto_helper_logging(self->helper));
}

static void show_trouble(SottoLogPage *self, const char *sentence)
{
    gtk_label_set_text(self->trouble, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->trouble), sentence[0] != '\0');
}

/* --- reading --------------------------------------------------------------------------------- */

static void forget(SottoLogPage *self)
{
    if (self->log == NULL)
        return;
    g_signal_handlers_disconnect_by_data(self->log, self);
    sotto_lookup_list_show(self->list, NULL);
    g_clear_object(&self->log);
}

/* The other end was closed: what was read is of a log that is no more. */
static void on_log_changed(SottoLookupLog *log, SottoLogPage *self)
{
    if (sotto_lookup_log_is_reading(log))
        return;
    forget(self);
    show(self);
}

static void read_from(SottoLogPage *self, int fd)
{
    forget(self);
    self->log = sotto_lookup_log_new(SOTTO_LOOKUP_LOG_LIMIT);
    sotto_lookup_log_read(self->log, fd);
    g_signal_connect(self->log, "changed", G_CALLBACK(on_log_changed), self);
    sotto_lookup_list_show(self->list, self->log);
}

/* --- asking the helper ----------------------------------------------------------------------- */

/* FALSE while something else is asked. */
static gboolean begin_question(SottoLogPage *self)
{
    if (self->question != NULL)
        return FALSE;
    self->question = g_cancellable_new();
    show_trouble(self, "");
    show(self);
    return TRUE;
}

/* `error` is NULL when it was answered. FALSE when the page is gone. */
static gboolean end_question(SottoLogPage *self, const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return FALSE;
    g_clear_object(&self->question);
    if (error != NULL)
        show_trouble(self, error->message);
    show(self);
    return TRUE;
}

static void on_followed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    int fd = sotto_helper_follow_log_finish(SOTTO_HELPER(source), result, &error);

    if (fd >= 0)
        read_from(data, fd);
    end_question(data, error);
}

static void ask_to_read(SottoLogPage *self)
{
    if (begin_question(self))
        sotto_helper_follow_log_async(self->helper, self->question, on_followed, self);
}

static void on_started(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean started = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (end_question(data, error) && started)
        ask_to_read(data);
}

static void on_stopped(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (sotto_helper_action_finish(SOTTO_HELPER(source), result, &error))
        g_clear_error(&error);
    end_question(data, error); /* of a refusal: what is shown stays */
}

static void start(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    SottoLogPage *self = data;

    if (begin_question(self))
        sotto_helper_set_logging_async(self->helper, TRUE, self->question, on_started, self);
}

static void stop(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    SottoLogPage *self = data;

    if (begin_question(self))
        sotto_helper_set_logging_async(self->helper, FALSE, self->question, on_stopped, self);
}

static void read_log(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    ask_to_read(data);
}

void sotto_log_page_update(SottoLogPage *self)
{
    if (!sotto_helper_logging(self->helper))
        forget(self);
    show(self);
}

gboolean sotto_log_page_focus_search(SottoLogPage *self)
{
    if (self->log != NULL)
        sotto_lookup_list_focus_search(self->list);
    return self->log != NULL;
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_log_page_follow(SottoLogPage *self, SottoHelper *helper)
{
    self->helper = helper;
    sotto_lookup_list_follow(self->list, helper);
}

static void sotto_log_page_destroy(GtkWidget *widget)
{
    SottoLogPage *self = SOTTO_LOG_PAGE(widget);

    if (self->question != NULL)
        g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
    forget(self);
    GTK_WIDGET_CLASS(sotto_log_page_parent_class)->destroy(widget);
}

static void sotto_log_page_finalize(GObject *object)
{
    g_object_unref(SOTTO_LOG_PAGE(object)->actions);
    G_OBJECT_CLASS(sotto_log_page_parent_class)->finalize(object);
}

static void sotto_log_page_class_init(SottoLogPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_LOOKUP_LIST); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_log_page_finalize;
    widget_class->destroy = sotto_log_page_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/log-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoLogPage, name)
    CHILD(stack);
    CHILD(title);
    CHILD(description);
    CHILD(buttons);
    CHILD(start);
    CHILD(show);
    CHILD(stop);
    CHILD(trouble);
    CHILD(list);
#undef CHILD
}

static void sotto_log_page_init(SottoLogPage *self)
{
    static const GActionEntry entries[] = {{"start", start}, {"read", read_log}, {"stop", stop}};

    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "log", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
}
