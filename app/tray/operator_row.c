/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A toggle button carries the state: a row of a list box has no accessible action, a button has.
 */
#include "operator_row.h"

#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoOperatorRow {
    HdyActionRow parent_instance;
    GtkToggleButton *button;
};

G_DEFINE_FINAL_TYPE(SottoOperatorRow, sotto_operator_row, HDY_TYPE_ACTION_ROW)

enum { SIGNAL_TOGGLED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void show_state(SottoOperatorRow *self)
{
    GtkWidget *image = gtk_button_get_image(GTK_BUTTON(self->button));

    gtk_image_set_from_icon_name(GTK_IMAGE(image),
                                 sotto_operator_row_is_open(self) ? "pan-down-symbolic"
                                                                  : "pan-end-symbolic",
                                 GTK_ICON_SIZE_BUTTON);
}

static void on_toggled(GtkToggleButton *button, gpointer data)
{
    show_state(data);
    g_signal_emit(data, signals[SIGNAL_TOGGLED], 0);
}

static void sotto_operator_row_class_init(SottoOperatorRowClass *class)
{
    signals[SIGNAL_TOGGLED] = g_signal_new("toggled", SOTTO_TYPE_OPERATOR_ROW, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_operator_row_init(SottoOperatorRow *self)
{
    self->button = GTK_TOGGLE_BUTTON(gtk_toggle_button_new());
    gtk_button_set_image(GTK_BUTTON(self->button), gtk_image_new());
    gtk_button_set_relief(GTK_BUTTON(self->button), GTK_RELIEF_NONE);
    gtk_widget_set_valign(GTK_WIDGET(self->button), GTK_ALIGN_CENTER);
    g_signal_connect(self->button, "toggled", G_CALLBACK(on_toggled), self);
    gtk_container_add(GTK_CONTAINER(self), GTK_WIDGET(self->button));
    gtk_widget_show_all(GTK_WIDGET(self->button));
    hdy_action_row_set_activatable_widget(HDY_ACTION_ROW(self), GTK_WIDGET(self->button));
    show_state(self);
}

SottoOperatorRow *sotto_operator_row_new(const char *name, guint count)
{
    SottoOperatorRow *self = g_object_new(SOTTO_TYPE_OPERATOR_ROW, NULL);
    g_autofree char *detail =
        g_strdup_printf(ngettext("%u resolver", "%u resolvers", count), count);
    g_autofree char *spoken = g_strdup_printf("%s, %s", name, detail);

    spoken_row_set(HDY_ACTION_ROW(self), name, detail);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->button)), spoken);
    return self;
}

gboolean sotto_operator_row_is_open(SottoOperatorRow *self)
{
    return gtk_toggle_button_get_active(self->button);
}
