/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of networks is asked for when the view comes into sight, and again whenever the helper
 * says that it would read otherwise; a view that nobody sees asks for nothing.
 *
 * The helper knows up to 256 networks, and a row costs about a millisecond: the first dozen are
 * made at once, the others when nothing else is to be done. A row stays with its network, so that
 * the keyboard's focus, or an open menu, is where it was when the list is told anew.
 */
#include "networks_view.h"

#include "known_network_row.h"
#include "local_names_view.h"

#include <glib/gi18n.h>

#define BATCH 12

struct _SottoNetworksView {
    GtkBin parent_instance;
    SottoHelper *helper;
    gulong networks_handler;
    GCancellable *question; /* a list is asked for; NULL: none is */
    GPtrArray *networks;    /* the last list; NULL: none yet */
    GHashTable *rows;       /* id → row, borrowed from the list box */
    guint shown;            /* so many of `networks` have their rows */
    guint batch_source;

    GtkWidget *content, *empty;
    GtkLabel *message;
    GtkListBox *list;
    SottoLocalNamesView *local_names;
};

G_DEFINE_FINAL_TYPE(SottoNetworksView, sotto_networks_view, GTK_TYPE_BIN)

/* --- rows ------------------------------------------------------------------------------------ */

static int compare_rows(GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
    guint place_a = sotto_known_network_row_place(SOTTO_KNOWN_NETWORK_ROW(a));
    guint place_b = sotto_known_network_row_place(SOTTO_KNOWN_NETWORK_ROW(b));

    return (place_a > place_b) - (place_a < place_b);
}

static void show_row(SottoNetworksView *self, const SottoNetwork *network, guint place)
{
    SottoKnownNetworkRow *row = g_hash_table_lookup(self->rows, network->id);

    if (row != NULL) {
        sotto_known_network_row_show(row, network, place);
        return;
    }
    row = sotto_known_network_row_new();
    g_hash_table_insert(self->rows, g_strdup(network->id), row);
    sotto_known_network_row_show(row, network, place);
    gtk_container_add(GTK_CONTAINER(self->list), GTK_WIDGET(row));
}

/* The keyboard's focus goes to the neighbour of a row that goes, not to nowhere. */
static void remove_row(SottoNetworksView *self, GtkWidget *row)
{
    GtkContainer *list = GTK_CONTAINER(self->list);
    int index = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));
    gboolean focused = gtk_container_get_focus_child(list) == row;
    GtkListBoxRow *neighbour;

    gtk_widget_destroy(row);
    neighbour = gtk_list_box_get_row_at_index(self->list, index);
    if (neighbour == NULL && index > 0)
        neighbour = gtk_list_box_get_row_at_index(self->list, index - 1);
    if (focused && neighbour != NULL)
        gtk_widget_grab_focus(GTK_WIDGET(neighbour));
}

static void remove_rows_of_others(SottoNetworksView *self)
{
    GHashTableIter iter;
    gpointer id, row;

    g_hash_table_iter_init(&iter, self->rows);
    while (g_hash_table_iter_next(&iter, &id, &row)) {
        if (sotto_networks_find(self->networks, id) != NULL)
            continue;
        remove_row(self, row);
        g_hash_table_iter_remove(&iter);
    }
}

/* The next dozen; FALSE when all are shown. */
static gboolean show_batch(SottoNetworksView *self)
{
    guint end = MIN(self->shown + BATCH, self->networks->len);

    for (; self->shown < end; self->shown++)
        show_row(self, g_ptr_array_index(self->networks, self->shown), self->shown);
    gtk_list_box_invalidate_sort(self->list);
    return self->shown < self->networks->len;
}

static gboolean on_batch(gpointer data)
{
    SottoNetworksView *self = data;

    if (show_batch(self))
        return G_SOURCE_CONTINUE;
    self->batch_source = 0;
    return G_SOURCE_REMOVE;
}

static void show_networks(SottoNetworksView *self)
{
    g_clear_handle_id(&self->batch_source, g_source_remove);
    gtk_widget_set_visible(self->empty, self->networks->len == 0);
    gtk_widget_set_visible(GTK_WIDGET(self->list), self->networks->len > 0);
    remove_rows_of_others(self);
    self->shown = 0;
    if (show_batch(self))
        self->batch_source = g_idle_add(on_batch, self);
}

