/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice of the network at hand, on Status. One that the helper refuses goes back by the
 * refresh that follows every action.
 * In a narrow window it stands below the words, as in the list of networks (known_network_row.c).
 */
#include "network_row.h"

#include "folding_box.h"
#include "policy_choice.h"
#include "row_words.h"

#include <glib/gi18n.h>

#define FOLDED_BELOW 330 /* pixels */

struct _SottoNetworkRow {
    HdyPreferencesRow parent_instance;

    GtkWidget *halves; /* words, choice */
    GtkLabel *name, *detail;
    SottoPolicyChoice *policies;
};

G_DEFINE_FINAL_TYPE(SottoNetworkRow, sotto_network_row, HDY_TYPE_PREFERENCES_ROW)

void sotto_network_row_update(SottoNetworkRow *self, SottoHelper *helper)
{
    SottoPolicy policy = sotto_helper_policy(helper);
    const char *network = sotto_helper_network(helper);
    /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
    g_autofree char *title = g_strdup_printf(_("On %s"), network);

    row_words_set(HDY_PREFERENCES_ROW(self), self->name, self->detail,
                  network[0] != '\0' ? title : _("On this network"), policy_describe(policy));
    sotto_policy_choice_set(self->policies, network, policy);
}

static void on_chosen(SottoPolicyChoice *policies, const char *policy, gpointer data)
{
    g_action_group_activate_action(G_ACTION_GROUP(g_application_get_default()), "set-policy",
                                   g_variant_new_string(policy));
}

static void sotto_network_row_class_init(SottoNetworkRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_POLICY_CHOICE); /* named in the template */
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/network-row.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoNetworkRow, name)
    CHILD(halves);
    CHILD(name);
    CHILD(detail);
    CHILD(policies);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_chosen);
}

static void sotto_network_row_init(SottoNetworkRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    folding_box_follow(self->halves, FOLDED_BELOW);
}
