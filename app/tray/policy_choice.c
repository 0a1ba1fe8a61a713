/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one choice a network has. Not a combo box: that takes 10 ms to make, which counts in a list
 * of 256, and chooses by the wheel of the mouse, too, which would take a network's protection away
 * from somebody who only scrolls past. Here the menu is made when it is first opened;
 * it is a popover, since a GtkMenu cannot be opened by a screen reader, without an event of a
 * device.
 */
#include "policy_choice.h"

#include <glib/gi18n.h>

#define POLICIES (SOTTO_POLICY_LEAVE_ALONE + 1)

struct _SottoPolicyChoice {
    GtkMenuButton parent_instance;
    GtkLabel *label;
    GtkWidget *items[POLICIES]; /* NULL until the menu is first opened */
    SottoPolicy policy;
};

G_DEFINE_FINAL_TYPE(SottoPolicyChoice, sotto_policy_choice, GTK_TYPE_MENU_BUTTON)

enum { SIGNAL_CHOSEN, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

const char *policy_describe(SottoPolicy policy)
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

static const char *policy_name(SottoPolicy policy)
{
    switch (policy) {
    case SOTTO_POLICY_PROTECT:
        return _("Protect");
    case SOTTO_POLICY_ASK:
        return _("Ask");
    case SOTTO_POLICY_LEAVE_ALONE:
        return _("Leave Alone");
    }
    return "";
}

static void check_item(SottoPolicyChoice *self)
{
    for (guint policy = 0; policy < POLICIES && self->items[policy] != NULL; policy++)
        g_object_set(self->items[policy], "active", policy == self->policy, NULL);
}

void sotto_policy_choice_set(SottoPolicyChoice *self, const char *network, SottoPolicy policy)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self));
    const char *name = policy_name(policy);
    /* Translators: a network (such as Grand Hotel Wi-Fi), and what is done on it (such as Protect).
     */
    g_autofree char *named = g_strdup_printf(_("What Sotto does on %s: %s"), network, name);
    /* Translators: %s is what is done, such as Protect. */
    g_autofree char *nameless = g_strdup_printf(_("What Sotto does on this network: %s"), name);

    self->policy = policy;
    gtk_label_set_text(self->label, name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), policy_describe(policy)); /* is spoken, too */
    atk_object_set_name(accessible, network[0] != '\0' ? named : nameless);
    check_item(self);
}

/* --- the menu -------------------------------------------------------------------------------- */

static void on_item_clicked(GtkWidget *item, gpointer data)
{
    SottoPolicyChoice *self = data;

    gtk_popover_popdown(gtk_menu_button_get_popover(GTK_MENU_BUTTON(self)));
    for (guint policy = 0; policy < POLICIES; policy++)
        if (self->items[policy] == item) /* the one it has, too: then it is decided */
            g_signal_emit(self, signals[SIGNAL_CHOSEN], 0, sotto_policy_word((SottoPolicy)policy));
}

static GtkWidget *make_item(SottoPolicyChoice *self, SottoPolicy policy)
{
    GtkWidget *item = g_object_new(GTK_TYPE_MODEL_BUTTON, "role", GTK_BUTTON_ROLE_RADIO, "text",
                                   policy_name(policy), NULL);

    gtk_widget_set_tooltip_text(item, policy_describe(policy));
    g_signal_connect(item, "clicked", G_CALLBACK(on_item_clicked), self);
    return item;
}

static void make_menu(SottoPolicyChoice *self)
{
    GtkWidget *popover = gtk_popover_new(GTK_WIDGET(self));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    g_object_set(box, "margin", 6, NULL);
    for (guint policy = 0; policy < POLICIES; policy++) {
        self->items[policy] = make_item(self, (SottoPolicy)policy);
        gtk_container_add(GTK_CONTAINER(box), self->items[policy]);
    }
    gtk_container_add(GTK_CONTAINER(popover), box);
    gtk_widget_show_all(box);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(self), popover);
}

static void sotto_policy_choice_toggled(GtkToggleButton *button)
{
    SottoPolicyChoice *self = SOTTO_POLICY_CHOICE(button);

    if (self->items[0] == NULL) {
        make_menu(self);
        check_item(self);
    }
    GTK_TOGGLE_BUTTON_CLASS(sotto_policy_choice_parent_class)->toggled(button);
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_policy_choice_class_init(SottoPolicyChoiceClass *class)
{
    GTK_TOGGLE_BUTTON_CLASS(class)->toggled = sotto_policy_choice_toggled;
    signals[SIGNAL_CHOSEN] = g_signal_new("chosen", SOTTO_TYPE_POLICY_CHOICE, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

/* All buttons of a list are as wide as the longest word asks for. */
static int longest_name(void)
{
    glong longest = 0;

    for (guint policy = 0; policy < POLICIES; policy++)
        longest = MAX(longest, g_utf8_strlen(policy_name((SottoPolicy)policy), -1));
    return (int)longest;
}

static void sotto_policy_choice_init(SottoPolicyChoice *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *arrow = gtk_image_new_from_icon_name("pan-down-symbolic", GTK_ICON_SIZE_BUTTON);

    self->label = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_width_chars(self->label, longest_name());
    gtk_label_set_xalign(self->label, 0);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(self->label), TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(box), arrow, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(self), box);
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
    gtk_widget_set_sensitive(GTK_WIDGET(self), TRUE); /* though there is no menu yet */
    gtk_widget_show_all(GTK_WIDGET(self));
}