/* --- the list -------------------------------------------------------------------------------- */

/* The helper's order is the newest first; the one at hand is the first of all. */
static void put_current_first(GPtrArray *networks)
{
    for (guint i = 1; i < networks->len; i++) {
        SottoNetwork *network = g_ptr_array_index(networks, i);
        if (!network->current)
            continue;
        g_ptr_array_steal_index(networks, i);
        g_ptr_array_insert(networks, 0, network);
        return;
    }
}

static void show_message(SottoNetworksView *self, const char *sentence)
{
    gtk_label_set_text(self->message, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->message), sentence[0] != '\0');
}

static void on_networks(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoNetworksView *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) networks =
        sotto_helper_list_networks_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the view is gone, or asked again */
    g_clear_object(&self->question);
    if (networks == NULL) {
        if (!g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_ABSENT)) /* that is said already */
            show_message(self, error->message);
        return;
    }
    put_current_first(networks);
    g_clear_pointer(&self->networks, g_ptr_array_unref);
    self->networks = g_steal_pointer(&networks);
    show_message(self, "");
    show_networks(self);
}

static void forget_question(SottoNetworksView *self)
{
    if (self->question != NULL)
        g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
}

static void ask(SottoNetworksView *self)
{
    if (!gtk_widget_get_mapped(GTK_WIDGET(self)) ||
        sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return;
    forget_question(self);
    self->question = g_cancellable_new();
    sotto_helper_list_networks_async(self->helper, self->question, on_networks, self);
}

/* --- showing --------------------------------------------------------------------------------- */

/* What was known of networks is not known of the next helper. */
static void show_absence(SottoNetworksView *self)
{
    forget_question(self);
    g_clear_handle_id(&self->batch_source, g_source_remove);
    g_clear_pointer(&self->networks, g_ptr_array_unref);
    show_message(self, _("There is no list of networks while the Sotto service is not running."));
}

void sotto_networks_view_update(SottoNetworksView *self)
{
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;

    gtk_widget_set_visible(self->content, present);
    if (!present)
        show_absence(self);
    else if (self->networks == NULL)
        ask(self);
}

static void sotto_networks_view_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_networks_view_parent_class)->map(widget);
    ask(SOTTO_NETWORKS_VIEW(widget));
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_networks_view_follow(SottoNetworksView *self, SottoHelper *helper)
{
    self->helper = helper;
    self->networks_handler =
        g_signal_connect_swapped(helper, "networks-changed", G_CALLBACK(ask), self);
    sotto_local_names_view_follow(self->local_names, helper);
}

static void sotto_networks_view_destroy(GtkWidget *widget)
{
    SottoNetworksView *self = SOTTO_NETWORKS_VIEW(widget);

    forget_question(self);
    g_clear_handle_id(&self->batch_source, g_source_remove);
    if (self->networks_handler != 0)
        g_signal_handler_disconnect(self->helper, self->networks_handler);
    self->networks_handler = 0;
    GTK_WIDGET_CLASS(sotto_networks_view_parent_class)->destroy(widget);
}

static void sotto_networks_view_finalize(GObject *object)
{
    SottoNetworksView *self = SOTTO_NETWORKS_VIEW(object);

    g_clear_pointer(&self->networks, g_ptr_array_unref);
    g_hash_table_unref(self->rows);
    G_OBJECT_CLASS(sotto_networks_view_parent_class)->finalize(object);
}

static void sotto_networks_view_class_init(SottoNetworksViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_LOCAL_NAMES_VIEW); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_networks_view_finalize;
    widget_class->destroy = sotto_networks_view_destroy;
    widget_class->map = sotto_networks_view_map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/networks-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksView, content);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksView, empty);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksView, message);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksView, list);
    gtk_widget_class_bind_template_child(widget_class, SottoNetworksView, local_names);
}

static void sotto_networks_view_init(SottoNetworksView *self)
{
    self->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_list_box_set_sort_func(self->list, compare_rows, NULL, NULL);
}
