/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of resolvers: the list, its search and filters, and what is opened from it, one above
 * the other in a deck. No row is built before the page is first visited; see resolver_list.c.
 *
 * What is asked of the helper goes through resolver_calls.c, and its one sentence stands above
 * whatever of the deck is seen.
 */
#include "resolvers_page.h"

#include "add_dialog.h"
#include "filter_button.h"
#include "lists_view.h"
#include "relay_page.h"
#include "relay_words.h"
#include "resolver_calls.h"
#include "resolver_details.h"
#include "resolver_list.h"
#include "resolver_words.h"
#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoResolversPage {
    GtkBin parent_instance;
    SottoHelper *helper;
    Catalogue *catalogue;
    SottoResolverCalls *calls;
    gulong catalogue_handler;
    ResolverList *rows;            /* NULL before the first visit */
    SottoResolverDetails *details; /* NULL before they are first opened */
    SottoRelayPage *relays;        /* the same */
    SottoAddDialog *add_dialog;    /* NULL while there is none */
    char *added;                   /* by it; NULL */
    GtkWidget *relays_from;        /* what of the deck they were opened from */

    GtkLabel *message, *count;
    HdyDeck *deck;
    GtkWidget *overview, *found;
    GtkSearchEntry *search;
    SottoFilterButton *filters;
    GtkListBox *list;
    HdyActionRow *relay_row;
    GtkWidget *change_relay;
    GtkLabel *explanation;
    SottoListsView *lists;
};

G_DEFINE_FINAL_TYPE(SottoResolversPage, sotto_resolvers_page, GTK_TYPE_BIN)

/* --- what is under way --------------------------------------------------------------------- */

static void on_message(SottoResolverCalls *calls, const char *text, gboolean failed, gpointer data)
{
    SottoResolversPage *self = data;
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self->message));

    if (failed)
        gtk_style_context_add_class(style, "bad");
    else
        gtk_style_context_remove_class(style, "bad");
    if (text != NULL)
        gtk_label_set_text(self->message, text);
    gtk_widget_set_visible(GTK_WIDGET(self->message), text != NULL);
}

static void show_relay(SottoResolversPage *self)
{
    g_autofree char *name = relay_words_name(sotto_helper_relay(self->helper), NULL);

    spoken_row_set(self->relay_row, _("Relay for All Resolvers"), name);
}

void sotto_resolvers_page_update(SottoResolversPage *self)
{
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;

    if (self->rows == NULL)
        return; /* not visited yet */
    resolver_list_choose(self->rows, sotto_resolver_calls_chosen(self->calls));
    gtk_widget_set_sensitive(GTK_WIDGET(self->list), present);
    gtk_widget_set_sensitive(self->change_relay, present);
    show_relay(self);
    sotto_lists_view_update(self->lists);
    if (self->details != NULL)
        sotto_resolver_details_update(self->details);
    if (self->relays != NULL)
        sotto_relay_page_update(self->relays);
}

/* --- searching ----------------------------------------------------------------------------- */

static gboolean is_narrowed(SottoResolversPage *self)
{
    return gtk_entry_get_text_length(GTK_ENTRY(self->search)) > 0 ||
           sotto_filter_button_traits(self->filters) != 0;
}

static void show_count(SottoResolversPage *self)
{
    gboolean narrowed = is_narrowed(self);
    guint count = resolver_list_matches(self->rows);
    guint shown = resolver_list_shown_at_most(self->rows);
    g_autofree char *all =
        g_strdup_printf(ngettext("%u resolver matches", "%u resolvers match", count), count);
    /* Translators: how many of the resolvers that match are shown: “412 match; the first 200 are
     * shown”. */
    g_autofree char *some =
        g_strdup_printf(ngettext("%u resolvers match; the first %u is shown",
                                 "%u resolvers match; the first %u are shown", shown),
                        count, shown);
    const char *text = count == 0      ? _("No resolver matches. Clear All shows every one again.")
                       : count > shown ? some
                                       : all;

    gtk_label_set_text(self->count, text);
    gtk_widget_set_visible(self->found, narrowed);
    gtk_widget_set_visible(GTK_WIDGET(self->list), count > 0);
    /* told to who cannot see it, while the focus stays where they type */
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(self->search)),
                               narrowed ? text : "");
}

static void on_filter_changed(SottoResolversPage *self)
{
    g_auto(GStrv) words = resolver_words_typed(gtk_entry_get_text(GTK_ENTRY(self->search)));

    if (self->rows == NULL)
        return;
    resolver_list_filter(self->rows, words, sotto_filter_button_traits(self->filters));
    show_count(self);
}

