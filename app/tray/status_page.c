/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page people open Sotto for: am I protected, and how do you know?
 *
 * The upper half is the state, in the words of presentation.c, with what can be done about it. The
 * lower half is proof: counters (proof_view.c), and on request a fresh look, step by step, which
 * can be copied into a report.
 *
 * A check belongs to the state it was made in: it is forgotten when that changes, rather than left
 * to claim what was true.
 */
#include "status_page.h"

#include "actions.h"
#include "command_row.h"
#include "evidence_view.h"
#include "minute_view.h"
#include "network_row.h"
#include "presentation.h"
#include "proof_view.h"
#include "status_report.h"

#include <glib/gi18n.h>

struct _SottoStatusPage {
    GtkBin parent_instance;
    const Situation *situation;
    SottoHelper *helper;
    GCancellable *lifetime;
    SottoEvidence *evidence; /* of the last check; NULL before it, and after the facts changed */
    char *evidence_facts;
    gboolean checking;

    GtkWidget *state;
    GtkImage *icon;
    GtkLabel *title, *sentence, *changed_by, *follows;
    GtkButton *primary, *way_out, *other;
    GtkWidget *pause;
    GtkWidget *command_list, *network_list, *proof_buttons;
    SottoCommandRow *command_row;
    SottoNetworkRow *network_row;
    SottoProofView *proof;
    SottoMinuteView *minute;
    StatisticsFeed *feed;
    GtkButton *check_button, *copy_button;
    SottoEvidenceView *evidence_view;
};

G_DEFINE_FINAL_TYPE(SottoStatusPage, sotto_status_page, GTK_TYPE_BIN)

/* --- the check ----------------------------------------------------------------------------- */

static void forget_evidence(SottoStatusPage *self)
{
    g_clear_pointer(&self->evidence, sotto_evidence_free);
    g_clear_pointer(&self->evidence_facts, g_free);
    sotto_evidence_view_show(self->evidence_view, NULL);
}

/* What a check is about; when any of it changes, the check is history. */
static char *current_facts(SottoStatusPage *self)
{
    return g_strdup_printf("%d\n%s\n%s", (int)face_of(self->situation),
                           sotto_helper_network(self->helper),
                           sotto_helper_resolver_in_use(self->helper));
}

static void set_checking(SottoStatusPage *self, gboolean checking)
{
    self->checking = checking;
    gtk_widget_set_sensitive(GTK_WIDGET(self->check_button), !checking);
    gtk_button_set_label(self->check_button, checking ? _("Checking…") : _("_Check Now"));
}

static void on_checked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoStatusPage) self = data;
    g_autoptr(GError) error = NULL;
    SottoEvidence *evidence = sotto_helper_check_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime)) {
        sotto_evidence_free(evidence);
        return; /* the window is closed */
    }
    set_checking(self, FALSE);
    forget_evidence(self);
    if (evidence == NULL) {
        sotto_application_report(SOTTO_APPLICATION(g_application_get_default()), error->message);
        return;
    }
    self->evidence = evidence;
    self->evidence_facts = current_facts(self);
    sotto_evidence_view_show(self->evidence_view, evidence);
    sotto_status_page_update(self);
    statistics_feed_poll(self->feed);
}

void sotto_status_page_check(SottoStatusPage *self)
{
    if (self->checking || sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return;
    set_checking(self, TRUE);
    sotto_helper_check_async(self->helper, self->lifetime, on_checked, g_object_ref(self));
}

static void on_report(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoStatusPage) self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *report = sotto_status_report_finish(result, &error);

    if (report == NULL)
        return; /* the window is closed */
    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), report, -1);
    gtk_button_set_label(self->copy_button, _("Copied"));
}

