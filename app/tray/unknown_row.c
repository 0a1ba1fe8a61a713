/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one setting that is the computer's, not the user's: an administrator is asked, which may take
 * minutes, and may say no. Meanwhile the switch waits; after a no it stands where it stood, and the
 * row says why.
 */
#include "unknown_row.h"

#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoUnknownRow {
    HdyActionRow parent_instance;
    SottoHelper *helper;
    gulong changed_handler;
    GCancellable *lifetime;
    gboolean updating; /* the switch is being set, not clicked */
    gboolean asking;
    char *failure; /* of the last change; "" none */
    GtkSwitch *protect;
};

G_DEFINE_FINAL_TYPE(SottoUnknownRow, sotto_unknown_row, HDY_TYPE_ACTION_ROW)

static const char *choose_words(SottoUnknownRow *self, gboolean known)
{
    if (sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return _("The Sotto service decides this, and it is not running.");
    if (!known)
        return _("The Sotto service is too old to change this.");
    if (self->asking)
        return _("Waiting for the administrator…");
    if (self->failure[0] != '\0')
        return self->failure;
    return _("Otherwise you are asked on each new network, and until you decide its own DNS is "
             "used. An administrator changes this for everyone on this computer.");
}

static void update(SottoUnknownRow *self)
{
    SottoPolicy policy;
    gboolean known = sotto_helper_unknown_networks(self->helper, &policy);

    if (!self->asking) {
        self->updating = TRUE;
        gtk_switch_set_active(self->protect, known && policy == SOTTO_POLICY_PROTECT);
        self->updating = FALSE;
    }
    gtk_widget_set_sensitive(GTK_WIDGET(self->protect), known && !self->asking);
    spoken_row_set(HDY_ACTION_ROW(self), _("Protect new networks by itself"),
                   choose_words(self, known));
}

static void fail(SottoUnknownRow *self, const char *sentence)
{
    g_free(self->failure);
    self->failure = g_strdup(sentence);
}

static void on_set(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoUnknownRow *self = data;
    g_autoptr(GError) error = NULL;
    gboolean set = sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the window is closed; an administrator may still say yes */
    self->asking = FALSE;
    fail(self, set ? "" : error->message);
    update(self);
}

static void on_switched(SottoUnknownRow *self)
{
    SottoPolicy policy =
        gtk_switch_get_active(self->protect) ? SOTTO_POLICY_PROTECT : SOTTO_POLICY_ASK;

    if (self->updating || self->asking)
        return;
    self->asking = TRUE;
    update(self);
    sotto_helper_set_unknown_networks_async(self->helper, policy, self->lifetime, on_set, self);
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_unknown_row_follow(SottoUnknownRow *self, SottoHelper *helper)
{
    self->helper = helper;
    self->changed_handler = g_signal_connect_swapped(helper, "changed", G_CALLBACK(update), self);
    update(self);
}

static void sotto_unknown_row_destroy(GtkWidget *widget)
{
    SottoUnknownRow *self = SOTTO_UNKNOWN_ROW(widget);

    g_cancellable_cancel(self->lifetime);
    if (self->changed_handler != 0)
        g_signal_handler_disconnect(self->helper, self->changed_handler);
    self->changed_handler = 0;
    GTK_WIDGET_CLASS(sotto_unknown_row_parent_class)->destroy(widget);
}

static void sotto_unknown_row_finalize(GObject *object)
{
    SottoUnknownRow *self = SOTTO_UNKNOWN_ROW(object);

    g_object_unref(self->lifetime);
    g_free(self->failure);
    G_OBJECT_CLASS(sotto_unknown_row_parent_class)->finalize(object);
}

static void sotto_unknown_row_class_init(SottoUnknownRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_unknown_row_finalize;
    widget_class->destroy = sotto_unknown_row_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/unknown-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoUnknownRow, protect);
    gtk_widget_class_bind_template_callback(widget_class, on_switched);
}

static void sotto_unknown_row_init(SottoUnknownRow *self)
{
    self->lifetime = g_cancellable_new();
    self->failure = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
}
