/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Removing asks no question: it is done, and the bar offers to undo it for as long as it is not
 * dismissed, another rule is removed, or the page is left. The helper keeps no copy, so undoing
 * adds the rule again, as one that was made just now.
 */
#include "removal_bar.h"

#include <glib/gi18n.h>

struct _SottoRemovalBar {
    GtkInfoBar parent_instance;
    SottoHelper *helper;
    GCancellable *lifetime;
    SottoRule *removed; /* to be undone; NULL */

    GtkLabel *text;
    GtkWidget *undo;
};

G_DEFINE_FINAL_TYPE(SottoRemovalBar, sotto_removal_bar, GTK_TYPE_INFO_BAR)

enum { SIGNAL_UNDOING, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void show(SottoRemovalBar *self, const char *sentence, gboolean good)
{
    GtkInfoBar *bar = GTK_INFO_BAR(self);

    gtk_label_set_text(self->text, sentence);
    gtk_widget_set_visible(self->undo, self->removed != NULL);
    gtk_info_bar_set_message_type(bar, good ? GTK_MESSAGE_OTHER : GTK_MESSAGE_ERROR);
    gtk_info_bar_set_revealed(bar, TRUE);
}

void sotto_removal_bar_hide(SottoRemovalBar *self)
{
    g_clear_object(&self->removed);
    gtk_info_bar_set_revealed(GTK_INFO_BAR(self), FALSE);
}

void sotto_removal_bar_check(SottoRemovalBar *self, const GPtrArray *rules)
{
    for (guint i = 0; self->removed != NULL && i < rules->len; i++) {
        SottoRule *rule = g_ptr_array_index(rules, i);

        if (sotto_rule_is_own(rule) &&
            g_str_equal(sotto_rule_name(rule), sotto_rule_name(self->removed)))
            sotto_removal_bar_hide(self);
    }
}

/* --- removing -------------------------------------------------------------------------------- */

typedef struct Removal {
    SottoRemovalBar *bar;
    SottoRuleRow *row;
} Removal;

static void on_removed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Removal *removal = data;
    g_autoptr(SottoRemovalBar) self = removal->bar;
    g_autoptr(SottoRuleRow) row = removal->row;
    SottoRule *rule = sotto_rule_row_rule(row);
    /* Translators: %s is a name of DNS, such as example.com. */
    g_autofree char *sentence =
        g_strdup_printf(_("The rule for %s is removed."), sotto_rule_bare_name(rule));
    g_autoptr(GError) error = NULL;
    gboolean done = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime))
        return;
    g_clear_object(&self->removed);
    if (done)
        self->removed = g_object_ref(rule);
    else
        sotto_rule_row_keep(row);
    show(self, done ? sentence : error->message, done);
}

void sotto_removal_bar_remove(SottoRemovalBar *self, SottoRuleRow *row)
{
    Removal *removal = g_new(Removal, 1);

    *removal = (Removal){g_object_ref(self), g_object_ref(row)};
    sotto_helper_remove_rule_async(self->helper, sotto_rule_name(sotto_rule_row_rule(row)),
                                   self->lifetime, on_removed, removal);
}

/* --- undoing --------------------------------------------------------------------------------- */

static void on_undone(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoRemovalBar) self = data;
    g_autoptr(GError) error = NULL;
    gboolean done = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime))
        return;
    if (done)
        sotto_removal_bar_hide(self);
    else
        show(self, error->message, FALSE);
}

static void on_undo(GtkButton *button, gpointer data)
{
    SottoRemovalBar *self = data;
    SottoRule *rule = self->removed;

    if (rule == NULL)
        return;
    g_signal_emit(self, signals[SIGNAL_UNDOING], 0, sotto_rule_name(rule));
    sotto_helper_add_rule_async(self->helper, sotto_rule_kind(rule), sotto_rule_name(rule),
                                sotto_rule_target(rule), self->lifetime, on_undone,
                                g_object_ref(self));
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_removal_bar_follow(SottoRemovalBar *self, SottoHelper *helper)
{
    self->helper = helper;
}

static void on_dismiss(GtkButton *button, gpointer data)
{
    sotto_removal_bar_hide(data);
}

static void sotto_removal_bar_destroy(GtkWidget *widget)
{
    g_cancellable_cancel(SOTTO_REMOVAL_BAR(widget)->lifetime);
    GTK_WIDGET_CLASS(sotto_removal_bar_parent_class)->destroy(widget);
}

static void sotto_removal_bar_finalize(GObject *object)
{
    SottoRemovalBar *self = SOTTO_REMOVAL_BAR(object);

    g_object_unref(self->lifetime);
    g_clear_object(&self->removed);
    G_OBJECT_CLASS(sotto_removal_bar_parent_class)->finalize(object);
}

static void sotto_removal_bar_class_init(SottoRemovalBarClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_removal_bar_finalize;
    widget_class->destroy = sotto_removal_bar_destroy;
    signals[SIGNAL_UNDOING] = g_signal_new("undoing", SOTTO_TYPE_REMOVAL_BAR, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/removal-bar.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoRemovalBar, text);
    gtk_widget_class_bind_template_child(widget_class, SottoRemovalBar, undo);
    gtk_widget_class_bind_template_callback(widget_class, on_undo);
    gtk_widget_class_bind_template_callback(widget_class, on_dismiss);
}

static void sotto_removal_bar_init(SottoRemovalBar *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