/* What is shown, as text, with what was measured if it was. */
static void on_copy_report(GtkButton *button, gpointer data)
{
    SottoStatusPage *self = data;
    GString *text = g_string_new(NULL);
    g_autofree char *line = presentation_status_line(self->situation);
    g_autofree char *sentence = presentation_sentence(self->situation);

    g_string_append_printf(text, "Sotto %s: %s\n%s\n", sotto_helper_version(self->helper), line,
                           sentence);
    sotto_proof_view_describe(self->proof, text);
    if (self->evidence != NULL) {
        g_autofree char *report = sotto_evidence_report(self->evidence);
        g_string_append(text, report);
    }
    sotto_status_report_async(self->helper, g_string_free(text, FALSE), self->lifetime, on_report,
                              g_object_ref(self));
}

/* --- the state ----------------------------------------------------------------------------- */

static void show_choice(GtkButton *button, const Choice *choice)
{
    gtk_widget_set_visible(GTK_WIDGET(button), choice->label != NULL);
    g_object_set_data(G_OBJECT(button), "action", (gpointer)choice->action);
    if (choice->label != NULL)
        gtk_button_set_label(button, _(choice->label));
}

/* What ends or shrinks protection is never the button that invites. */
static void show_choices(SottoStatusPage *self, const Presentation *shown)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self->primary));

    show_choice(self->primary, &shown->primary);
    show_choice(self->way_out, &shown->way_out);
    show_choice(self->other, &shown->other);
    gtk_widget_set_visible(self->pause, shown->face == FACE_ON);
    if (g_strcmp0(shown->primary.action, "turn-off") == 0)
        gtk_style_context_remove_class(style, GTK_STYLE_CLASS_SUGGESTED_ACTION);
    else
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_SUGGESTED_ACTION);
}

/* There is one state for the whole machine: what somebody else did to it is said. */
static void show_changed_by(SottoStatusPage *self)
{
    const char *name = sotto_helper_changed_by(self->helper);
    gboolean other = name[0] != '\0' && g_strcmp0(name, g_get_user_name()) != 0;
    g_autofree char *time = presentation_time(sotto_helper_changed_at_s(self->helper));
    /* Translators: the name of another user of this computer, and a time of day. */
    g_autofree char *text = g_strdup_printf(_("Last changed by %s at %s"), name, time);

    gtk_label_set_text(self->changed_by, text);
    gtk_widget_set_visible(GTK_WIDGET(self->changed_by), other);
}

static void show_icon(SottoStatusPage *self, const Presentation *shown)
{
    static const char *const styles[] = {"good", "busy", "off", "bad"};
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self->icon));

    for (size_t i = 0; i < G_N_ELEMENTS(styles); i++)
        gtk_style_context_remove_class(style, styles[i]);
    gtk_style_context_add_class(style, shown->style);
    gtk_image_set_from_icon_name(self->icon, shown->icon, GTK_ICON_SIZE_DIALOG);
}

static void show_command(SottoStatusPage *self)
{
    const char *command = presentation_command(self->situation);

    gtk_widget_set_visible(self->command_list, command != NULL);
    if (command != NULL)
        sotto_command_row_set(self->command_row, presentation_command_title(self->situation),
                              command);
}

void sotto_status_page_update_title(SottoStatusPage *self)
{
    g_autofree char *title = presentation_status_line(self->situation);

    gtk_label_set_text(self->title, title);
}

/* Tells a screen reader of a new state, wherever its user is: a notification is read when it comes
 * to show, and this one always does. */
static void announce(SottoStatusPage *self, const char *sentence)
{
    AtkObject *accessible = gtk_widget_get_accessible(self->state);
    g_autofree char *spoken = presentation_spoken_title(self->situation);
    const char *before = atk_object_get_name(accessible);
    gboolean first = before == NULL;

    if (g_strcmp0(before, spoken) == 0)
        return;
    atk_object_set_role(accessible, ATK_ROLE_NOTIFICATION);
    atk_object_set_name(accessible, spoken);
    atk_object_set_description(accessible, sentence);
    if (!first)
        atk_object_notify_state_change(accessible, ATK_STATE_SHOWING, TRUE);
}

