/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters that the helper measured: what it encrypted since this network was joined, what it saw
 * leaving in clear, and of that what may be so (a name of the hotel's own printer, a sign-in). They
 * come from the window's feed, only while they can be seen and something is claimed at all. Who
 * went around Sotto is asked for when their number has changed.
 */
#include "proof_view.h"

#include "presentation.h"
#include "spoken_row.h"

#include <glib/gi18n.h>

#define NAMED_LEAKS 3 /* the newest; the report has them all */

struct _SottoProofView {
    HdyPreferencesGroup parent_instance;
    const Situation *situation;
    SottoHelper *helper;
    GCancellable *lifetime;
    guint64 leaked;  /* when it was asked who did it */
    char *offenders; /* "chrome asked 8.8.8.8"; NULL nobody told */

    HdyActionRow *encrypted_row, *leaks_row, *clear_row, *answers_row;
    GtkImage *encrypted_icon, *leaks_icon;
};

G_DEFINE_FINAL_TYPE(SottoProofView, sotto_proof_view, HDY_TYPE_PREFERENCES_GROUP)

/* --- counters ------------------------------------------------------------------------------ */

static void show_encrypted(SottoProofView *self, const SottoStatistics *statistics)
{
    const char *network = sotto_helper_network(self->helper);
    g_autofree char *count = presentation_count(statistics->network_encrypted);
    g_autofree char *text =
        network[0] != '\0'
            /* Translators: a number of lookups, and the name of a network. */
            ? g_strdup_printf(g_dngettext(NULL, "%s since you joined %s", "%s since you joined %s",
                                          (gulong)statistics->network_encrypted),
                              count, network)
            /* Translators: a number of lookups. */
            : g_strdup_printf(_("%s since protection began"), count);

    spoken_row_set(self->encrypted_row, _("Lookups are encrypted"), text);
}

static void show_leaks(SottoProofView *self, const SottoStatistics *statistics)
{
    gboolean good = statistics->leaks_watched && statistics->leaked == 0;
    g_autofree char *count = presentation_count(statistics->leaked);
    g_autofree char *text =
        g_strdup_printf(g_dngettext(NULL, "%s unencrypted lookup of a program was seen leaving",
                                    "%s unencrypted lookups of programs were seen leaving",
                                    (gulong)statistics->leaked),
                        count);
    g_autofree char *named =
        self->offenders != NULL ? g_strdup_printf("%s: %s", text, self->offenders) : NULL;

    if (!statistics->leaks_watched)
        spoken_row_set(self->leaks_row, _("Leaks are not counted"),
                       _("This computer does not let Sotto watch what leaves it"));
    else if (good)
        spoken_row_set(self->leaks_row, _("Nothing is leaking"), text);
    else
        spoken_row_set(self->leaks_row, _("Some lookups went around Sotto"),
                       named != NULL ? named : text);
    gtk_image_set_from_icon_name(self->leaks_icon,
                                 good ? "object-select-symbolic" : "dialog-warning-symbolic",
                                 GTK_ICON_SIZE_BUTTON);
}

/* What left in clear as it may; nothing of the kind: no row. */
static void show_clear(SottoProofView *self, GVariant *statistics)
{
    g_autoptr(GVariantIter) flows = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    const char *kind;
    guint64 packets;

    if (g_variant_lookup(statistics, "clear-flows", "a{st}", &flows))
        while (g_variant_iter_loop(flows, "{&st}", &kind, &packets)) {
            g_autofree char *count = presentation_count(packets);
            if (packets > 0)
                g_string_append_printf(text, "%s%s: %s", text->len > 0 ? " · " : "",
                                       sotto_clear_flow_title(kind), count);
        }
    gtk_widget_set_visible(GTK_WIDGET(self->clear_row), text->len > 0);
    spoken_row_set(self->clear_row, _("Readable, for a reason"), text->str);
}

/* --- who went around ------------------------------------------------------------------------- */

static char *describe_offenders(const GPtrArray *leaks)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < leaks->len && i < NAMED_LEAKS; i++) {
        const SottoLeak *leak = g_ptr_array_index(leaks, i);
        const char *program = leak->program[0] != '\0' ? leak->program : _("an unknown program");
        /* Translators: a program's name, and the address of a server. */
        g_autofree char *words = g_strdup_printf(_("%s asked %s"), program, leak->destination);
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", words);
    }
    return text->len > 0 ? g_strdup(text->str) : NULL;
}

static void on_offenders(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoProofView) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) leaks =
        sotto_helper_list_leaks_finish(SOTTO_HELPER(source), result, &error);

    if (leaks == NULL) {
        g_debug("nobody tells who went around: %s", error->message);
        return;
    }
    g_free(self->offenders);
    self->offenders = describe_offenders(leaks); /* shown with the next counters */
}

