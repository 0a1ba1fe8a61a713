/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A toggle button carries the state: a row of a list box has no accessible action, a button has.
 */
#include "fold_row.h"

#include "spoken_row.h"

struct _SottoFoldRow {
    HdyActionRow parent_instance;
    GtkToggleButton *button;
};

G_DEFINE_FINAL_TYPE(SottoFoldRow, sotto_fold_row, HDY_TYPE_ACTION_ROW)

enum { SIGNAL_TOGGLED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void show_state(SottoFoldRow *self)
{
    GtkWidget *image = gtk_button_get_image(GTK_BUTTON(self->button));

    gtk_image_set_from_icon_name(
        GTK_IMAGE(image), sotto_fold_row_is_open(self) ? "pan-down-symbolic" : "pan-end-symbolic",
        GTK_ICON_SIZE_BUTTON);
}

static void on_toggled(GtkToggleButton *button, gpointer data)
{
    show_state(data);
    g_signal_emit(data, signals[SIGNAL_TOGGLED], 0);
}

static void sotto_fold_row_class_init(SottoFoldRowClass *class)
{
    signals[SIGNAL_TOGGLED] = g_signal_new("toggled", SOTTO_TYPE_FOLD_ROW, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_fold_row_init(SottoFoldRow *self)
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

void sotto_fold_row_set_words(SottoFoldRow *self, const char *title, const char *detail)
{
    g_autofree char *spoken =
        detail[0] != '\0' ? g_strdup_printf("%s, %s", title, detail) : g_strdup(title);

    spoken_row_set(HDY_ACTION_ROW(self), title, detail);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->button)), spoken);
}

void sotto_fold_row_set_detail(SottoFoldRow *self, const char *detail)
{
    g_autofree char *title = g_strdup(hdy_preferences_row_get_title(HDY_PREFERENCES_ROW(self)));

    sotto_fold_row_set_words(self, title, detail);
}

SottoFoldRow *sotto_fold_row_new(const char *title, const char *detail)
{
    SottoFoldRow *self =
        g_object_new(SOTTO_TYPE_FOLD_ROW, "subtitle-lines", 2, "title-lines", 2, NULL);

    sotto_fold_row_set_words(self, title, detail);
    return self;
}

gboolean sotto_fold_row_is_open(SottoFoldRow *self)
{
    return gtk_toggle_button_get_active(self->button);
}

void sotto_fold_row_set_open(SottoFoldRow *self, gboolean open)
{
    gtk_toggle_button_set_active(self->button, open);
}

void sotto_fold_row_hold(SottoFoldRow *self, GtkWidget *widget)
{
    g_object_bind_property(self->button, "active", widget, "visible", G_BINDING_SYNC_CREATE);
}
