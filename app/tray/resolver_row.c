/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of the list of resolvers. All its text is made once, when the resolver is set, and with it
 * the casefolded text that the search looks through: typing filters a few hundred rows without
 * building a string.
 */
#include "resolver_row.h"

#include "country.h"
#include "spoken_row.h"
#include "wording.h"

#include <glib/gi18n.h>
#include <string.h>

struct _SottoResolverRow {
    HdyActionRow parent_instance;
    SottoResolver *resolver; /* NULL: "Automatic" */
    char *haystack;
    gboolean updating;

    GtkRadioButton *radio;
    GtkLabel *latency;
    GtkImage *star;
};

G_DEFINE_FINAL_TYPE(SottoResolverRow, sotto_resolver_row, HDY_TYPE_ACTION_ROW)

enum { SIGNAL_CHOSEN, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void append_part(GString *text, const char *part)
{
    if (part[0] == '\0')
        return;
    if (text->len > 0)
        g_string_append(text, " · ");
    g_string_append(text, part);
}

static void append_features(GString *text, SottoResolverFlags flags)
{
    static const struct {
        SottoResolverFlags flag;
        const char *word;
    } features[] = {
        /* Translators: what a resolver is and does, in a list: “yours · no logs · DNSSEC”. */
        {SOTTO_RESOLVER_OWN, N_("yours")},
        {SOTTO_RESOLVER_NOLOG, N_("no logs")},
        {SOTTO_RESOLVER_BLOCKS_MALWARE, N_("blocks malware")},
        {SOTTO_RESOLVER_BLOCKS_ADS, N_("blocks ads")},
        {SOTTO_RESOLVER_BLOCKS_ADULT, N_("blocks adult sites")},
        {SOTTO_RESOLVER_FILTERS, N_("filters")},
        {SOTTO_RESOLVER_DNSSEC, N_("DNSSEC")},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
        if ((flags & features[i].flag) != 0)
            append_part(text, _(features[i].word));
}

static void append_protocols(GString *text, const char *const *protocols)
{
    static const struct {
        const char *word, *shown;
    } names[] = {{"dnscrypt", "DNSCrypt"}, {"dot", "DoT"}, {"doh", "DoH"}, {"doq", "DoQ"}};

    for (; *protocols != NULL; protocols++) {
        const char *shown = *protocols;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
            if (g_str_equal(names[i].word, *protocols))
                shown = names[i].shown;
        append_part(text, shown);
    }
}

static gboolean is_from_list(SottoResolver *resolver)
{
    const char *source = sotto_resolver_source(resolver);

    return source[0] != '\0' && !g_str_equal(source, "built-in") && !g_str_equal(source, "own");
}

/* What matters most of a resolver that has something wrong; "" when nothing has (transfer full). */
static char *warning_of(SottoResolver *resolver)
{
    const char *failure = sotto_resolver_failure(resolver);

    return sotto_wording(failure[0] != '\0' ? failure : sotto_resolver_key_changed(resolver));
}

/* "Quad9 Foundation · Switzerland · no logs · DNSSEC · DoT" (transfer full) */
static char *describe(SottoResolver *resolver)
{
    GString *text = g_string_new(NULL);
    const char *operator_name = sotto_resolver_operator(resolver);

    if (g_strcmp0(operator_name, sotto_resolver_name(resolver)) != 0)
        append_part(text, operator_name);
    append_part(text, country_name(sotto_resolver_country(resolver)));
    append_features(text, sotto_resolver_flags(resolver));
    append_protocols(text, sotto_resolver_protocols(resolver));
    if (is_from_list(resolver)) {
        /* Translators: a resolver comes from this list of public resolvers */
        g_autofree char *source = g_strdup_printf(_("from %s"), sotto_resolver_source(resolver));
        append_part(text, source);
    }
    return g_string_free(text, FALSE);
}

static char *describe_latency(SottoResolver *resolver)
{
    gint64 latency_us = sotto_resolver_latency_us(resolver);

    if (latency_us <= 0)
        return g_strdup("");
    if (latency_us < 1000)
        /* Translators: milliseconds. */
        return g_strdup(_("under 1 ms"));
    /* Translators: milliseconds. */
    return g_strdup_printf(_("%d ms"), (int)((latency_us + 500) / 1000));
}

static void show(SottoResolverRow *self, const char *name, const char *detail, const char *latency)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self->radio));
    g_autofree char *spoken =
        latency[0] != '\0' ? g_strdup_printf("%s, %s", name, latency) : g_strdup(name);

    spoken_row_set(HDY_ACTION_ROW(self), name, detail);
    gtk_label_set_text(self->latency, latency);
    atk_object_set_name(accessible, spoken);
    atk_object_set_description(accessible, detail);
}

