/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the list knows of the resolver is shown at once; its endpoints and connections are asked for
 * whenever the page comes into sight and when something changed, never by the clock. The answers
 * change the page in place, so that nobody who reads a fingerprint loses the line.
 */
#include "resolver_details.h"

#include "country.h"
#include "endpoint_facts.h"
#include "relay_words.h"
#include "resolver_words.h"
#include "spoken_row.h"
#include "star_button.h"

#include <glib/gi18n.h>
#include <handy.h>

struct _SottoResolverDetails {
    GtkBin parent_instance;
    SottoHelper *helper;
    Catalogue *catalogue;
    SottoResolverCalls *calls;
    char *id; /* "" before any */
    GCancellable *questions;

    GtkWidget *back, *use, *remove, *change_relay, *connections_group;
    GtkLabel *title, *warning, *description, *chosen_note, *explanation, *failure;
    SottoStarButton *star;
    SottoFactGroup *about;
    HdyActionRow *relay_row;
    GtkBox *endpoints, *connections;
};

G_DEFINE_FINAL_TYPE(SottoResolverDetails, sotto_resolver_details, GTK_TYPE_BIN)

enum { SIGNAL_CLOSED, SIGNAL_RELAY, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void set_text(GtkLabel *label, const char *text)
{
    gtk_label_set_text(label, text);
    gtk_widget_set_visible(GTK_WIDGET(label), text[0] != '\0');
}

/* NULL when it is gone (transfer none). */
static SottoResolver *resolver_of(SottoResolverDetails *self)
{
    return catalogue_find(self->catalogue, self->id);
}

/* --- what the list knows ------------------------------------------------------------------- */

static void show_about(SottoResolverDetails *self, SottoResolver *resolver)
{
    const char *source = sotto_resolver_source(resolver);
    g_autofree char *promises = resolver_words_promises(resolver);
    g_autofree char *protocols = resolver_words_protocols(resolver);
    g_autofree char *latency = resolver_words_latency(resolver);

    sotto_fact_group_begin(self->about, NULL, NULL);
    sotto_fact_group_add(self->about, _("Operator"), sotto_resolver_operator(resolver), FACT_WORDS);
    sotto_fact_group_add(self->about, _("Country"), country_name(sotto_resolver_country(resolver)),
                         FACT_WORDS);
    sotto_fact_group_add(self->about, _("What it says of itself"),
                         promises[0] != '\0' ? promises : _("nothing"), FACT_WORDS);
    sotto_fact_group_add(self->about, _("Protocols"), protocols, FACT_WORDS);
    sotto_fact_group_add(self->about, _("Latency"),
                         latency[0] != '\0' ? latency : _("not measured yet"), FACT_WORDS);
    sotto_fact_group_add(
        self->about, _("Known from"),
        g_str_equal(source, "built-in") || source[0] == '\0'
            ? _("the list that Sotto brings along")
            : (g_str_equal(source, "own") ? _("this computer's own settings") : source),
        FACT_WORDS);
    sotto_fact_group_end(self->about);
}

static void show_actions(SottoResolverDetails *self, SottoResolver *resolver)
{
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;
    gboolean own = (sotto_resolver_flags(resolver) & SOTTO_RESOLVER_OWN) != 0;
    gboolean chosen = g_str_equal(sotto_resolver_calls_chosen(self->calls), self->id);

    gtk_button_set_label(GTK_BUTTON(self->use),
                         chosen ? _("This Resolver Is Chosen") : _("_Use This Resolver"));
    gtk_widget_set_sensitive(self->use, present && !chosen);
    gtk_widget_set_visible(self->remove, own);
    gtk_widget_set_sensitive(self->remove, present && !chosen);
    gtk_widget_set_visible(GTK_WIDGET(self->chosen_note), own && chosen);
    gtk_widget_set_sensitive(GTK_WIDGET(self->star), present);
    gtk_widget_set_sensitive(self->change_relay, present);
}

static void show_relay(SottoResolverDetails *self, SottoResolver *resolver)
{
    const char *choice = sotto_resolver_relay_choice(resolver);
    const char *through = sotto_resolver_relay(resolver);
    g_autofree char *name = relay_words_of_resolver(choice, sotto_helper_relay(self->helper), NULL);
    /* Translators: the choice (such as “Picked for me”), and the relays that it led to. */
    g_autofree char *both = g_strdup_printf(_("%s; now through %s"), name, through);

    spoken_row_set(self->relay_row, _("Relay"),
                   through[0] != '\0' && !g_str_equal(through, choice) ? both : name);
}

static void show_resolver(SottoResolverDetails *self, SottoResolver *resolver)
{
    const char *name = sotto_resolver_name(resolver);
    g_autofree char *warning = resolver_words_warning(resolver);

    gtk_label_set_text(self->title, name);
    set_text(self->warning, warning);
    set_text(self->description, sotto_resolver_description(resolver));
    sotto_star_button_set(self->star, name,
                          (sotto_resolver_flags(resolver) & SOTTO_RESOLVER_FAVOURITE) != 0);
    show_about(self, resolver);
    show_actions(self, resolver);
    show_relay(self, resolver);
}

/* --- what is asked for --------------------------------------------------------------------- */

/* A resolver that is of no relay's kind says so, instead of offering a choice. */
static void show_carried(SottoResolverDetails *self, gboolean carried)
{
    gtk_widget_set_visible(self->change_relay, carried);
    if (!carried)
        spoken_row_set(self->relay_row, _("Relay"),
                       _("No relay carries this resolver: it speaks neither DNSCrypt, as relays "
                         "pass it on, nor Oblivious DoH."));
}

static void show_endpoints(SottoResolverDetails *self, GVariant *description)
{
    g_autoptr(GVariant) list =
        g_variant_lookup_value(description, "endpoints", G_VARIANT_TYPE("aa{sv}"));
    gsize count = list != NULL ? g_variant_n_children(list) : 0;
    gboolean carried = FALSE;

    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) endpoint = g_variant_get_child_value(list, i);

