/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule takes the place of another one of the same name, so that the way back is not always to
 * remove it: what was there is asked for before, and put back. The bar stays until it is closed or
 * says something else, for those who read or listen slowly.
 *
 * Orders may overlap; each has what it needs with it, and the bar shows the last that ended.
 */
#include "rule_notice.h"

#include "confirmation.h"

#include <glib/gi18n.h>

/* A rule to be added, or to be put back. */
typedef struct Order {
    SottoRuleNotice *notice; /* a reference */
    SottoRuleKind kind;
    char *name;
    SottoRule *before; /* of the same name; NULL: none */
} Order;

struct _SottoRuleNotice {
    GtkBin parent_instance;
    SottoHelper *helper;
    GCancellable *lifetime;
    Order *done; /* what Undo undoes; NULL: nothing */

    GtkInfoBar *bar;
    GtkLabel *label;
    GtkWidget *undo;
};

G_DEFINE_FINAL_TYPE(SottoRuleNotice, sotto_rule_notice, GTK_TYPE_BIN)

static Order *order_new(SottoRuleNotice *self, SottoRuleKind kind, const char *name)
{
    Order *order = g_new0(Order, 1);

    *order = (Order){.notice = g_object_ref(self), .kind = kind, .name = g_strdup(name)};
    return order;
}

static void order_free(Order *order)
{
    g_clear_object(&order->before);
    g_object_unref(order->notice);
    g_free(order->name);
    g_free(order);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Order, order_free)

/* --- the bar --------------------------------------------------------------------------------- */

static void show(SottoRuleNotice *self, GtkMessageType kind, const char *sentence)
{
    gtk_info_bar_set_message_type(self->bar, kind);
    gtk_label_set_text(self->label, sentence);
    gtk_widget_set_visible(self->undo, self->done != NULL);
    gtk_info_bar_set_revealed(self->bar, TRUE);
}

static void show_failure(SottoRuleNotice *self, const GError *error)
{
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* the page is gone */
        show(self, GTK_MESSAGE_ERROR, error->message);
}

/* (transfer full) */
static char *describe(SottoRuleKind kind, const char *name)
{
    switch (kind) {
    case SOTTO_RULE_BLOCK:
        /* Translators: %s is a name, such as example.com; below it is www.example.com. */
        return g_strdup_printf(_("%s and all names below it are blocked from now on."), name);
    case SOTTO_RULE_ALLOW:
        return g_strdup_printf(_("%s and all names below it are never blocked from now on."), name);
    case SOTTO_RULE_NETWORK:
        return g_strdup_printf(_("%s and all names below it are asked of the network's DNS from "
                                 "now on, unencrypted."),
                               name);
    case SOTTO_RULE_FORWARD:
    case SOTTO_RULE_CLOAK:
    case SOTTO_RULE_LOCAL:
        break;
    }
    return g_strdup(name);
}

static void forget_done(SottoRuleNotice *self)
{
    g_clear_pointer(&self->done, order_free);
}

void sotto_rule_notice_hide(SottoRuleNotice *self)
{
    forget_done(self);
    gtk_info_bar_set_revealed(self->bar, FALSE);
}

static void on_response(GtkInfoBar *bar, int response, gpointer data)
{
    sotto_rule_notice_hide(data);
}

/* --- adding ---------------------------------------------------------------------------------- */

static void on_added(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Order) order = data;
    g_autoptr(SottoRuleNotice) self = g_object_ref(order->notice);
    g_autoptr(GError) error = NULL;
    g_autofree char *sentence = NULL;

    if (!sotto_helper_action_finish(SOTTO_HELPER(source), result, &error)) {
        show_failure(self, error);
        return;
    }
    sentence = describe(order->kind, order->name);
    forget_done(self);
    self->done = g_steal_pointer(&order);
    show(self, GTK_MESSAGE_INFO, sentence);
}

static SottoRule *find_own(const GPtrArray *rules, const char *name)
{
    for (guint i = 0; i < rules->len; i++) {
        SottoRule *rule = g_ptr_array_index(rules, i);
        if (sotto_rule_is_own(rule) && g_ascii_strcasecmp(sotto_rule_name(rule), name) == 0)
            return rule;
    }
    return NULL;
}

static void on_rules(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Order) order = data;
    SottoRuleNotice *self = order->notice;
    SottoHelper *helper = SOTTO_HELPER(source);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rules = sotto_helper_list_rules_finish(helper, result, &error);
    SottoRuleKind kind = order->kind;
    const char *name = order->name;

    if (rules == NULL) {
        show_failure(self, error);
        return;
    }
    g_set_object(&order->before, find_own(rules, name));
    sotto_helper_add_rule_async(helper, kind, name, "", self->lifetime, on_added,
                                g_steal_pointer(&order));
}

