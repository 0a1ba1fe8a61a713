/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Switches that show what is so, not what was clicked: one that the disk or the desktop refuses
 * goes back, and a sentence says why. Read anew when the page comes into sight, since the desktop
 * has settings of its own for what starts at login.
 */
#include "settings_page.h"

#include "application.h"
#include "spoken_row.h"
#include "unknown_row.h"

#include <glib/gi18n.h>
#include <handy.h>

struct _SottoSettingsPage {
    GtkBin parent_instance;
    Preferences *preferences;
    SottoAutostart *autostart;
    gulong autostart_handler;
    gboolean updating; /* switches are being set, not clicked */
    char *failure;     /* of the last change of a preference; "" none */

    HdyActionRow *login_row, *notifications_row, *colour_row, *stay_blocked_row, *ask_blocked_row;
    GtkSwitch *login, *notifications, *colour;
    SottoUnknownRow *unknown_row;
    GtkToggleButton *stay_blocked, *ask_blocked;
    GtkLabel *sentence;
};

G_DEFINE_FINAL_TYPE(SottoSettingsPage, sotto_settings_page, GTK_TYPE_BIN)

/* What went wrong, the latest first. */
static const char *choose_sentence(SottoSettingsPage *self)
{
    const char *autostart = sotto_autostart_sentence(self->autostart);

    if (self->failure[0] != '\0')
        return self->failure;
    return autostart[0] != '\0' ? autostart : preferences_damage(self->preferences);
}

static void update(SottoSettingsPage *self)
{
    gboolean asking = sotto_autostart_is_asking(self->autostart);
    gboolean asks = preferences_get(self->preferences, PREFERENCE_ASK_BLOCKED);
    const char *sentence = choose_sentence(self);

    self->updating = TRUE;
    if (!asking)
        gtk_switch_set_active(self->login, sotto_autostart_is_on(self->autostart));
    gtk_switch_set_active(self->notifications,
                          preferences_get(self->preferences, PREFERENCE_NOTIFICATIONS));
    gtk_switch_set_active(self->colour, preferences_get(self->preferences, PREFERENCE_COLOUR_ICON));
    gtk_toggle_button_set_active(asks ? self->ask_blocked : self->stay_blocked, TRUE);
    self->updating = FALSE;
    gtk_widget_set_sensitive(GTK_WIDGET(self->login), !asking);
    spoken_row_set(self->login_row, _("Start at login"),
                   asking ? _("Waiting for your desktop's answer…")
                          : _("Sotto is in the tray when you log in. Protection goes on without "
                              "it, too."));
    gtk_label_set_text(self->sentence, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->sentence), sentence[0] != '\0');
}

static void on_login(GtkSwitch *button, GParamSpec *property, gpointer data)
{
    SottoSettingsPage *self = data;

    if (self->updating)
        return;
    g_free(self->failure);
    self->failure = g_strdup("");
    sotto_autostart_set(self->autostart, gtk_switch_get_active(button)); /* "changed" updates */
}

static void set_preference(SottoSettingsPage *self, Preference preference, gboolean value)
{
    g_autoptr(GError) error = NULL;

    if (self->updating || preferences_get(self->preferences, preference) == value)
        return;
    g_free(self->failure);
    self->failure = preferences_set(self->preferences, preference, value, &error)
                        ? g_strdup("")
                        : g_strdup(error->message);
    update(self);
    if (preference == PREFERENCE_COLOUR_ICON)
        sotto_application_refresh(SOTTO_APPLICATION(g_application_get_default()));
}

static void on_notifications(GtkSwitch *button, GParamSpec *property, gpointer data)
{
    set_preference(data, PREFERENCE_NOTIFICATIONS, gtk_switch_get_active(button));
}

static void on_colour(GtkSwitch *button, GParamSpec *property, gpointer data)
{
    set_preference(data, PREFERENCE_COLOUR_ICON, gtk_switch_get_active(button));
}

/* Of both: one goes off when the other goes on. */
static void on_blocked(GtkToggleButton *button, gpointer data)
{
    SottoSettingsPage *self = data;

    set_preference(self, PREFERENCE_ASK_BLOCKED, gtk_toggle_button_get_active(self->ask_blocked));
}

static void sotto_settings_page_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_settings_page_parent_class)->map(widget);
    update(SOTTO_SETTINGS_PAGE(widget));
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_settings_page_follow(SottoSettingsPage *self, SottoHelper *helper,
                                Preferences *preferences, SottoAutostart *autostart)
{
    sotto_unknown_row_follow(self->unknown_row, helper);
    self->preferences = preferences;
    self->autostart = autostart;
    self->autostart_handler =
        g_signal_connect_swapped(autostart, "changed", G_CALLBACK(update), self);
}

static void sotto_settings_page_destroy(GtkWidget *widget)
{
    SottoSettingsPage *self = SOTTO_SETTINGS_PAGE(widget);

    if (self->autostart_handler != 0)
        g_signal_handler_disconnect(self->autostart, self->autostart_handler);
    self->autostart_handler = 0;
    GTK_WIDGET_CLASS(sotto_settings_page_parent_class)->destroy(widget);
}

static void sotto_settings_page_finalize(GObject *object)
{
    g_free(SOTTO_SETTINGS_PAGE(object)->failure);
    G_OBJECT_CLASS(sotto_settings_page_parent_class)->finalize(object);
}

static void sotto_settings_page_class_init(SottoSettingsPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_UNKNOWN_ROW); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_settings_page_finalize;
    widget_class->destroy = sotto_settings_page_destroy;
    widget_class->map = sotto_settings_page_map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/settings-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoSettingsPage, name)
    CHILD(login_row);
    CHILD(login);
    CHILD(notifications_row);
    CHILD(notifications);
    CHILD(colour_row);
    CHILD(colour);
    CHILD(unknown_row);
    CHILD(stay_blocked_row);
    CHILD(stay_blocked);
    CHILD(ask_blocked_row);
    CHILD(ask_blocked);
    CHILD(sentence);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_login);
    gtk_widget_class_bind_template_callback(widget_class, on_notifications);
    gtk_widget_class_bind_template_callback(widget_class, on_colour);
    gtk_widget_class_bind_template_callback(widget_class, on_blocked);
}

static void sotto_settings_page_init(SottoSettingsPage *self)
{
    self->failure = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
    spoken_row_set(self->colour_row, _("Colour icon"),
                   _("In the tray, green while you are protected. Its shape tells the same."));
    spoken_row_set(self->stay_blocked_row, _("Stay blocked"),
                   _("Nothing goes out until Sotto finds a way through, or you decide."));
    spoken_row_set(self->ask_blocked_row, _("Ask me"),
                   _("The same, and a notification lets you allow it unprotected for a while."));
    spoken_row_set(self->notifications_row, _("Notifications"),
                   _("When a network wants you to sign in, and when protection begins or goes on. "
                     "That it stopped is always told."));
}