        endpoint_facts_show(fact_groups_nth(self->endpoints, (guint)i), endpoint, (guint)i + 1);
        carried = carried || endpoint_facts_is_carried(endpoint);
    }
    fact_groups_end(self->endpoints, (guint)count);
    show_carried(self, carried || count == 0);
}

static void on_described(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoResolverDetails *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) description =
        sotto_helper_describe_resolver_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    set_text(self->failure, error != NULL ? error->message : "");
    if (description != NULL)
        show_endpoints(self, description);
}

/* Connections are known by the resolver's name. */
static void show_connections(SottoResolverDetails *self, const char *name, GVariant *list)
{
    guint shown = 0;

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) connection = g_variant_get_child_value(list, i);
        const char *of = "";

        g_variant_lookup(connection, "resolver", "&s", &of);
        if (g_str_equal(of, name))
            connection_facts_show(fact_groups_nth(self->connections, shown++), connection);
    }
    fact_groups_end(self->connections, shown);
    gtk_widget_set_visible(self->connections_group, shown > 0);
}

static void on_connections(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoResolverDetails *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) list =
        sotto_helper_list_connections_finish(SOTTO_HELPER(source), result, &error);
    SottoResolver *resolver;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    resolver = resolver_of(self);
    if (list != NULL && resolver != NULL)
        show_connections(self, sotto_resolver_name(resolver), list);
    else
        gtk_widget_set_visible(self->connections_group, FALSE);
}

static void forget_questions(SottoResolverDetails *self)
{
    if (self->questions != NULL)
        g_cancellable_cancel(self->questions);
    g_clear_object(&self->questions);
}

static void ask(SottoResolverDetails *self)
{
    forget_questions(self);
    self->questions = g_cancellable_new();
    sotto_helper_describe_resolver_async(self->helper, self->id, self->questions, on_described,
                                         self);
    sotto_helper_list_connections_async(self->helper, self->questions, on_connections, self);
}

void sotto_resolver_details_update(SottoResolverDetails *self)
{
    SottoResolver *resolver;

    if (!gtk_widget_get_mapped(GTK_WIDGET(self)))
        return;
    resolver = resolver_of(self);
    if (resolver != NULL) {
        show_resolver(self, resolver);
        if (sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT)
            ask(self);
    } else if (sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT) {
        g_signal_emit(self, signals[SIGNAL_CLOSED], 0); /* it was removed */
    }
}

static void sotto_resolver_details_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_resolver_details_parent_class)->map(widget);
    sotto_resolver_details_update(SOTTO_RESOLVER_DETAILS(widget));
}

