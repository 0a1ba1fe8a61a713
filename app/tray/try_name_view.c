/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer to "why is this blocked?". The sentences are the helper's, which alone knows the way
 * of a question; nobody on the network is asked. What was said is asked again when the rules
 * change, so that a button pressed here shows what it did.
 */
#include "try_name_view.h"

#include "dictionary.h"
#include "fold_row.h"
#include "rule_words.h"
#include "wording.h"

#include <glib/gi18n.h>
#include <string.h>

struct _SottoTryNameView {
    HdyPreferencesGroup parent_instance;
    SottoHelper *helper;
    GCancellable *question; /* a name is being explained; NULL: none is */
    GCancellable *lifetime;
    GPtrArray *rules; /* NULL: not known */
    char *name;       /* that was tried last, as typed; NULL */
    char *known_name; /* the same as the helper has it; NULL until it answered */
    gboolean by_rule; /* a rule answers it */
    gboolean busy;    /* a rule is being changed */

    GtkEntry *entry;
    GtkListBox *result;
    GtkWidget *icon, *facts, *buttons, *try;
    GtkButton *block, *allow, *remove;
    GtkLabel *summary, *steps, *error;
    SottoFoldRow *way;
    GtkWidget *steps_row;
};

G_DEFINE_FINAL_TYPE(SottoTryNameView, sotto_try_name_view, HDY_TYPE_PREFERENCES_GROUP)

/* --- what was said --------------------------------------------------------------------------- */

static void show_error(SottoTryNameView *self, const char *sentence)
{
    gtk_label_set_text(self->error, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->error), sentence[0] != '\0');
    if (sentence[0] != '\0')
        atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(self->entry)), sentence);
}

static void append_fact(GString *text, const char *name, const char *value)
{
    if (value[0] == '\0')
        return;
    if (text->len > 0)
        g_string_append_c(text, '\n');
    /* Translators: the name of a fact, and the fact: “Answer: 192.0.2.1”. */
    g_string_append_printf(text, C_("fact", "%s: %s"), name, value);
}

static void show_facts(SottoTryNameView *self, GVariant *explanation)
{
    const char *rule = sotto_dictionary_text(explanation, "rule");
    gboolean named = strstr(sotto_dictionary_text(explanation, "summary"), rule) != NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *left = NULL;
    guint ttl = 0;

    if (g_variant_lookup(explanation, "ttl", "u", &ttl) && ttl > 0)
        left =
            g_strdup_printf(ngettext("for another %u second", "for another %u seconds", ttl), ttl);
    append_fact(text, _("Answer"), sotto_dictionary_text(explanation, "answer"));
    append_fact(text, _("Kept"), left != NULL ? left : "");
    append_fact(text, _("Rule"), named ? "" : rule);
    append_fact(text, _("Endpoint"), sotto_dictionary_text(explanation, "endpoint"));
    gtk_label_set_text(GTK_LABEL(self->facts), text->str);
    gtk_widget_set_visible(self->facts, text->len > 0);
}

static void show_steps(SottoTryNameView *self, GVariant *explanation)
{
    g_autofree const char **steps = NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    if (g_variant_lookup(explanation, "steps", "^a&s", &steps))
        for (gsize i = 0; steps[i] != NULL; i++) {
            g_autofree char *step = sotto_wording(steps[i]);
            /* Translators: a number, and a step: “2. The cache has no answer.” */
            g_string_append_printf(text, C_("step", "%s%u. %s"), i > 0 ? "\n" : "", (guint)i + 1,
                                   step);
        }
    gtk_label_set_text(self->steps, text->str);
    gtk_widget_set_visible(GTK_WIDGET(self->way), text->len > 0);
}