void sotto_status_page_update(SottoStatusPage *self)
{
    const Presentation *shown = presentation_of(self->situation);
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;
    gboolean policy_counts =
        shown->protecting && sotto_helper_current_network(self->helper)[0] != '\0';
    g_autofree char *sentence = presentation_sentence(self->situation);
    g_autofree char *facts = current_facts(self);

    if (self->evidence != NULL && g_strcmp0(self->evidence_facts, facts) != 0)
        forget_evidence(self);
    show_icon(self, shown);
    sotto_status_page_update_title(self);
    gtk_label_set_text(self->sentence, sentence);
    announce(self, sentence);
    show_changed_by(self);
    show_choices(self, shown);
    show_command(self);
    gtk_widget_set_visible(GTK_WIDGET(self->follows),
                           sotto_deployment_state(self->situation->deployment) ==
                               SOTTO_SETUP_FOLLOWS);
    gtk_widget_set_visible(self->network_list, policy_counts);
    sotto_network_row_update(self->network_row, self->helper);
    gtk_widget_set_visible(self->proof_buttons, present);
    gtk_widget_set_visible(GTK_WIDGET(self->minute),
                           presentation_proof(self->situation) == PROOF_ENCRYPTED);
    sotto_proof_view_update(self->proof, self->evidence);
    gtk_button_set_label(self->copy_button, _("C_opy Report"));
}

static void on_choice(GtkButton *button, gpointer data)
{
    actions_activate(G_ACTION_GROUP(g_application_get_default()),
                     g_object_get_data(G_OBJECT(button), "action"));
}

void sotto_status_page_follow(SottoStatusPage *self, const Situation *situation)
{
    self->situation = situation;
    self->helper = situation->helper;
    sotto_proof_view_follow(self->proof, situation);
}

void sotto_status_page_count(SottoStatusPage *self, StatisticsFeed *feed)
{
    self->feed = feed;
    sotto_proof_view_count(self->proof, feed);
    sotto_minute_view_follow(self->minute, feed);
}

/* --- the object ---------------------------------------------------------------------------- */

static void sotto_status_page_destroy(GtkWidget *widget)
{
    g_cancellable_cancel(SOTTO_STATUS_PAGE(widget)->lifetime);
    GTK_WIDGET_CLASS(sotto_status_page_parent_class)->destroy(widget);
}

static void sotto_status_page_finalize(GObject *object)
{
    SottoStatusPage *self = SOTTO_STATUS_PAGE(object);

    g_object_unref(self->lifetime);
    g_clear_pointer(&self->evidence, sotto_evidence_free);
    g_free(self->evidence_facts);
    G_OBJECT_CLASS(sotto_status_page_parent_class)->finalize(object);
}

static void sotto_status_page_class_init(SottoStatusPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_COMMAND_ROW); /* named in the template */
    g_type_ensure(SOTTO_TYPE_EVIDENCE_VIEW);
    g_type_ensure(SOTTO_TYPE_MINUTE_VIEW);
    g_type_ensure(SOTTO_TYPE_NETWORK_ROW);
    g_type_ensure(SOTTO_TYPE_PROOF_VIEW);
    G_OBJECT_CLASS(class)->finalize = sotto_status_page_finalize;
    widget_class->destroy = sotto_status_page_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/status-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoStatusPage, name)
    CHILD(state);
    CHILD(icon);
    CHILD(title);
    CHILD(sentence);
    CHILD(changed_by);
    CHILD(follows);
    CHILD(primary);
    CHILD(way_out);
    CHILD(other);
    CHILD(pause);
    CHILD(command_list);
    CHILD(command_row);
    CHILD(network_list);
    CHILD(network_row);
    CHILD(proof);
    CHILD(minute);
    CHILD(proof_buttons);
    CHILD(check_button);
    CHILD(copy_button);
    CHILD(evidence_view);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_choice);
    gtk_widget_class_bind_template_callback(widget_class, on_copy_report);
}

static void sotto_status_page_init(SottoStatusPage *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
