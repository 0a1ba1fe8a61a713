/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ways on top, then the relays that fit, some two hundred of them: built in batches when the
 * page is opened, and gone when it is opened for another resolver. A choice that is refused goes
 * back; the reason stands above the page.
 */
#include "relay_page.h"

#include "country.h"
#include "figure.h"
#include "relay_row.h"
#include "relay_words.h"
#include "resolver_words.h"

#include <glib/gi18n.h>

#define ROWS_A_BATCH 16

struct _SottoRelayPage {
    GtkBin parent_instance;
    SottoHelper *helper;
    Catalogue *catalogue;
    SottoResolverCalls *calls;
    char *id; /* of the resolver; "" all, NULL: nothing was opened yet */
    GCancellable *question;
    GVariant *relays; /* the last list; NULL: none yet */
    gsize next;       /* the relay to be built next */
    guint batch_source;
    char **words; /* looked for; NULL: nothing is */
    SottoRelayRow *first;

    GtkWidget *back, *empty;
    GtkLabel *title, *explanation, *failure;
    GtkSearchEntry *search;
    GtkListBox *list;
};

G_DEFINE_FINAL_TYPE(SottoRelayPage, sotto_relay_page, GTK_TYPE_BIN)

enum { SIGNAL_CLOSED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

/* --- the choice as it is ------------------------------------------------------------------- */

static gboolean is_for_all(SottoRelayPage *self)
{
    return self->id[0] == '\0';
}

/* NULL for all of them, and when it is gone (transfer none). */
static SottoResolver *resolver_of(SottoRelayPage *self)
{
    return is_for_all(self) ? NULL : catalogue_find(self->catalogue, self->id);
}

/* What is chosen, as SetRelay takes it. */
static const char *chosen(SottoRelayPage *self)
{
    SottoResolver *resolver = resolver_of(self);
    const char *for_all = sotto_helper_relay(self->helper);

    if (resolver != NULL)
        return sotto_resolver_relay_choice(resolver);
    return for_all[0] != '\0' ? for_all : SOTTO_RELAY_NONE;
}

static void mark_chosen(SottoRelayPage *self)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->list));

    for (GList *link = rows; link != NULL; link = link->next)
        if (g_str_equal(sotto_relay_row_choice(link->data), chosen(self)))
            sotto_relay_row_set_active(link->data, TRUE);
}

void sotto_relay_page_update(SottoRelayPage *self)
{
    if (!gtk_widget_get_mapped(GTK_WIDGET(self)))
        return;
    gtk_widget_set_sensitive(GTK_WIDGET(self->list),
                             sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT);
    if (!is_for_all(self) && resolver_of(self) == NULL)
        g_signal_emit(self, signals[SIGNAL_CLOSED], 0); /* it was removed */
    else
        mark_chosen(self);
}

static void on_chosen(SottoRelayRow *row, gpointer data)
{
    SottoRelayPage *self = data;

    sotto_resolver_calls_set_relay(self->calls, self->id, sotto_relay_row_choice(row));
}

/* --- searching ----------------------------------------------------------------------------- */

static gboolean filter_row(GtkListBoxRow *row, gpointer data)
{
    const SottoRelayPage *self = data;

    return self->words == NULL ||
           sotto_relay_row_matches(SOTTO_RELAY_ROW(row), (const char *const *)self->words);
}

static void show_emptiness(SottoRelayPage *self)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->list));
    gboolean any = FALSE;

    for (GList *link = rows; link != NULL && !any; link = link->next)
        any = filter_row(link->data, self);
    gtk_widget_set_visible(self->empty, !any && self->batch_source == 0);
    gtk_widget_set_visible(GTK_WIDGET(self->list), any);
}

static void on_search_changed(GtkSearchEntry *entry, gpointer data)
{
    SottoRelayPage *self = data;

    g_strfreev(self->words);
    self->words = resolver_words_typed(gtk_entry_get_text(GTK_ENTRY(entry)));
    gtk_list_box_invalidate_filter(self->list);
    show_emptiness(self);
}

/* --- rows ---------------------------------------------------------------------------------- */

static void add_row(SottoRelayPage *self, const char *choice, const char *name, const char *detail)
{
    SottoRelayRow *row = sotto_relay_row_new(choice, name, detail, self->first);

    if (self->first == NULL)
        self->first = row;
    if (g_str_equal(choice, chosen(self)))
        sotto_relay_row_set_active(row, TRUE);
    g_signal_connect(row, "chosen", G_CALLBACK(on_chosen), self);
    gtk_container_add(GTK_CONTAINER(self->list), GTK_WIDGET(row));
}

static void add_ways(SottoRelayPage *self)
{
    g_autofree char *for_all =
        relay_words_of_resolver("", sotto_helper_relay(self->helper), self->relays);

    if (!is_for_all(self))
        add_row(self, "", for_all, _("Whatever is chosen for all resolvers"));
    add_row(self, SOTTO_RELAY_NONE, C_("relay", "None"),
            _("Asked directly; the resolver sees this network's address"));
    add_row(self, SOTTO_RELAY_ANY, C_("relay", "Picked for me"),
            _("Of another operator than the resolver, and of another country where there is one"));
}

/* "cryptostorm · France · DNSCrypt" (transfer full) */
static char *describe_relay(SottoResolver *relay, const char *kind)
{
    g_autofree char *protocol = figure_protocol(kind);
    const char *const parts[] = {sotto_resolver_operator(relay),
                                 country_name(sotto_resolver_country(relay)), protocol};
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i][0] != '\0')
            g_string_append_printf(text, "%s%s", text->len > 0 ? " · " : "", parts[i]);
    return g_string_free(text, FALSE);
}