char *resolver_search_text(SottoResolver *resolver)
{
    g_autofree char *detail = describe(resolver);
    g_autofree char *all =
        g_strjoin(" ", sotto_resolver_name(resolver), detail, sotto_resolver_operator(resolver),
                  sotto_resolver_country(resolver), sotto_resolver_description(resolver),
                  sotto_resolver_key_changed(resolver), NULL);

    return g_utf8_casefold(all, -1);
}

gboolean resolver_words_match(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strstr(text, *words) == NULL)
            return FALSE;
    return TRUE;
}

void sotto_resolver_row_set_resolver(SottoResolverRow *self, SottoResolver *resolver)
{
    g_autofree char *warning = warning_of(resolver);
    g_autofree char *detail = describe(resolver);
    g_autofree char *latency = describe_latency(resolver);

    g_set_object(&self->resolver, resolver);
    show(self, sotto_resolver_name(resolver), warning[0] != '\0' ? warning : detail, latency);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), sotto_resolver_description(resolver));
    gtk_widget_set_visible(GTK_WIDGET(self->star),
                           (sotto_resolver_flags(resolver) & SOTTO_RESOLVER_FAVOURITE) != 0);
    g_free(self->haystack);
    self->haystack = resolver_search_text(resolver);
}

SottoResolverRow *sotto_resolver_row_new(SottoResolver *resolver, SottoResolverRow *group)
{
    SottoResolverRow *self = g_object_new(SOTTO_TYPE_RESOLVER_ROW, NULL);

    if (group != NULL)
        gtk_radio_button_join_group(self->radio, group->radio);
    if (resolver != NULL) {
        sotto_resolver_row_set_resolver(self, resolver);
        return self;
    }
    show(self, _("Automatic"), _("The fastest of your favourites, measured from here"), "");
    self->haystack = g_utf8_casefold(_("Automatic"), -1);
    return self;
}

const char *sotto_resolver_row_id(SottoResolverRow *self)
{
    return self->resolver != NULL ? sotto_resolver_id(self->resolver) : SOTTO_RESOLVER_AUTO;
}

const char *sotto_resolver_row_name(SottoResolverRow *self)
{
    return hdy_preferences_row_get_title(HDY_PREFERENCES_ROW(self));
}

void sotto_resolver_row_set_active(SottoResolverRow *self, gboolean active)
{
    self->updating = TRUE;
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->radio), active);
    self->updating = FALSE;
}

gboolean sotto_resolver_row_matches(SottoResolverRow *self, const char *const *words)
{
    return resolver_words_match(self->haystack, words);
}

static void on_toggled(GtkToggleButton *radio, gpointer data)
{
    SottoResolverRow *self = data;

    if (!self->updating && gtk_toggle_button_get_active(radio))
        g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

static void sotto_resolver_row_finalize(GObject *object)
{
    SottoResolverRow *self = SOTTO_RESOLVER_ROW(object);

    g_clear_object(&self->resolver);
    g_free(self->haystack);
    G_OBJECT_CLASS(sotto_resolver_row_parent_class)->finalize(object);
}

static void sotto_resolver_row_class_init(SottoResolverRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_resolver_row_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/resolver-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, radio);
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, latency);
    gtk_widget_class_bind_template_child(widget_class, SottoResolverRow, star);
    gtk_widget_class_bind_template_callback(widget_class, on_toggled);
    signals[SIGNAL_CHOSEN] = g_signal_new("chosen", SOTTO_TYPE_RESOLVER_ROW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_resolver_row_init(SottoResolverRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