static void follow_leaks(SottoProofView *self, const SottoStatistics *statistics)
{
    if (statistics->leaked == self->leaked)
        return;
    self->leaked = statistics->leaked;
    sotto_helper_list_leaks_async(self->helper, self->lifetime, on_offenders, g_object_ref(self));
}

/* --- counting -------------------------------------------------------------------------------- */

static void on_statistics(GVariant *dictionary, gpointer data)
{
    SottoProofView *self = data;
    SottoStatistics statistics;

    if (dictionary == NULL || presentation_proof(self->situation) != PROOF_ENCRYPTED)
        return; /* gone, or turned off while the answer was under way */
    statistics = sotto_statistics_parse(dictionary);
    follow_leaks(self, &statistics);
    show_encrypted(self, &statistics);
    show_leaks(self, &statistics);
    show_clear(self, dictionary);
}

/* The row of leaks is there exactly while something is claimed, and only then anything counts. */
void sotto_proof_view_count(SottoProofView *self, StatisticsFeed *feed)
{
    statistics_feed_attach(feed, GTK_WIDGET(self->leaks_row), on_statistics, self);
}

/* --- showing --------------------------------------------------------------------------------- */

static char *describe_answers(SottoProofView *self, Proof proof, const SottoEvidence *evidence)
{
    const char *resolver = sotto_helper_resolver_in_use(self->helper);

    if (proof == PROOF_CLEAR)
        return g_strdup(_("This network's own DNS, and nothing checks what it says"));
    if (resolver[0] == '\0')
        return g_strdup(_("Nobody at the moment"));
    if (evidence == NULL || evidence->security[0] == '\0')
        return g_strdup(resolver);
    return g_strdup_printf("%s · %s · %s", resolver, evidence->security, evidence->endpoint);
}

/* Counters come by themselves; without encryption there is nothing to count. */
void sotto_proof_view_update(SottoProofView *self, const SottoEvidence *evidence)
{
    Proof proof = presentation_proof(self->situation);
    g_autofree char *answers = describe_answers(self, proof, evidence);

    gtk_widget_set_visible(GTK_WIDGET(self), proof != PROOF_NONE);
    gtk_widget_set_visible(GTK_WIDGET(self->leaks_row), proof == PROOF_ENCRYPTED);
    spoken_row_set(self->answers_row, _("Who answers"), answers);
    if (proof == PROOF_CLEAR) {
        gtk_widget_set_visible(GTK_WIDGET(self->clear_row), FALSE);
        spoken_row_set(self->encrypted_row, _("Lookups are not encrypted"),
                       _("They cross this network in the clear"));
    }
    gtk_image_set_from_icon_name(self->encrypted_icon,
                                 proof == PROOF_ENCRYPTED ? "channel-secure-symbolic"
                                                          : "channel-insecure-symbolic",
                                 GTK_ICON_SIZE_BUTTON);
}

void sotto_proof_view_describe(SottoProofView *self, GString *text)
{
    HdyActionRow *rows[] = {self->encrypted_row, self->leaks_row, self->answers_row};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (gtk_widget_get_visible(GTK_WIDGET(self)) && gtk_widget_get_visible(GTK_WIDGET(rows[i])))
            g_string_append_printf(text, "%s: %s\n",
                                   hdy_preferences_row_get_title(HDY_PREFERENCES_ROW(rows[i])),
                                   hdy_action_row_get_subtitle(rows[i]));
}

void sotto_proof_view_follow(SottoProofView *self, const Situation *situation)
{
    self->situation = situation;
    self->helper = situation->helper;
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_proof_view_destroy(GtkWidget *widget)
{
    g_cancellable_cancel(SOTTO_PROOF_VIEW(widget)->lifetime);
    GTK_WIDGET_CLASS(sotto_proof_view_parent_class)->destroy(widget);
}

static void sotto_proof_view_finalize(GObject *object)
{
    SottoProofView *self = SOTTO_PROOF_VIEW(object);

    g_object_unref(self->lifetime);
    g_free(self->offenders);
    G_OBJECT_CLASS(sotto_proof_view_parent_class)->finalize(object);
}

static void sotto_proof_view_class_init(SottoProofViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_proof_view_finalize;
    widget_class->destroy = sotto_proof_view_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/proof-view.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoProofView, name)
    CHILD(encrypted_row);
    CHILD(leaks_row);
    CHILD(clear_row);
    CHILD(answers_row);
    CHILD(encrypted_icon);
    CHILD(leaks_icon);
#undef CHILD
}

static void sotto_proof_view_init(SottoProofView *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
