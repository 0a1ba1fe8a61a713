/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one choice a network has. The ids of the entries in ui/network-row.ui are the words of the
 * contract, so that what is chosen goes to the application's action as it is. A choice that the
 * helper refuses goes back by the refresh that follows every action.
 */
#include "network_row.h"

#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoNetworkRow {
    HdyActionRow parent_instance;
    gboolean updating; /* the entry is being set, not chosen */

    GtkComboBox *policies;
};

G_DEFINE_FINAL_TYPE(SottoNetworkRow, sotto_network_row, HDY_TYPE_ACTION_ROW)

static const char *describe(SottoPolicy policy)
{
    switch (policy) {
    case SOTTO_POLICY_PROTECT:
        return _("Lookups are encrypted here while Sotto is on");
    case SOTTO_POLICY_ASK:
        return _("You are asked before anything is encrypted here");
    case SOTTO_POLICY_LEAVE_ALONE:
        return _("This network's own DNS is used here");
    }
    return "";
}

void sotto_network_row_update(SottoNetworkRow *self, SottoHelper *helper)
{
    SottoPolicy policy = sotto_helper_policy(helper);
    const char *network = sotto_helper_network(helper);
    /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
    g_autofree char *title = g_strdup_printf(_("On %s"), network);

    spoken_row_set(HDY_ACTION_ROW(self), network[0] != '\0' ? title : _("On this network"),
                   describe(policy));
    self->updating = TRUE;
    gtk_combo_box_set_active_id(self->policies, sotto_policy_word(policy));
    self->updating = FALSE;
}

static void on_chosen(GtkComboBox *policies, gpointer data)
{
    SottoNetworkRow *self = data;
    const char *policy = gtk_combo_box_get_active_id(policies);

    if (!self->updating && policy != NULL)
        g_action_group_activate_action(G_ACTION_GROUP(g_application_get_default()), "set-policy",
                                       g_variant_new_string(policy));
}

static void sotto_network_row_class_init(SottoNetworkRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/network-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoNetworkRow, policies);
    gtk_widget_class_bind_template_callback(widget_class, on_chosen);
}

static void sotto_network_row_init(SottoNetworkRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
