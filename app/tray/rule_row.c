/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule in one line. Remove acts at once, since it can be undone; until the helper has answered,
 * pressing it again does nothing. It is not made insensitive meanwhile: that would take the
 * keyboard's focus out of the list.
 */
#include "rule_row.h"

#include "rule_words.h"
#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoRuleRow {
    HdyActionRow parent_instance;
    SottoRule *rule;
    gboolean leaving; /* "unwanted" was said */

    GtkImage *icon;
    GtkWidget *remove;
};

G_DEFINE_FINAL_TYPE(SottoRuleRow, sotto_rule_row, HDY_TYPE_ACTION_ROW)

enum { SIGNAL_UNWANTED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

SottoRule *sotto_rule_row_rule(SottoRuleRow *self)
{
    return self->rule;
}

void sotto_rule_row_focus(SottoRuleRow *self)
{
    gtk_widget_grab_focus(gtk_widget_get_visible(self->remove) ? self->remove : GTK_WIDGET(self));
}

void sotto_rule_row_keep(SottoRuleRow *self)
{
    self->leaving = FALSE;
}

static void on_remove(GtkButton *button, gpointer data)
{
    SottoRuleRow *self = data;

    if (self->leaving)
        return;
    self->leaving = TRUE;
    g_signal_emit(self, signals[SIGNAL_UNWANTED], 0);
}

SottoRuleRow *sotto_rule_row_new(SottoRule *rule)
{
    SottoRuleRow *self = g_object_new(SOTTO_TYPE_RULE_ROW, "visible", TRUE, NULL);
    const char *name = sotto_rule_bare_name(rule);
    g_autofree char *detail = rule_describe(rule);
    /* Translators: %s is a name of DNS, such as example.com. */
    g_autofree char *remove = g_strdup_printf(_("Remove the rule for %s"), name);

    self->rule = g_object_ref(rule);
    spoken_row_set(HDY_ACTION_ROW(self), name, detail);
    gtk_image_set_from_icon_name(self->icon, rule_kind_icon(sotto_rule_kind(rule)),
                                 GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_visible(self->remove, sotto_rule_is_own(rule));
    atk_object_set_name(gtk_widget_get_accessible(self->remove), remove);
    return self;
}

static void sotto_rule_row_finalize(GObject *object)
{
    g_clear_object(&SOTTO_RULE_ROW(object)->rule);
    G_OBJECT_CLASS(sotto_rule_row_parent_class)->finalize(object);
}

static void sotto_rule_row_class_init(SottoRuleRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_rule_row_finalize;
    signals[SIGNAL_UNWANTED] = g_signal_new("unwanted", SOTTO_TYPE_RULE_ROW, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/rule-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoRuleRow, icon);
    gtk_widget_class_bind_template_child(widget_class, SottoRuleRow, remove);
    gtk_widget_class_bind_template_callback(widget_class, on_remove);
}

static void sotto_rule_row_init(SottoRuleRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