/* Whether this kind of relay passes on to the resolver. */
static gboolean fits(SottoRelayPage *self, const char *kind)
{
    SottoResolver *resolver = resolver_of(self);
    const char *const *protocols;

    if (resolver == NULL)
        return TRUE;
    protocols = sotto_resolver_protocols(resolver);
    if (g_str_equal(kind, "odoh"))
        return g_strv_contains(protocols, "odoh");
    return g_strv_contains(protocols, "dnscrypt") || g_strv_contains(protocols, "relay");
}

static void add_relay(SottoRelayPage *self, GVariant *entry)
{
    g_autoptr(SottoResolver) relay = sotto_resolver_parse(entry);
    const char *kind = "";
    g_autofree char *detail = NULL;

    g_variant_lookup(entry, "kind", "&s", &kind);
    if (relay == NULL || !fits(self, kind))
        return;
    detail = describe_relay(relay, kind);
    add_row(self, sotto_resolver_id(relay), sotto_resolver_name(relay), detail);
}

static gboolean build_batch(gpointer data)
{
    SottoRelayPage *self = data;
    gsize count = g_variant_n_children(self->relays);

    for (guint built = 0; self->next < count && built < ROWS_A_BATCH; built++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(self->relays, self->next++);
        add_relay(self, entry);
    }
    if (self->next < count)
        return G_SOURCE_CONTINUE;
    self->batch_source = 0;
    show_emptiness(self); /* what was looked for meanwhile */
    return G_SOURCE_REMOVE;
}

static void clear_rows(SottoRelayPage *self)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->list));

    g_clear_handle_id(&self->batch_source, g_source_remove);
    self->first = NULL;
    for (GList *link = rows; link != NULL; link = link->next)
        gtk_widget_destroy(link->data);
}

static void on_listed(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoRelayPage *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) relays =
        sotto_helper_list_relays_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    gtk_label_set_text(self->failure, error != NULL ? error->message : "");
    gtk_widget_set_visible(GTK_WIDGET(self->failure), error != NULL);
    if (relays == NULL)
        return;
    g_clear_pointer(&self->relays, g_variant_unref);
    self->relays = g_steal_pointer(&relays);
    clear_rows(self);
    add_ways(self);
    self->next = 0;
    self->batch_source = g_idle_add(build_batch, self);
}

static void forget_question(SottoRelayPage *self)
{
    if (self->question != NULL)
        g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
}

void sotto_relay_page_open(SottoRelayPage *self, const char *id)
{
    SottoResolver *resolver;
    g_autofree char *title = NULL;

    g_free(self->id);
    self->id = g_strdup(id);
    resolver = resolver_of(self);
    /* Translators: %s is the name of a resolver, such as Quad9. */
    title = resolver != NULL ? g_strdup_printf(_("Relay for %s"), sotto_resolver_name(resolver))
                             : g_strdup(_("Relay for All Resolvers"));
    gtk_label_set_text(self->title, title);
    gtk_entry_set_text(GTK_ENTRY(self->search), "");
    clear_rows(self);
    add_ways(self);
    forget_question(self);
    self->question = g_cancellable_new();
    sotto_helper_list_relays_async(self->helper, self->question, on_listed, self);
}

static void on_back(GtkButton *button, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_CLOSED], 0);
}

/* --- the object ---------------------------------------------------------------------------- */

SottoRelayPage *sotto_relay_page_new(SottoHelper *helper, Catalogue *catalogue,
                                     SottoResolverCalls *calls)
{
    SottoRelayPage *self = g_object_new(SOTTO_TYPE_RELAY_PAGE, "visible", TRUE, NULL);

    self->helper = helper;
    self->catalogue = catalogue;
    self->calls = calls;
    return self;
}

static void sotto_relay_page_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_relay_page_parent_class)->map(widget);
    sotto_relay_page_update(SOTTO_RELAY_PAGE(widget));
}

static void sotto_relay_page_grab_focus(GtkWidget *widget)
{
    gtk_widget_grab_focus(SOTTO_RELAY_PAGE(widget)->back);
}

static void sotto_relay_page_destroy(GtkWidget *widget)
{
    SottoRelayPage *self = SOTTO_RELAY_PAGE(widget);

    forget_question(self);
    g_clear_handle_id(&self->batch_source, g_source_remove);
    GTK_WIDGET_CLASS(sotto_relay_page_parent_class)->destroy(widget);
}

static void sotto_relay_page_finalize(GObject *object)
{
    SottoRelayPage *self = SOTTO_RELAY_PAGE(object);

    g_clear_pointer(&self->relays, g_variant_unref);
    g_strfreev(self->words);
    g_free(self->id);
    G_OBJECT_CLASS(sotto_relay_page_parent_class)->finalize(object);
}

static void sotto_relay_page_class_init(SottoRelayPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_relay_page_finalize;
    widget_class->destroy = sotto_relay_page_destroy;
    widget_class->map = sotto_relay_page_map;
    widget_class->grab_focus = sotto_relay_page_grab_focus;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/relay-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoRelayPage, name)
    CHILD(back);
    CHILD(empty);
    CHILD(title);
    CHILD(explanation);
    CHILD(failure);
    CHILD(search);
    CHILD(list);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_search_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_back);
    signals[SIGNAL_CLOSED] = g_signal_new("closed", SOTTO_TYPE_RELAY_PAGE, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_relay_page_init(SottoRelayPage *self)
{
    self->id = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_label_set_text(self->explanation, relay_words_explanation());
    gtk_list_box_set_filter_func(self->list, filter_row, self, NULL);
}
