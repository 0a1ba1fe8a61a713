/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules are asked for when the view comes into sight, and again whenever the helper says that
 * they would read otherwise; a view that nobody sees asks for nothing.
 */
#include "rules_view.h"

#include "fold_row.h"
#include "name_lists_view.h"
#include "removal_bar.h"
#include "rule_dialog.h"
#include "rule_rows.h"
#include "try_name_view.h"

#include <glib/gi18n.h>

#define SEARCHABLE 20  /* more rules than that are not looked through by eye */
#define FOLDED     10  /* more rules of the configuration than that are folded */
#define STEP       100 /* rows of either list before somebody asks for more */

struct _SottoRulesView {
    GtkBin parent_instance;
    SottoHelper *helper;
    gulong rules_handler;
    GCancellable *question; /* the rules are asked for; NULL: they are not */
    gboolean known;         /* the rules were told */
    RuleRows *own, *configured;
    guint configured_count;

    GtkWidget *content, *own_group, *configured_group, *empty, *no_match;
    GtkWidget *add, *configured_none;
    GtkButton *own_more, *configured_more;
    GtkLabel *message;
    SottoRemovalBar *removal_bar;
    GtkSearchEntry *search;
    GtkListBox *own_list, *configured_list;
    SottoFoldRow *fold;
    GtkWidget *fold_list, *folded;
    SottoTryNameView *try_name;
    SottoNameListsView *name_lists;
};

G_DEFINE_FINAL_TYPE(SottoRulesView, sotto_rules_view, GTK_TYPE_BIN)

/* --- removing and adding --------------------------------------------------------------------- */

static void on_unwanted(SottoRuleRow *row, gpointer data)
{
    sotto_removal_bar_remove(SOTTO_RULES_VIEW(data)->removal_bar, row);
}

static void on_undoing(SottoRemovalBar *bar, const char *name, gpointer data)
{
    rule_rows_focus(SOTTO_RULES_VIEW(data)->own, name);
}

static void on_add(GtkButton *button, gpointer data)
{
    SottoRulesView *self = data;

    sotto_rule_dialog_open(GTK_WINDOW(gtk_widget_get_toplevel(GTK_WIDGET(self))), self->helper);
}

/* --- showing --------------------------------------------------------------------------------- */

static gboolean is_searched(SottoRulesView *self)
{
    return gtk_widget_get_visible(GTK_WIDGET(self->search)) &&
           gtk_entry_get_text(GTK_ENTRY(self->search))[0] != '\0';
}

/* Takes the label (transfer full). */
static void show_more(GtkButton *button, char *label, gboolean visible)
{
    gtk_button_set_label(button, label);
    gtk_widget_set_visible(GTK_WIDGET(button), visible);
    g_free(label);
}

/* What depends on how many rows there are. */
static void show_counts(SottoRulesView *self)
{
    guint own = rule_rows_matches(self->own), configured = rule_rows_matches(self->configured);
    guint own_left = rule_rows_left(self->own), left = rule_rows_left(self->configured);
    gboolean searched = is_searched(self);
    g_autofree char *heading =
        g_strdup_printf(ngettext("%u rule", "%u rules", configured), configured);

    gtk_widget_set_visible(GTK_WIDGET(self->own_list), own > 0);
    gtk_widget_set_visible(self->empty, own == 0 && !searched);
    gtk_widget_set_visible(self->no_match, own == 0 && searched);
    gtk_widget_set_visible(self->configured_group, configured > 0 || searched);
    gtk_widget_set_visible(self->configured_none, configured == 0);
    gtk_widget_set_visible(self->fold_list, self->configured_count > FOLDED && configured > 0);
    gtk_widget_set_visible(GTK_WIDGET(self->configured_list), configured > 0);
    sotto_fold_row_set_detail(self->fold, heading);
    /* Translators: %u is how many are not shown yet. */
    show_more(self->own_more, g_strdup_printf(_("Show More of Your Rules (%u)"), own_left),
              own_left > 0);
    /* Translators: %u is how many are not shown yet. */
    show_more(self->configured_more, g_strdup_printf(_("Show More of sotto.conf (%u)"), left),
              left > 0);
}

