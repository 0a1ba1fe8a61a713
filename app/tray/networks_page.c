/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two views in one page, since both say where lookups go; one is seen at a time, since either may
 * be long. Each looks after itself.
 */
#include "networks_page.h"

#include "networks_view.h"
#include "rules_view.h"

struct _SottoNetworksPage {
    GtkBin parent_instance;

    GtkStack *stack;
    GtkToggleButton *networks_button;
    SottoNetworksView *networks;
    SottoRulesView *rules;
};

G_DEFINE_FINAL_TYPE(SottoNetworksPage, sotto_networks_page, GTK_TYPE_BIN)

static void on_view_toggled(GtkToggleButton *button, gpointer data)
{
    SottoNetworksPage *self = data;
    gboolean networks = gtk_toggle_button_get_active(self->networks_button);

    gtk_stack_set_visible_child(self->stack,
                                networks ? GTK_WIDGET(self->networks) : GTK_WIDGET(self->rules));
}

void sotto_networks_page_update(SottoNetworksPage *self)
{
    sotto_networks_view_update(self->networks);
    sotto_rules_view_update(self->rules);
}

gboolean sotto_networks_page_focus_search(SottoNetworksPage *self)
{
    return sotto_rules_view_focus_search(self->rules);
}

void sotto_networks_page_follow(SottoNetworksPage *self, SottoHelper *helper)
{
    sotto_networks_view_follow(self->networks, helper);
    sotto_rules_view_follow(self->rules, helper);
}

static void sotto_networks_page_class_init(SottoNetworksPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_NETWORKS_VIEW); /* named in the template */
    g_type_ensure(SOTTO_TYPE_RULES_VIEW);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/networks-page.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksPage, stack);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksPage, networks_button);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksPage, networks);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksPage, rules);
    gtk_widget_class_bind_template_callback(widget_class, on_view_toggled);
}

static void sotto_networks_page_init(SottoNetworksPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
