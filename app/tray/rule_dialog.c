/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a name is, and what a server is, the helper alone judges: the dialog sends what was typed
 * and stays until it was taken. A refusal stands below the field that it is about, is spoken with
 * it, and goes with the next letter. The helper may leave meanwhile; then that is the reason, and
 * what was typed can be sent again when it is back.
 */
#include "rule_dialog.h"

#include "rule_words.h"

#include <glib/gi18n.h>

struct _SottoRuleDialog {
    GtkDialog parent_instance;
    SottoHelper *helper;
    GCancellable *lifetime;
    gboolean busy; /* the helper is asked */

    GtkEntry *name, *servers;
    GtkToggleButton *below;
    GtkToggleButton *allow, *network, *forward; /* and Block, when none of them */
    GtkWidget *servers_box, *add;
    GtkLabel *name_error, *servers_error;
};

G_DEFINE_FINAL_TYPE(SottoRuleDialog, sotto_rule_dialog, GTK_TYPE_DIALOG)

static SottoRuleKind chosen_kind(SottoRuleDialog *self)
{
    if (gtk_toggle_button_get_active(self->allow))
        return SOTTO_RULE_ALLOW;
    if (gtk_toggle_button_get_active(self->network))
        return SOTTO_RULE_NETWORK;
    if (gtk_toggle_button_get_active(self->forward))
        return SOTTO_RULE_FORWARD;
    return SOTTO_RULE_BLOCK;
}

/* The name as the contract has it (transfer full). */
static char *typed_name(SottoRuleDialog *self)
{
    g_autofree char *name = rule_typed_name(gtk_entry_get_text(self->name));

    if (gtk_toggle_button_get_active(self->below) || name[0] == '=' || name[0] == '\0')
        return g_steal_pointer(&name);
    return g_strconcat("=", name, NULL);
}

static const char *typed_servers(SottoRuleDialog *self)
{
    return chosen_kind(self) == SOTTO_RULE_FORWARD ? gtk_entry_get_text(self->servers) : "";
}

/* --- refusals -------------------------------------------------------------------------------- */

static void show_error(GtkEntry *entry, GtkLabel *label, const char *sentence)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(entry));

    gtk_label_set_text(label, sentence);
    gtk_widget_set_visible(GTK_WIDGET(label), sentence[0] != '\0');
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(entry)), sentence);
    if (sentence[0] != '\0')
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_ERROR);
    else
        gtk_style_context_remove_class(style, GTK_STYLE_CLASS_ERROR);
}

/* What the helper says of a name, which it judges before the servers. */
static gboolean is_about_name(const char *sentence)
{
    static const char *const sentences[] = {N_("That is not a name."),
                                            N_("That is an address; a rule is about a name.")};

    for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
        if (g_str_equal(sentence, _(sentences[i])))
            return TRUE;
    return FALSE;
}

static void show_refusal(SottoRuleDialog *self, const char *sentence)
{
    gboolean servers = chosen_kind(self) == SOTTO_RULE_FORWARD && !is_about_name(sentence);
    GtkEntry *entry = servers ? self->servers : self->name;

    show_error(entry, servers ? self->servers_error : self->name_error, sentence);
    gtk_widget_grab_focus(GTK_WIDGET(entry));
}

/* --- the form -------------------------------------------------------------------------------- */

static void update(SottoRuleDialog *self)
{
    gboolean forward = chosen_kind(self) == SOTTO_RULE_FORWARD;
    g_autofree char *name = typed_name(self);
    gboolean whole = name[0] != '\0' && (!forward || typed_servers(self)[0] != '\0');

    gtk_widget_set_visible(self->servers_box, forward);
    gtk_widget_set_sensitive(self->add, whole && !self->busy);
}

static void on_edited(GtkWidget *widget, gpointer data)
{
    SottoRuleDialog *self = data;

    show_error(self->name, self->name_error, "");
    show_error(self->servers, self->servers_error, "");
    update(self);
}

static void on_added(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoRuleDialog) self = data;
    g_autoptr(GError) error = NULL;
    gboolean added = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_cancellable_is_cancelled(self->lifetime))
        return;
    self->busy = FALSE;
    if (added) {
        gtk_widget_destroy(GTK_WIDGET(self));
        return;
    }
    update(self);
    show_refusal(self, error->message);
}

static void add(SottoRuleDialog *self)
{
    g_autofree char *name = typed_name(self);

    if (self->busy || !gtk_widget_get_sensitive(self->add))
        return;
    self->busy = TRUE;
    update(self);
    sotto_helper_add_rule_async(self->helper, chosen_kind(self), name, typed_servers(self),
                                self->lifetime, on_added, g_object_ref(self));
}

static void on_response(GtkDialog *dialog, int response, gpointer data)
{
    if (response == GTK_RESPONSE_APPLY)
        add(SOTTO_RULE_DIALOG(dialog));
    else
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

void sotto_rule_dialog_open(GtkWindow *parent, SottoHelper *helper)
{
    SottoRuleDialog *self =
        g_object_new(SOTTO_TYPE_RULE_DIALOG, "transient-for", parent, "modal", TRUE,
                     "destroy-with-parent", TRUE, "use-header-bar", FALSE, NULL);

    self->helper = helper;
    gtk_window_present(GTK_WINDOW(self));
}

/* --- the object ------------------------------------------------------------------------------ */

static void sotto_rule_dialog_destroy(GtkWidget *widget)
{
    g_cancellable_cancel(SOTTO_RULE_DIALOG(widget)->lifetime);
    GTK_WIDGET_CLASS(sotto_rule_dialog_parent_class)->destroy(widget);
}

static void sotto_rule_dialog_finalize(GObject *object)
{
    g_object_unref(SOTTO_RULE_DIALOG(object)->lifetime);
    G_OBJECT_CLASS(sotto_rule_dialog_parent_class)->finalize(object);
}

static void sotto_rule_dialog_class_init(SottoRuleDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_rule_dialog_finalize;
    widget_class->destroy = sotto_rule_dialog_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/rule-dialog.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoRuleDialog, name)
    CHILD(name);
    CHILD(servers);
    CHILD(below);
    CHILD(allow);
    CHILD(network);
    CHILD(forward);
    CHILD(servers_box);
    CHILD(add);
    CHILD(name_error);
    CHILD(servers_error);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_edited);
    gtk_widget_class_bind_template_callback(widget_class, on_response);
}

static void sotto_rule_dialog_init(SottoRuleDialog *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_dialog_set_default_response(GTK_DIALOG(self), GTK_RESPONSE_APPLY);
    update(self);
}
