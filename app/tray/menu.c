/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tray's menu. It is built once; afterwards only labels, sensitivity and visibility change,
 * since the tray's library leaks a menu that is exchanged, and since a menu that stays the same
 * object can change while it is open. One level of submenus, because several panels show no more.
 *
 * Nothing here talks to the helper but the counts: items activate the application's actions, which
 * the window's buttons and the desktop file's entries share.
 *
 * Mnemonics are unique among the items visible together, in every state: the test for it walks
 * them.
 */
#include "menu.h"

#include "actions.h"
#include "presentation.h"

#include <glib/gi18n.h>

#define FAVOURITES 5

struct Menu {
    const Situation *situation;
    SottoHelper *helper;
    Catalogue *catalogue;
    GActionGroup *actions;
    GCancellable *lifetime;
    GtkWidget *menu;
    GtkWidget *status, *primary, *way_out, *other;
    GtkWidget *resolver, *pause, *check, *counts, *open, *quit;
    GtkWidget *automatic, *favourites[FAVOURITES];
    char *favourite_ids[FAVOURITES];
    gulong catalogue_handler;
    gboolean updating;     /* the radio items are being set, not clicked */
    gboolean counts_asked; /* an answer is under way */
};

/* --- choosing ------------------------------------------------------------------------------ */

static void on_activate(GtkMenuItem *item, gpointer data)
{
    Menu *self = data;

    actions_activate(self->actions, g_object_get_data(G_OBJECT(item), "action"));
}

static void choose(Menu *self, GtkWidget *item, const char *id)
{
    if (self->updating || !gtk_check_menu_item_get_active(GTK_CHECK_MENU_ITEM(item)))
        return;
    g_action_group_activate_action(self->actions, "set-resolver", g_variant_new_string(id));
}

static void on_automatic(GtkWidget *item, gpointer data)
{
    choose(data, item, SOTTO_RESOLVER_AUTO);
}

static void on_favourite(GtkWidget *item, gpointer data)
{
    Menu *self = data;

    for (int i = 0; i < FAVOURITES; i++)
        if (item == self->favourites[i] && self->favourite_ids[i] != NULL)
            choose(self, item, self->favourite_ids[i]);
}

/* --- counts -------------------------------------------------------------------------------- */

static char *describe_counts(const SottoStatistics *statistics)
{
    gulong number = (gulong)statistics->network_encrypted;
    g_autofree char *encrypted = presentation_count(statistics->network_encrypted);
    g_autofree char *clear = presentation_count(statistics->leaked);

    if (!statistics->leaks_watched)
        return g_strdup_printf(
            g_dngettext(NULL, "%s lookup encrypted", "%s lookups encrypted", number), encrypted);
    return g_strdup_printf(g_dngettext(NULL, "%s lookup encrypted · %s in the clear",
                                       "%s lookups encrypted · %s in the clear", number),
                           encrypted, clear);
}