static void show_rules(SottoRulesView *self, const GPtrArray *rules)
{
    g_autoptr(GPtrArray) own = g_ptr_array_new(), configured = g_ptr_array_new();
    gboolean kept;

    for (guint i = 0; i < rules->len; i++) {
        SottoRule *rule = g_ptr_array_index(rules, i);

        g_ptr_array_add(sotto_rule_is_own(rule) ? own : configured, rule);
    }
    if (!self->known || configured->len <= FOLDED)
        sotto_fold_row_set_open(self->fold, configured->len <= FOLDED);
    self->configured_count = configured->len;
    self->known = TRUE;
    gtk_widget_set_visible(GTK_WIDGET(self->search), rules->len > SEARCHABLE);
    sotto_removal_bar_check(self->removal_bar, own);
    kept = rule_rows_update(self->own, own);
    rule_rows_update(self->configured, configured);
    show_counts(self);
    if (!kept)
        gtk_widget_grab_focus(self->add);
}

static void on_search_changed(GtkSearchEntry *entry, gpointer data)
{
    SottoRulesView *self = data;
    g_autofree char *folded = g_utf8_casefold(gtk_entry_get_text(GTK_ENTRY(entry)), -1);
    g_auto(GStrv) words = g_strsplit_set(g_strstrip(folded), " \t", -1);

    rule_rows_search(self->own, words);
    rule_rows_search(self->configured, words);
    if (words[0] != NULL && rule_rows_matches(self->configured) > 0)
        sotto_fold_row_set_open(self->fold, TRUE);
    show_counts(self);
}

gboolean sotto_rules_view_focus_search(SottoRulesView *self)
{
    if (!gtk_widget_get_mapped(GTK_WIDGET(self->search)))
        return FALSE;
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
    return TRUE;
}

static void on_more(GtkButton *button, gpointer data)
{
    SottoRulesView *self = data;

    rule_rows_show_more(button == self->own_more ? self->own : self->configured);
    show_counts(self);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void show_message(SottoRulesView *self, const char *sentence)
{
    gtk_label_set_text(self->message, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->message), sentence[0] != '\0');
}

/* Names can be tried also where there is no list of rules. */
static void show_failure(SottoRulesView *self, const GError *error)
{
    if (g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_ABSENT))
        return; /* that is said already */
    gtk_widget_set_visible(self->own_group, FALSE);
    sotto_try_name_view_set_rules(self->try_name, NULL);
    show_message(self, g_error_matches(error, SOTTO_ERROR, SOTTO_ERROR_MALFORMED)
                           ? _("This Sotto service is older than the app, and knows no rules of "
                               "your own yet.")
                           : error->message);
}

static void on_rules(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoRulesView *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rules =
        sotto_helper_list_rules_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the view is gone, or asked again */
    g_clear_object(&self->question);
    if (rules == NULL) {
        show_failure(self, error);
        return;
    }
    show_message(self, "");
    gtk_widget_set_visible(self->own_group, TRUE);
    show_rules(self, rules);
    sotto_try_name_view_set_rules(self->try_name, rules);
}

static void on_name_lists(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoRulesView *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) lists =
        sotto_helper_list_name_lists_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the view is gone, or asked again */
    if (lists != NULL)
        sotto_name_lists_view_show(self->name_lists, lists);
    else
        g_debug("no files of names are told: %s", error->message); /* the rules said why */
    gtk_widget_set_visible(GTK_WIDGET(self->name_lists), lists != NULL);
    sotto_helper_list_rules_async(self->helper, self->question, on_rules, self);
}

static void forget_question(SottoRulesView *self)
{
    if (self->question != NULL)
        g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
}

