/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Check boxes in a popover, which is made when it is first opened. They are all the state there is;
 * before they are made, nothing is wanted.
 */
#include "filter_button.h"

#include <glib/gi18n.h>

struct _SottoFilterButton {
    GtkMenuButton parent_instance;
    GtkLabel *label;
    GtkToggleButton *checks[RESOLVER_TRAITS_COUNT]; /* NULL before the first opening */
    gboolean clearing;
};

G_DEFINE_FINAL_TYPE(SottoFilterButton, sotto_filter_button, GTK_TYPE_MENU_BUTTON)

enum { SIGNAL_CHANGED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

ResolverTraits sotto_filter_button_traits(SottoFilterButton *self)
{
    ResolverTraits traits = 0;

    for (guint i = 0; i < RESOLVER_TRAITS_COUNT; i++)
        if (self->checks[i] != NULL && gtk_toggle_button_get_active(self->checks[i]))
            traits |= 1U << i;
    return traits;
}

/* How many are wanted is to be seen, and heard, without opening it. */
static void show_count(SottoFilterButton *self)
{
    int count = __builtin_popcount(sotto_filter_button_traits(self));
    /* Translators: %d is how many filters are chosen. */
    g_autofree char *counted = g_strdup_printf(_("Filters (%d)"), count);
    const char *text = count > 0 ? counted : _("Filters");

    gtk_label_set_text(self->label, text);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), text);
}

static void tell(SottoFilterButton *self)
{
    show_count(self);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void on_toggled(GtkToggleButton *check, gpointer data)
{
    SottoFilterButton *self = data;

    if (!self->clearing)
        tell(self);
}

void sotto_filter_button_clear(SottoFilterButton *self)
{
    if (sotto_filter_button_traits(self) == 0)
        return;
    self->clearing = TRUE;
    for (guint i = 0; i < RESOLVER_TRAITS_COUNT; i++)
        gtk_toggle_button_set_active(self->checks[i], FALSE);
    self->clearing = FALSE;
    tell(self);
}

static GtkWidget *make_heading(const char *text)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_set_margin_top(label, 6);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "caption-heading");
    return label;
}

static void make_popover(SottoFilterButton *self)
{
    GtkWidget *popover = gtk_popover_new(GTK_WIDGET(self));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

    g_object_set(box, "margin", 12, NULL);
    gtk_container_add(GTK_CONTAINER(box), make_heading(_("What it says of itself")));
    for (guint i = 0; i < RESOLVER_TRAITS_COUNT; i++) {
        GtkWidget *check = gtk_check_button_new_with_label(resolver_trait_label((ResolverTrait)i));

        if (i == RESOLVER_TRAIT_DNSCRYPT)
            gtk_container_add(GTK_CONTAINER(box), make_heading(_("Protocol")));
        self->checks[i] = GTK_TOGGLE_BUTTON(check);
        g_signal_connect(check, "toggled", G_CALLBACK(on_toggled), self);
        gtk_container_add(GTK_CONTAINER(box), check);
    }
    gtk_container_add(GTK_CONTAINER(popover), box);
    gtk_widget_show_all(box);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(self), popover);
}

static void sotto_filter_button_toggled(GtkToggleButton *button)
{
    SottoFilterButton *self = SOTTO_FILTER_BUTTON(button);

    if (self->checks[0] == NULL)
        make_popover(self);
    GTK_TOGGLE_BUTTON_CLASS(sotto_filter_button_parent_class)->toggled(button);
}

/* The popover goes first, and its check boxes with it. */
static void sotto_filter_button_destroy(GtkWidget *widget)
{
    SottoFilterButton *self = SOTTO_FILTER_BUTTON(widget);

    for (guint i = 0; i < RESOLVER_TRAITS_COUNT; i++)
        self->checks[i] = NULL;
    GTK_WIDGET_CLASS(sotto_filter_button_parent_class)->destroy(widget);
}

static void sotto_filter_button_class_init(SottoFilterButtonClass *class)
{
    GTK_WIDGET_CLASS(class)->destroy = sotto_filter_button_destroy;
    GTK_TOGGLE_BUTTON_CLASS(class)->toggled = sotto_filter_button_toggled;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", SOTTO_TYPE_FILTER_BUTTON, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_filter_button_init(SottoFilterButton *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *arrow = gtk_image_new_from_icon_name("pan-down-symbolic", GTK_ICON_SIZE_BUTTON);

    self->label = GTK_LABEL(gtk_label_new(NULL));
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(self->label), TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(box), arrow, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(self), box);
    gtk_widget_set_sensitive(GTK_WIDGET(self), TRUE); /* though there is no popover yet */
    gtk_widget_show_all(box);
    show_count(self);
}
