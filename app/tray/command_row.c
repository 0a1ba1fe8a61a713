/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way out where the app can do nothing by itself. A command is long and has to be typed
 * exactly, so it is wrapped rather than cut off, can be selected, and is copied by one click.
 */
#include "command_row.h"

struct _SottoCommandRow {
    GtkListBoxRow parent_instance;
    GtkLabel *title, *command;
};

G_DEFINE_FINAL_TYPE(SottoCommandRow, sotto_command_row, GTK_TYPE_LIST_BOX_ROW)

static void on_copy(GtkButton *button, gpointer data)
{
    SottoCommandRow *self = data;

    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD),
                           gtk_label_get_text(self->command), -1);
}

void sotto_command_row_set(SottoCommandRow *self, const char *title, const char *command)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self));

    atk_object_set_name(accessible, title != NULL ? title : command);
    atk_object_set_description(accessible, title != NULL ? command : "");
    gtk_label_set_text(self->title, title != NULL ? title : "");
    gtk_widget_set_visible(GTK_WIDGET(self->title), title != NULL);
    gtk_label_set_text(self->command, command);
}

static void sotto_command_row_class_init(SottoCommandRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/command-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoCommandRow, title);
    gtk_widget_class_bind_template_child(widget_class, SottoCommandRow, command);
    gtk_widget_class_bind_template_callback(widget_class, on_copy);
}

static void sotto_command_row_init(SottoCommandRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