static const char *icon_for(const char *source)
{
    static const struct {
        const char *source, *icon;
    } icons[] = {
        {"rule", "dialog-information-symbolic"},    {"special", "network-workgroup-symbolic"},
        {"cache", "document-open-recent-symbolic"}, {"stale", "document-open-recent-symbolic"},
        {"resolver", "channel-secure-symbolic"},    {"route", "network-server-symbolic"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(icons); i++)
        if (g_str_equal(icons[i].source, source))
            return icons[i].icon;
    return "dialog-question-symbolic";
}

/* --- what can be done ------------------------------------------------------------------------ */

/* Takes what is spoken of it (transfer full). */
static void name_button(GtkButton *button, char *spoken)
{
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(button)), spoken);
    g_free(spoken);
}

/* A rule that decides already is to be removed; against any other, one of one's own can be made. */
static void show_buttons(SottoTryNameView *self)
{
    const char *name = self->known_name;
    SottoRule *own = name != NULL ? rule_find_own(self->rules, name) : NULL;
    gboolean known = name != NULL && self->rules != NULL;

    gtk_widget_set_visible(self->buttons, known);
    if (!known)
        return;
    gtk_widget_set_visible(GTK_WIDGET(self->block), !self->by_rule);
    gtk_widget_set_visible(GTK_WIDGET(self->allow),
                           self->by_rule &&
                               (own == NULL || sotto_rule_kind(own) != SOTTO_RULE_ALLOW));
    gtk_widget_set_visible(GTK_WIDGET(self->remove), own != NULL);
    /* Translators: %s is a name of DNS, such as example.com. */
    name_button(self->block, g_strdup_printf(_("Block %s"), name));
    /* Translators: %s is a name of DNS, such as example.com. */
    name_button(self->allow, g_strdup_printf(_("Never block %s"), name));
    if (own != NULL)
        name_button(self->remove,
                    g_strdup_printf(_("Remove the rule for %s"), sotto_rule_bare_name(own)));
}

static void on_changed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoTryNameView) self = data;
    g_autoptr(GError) error = NULL;
    gboolean done = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime))
        return;
    self->busy = FALSE;
    show_error(self, done ? "" : error->message); /* what it led to, the next explanation says */
}

static void add_rule(SottoTryNameView *self, SottoRuleKind kind)
{
    if (self->busy || self->known_name == NULL)
        return;
    self->busy = TRUE;
    sotto_helper_add_rule_async(self->helper, kind, self->known_name, "", self->lifetime,
                                on_changed, g_object_ref(self));
}

static void on_block(GtkButton *button, gpointer data)
{
    add_rule(data, SOTTO_RULE_BLOCK);
}

static void on_allow(GtkButton *button, gpointer data)
{
    add_rule(data, SOTTO_RULE_ALLOW);
}

static void on_remove(GtkButton *button, gpointer data)
{
    SottoTryNameView *self = data;
    SottoRule *own = self->known_name != NULL ? rule_find_own(self->rules, self->known_name) : NULL;

    if (self->busy || own == NULL)
        return;
    self->busy = TRUE;
    sotto_helper_remove_rule_async(self->helper, sotto_rule_name(own), self->lifetime, on_changed,
                                   g_object_ref(self));
}

/* --- asking ---------------------------------------------------------------------------------- */

static void show_explanation(SottoTryNameView *self, GVariant *explanation)
{
    g_autofree char *summary = sotto_wording(sotto_dictionary_text(explanation, "summary"));
    const char *source = sotto_dictionary_text(explanation, "source");

    g_free(self->known_name);
    self->known_name = g_strdup(sotto_dictionary_text(explanation, "name"));
    self->by_rule = g_str_equal(source, "rule");
    gtk_image_set_from_icon_name(GTK_IMAGE(self->icon), icon_for(source), GTK_ICON_SIZE_BUTTON);
    gtk_label_set_text(self->summary, summary);
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(self->entry)), summary);
    show_facts(self, explanation);
    show_steps(self, explanation);
    show_buttons(self);
    gtk_widget_set_visible(GTK_WIDGET(self->result), TRUE);
}

