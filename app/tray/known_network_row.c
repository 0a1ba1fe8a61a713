/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of a network in one line, most telling first. When it was last seen is told by the
 * day: the helper does not write the file anew for an hour more or less.
 *
 * Beside its two controls there is room for words only in a window of some width; in a narrow one
 * the controls stand below them. HdyActionRow has no second line, so the row has parts of its own.
 */
#include "known_network_row.h"

#include "figure.h"
#include "folding_box.h"
#include "policy_choice.h"
#include "row_words.h"

#include <glib/gi18n.h>

#define FOLDED_BELOW 376 /* pixels */

struct _SottoKnownNetworkRow {
    HdyPreferencesRow parent_instance;
    char *id;
    guint place;

    GtkWidget *halves; /* words, controls */
    GtkImage *icon, *mark;
    GtkLabel *name, *detail;
    SottoPolicyChoice *policies;
    GtkWidget *forget;
};

G_DEFINE_FINAL_TYPE(SottoKnownNetworkRow, sotto_known_network_row, HDY_TYPE_PREFERENCES_ROW)

/* --- words ----------------------------------------------------------------------------------- */

static gboolean is_same_day(GDateTime *a, GDateTime *b)
{
    return g_date_time_get_year(a) == g_date_time_get_year(b) &&
           g_date_time_get_day_of_year(a) == g_date_time_get_day_of_year(b);
}

/* (transfer full) */
static char *describe_last_seen(gint64 last_seen_s)
{
    g_autoptr(GDateTime) seen = g_date_time_new_from_unix_local(last_seen_s);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autoptr(GDateTime) yesterday = g_date_time_add_days(now, -1);
    g_autofree char *day = NULL, *date = NULL;

    if (seen == NULL || last_seen_s <= 0)
        return g_strdup("");
    if (is_same_day(seen, now))
        return g_strdup(_("Last seen today"));
    if (is_same_day(seen, yesterday))
        return g_strdup(_("Last seen yesterday"));
    day = g_date_time_format(seen, "%Y-%m-%d");
    date = figure_date(day);
    /* Translators: %s is a date, such as 22 November 2026. */
    return g_strdup_printf(_("Last seen on %s"), date);
}

/* The name that the air carries, where the network is known by another one (transfer full). */
static char *describe_kind(const SottoNetwork *network)
{
    if (network->ssid[0] == '\0')
        return g_strdup(_("wired"));
    if (g_str_equal(network->ssid, network->name))
        return g_strdup(_("Wi-Fi"));
    /* Translators: %s is the name of a Wi-Fi. */
    return g_strdup_printf(_("Wi-Fi “%s”"), network->ssid);
}

static void append_part(GString *text, const char *part)
{
    if (part[0] == '\0')
        return;
    if (text->len > 0)
        g_string_append(text, " · ");
    g_string_append(text, part);
}

/* "Connected now · Wi-Fi · asked for a sign-in before" (transfer full) */
static char *describe(const SottoNetwork *network)
{
    GString *text = g_string_new(NULL);
    g_autofree char *seen =
        network->current ? g_strdup(_("Connected now")) : describe_last_seen(network->last_seen_s);
    g_autofree char *kind = describe_kind(network);

    append_part(text, seen);
    append_part(text, kind);
    if (network->portal)
        append_part(text, _("asked for a sign-in before"));
    if (!network->decided)
        append_part(text, _("treated as any new network"));
    return g_string_free(text, FALSE);
}

/* --- showing --------------------------------------------------------------------------------- */

void sotto_known_network_row_show(SottoKnownNetworkRow *self, const SottoNetwork *network,
                                  guint place)
{
    const char *name = network->name[0] != '\0' ? network->name : _("Nameless network");
    g_autofree char *detail = describe(network);
    /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
    g_autofree char *forget = g_strdup_printf(_("Forget %s"), name);

    g_free(self->id);
    self->id = g_strdup(network->id);
    self->place = place;
    row_words_set(HDY_PREFERENCES_ROW(self), self->name, self->detail, name, detail);
    gtk_image_set_from_icon_name(self->icon,
                                 network->ssid[0] != '\0' ? "network-wireless-symbolic"
                                                          : "network-wired-symbolic",
                                 GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_visible(GTK_WIDGET(self->mark), network->current);
    sotto_policy_choice_set(self->policies, name, network->policy);
    atk_object_set_name(gtk_widget_get_accessible(self->forget), forget);
}

guint sotto_known_network_row_place(SottoKnownNetworkRow *self)
{
    return self->place;
}

/* --- choosing -------------------------------------------------------------------------------- */

static void activate(const char *action, GVariant *parameter)
{
    g_action_group_activate_action(G_ACTION_GROUP(g_application_get_default()), action, parameter);
}

static void on_chosen(SottoPolicyChoice *policies, const char *policy, gpointer data)
{
    SottoKnownNetworkRow *self = data;

    activate("set-network-policy", g_variant_new("(ss)", self->id, policy));
}

static void on_forget(GtkButton *button, gpointer data)
{
    SottoKnownNetworkRow *self = data;

    activate(
        "forget-network",
        g_variant_new("(ss)", self->id, hdy_preferences_row_get_title(HDY_PREFERENCES_ROW(self))));
}

/* --- the object ------------------------------------------------------------------------------ */

SottoKnownNetworkRow *sotto_known_network_row_new(void)
{
    return g_object_new(SOTTO_TYPE_KNOWN_NETWORK_ROW, "visible", TRUE, NULL);
}

static void sotto_known_network_row_finalize(GObject *object)
{
    g_free(SOTTO_KNOWN_NETWORK_ROW(object)->id);
    G_OBJECT_CLASS(sotto_known_network_row_parent_class)->finalize(object);
}

static void sotto_known_network_row_class_init(SottoKnownNetworkRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_POLICY_CHOICE); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_known_network_row_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/known-network-row.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoKnownNetworkRow, name)
    CHILD(halves);
    CHILD(icon);
    CHILD(name);
    CHILD(detail);
    CHILD(mark);
    CHILD(policies);
    CHILD(forget);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_chosen);
    gtk_widget_class_bind_template_callback(widget_class, on_forget);
}

static void sotto_known_network_row_init(SottoKnownNetworkRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    folding_box_follow(self->halves, FOLDED_BELOW);
}