void sotto_resolver_details_open(SottoResolverDetails *self, const char *id)
{
    if (!g_str_equal(id, self->id)) {
        g_free(self->id);
        self->id = g_strdup(id);
        set_text(self->failure, "");
        fact_groups_end(self->endpoints, 0);
        fact_groups_end(self->connections, 0);
        gtk_widget_set_visible(self->connections_group, FALSE);
        gtk_widget_set_visible(self->change_relay, TRUE);
    }
    sotto_resolver_details_update(self);
}

const char *sotto_resolver_details_id(SottoResolverDetails *self)
{
    return self->id;
}

/* --- what the user does -------------------------------------------------------------------- */

static void on_back(GtkButton *button, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_CLOSED], 0);
}

static void on_change_relay(GtkButton *button, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_RELAY], 0);
}

static void on_use(GtkButton *button, gpointer data)
{
    SottoResolverDetails *self = data;

    sotto_resolver_calls_choose(self->calls, self->id, gtk_label_get_text(self->title));
    sotto_resolver_details_update(self);
}

static void on_starred(SottoStarButton *star, gboolean favourite, gpointer data)
{
    SottoResolverDetails *self = data;

    sotto_resolver_calls_star(self->calls, self->id, favourite);
}

static void on_remove(GtkButton *button, gpointer data)
{
    SottoResolverDetails *self = data;

    sotto_resolver_calls_remove(self->calls, self->id, gtk_label_get_text(self->title));
}

/* --- the object ---------------------------------------------------------------------------- */

SottoResolverDetails *sotto_resolver_details_new(SottoHelper *helper, Catalogue *catalogue,
                                                 SottoResolverCalls *calls)
{
    SottoResolverDetails *self = g_object_new(SOTTO_TYPE_RESOLVER_DETAILS, "visible", TRUE, NULL);

    self->helper = helper;
    self->catalogue = catalogue;
    self->calls = calls;
    return self;
}

static void sotto_resolver_details_grab_focus(GtkWidget *widget)
{
    gtk_widget_grab_focus(SOTTO_RESOLVER_DETAILS(widget)->back);
}

static void sotto_resolver_details_destroy(GtkWidget *widget)
{
    forget_questions(SOTTO_RESOLVER_DETAILS(widget));
    GTK_WIDGET_CLASS(sotto_resolver_details_parent_class)->destroy(widget);
}

static void sotto_resolver_details_finalize(GObject *object)
{
    g_free(SOTTO_RESOLVER_DETAILS(object)->id);
    G_OBJECT_CLASS(sotto_resolver_details_parent_class)->finalize(object);
}

static void bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/resolver-details.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoResolverDetails, name)
    CHILD(back);
    CHILD(use);
    CHILD(remove);
    CHILD(change_relay);
    CHILD(connections_group);
    CHILD(title);
    CHILD(warning);
    CHILD(description);
    CHILD(chosen_note);
    CHILD(explanation);
    CHILD(failure);
    CHILD(star);
    CHILD(about);
    CHILD(relay_row);
    CHILD(endpoints);
    CHILD(connections);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_back);
    gtk_widget_class_bind_template_callback(widget_class, on_use);
    gtk_widget_class_bind_template_callback(widget_class, on_starred);
    gtk_widget_class_bind_template_callback(widget_class, on_remove);
    gtk_widget_class_bind_template_callback(widget_class, on_change_relay);
}

static void sotto_resolver_details_class_init(SottoResolverDetailsClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_STAR_BUTTON); /* named in the template */
    g_type_ensure(SOTTO_TYPE_FACT_GROUP);
    G_OBJECT_CLASS(class)->finalize = sotto_resolver_details_finalize;
    widget_class->destroy = sotto_resolver_details_destroy;
    widget_class->map = sotto_resolver_details_map;
    widget_class->grab_focus = sotto_resolver_details_grab_focus;
    bind_template(widget_class);
    signals[SIGNAL_CLOSED] = g_signal_new("closed", SOTTO_TYPE_RESOLVER_DETAILS, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_RELAY] = g_signal_new("relay", SOTTO_TYPE_RESOLVER_DETAILS, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_resolver_details_init(SottoResolverDetails *self)
{
    self->id = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_label_set_text(self->explanation, relay_words_explanation());
}
