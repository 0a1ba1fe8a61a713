/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real radio button, as in resolver_row.c, without what resolvers have beside it. */
#include "relay_row.h"

#include "resolver_words.h"
#include "spoken_row.h"

struct _SottoRelayRow {
    HdyActionRow parent_instance;
    char *choice, *haystack;
    gboolean updating;
    GtkRadioButton *radio;
};

G_DEFINE_FINAL_TYPE(SottoRelayRow, sotto_relay_row, HDY_TYPE_ACTION_ROW)

enum { SIGNAL_CHOSEN, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

const char *sotto_relay_row_choice(SottoRelayRow *self)
{
    return self->choice;
}

void sotto_relay_row_set_active(SottoRelayRow *self, gboolean active)
{
    self->updating = TRUE;
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->radio), active);
    self->updating = FALSE;
}

gboolean sotto_relay_row_matches(SottoRelayRow *self, const char *const *words)
{
    return resolver_words_match(self->haystack, words);
}

static void on_toggled(GtkToggleButton *radio, gpointer data)
{
    SottoRelayRow *self = data;

    if (!self->updating && gtk_toggle_button_get_active(radio))
        g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

SottoRelayRow *sotto_relay_row_new(const char *choice, const char *name, const char *detail,
                                   SottoRelayRow *group)
{
    SottoRelayRow *self =
        g_object_new(SOTTO_TYPE_RELAY_ROW, "visible", TRUE, "subtitle-lines", 0, NULL);
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self->radio));
    g_autofree char *all = g_strjoin(" ", name, detail, NULL);

    self->choice = g_strdup(choice);
    self->haystack = g_utf8_casefold(all, -1);
    if (group != NULL)
        gtk_radio_button_join_group(self->radio, group->radio);
    spoken_row_set(HDY_ACTION_ROW(self), name, detail);
    atk_object_set_name(accessible, name);
    atk_object_set_description(accessible, detail);
    return self;
}

static void sotto_relay_row_finalize(GObject *object)
{
    SottoRelayRow *self = SOTTO_RELAY_ROW(object);

    g_free(self->choice);
    g_free(self->haystack);
    G_OBJECT_CLASS(sotto_relay_row_parent_class)->finalize(object);
}

static void sotto_relay_row_class_init(SottoRelayRowClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_relay_row_finalize;
    signals[SIGNAL_CHOSEN] = g_signal_new("chosen", SOTTO_TYPE_RELAY_ROW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_relay_row_init(SottoRelayRow *self)
{
    self->radio = GTK_RADIO_BUTTON(gtk_radio_button_new(NULL));
    gtk_widget_set_valign(GTK_WIDGET(self->radio), GTK_ALIGN_CENTER);
    gtk_widget_show(GTK_WIDGET(self->radio));
    g_signal_connect(self->radio, "toggled", G_CALLBACK(on_toggled), self);
    hdy_action_row_add_prefix(HDY_ACTION_ROW(self), GTK_WIDGET(self->radio));
    hdy_action_row_set_activatable_widget(HDY_ACTION_ROW(self), GTK_WIDGET(self->radio));
}