static void on_counts(GObject *source, GAsyncResult *result, gpointer data)
{
    Menu *self = data;
    SottoStatistics statistics;
    g_autoptr(GError) error = NULL;
    g_autofree char *label = NULL;
    gboolean known =
        sotto_helper_get_statistics_finish(SOTTO_HELPER(source), result, &statistics, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the menu is gone */
    self->counts_asked = FALSE;
    if (!known) {
        g_debug("no counts: %s", error->message);
        return;
    }
    label = describe_counts(&statistics);
    gtk_menu_item_set_label(GTK_MENU_ITEM(self->counts), label);
}

void menu_refresh_counts(Menu *self)
{
    if (self->counts_asked || sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return;
    self->counts_asked = TRUE;
    sotto_helper_get_statistics_async(self->helper, self->lifetime, on_counts, self);
}

/* --- showing ------------------------------------------------------------------------------- */

static void set_active(GtkWidget *radio, gboolean active)
{
    if (active)
        gtk_check_menu_item_set_active(GTK_CHECK_MENU_ITEM(radio), TRUE);
}

static void update_resolver(Menu *self, gboolean present)
{
    const char *chosen = sotto_helper_resolver(self->helper);
    const char *answering = sotto_helper_resolver_in_use(self->helper);
    SottoResolver *resolver = catalogue_find(self->catalogue, chosen);
    const char *name = resolver != NULL               ? sotto_resolver_name(resolver)
                       : answering[0] != '\0'         ? answering
                       : present && chosen[0] != '\0' ? chosen
                                                      : "";
    g_autofree char *escaped = NULL, *label = NULL;

    if (g_str_equal(chosen, SOTTO_RESOLVER_AUTO) || name[0] == '\0')
        name = answering[0] != '\0' ? answering : _("Automatic");
    escaped = presentation_escape_mnemonic(name);
    /* Translators: %s is the name of a DNS resolver, such as Quad9. */
    label = g_strdup_printf(_("_Resolver: %s"), escaped);
    gtk_menu_item_set_label(GTK_MENU_ITEM(self->resolver), label);
    gtk_widget_set_visible(self->resolver, present);

    self->updating = TRUE;
    set_active(self->automatic, g_str_equal(chosen, SOTTO_RESOLVER_AUTO));
    for (int i = 0; i < FAVOURITES; i++)
        set_active(self->favourites[i], g_strcmp0(chosen, self->favourite_ids[i]) == 0);
    self->updating = FALSE;
}

/* The favourites come first; a chosen resolver that is none takes the last place, so that the menu
 * always shows what is chosen. */
static void update_favourites(Menu *self)
{
    const char *chosen = sotto_helper_resolver(self->helper);
    GListModel *model = catalogue_model(self->catalogue);
    SottoResolver *shown[FAVOURITES] = {NULL}, *current = catalogue_find(self->catalogue, chosen);
    guint count = 0;

    for (guint i = 0; i < g_list_model_get_n_items(model) && count < FAVOURITES; i++) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(model, i);
        if ((sotto_resolver_flags(resolver) & SOTTO_RESOLVER_FAVOURITE) != 0) {
            shown[count++] = resolver;
            current = resolver == current ? NULL : current;
        }
    }
    if (current != NULL)
        shown[MIN(count, FAVOURITES - 1)] = current;
    for (int i = 0; i < FAVOURITES; i++) {
        g_autofree char *label =
            shown[i] != NULL ? presentation_escape_mnemonic(sotto_resolver_name(shown[i])) : NULL;
        g_free(self->favourite_ids[i]);
        self->favourite_ids[i] = shown[i] ? g_strdup(sotto_resolver_id(shown[i])) : NULL;
        if (label != NULL)
            gtk_menu_item_set_label(GTK_MENU_ITEM(self->favourites[i]), label);
        gtk_widget_set_visible(self->favourites[i], label != NULL);
    }
}

/* An item that stands for another choice in each state; hidden where there is none. */
static void show_choice(GtkWidget *item, const Choice *choice)
{
    gtk_widget_set_visible(item, choice->label != NULL);
    g_object_set_data(G_OBJECT(item), "action", (gpointer)choice->action);
    if (choice->label != NULL)
        gtk_menu_item_set_label(GTK_MENU_ITEM(item), _(choice->label));
}

static void show_choices(Menu *self, const Presentation *shown)
{
    g_autofree char *time = NULL, *label = NULL;

    show_choice(self->primary, &shown->primary);
    show_choice(self->way_out, &shown->way_out);
    show_choice(self->other, &shown->other);
    if (shown->face != FACE_PAUSED)
        return;
    time = presentation_time(sotto_helper_until_s(self->helper));
    /* Translators: %s is a time of day, such as 14:32. */
    label = g_strdup_printf(_("Res_ume Now — resumes at %s"), time);
    gtk_menu_item_set_label(GTK_MENU_ITEM(self->primary), label);
}

void menu_update_status(Menu *self)
{
    g_autofree char *line = presentation_status_line(self->situation);
    g_autofree char *status = presentation_escape_mnemonic(line);

    gtk_menu_item_set_label(GTK_MENU_ITEM(self->status), status);
}

void menu_update(Menu *self)
{
    const Presentation *shown = presentation_of(self->situation);
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;

    menu_update_status(self);
    show_choices(self, shown);
    update_favourites(self);
    update_resolver(self, present);
    gtk_widget_set_visible(self->pause, shown->face == FACE_ON);
    gtk_widget_set_visible(self->check, present);
    gtk_widget_set_visible(self->counts, presentation_proof(self->situation) == PROOF_ENCRYPTED);
    gtk_menu_item_set_label(GTK_MENU_ITEM(self->quit),
                            shown->protecting ? _("_Quit — Protection Stays On") : _("_Quit"));
}

/* --- building ------------------------------------------------------------------------------ */

static void append(GtkWidget *menu, GtkWidget *item)
{
    gtk_widget_show(item);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
}

/* An item that activates `action`, a detailed name; NULL: none, or set later. */
static GtkWidget *append_item(Menu *self, GtkWidget *menu, const char *label, const char *action)
{
    GtkWidget *item = gtk_menu_item_new_with_mnemonic(label);

    g_object_set_data(G_OBJECT(item), "action", (gpointer)action);
    g_signal_connect(item, "activate", G_CALLBACK(on_activate), self);
    append(menu, item);
    return item;
}

static GtkWidget *append_submenu(Menu *self, const char *label, GtkWidget **submenu)
{
    GtkWidget *item = append_item(self, self->menu, label, NULL);

    *submenu = gtk_menu_new();
    gtk_menu_item_set_submenu(GTK_MENU_ITEM(item), *submenu);
    return item;
}

static GtkWidget *append_text(Menu *self)
{
    GtkWidget *item = append_item(self, self->menu, "", NULL);

    gtk_widget_set_sensitive(item, FALSE);
    return item;
}

static void append_separator(GtkWidget *menu)
{
    append(menu, gtk_separator_menu_item_new());
}

static void build_resolver_menu(Menu *self)
{
    GtkWidget *submenu, *item;
    GtkRadioMenuItem *group;

    self->resolver = append_submenu(self, "", &submenu);
    self->automatic = gtk_radio_menu_item_new_with_mnemonic(NULL, _("_Automatic — fastest nearby"));
    group = GTK_RADIO_MENU_ITEM(self->automatic);
    append(submenu, self->automatic);
    g_signal_connect(self->automatic, "toggled", G_CALLBACK(on_automatic), self);
    for (int i = 0; i < FAVOURITES; i++) {
        item = gtk_radio_menu_item_new_with_mnemonic_from_widget(group, "");
        append(submenu, item);
        gtk_widget_hide(item);
        g_signal_connect(item, "toggled", G_CALLBACK(on_favourite), self);
        self->favourites[i] = item;
    }
    append_separator(submenu);
    append_item(self, submenu, _("_More Resolvers…"), "show-page('resolvers')");
}

static void build(Menu *self)
{
    GtkWidget *submenu;

    self->menu = g_object_ref_sink(gtk_menu_new());
    self->status = append_text(self);
    self->primary = append_item(self, self->menu, "", NULL);
    self->way_out = append_item(self, self->menu, "", NULL);
    self->other = append_item(self, self->menu, "", NULL);
    append_separator(self->menu);
    build_resolver_menu(self);
    self->pause = append_submenu(self, _("_Pause"), &submenu);
    append_item(self, submenu, _("For _5 Minutes"), "pause(uint32 300)");
    append_item(self, submenu, _("For _30 Minutes"), "pause(uint32 1800)");
    append_item(self, submenu, _("Until I Leave This _Network"), "pause(uint32 0)");
    self->check = append_item(self, self->menu, _("_Check Protection Now"), "check");
    append_separator(self->menu);
    self->counts = append_text(self);
    gtk_menu_item_set_label(GTK_MENU_ITEM(self->counts), _("No lookups counted yet"));
    self->open = append_item(self, self->menu, _("_Open Sotto"), "open");
    self->quit = append_item(self, self->menu, "", "quit");
    gtk_menu_item_set_use_underline(GTK_MENU_ITEM(self->resolver), TRUE);
}

Menu *menu_new(const Situation *situation, Catalogue *catalogue, GActionGroup *actions)
{
    Menu *self = g_new0(Menu, 1);

    self->situation = situation;
    self->helper = situation->helper;
    self->catalogue = catalogue;
    self->actions = actions;
    self->lifetime = g_cancellable_new();
    build(self);
    self->catalogue_handler = g_signal_connect_swapped(catalogue_model(catalogue), "items-changed",
                                                       G_CALLBACK(menu_update), self);
    menu_update(self);
    return self;
}

void menu_free(Menu *self)
{
    if (self == NULL)
        return;
    g_cancellable_cancel(self->lifetime);
    g_object_unref(self->lifetime);
    g_signal_handler_disconnect(catalogue_model(self->catalogue), self->catalogue_handler);
    gtk_widget_destroy(self->menu);
    g_object_unref(self->menu);
    for (int i = 0; i < FAVOURITES; i++)
        g_free(self->favourite_ids[i]);
    g_free(self);
}

GtkMenu *menu_widget(Menu *self)
{
    return GTK_MENU(self->menu);
}

GtkWidget *menu_open_item(Menu *self)
{
    return self->open;
}