static void ask(SottoRulesView *self)
{
    if (!gtk_widget_get_mapped(GTK_WIDGET(self)) ||
        sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return;
    forget_question(self);
    self->question = g_cancellable_new();
    sotto_helper_list_name_lists_async(self->helper, self->question, on_name_lists, self);
}

/* What was known of rules is not known of the next helper. */
static void show_absence(SottoRulesView *self)
{
    forget_question(self);
    self->known = FALSE;
    sotto_removal_bar_hide(self->removal_bar);
    sotto_try_name_view_clear(self->try_name);
    show_message(self, _("There are no rules to see while the Sotto service is not running."));
}

void sotto_rules_view_update(SottoRulesView *self)
{
    gboolean present = sotto_helper_presence(self->helper) == SOTTO_PRESENCE_PRESENT;

    gtk_widget_set_visible(self->content, present);
    if (!present)
        show_absence(self);
    else if (!self->known && self->question == NULL)
        ask(self);
}

static void sotto_rules_view_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_rules_view_parent_class)->map(widget);
    ask(SOTTO_RULES_VIEW(widget));
}

static void sotto_rules_view_unmap(GtkWidget *widget)
{
    sotto_removal_bar_hide(SOTTO_RULES_VIEW(widget)->removal_bar);
    GTK_WIDGET_CLASS(sotto_rules_view_parent_class)->unmap(widget);
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_rules_view_follow(SottoRulesView *self, SottoHelper *helper)
{
    self->helper = helper;
    self->rules_handler = g_signal_connect_swapped(helper, "rules-changed", G_CALLBACK(ask), self);
    sotto_try_name_view_follow(self->try_name, helper);
    sotto_removal_bar_follow(self->removal_bar, helper);
}

static void sotto_rules_view_destroy(GtkWidget *widget)
{
    SottoRulesView *self = SOTTO_RULES_VIEW(widget);

    forget_question(self);
    g_clear_pointer(&self->own, rule_rows_free);
    g_clear_pointer(&self->configured, rule_rows_free);
    if (self->rules_handler != 0)
        g_signal_handler_disconnect(self->helper, self->rules_handler);
    self->rules_handler = 0;
    GTK_WIDGET_CLASS(sotto_rules_view_parent_class)->destroy(widget);
}

static void sotto_rules_view_class_init(SottoRulesViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_TRY_NAME_VIEW); /* named in the template */
    g_type_ensure(SOTTO_TYPE_NAME_LISTS_VIEW);
    g_type_ensure(SOTTO_TYPE_REMOVAL_BAR);
    widget_class->destroy = sotto_rules_view_destroy;
    widget_class->map = sotto_rules_view_map;
    widget_class->unmap = sotto_rules_view_unmap;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/rules-view.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoRulesView, name)
    CHILD(content);
    CHILD(message);
    CHILD(try_name);
    CHILD(own_group);
    CHILD(own_list);
    CHILD(empty);
    CHILD(no_match);
    CHILD(search);
    CHILD(add);
    CHILD(configured_group);
    CHILD(configured_list);
    CHILD(configured_none);
    CHILD(fold_list);
    CHILD(folded);
    CHILD(own_more);
    CHILD(configured_more);
    CHILD(name_lists);
    CHILD(removal_bar);
#undef CHILD
#define CALLBACK(name) gtk_widget_class_bind_template_callback(widget_class, name)
    CALLBACK(on_add);
    CALLBACK(on_more);
    CALLBACK(on_search_changed);
    CALLBACK(on_undoing);
#undef CALLBACK
}

static void sotto_rules_view_init(SottoRulesView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->own = rule_rows_new(self->own_list, STEP, G_CALLBACK(on_unwanted), self);
    self->fold = sotto_fold_row_new(_("Rules in sotto.conf"), "");
    sotto_fold_row_hold(self->fold, self->folded);
    gtk_widget_show(GTK_WIDGET(self->fold));
    gtk_container_add(GTK_CONTAINER(self->fold_list), GTK_WIDGET(self->fold));
    self->configured = rule_rows_new(self->configured_list, STEP, NULL, NULL);
}