static void add(SottoRuleNotice *self, SottoRuleKind kind, const char *name)
{
    sotto_helper_list_rules_async(self->helper, self->lifetime, on_rules,
                                  order_new(self, kind, name));
}

/* --- asking first ---------------------------------------------------------------------------- */

/* A name to be asked of the network's DNS, if its user says yes. */
typedef struct Wish {
    GWeakRef notice;
    char *name;
} Wish;

static void wish_free(gpointer data)
{
    Wish *wish = data;

    g_weak_ref_clear(&wish->notice);
    g_free(wish->name);
    g_free(wish);
}

static void on_network_confirmed(SottoApplication *application, gpointer data)
{
    Wish *wish = data;
    g_autoptr(SottoRuleNotice) notice = g_weak_ref_get(&wish->notice);

    if (notice != NULL)
        add(notice, SOTTO_RULE_NETWORK, wish->name);
}

static gboolean is_present(SottoApplication *application)
{
    return sotto_helper_presence(sotto_application_helper(application)) == SOTTO_PRESENCE_PRESENT;
}

static void ask_network(SottoRuleNotice *self, const char *name)
{
    /* Translators: %s is a name, such as www.example.com. */
    g_autofree char *question = g_strdup_printf(_("Always ask the network's DNS for %s?"), name);
    g_autofree char *text =
        g_strdup_printf(_("From now on lookups of %s and of all names below it go out "
                          "unencrypted, to the DNS of whichever network this computer is on. "
                          "Everybody on the way can read them, and change the answers."),
                        name);
    Confirmation confirmation = {.question = question,
                                 .text = text,
                                 .confirm = _("Ask the _Network"),
                                 .holds = is_present,
                                 .free_data = wish_free};
    Wish *wish = g_new0(Wish, 1);

    g_weak_ref_init(&wish->notice, self);
    wish->name = g_strdup(name);
    confirmation_ask(SOTTO_APPLICATION(g_application_get_default()), &confirmation,
                     on_network_confirmed, wish);
}

void sotto_rule_notice_add(SottoRuleNotice *self, SottoRuleKind kind, const char *name)
{
    if (kind == SOTTO_RULE_NETWORK)
        ask_network(self, name);
    else
        add(self, kind, name);
}

/* --- undoing --------------------------------------------------------------------------------- */

static void on_undone(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoRuleNotice) self = data;
    g_autoptr(GError) error = NULL;

    if (sotto_helper_action_finish(SOTTO_HELPER(source), result, &error))
        sotto_rule_notice_hide(self);
    else
        show_failure(self, error);
}

static void on_undo(GtkButton *button, gpointer data)
{
    SottoRuleNotice *self = data;
    g_autoptr(Order) order = g_steal_pointer(&self->done);

    if (order == NULL)
        return;
    gtk_widget_hide(self->undo);
    if (order->before != NULL)
        sotto_helper_add_rule_async(
            self->helper, sotto_rule_kind(order->before), sotto_rule_name(order->before),
            sotto_rule_target(order->before), self->lifetime, on_undone, g_object_ref(self));
    else
        sotto_helper_remove_rule_async(self->helper, order->name, self->lifetime, on_undone,
                                       g_object_ref(self));
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_rule_notice_follow(SottoRuleNotice *self, SottoHelper *helper)
{
    self->helper = helper;
}

static void sotto_rule_notice_destroy(GtkWidget *widget)
{
    SottoRuleNotice *self = SOTTO_RULE_NOTICE(widget);

    g_cancellable_cancel(self->lifetime);
    forget_done(self);
    GTK_WIDGET_CLASS(sotto_rule_notice_parent_class)->destroy(widget);
}

static void sotto_rule_notice_finalize(GObject *object)
{
    g_object_unref(SOTTO_RULE_NOTICE(object)->lifetime);
    G_OBJECT_CLASS(sotto_rule_notice_parent_class)->finalize(object);
}

static void sotto_rule_notice_class_init(SottoRuleNoticeClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_rule_notice_finalize;
    widget_class->destroy = sotto_rule_notice_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/rule-notice.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoRuleNotice, bar);
    gtk_widget_class_bind_template_child(widget_class, SottoRuleNotice, label);
    gtk_widget_class_bind_template_child(widget_class, SottoRuleNotice, undo);
    gtk_widget_class_bind_template_callback(widget_class, on_response);
    gtk_widget_class_bind_template_callback(widget_class, on_undo);
}

static void sotto_rule_notice_init(SottoRuleNotice *self)
{
    self->lifetime = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