static void on_clear(SottoResolversPage *self)
{
    gtk_entry_set_text(GTK_ENTRY(self->search), "");
    sotto_filter_button_clear(self->filters);
    on_filter_changed(self); /* at once, and also when there was no filter */
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

void sotto_resolvers_page_focus_search(SottoResolversPage *self)
{
    hdy_deck_set_visible_child(self->deck, self->overview);
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

/* --- the deck ------------------------------------------------------------------------------ */

/* The keyboard goes on where it came from. */
static void close_details(SottoResolversPage *self)
{
    SottoResolverRow *row = resolver_list_row(self->rows, sotto_resolver_details_id(self->details));

    hdy_deck_set_visible_child(self->deck, self->overview);
    if (row != NULL && gtk_widget_get_child_visible(GTK_WIDGET(row)))
        sotto_resolver_row_focus_details(row);
    else
        gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

static void close_relays(SottoResolversPage *self)
{
    hdy_deck_set_visible_child(self->deck, self->relays_from);
    if (self->relays_from == self->overview)
        gtk_widget_grab_focus(self->change_relay);
    else
        gtk_widget_grab_focus(GTK_WIDGET(self->details));
}

static void open_relays(SottoResolversPage *self, GtkWidget *from, const char *id)
{
    if (self->relays == NULL) {
        self->relays = sotto_relay_page_new(self->helper, self->catalogue, self->calls);
        g_signal_connect_swapped(self->relays, "closed", G_CALLBACK(close_relays), self);
        gtk_container_add(GTK_CONTAINER(self->deck), GTK_WIDGET(self->relays));
    }
    self->relays_from = from;
    sotto_relay_page_open(self->relays, id);
    hdy_deck_set_visible_child(self->deck, GTK_WIDGET(self->relays));
    gtk_widget_grab_focus(GTK_WIDGET(self->relays));
}

static void on_relay_of_one(SottoResolversPage *self)
{
    open_relays(self, GTK_WIDGET(self->details), sotto_resolver_details_id(self->details));
}

static void on_relay_for_all(SottoResolversPage *self)
{
    open_relays(self, self->overview, "");
}

static void open_details(SottoResolversPage *self, const char *id)
{
    if (self->details == NULL) {
        self->details = sotto_resolver_details_new(self->helper, self->catalogue, self->calls);
        g_signal_connect_swapped(self->details, "closed", G_CALLBACK(close_details), self);
        g_signal_connect_swapped(self->details, "relay", G_CALLBACK(on_relay_of_one), self);
        hdy_deck_insert_child_after(self->deck, GTK_WIDGET(self->details), self->overview);
    }
    sotto_resolver_details_open(self->details, id);
    hdy_deck_set_visible_child(self->deck, GTK_WIDGET(self->details));
    gtk_widget_grab_focus(GTK_WIDGET(self->details));
}

/* Escape and Alt+Left lead back, wherever the focus is. */
static gboolean on_key_press(SottoResolversPage *self, GdkEventKey *event)
{
    GtkWidget *shown = hdy_deck_get_visible_child(self->deck);
    gboolean rtl = gtk_widget_get_direction(GTK_WIDGET(self)) == GTK_TEXT_DIR_RTL;
    guint state = event->state & gtk_accelerator_get_default_mod_mask();
    gboolean back =
        (event->keyval == GDK_KEY_Escape && state == 0) ||
        (event->keyval == (rtl ? GDK_KEY_Right : GDK_KEY_Left) && state == GDK_MOD1_MASK);

    if (!back || shown == self->overview)
        return GDK_EVENT_PROPAGATE;
    if (shown == GTK_WIDGET(self->details))
        close_details(self);
    else
        close_relays(self);
    return GDK_EVENT_STOP;
}

/* --- adding -------------------------------------------------------------------------------- */

static void on_added(SottoResolversPage *self, const char *id)
{
    hdy_deck_set_visible_child(self->deck, self->overview);
    on_clear(self); /* whatever was looked for, the new one is to be seen */
    g_free(self->added);
    self->added = g_strdup(id);
}

/* The keyboard goes on at the new one, which brings it into sight. */
static void on_add_dialog_destroyed(SottoResolversPage *self)
{
    SottoResolverRow *row = self->rows != NULL && self->added != NULL
                                ? resolver_list_row(self->rows, self->added)
                                : NULL;

    self->add_dialog = NULL;
    g_clear_pointer(&self->added, g_free);
    if (row != NULL)
        sotto_resolver_row_focus_details(row);
}

void sotto_resolvers_page_add(SottoResolversPage *self, const char *spec)
{
    GtkWindow *window = GTK_WINDOW(gtk_widget_get_toplevel(GTK_WIDGET(self)));

    if (self->add_dialog == NULL) {
        self->add_dialog = sotto_add_dialog_new(window, self->helper, self->calls);
        g_signal_connect_object(self->add_dialog, "added", G_CALLBACK(on_added), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(self->add_dialog, "destroy", G_CALLBACK(on_add_dialog_destroyed),
                                self, G_CONNECT_SWAPPED);
    }
    sotto_add_dialog_fill(self->add_dialog, spec);
    gtk_window_present(GTK_WINDOW(self->add_dialog));
}

/* --- the list ------------------------------------------------------------------------------ */

static void on_opened(SottoResolverRow *row, gpointer data)
{
    open_details(data, sotto_resolver_row_id(row));
}

static void on_chosen(SottoResolverRow *row, gpointer data)
{
    SottoResolversPage *self = data;

    sotto_resolver_calls_choose(self->calls, sotto_resolver_row_id(row),
                                sotto_resolver_row_name(row));
}

static void on_starred(SottoResolverRow *row, gboolean favourite, gpointer data)
{
    SottoResolversPage *self = data;

    sotto_resolver_calls_star(self->calls, sotto_resolver_row_id(row), favourite);
}

static void show_list(SottoResolversPage *self, gboolean anew)
{
    if (self->rows == NULL)
        return;
    resolver_list_update(self->rows, catalogue_model(self->catalogue), anew);
    show_count(self);
    sotto_resolvers_page_update(self);
}

static void on_items_changed(SottoResolversPage *self)
{
    show_list(self, FALSE);
}

/* What was asked for may have been refused: buttons go back to what is so. */
static void on_ended(SottoResolversPage *self)
{
    show_list(self, FALSE);
}

static void sotto_resolvers_page_map(GtkWidget *widget)
{
    static const ResolverListHandlers handlers = {on_chosen, on_starred, on_opened};
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(widget);

    GTK_WIDGET_CLASS(sotto_resolvers_page_parent_class)->map(widget);
    if (self->rows == NULL)
        self->rows = resolver_list_new(self->list, &handlers, self);
    show_list(self, TRUE);
    catalogue_look_at_lists(self->catalogue);
    catalogue_refresh(self->catalogue);
}

/* --- the object ---------------------------------------------------------------------------- */

void sotto_resolvers_page_follow(SottoResolversPage *self, SottoHelper *helper,
                                 Catalogue *catalogue)
{
    self->helper = helper;
    self->catalogue = catalogue;
    sotto_lists_view_follow(self->lists, helper);
    self->calls = sotto_resolver_calls_new(helper, catalogue);
    g_signal_connect(self->calls, "message", G_CALLBACK(on_message), self);
    g_signal_connect_swapped(self->calls, "ended", G_CALLBACK(on_ended), self);
    self->catalogue_handler = g_signal_connect_swapped(catalogue_model(catalogue), "items-changed",
                                                       G_CALLBACK(on_items_changed), self);
}

static void sotto_resolvers_page_destroy(GtkWidget *widget)
{
    SottoResolversPage *self = SOTTO_RESOLVERS_PAGE(widget);

    if (self->calls != NULL)
        sotto_resolver_calls_abandon(self->calls);
    g_clear_object(&self->calls);
    g_clear_pointer(&self->added, g_free);
    g_clear_pointer(&self->rows, resolver_list_free);
    if (self->catalogue_handler != 0)
        g_signal_handler_disconnect(catalogue_model(self->catalogue), self->catalogue_handler);
    self->catalogue_handler = 0;
    GTK_WIDGET_CLASS(sotto_resolvers_page_parent_class)->destroy(widget);
}

static void sotto_resolvers_page_class_init(SottoResolversPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_FILTER_BUTTON); /* named in the template */
    g_type_ensure(SOTTO_TYPE_LISTS_VIEW);
    widget_class->destroy = sotto_resolvers_page_destroy;
    widget_class->map = sotto_resolvers_page_map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/resolvers-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoResolversPage, name)
    CHILD(message);
    CHILD(count);
    CHILD(deck);
    CHILD(overview);
    CHILD(found);
    CHILD(search);
    CHILD(filters);
    CHILD(list);
    CHILD(relay_row);
    CHILD(change_relay);
    CHILD(explanation);
    CHILD(lists);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_relay_for_all);
    gtk_widget_class_bind_template_callback(widget_class, on_key_press);
    gtk_widget_class_bind_template_callback(widget_class, on_filter_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_clear);
}

static void sotto_resolvers_page_init(SottoResolversPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_label_set_text(self->explanation, relay_words_explanation());
}