static void on_explained(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoTryNameView *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) explanation =
        sotto_helper_explain_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the view is gone, or asked again */
    g_clear_object(&self->question);
    show_error(self, explanation != NULL ? "" : error->message);
    gtk_widget_set_visible(GTK_WIDGET(self->result), FALSE);
    if (explanation != NULL)
        show_explanation(self, explanation);
}

static void forget_question(SottoTryNameView *self)
{
    if (self->question != NULL)
        g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
}

static void ask(SottoTryNameView *self)
{
    forget_question(self);
    if (self->name == NULL)
        return;
    self->question = g_cancellable_new();
    sotto_helper_explain_async(self->helper, self->name, "", self->question, on_explained, self);
}

static void on_try(GtkWidget *widget, gpointer data)
{
    SottoTryNameView *self = data;
    g_autofree char *name = rule_typed_name(gtk_entry_get_text(self->entry));

    if (name[0] == '\0')
        return;
    g_free(self->name);
    self->name = g_steal_pointer(&name);
    ask(self);
}

static void on_edited(GtkEditable *editable, gpointer data)
{
    SottoTryNameView *self = data;
    g_autofree char *name = rule_typed_name(gtk_entry_get_text(self->entry));

    gtk_widget_set_sensitive(self->try, name[0] != '\0');
    show_error(self, "");
}

void sotto_try_name_view_set_rules(SottoTryNameView *self, GPtrArray *rules)
{
    g_clear_pointer(&self->rules, g_ptr_array_unref);
    self->rules = rules != NULL ? g_ptr_array_ref(rules) : NULL;
    ask(self);
}

void sotto_try_name_view_clear(SottoTryNameView *self)
{
    forget_question(self);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->known_name, g_free);
    g_clear_pointer(&self->rules, g_ptr_array_unref);
    gtk_widget_set_visible(GTK_WIDGET(self->result), FALSE);
    show_error(self, "");
}

void sotto_try_name_view_focus(SottoTryNameView *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->entry));
}

void sotto_try_name_view_follow(SottoTryNameView *self, SottoHelper *helper)
{
    self->helper = helper;
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_try_name_view_destroy(GtkWidget *widget)
{
    SottoTryNameView *self = SOTTO_TRY_NAME_VIEW(widget);

    forget_question(self);
    g_cancellable_cancel(self->lifetime);
    GTK_WIDGET_CLASS(sotto_try_name_view_parent_class)->destroy(widget);
}

static void sotto_try_name_view_finalize(GObject *object)
{
    SottoTryNameView *self = SOTTO_TRY_NAME_VIEW(object);

    g_object_unref(self->lifetime);
    g_clear_pointer(&self->rules, g_ptr_array_unref);
    g_free(self->name);
    g_free(self->known_name);
    G_OBJECT_CLASS(sotto_try_name_view_parent_class)->finalize(object);
}

static void sotto_try_name_view_class_init(SottoTryNameViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_try_name_view_finalize;
    widget_class->destroy = sotto_try_name_view_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/try-name-view.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoTryNameView, name)
    CHILD(entry);
    CHILD(try);
    CHILD(result);
    CHILD(icon);
    CHILD(summary);
    CHILD(facts);
    CHILD(steps_row);
    CHILD(steps);
    CHILD(error);
    CHILD(buttons);
    CHILD(block);
    CHILD(allow);
    CHILD(remove);
#undef CHILD
#define CALLBACK(name) gtk_widget_class_bind_template_callback(widget_class, name)
    CALLBACK(on_edited);
    CALLBACK(on_try);
    CALLBACK(on_block);
    CALLBACK(on_allow);
    CALLBACK(on_remove);
#undef CALLBACK
}

static void sotto_try_name_view_init(SottoTryNameView *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
    self->way = sotto_fold_row_new(_("Step by Step"), "");
    sotto_fold_row_hold(self->way, self->steps_row);
    gtk_list_box_insert(self->result, GTK_WIDGET(self->way), 1);
}
