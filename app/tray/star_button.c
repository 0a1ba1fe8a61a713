/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two shapes, not two colours. The name says what the button does; its state, whether it is so. */
#include "star_button.h"

#include <glib/gi18n.h>

struct _SottoStarButton {
    GtkToggleButton parent_instance;
    gboolean updating;
    GtkImage *image;
};

G_DEFINE_FINAL_TYPE(SottoStarButton, sotto_star_button, GTK_TYPE_TOGGLE_BUTTON)

enum { SIGNAL_STARRED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void show_shape(SottoStarButton *self)
{
    gboolean favourite = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self));

    gtk_image_set_from_icon_name(
        self->image, favourite ? "starred-symbolic" : "non-starred-symbolic", GTK_ICON_SIZE_BUTTON);
}

void sotto_star_button_set(SottoStarButton *self, const char *name, gboolean favourite)
{
    /* Translators: %s is the name of a resolver, such as Quad9. */
    g_autofree char *spoken = g_strdup_printf(_("Show %s in the tray menu"), name);

    self->updating = TRUE;
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self), favourite);
    self->updating = FALSE;
    show_shape(self);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), favourite ? _("Shown in the tray menu") : spoken);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), spoken);
}

static void sotto_star_button_toggled(GtkToggleButton *button)
{
    SottoStarButton *self = SOTTO_STAR_BUTTON(button);

    show_shape(self);
    if (!self->updating)
        g_signal_emit(self, signals[SIGNAL_STARRED], 0, gtk_toggle_button_get_active(button));
}

static void sotto_star_button_class_init(SottoStarButtonClass *class)
{
    GTK_TOGGLE_BUTTON_CLASS(class)->toggled = sotto_star_button_toggled;
    signals[SIGNAL_STARRED] = g_signal_new("starred", SOTTO_TYPE_STAR_BUTTON, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void sotto_star_button_init(SottoStarButton *self)
{
    self->image = GTK_IMAGE(gtk_image_new());
    gtk_widget_show(GTK_WIDGET(self->image));
    gtk_container_add(GTK_CONTAINER(self), GTK_WIDGET(self->image));
    gtk_button_set_relief(GTK_BUTTON(self), GTK_RELIEF_NONE);
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(self)), "star");
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(self)), "compact");
    show_shape(self);
}
