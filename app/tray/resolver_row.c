/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of the list of resolvers. All its text is made once, when the resolver is set.
 */
#include "resolver_row.h"

#include "resolver_words.h"
#include "spoken_row.h"
#include "star_button.h"

#include <glib/gi18n.h>

struct _SottoResolverRow {
    HdyActionRow parent_instance;
    SottoResolver *resolver; /* NULL: "Automatic" */
    gboolean updating;

    GtkRadioButton *radio;
    GtkLabel *latency;
    SottoStarButton *star;
    GtkWidget *details;
};

G_DEFINE_FINAL_TYPE(SottoResolverRow, sotto_resolver_row, HDY_TYPE_ACTION_ROW)

enum { SIGNAL_CHOSEN, SIGNAL_STARRED, SIGNAL_OPENED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void show(SottoResolverRow *self, const char *name, const char *detail, const char *latency)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self->radio));
    g_autofree char *spoken =
        latency[0] != '\0' ? g_strdup_printf("%s, %s", name, latency) : g_strdup(name);

    spoken_row_set(HDY_ACTION_ROW(self), name, detail);
    gtk_label_set_text(self->latency, latency);
    atk_object_set_name(accessible, spoken);
    atk_object_set_description(accessible, detail);
}

static gboolean is_favourite(SottoResolver *resolver)
{
    return (sotto_resolver_flags(resolver) & SOTTO_RESOLVER_FAVOURITE) != 0;
}

void sotto_resolver_row_set_resolver(SottoResolverRow *self, SottoResolver *resolver)
{
    const char *name = sotto_resolver_name(resolver);
    g_autofree char *warning = resolver_words_warning(resolver);
    g_autofree char *summary = resolver_words_summary(resolver);
    g_autofree char *latency = resolver_words_latency(resolver);
    /* Translators: %s is the name of a resolver, such as Quad9. */
    g_autofree char *details = g_strdup_printf(_("Details of %s"), name);

    g_set_object(&self->resolver, resolver);
    show(self, name, warning[0] != '\0' ? warning : summary, latency);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), sotto_resolver_description(resolver));
    sotto_star_button_set(self->star, name, is_favourite(resolver));
    atk_object_set_name(gtk_widget_get_accessible(self->details), details);
}

gboolean sotto_resolver_row_is_touched(SottoResolverRow *self)
{
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->star)) !=
           is_favourite(self->resolver);
}

SottoResolverRow *sotto_resolver_row_new(SottoResolver *resolver, SottoResolverRow *group)
{
    SottoResolverRow *self = g_object_new(SOTTO_TYPE_RESOLVER_ROW, NULL);

    if (group != NULL)
        gtk_radio_button_join_group(self->radio, group->radio);
    gtk_widget_set_visible(GTK_WIDGET(self->star), resolver != NULL);
    gtk_widget_set_visible(self->details, resolver != NULL);
    if (resolver != NULL)
        sotto_resolver_row_set_resolver(self, resolver);
    else
        show(self, _("Automatic"), _("The fastest of your favourites, measured from here"), "");
    return self;
}

const char *sotto_resolver_row_id(SottoResolverRow *self)
{
    return self->resolver != NULL ? sotto_resolver_id(self->resolver) : SOTTO_RESOLVER_AUTO;
}

const char *sotto_resolver_row_name(SottoResolverRow *self)
{
    return hdy_preferences_row_get_title(HDY_PREFERENCES_ROW(self));
}

void sotto_resolver_row_set_active(SottoResolverRow *self, gboolean active)
{
    self->updating = TRUE;
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->radio), active);
    self->updating = FALSE;
}

void sotto_resolver_row_focus_details(SottoResolverRow *self)
{
    gtk_widget_grab_focus(self->details);
}

static void on_toggled(GtkToggleButton *radio, gpointer data)
{
    SottoResolverRow *self = data;

    if (!self->updating && gtk_toggle_button_get_active(radio))
        g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

static void on_starred(SottoStarButton *star, gboolean favourite, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_STARRED], 0, favourite);
}

static void on_details(GtkButton *button, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_OPENED], 0);
}

/* The key Menu, and Shift+F10. */
static gboolean sotto_resolver_row_popup_menu(GtkWidget *widget)
{
    if (SOTTO_RESOLVER_ROW(widget)->resolver == NULL)
        return FALSE;
    g_signal_emit(widget, signals[SIGNAL_OPENED], 0);
    return TRUE;
}

static void sotto_resolver_row_finalize(GObject *object)
{
    g_clear_object(&SOTTO_RESOLVER_ROW(object)->resolver);
    G_OBJECT_CLASS(sotto_resolver_row_parent_class)->finalize(object);
}

static void sotto_resolver_row_class_init(SottoResolverRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_STAR_BUTTON); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_resolver_row_finalize;
    widget_class->popup_menu = sotto_resolver_row_popup_menu;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/resolver-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, radio);
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, latency);
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, star);
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, details);
    gtk_widget_class_bind_template_callback(widget_class, on_toggled);
    gtk_widget_class_bind_template_callback(widget_class, on_starred);
    gtk_widget_class_bind_template_callback(widget_class, on_details);
    signals[SIGNAL_CHOSEN] = g_signal_new("chosen", SOTTO_TYPE_RESOLVER_ROW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_STARRED] = g_signal_new("starred", SOTTO_TYPE_RESOLVER_ROW, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    signals[SIGNAL_OPENED] = g_signal_new("opened", SOTTO_TYPE_RESOLVER_ROW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_resolver_row_init(SottoResolverRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
