/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing opens in the clear because of a slip: what would be visible, to whom and until when is
 * said first, and the button that Enter presses is Cancel. The dialog stands by itself when it was
 * called from the tray, above the window otherwise.
 *
 * What was asked in one state must not be answered in another: the dialog closes when a way through
 * was found, protection was turned off, or the network is another one, unless the question brings
 * a rule of its own. It stays while Sotto only goes on trying.
 */
#include "confirmation.h"

#include "toolkit.h"

#include <glib/gi18n.h>

#define CURRENT "sotto-confirmation"

typedef struct Question {
    SottoApplication *application; /* outlives the dialog */
    char *network;
    gboolean (*holds)(SottoApplication *application);
    void (*confirmed)(SottoApplication *application, gpointer data);
    gpointer data;
    GDestroyNotify free_data;
} Question;

static void question_free(gpointer data, GClosure *closure)
{
    Question *question = data;

    if (question->data != NULL && question->free_data != NULL)
        question->free_data(question->data);
    g_free(question->network);
    g_free(question);
}

static void on_response(GtkDialog *dialog, int response, gpointer data)
{
    Question *question = data;
    SottoApplication *application = question->application;
    void (*confirmed)(SottoApplication *, gpointer) = question->confirmed;
    gpointer confirmed_data = g_steal_pointer(&question->data);
    GDestroyNotify free_data = question->free_data;

    gtk_widget_destroy(GTK_WIDGET(dialog)); /* frees the question */
    if (response == GTK_RESPONSE_ACCEPT)
        confirmed(application, confirmed_data);
    if (confirmed_data != NULL && free_data != NULL)
        free_data(confirmed_data);
}

/* Whether lookups are still held back, so that the question makes sense. */
static gboolean is_held_up(SottoHelper *helper)
{
    switch (sotto_helper_state(helper)) {
    case SOTTO_STATE_SIGNIN:
    case SOTTO_STATE_SIGNING_IN:
    case SOTTO_STATE_BLOCKED:
    case SOTTO_STATE_STARTING:
        return TRUE;
    case SOTTO_STATE_OFF:
    case SOTTO_STATE_ON:
    case SOTTO_STATE_PAUSED:
    case SOTTO_STATE_ERROR:
    case SOTTO_STATE_VPN:
    case SOTTO_STATE_OPEN:
    case SOTTO_STATE_ASK:
    case SOTTO_STATE_OFFLINE:
        return FALSE;
    }
    return FALSE;
}

static void on_helper_changed(GtkDialog *dialog)
{
    Question *question = g_object_get_data(G_OBJECT(dialog), CURRENT);
    SottoHelper *helper = sotto_application_helper(question->application);
    gboolean holds =
        question->holds != NULL
            ? question->holds(question->application)
            : is_held_up(helper) && g_str_equal(question->network, sotto_helper_network(helper));

    if (!holds)
        gtk_dialog_response(dialog, GTK_RESPONSE_CANCEL);
}

static GtkDialog *build(SottoApplication *application, const Confirmation *confirmation)
{
    GtkWindow *parent = sotto_application_window(application);
    GtkWidget *dialog = gtk_message_dialog_new(
        parent, parent != NULL ? GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT : 0,
        GTK_MESSAGE_WARNING, GTK_BUTTONS_NONE, "%s", confirmation->question);
    GtkWidget *confirm;

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", confirmation->text);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
    confirm = gtk_dialog_add_button(GTK_DIALOG(dialog), confirmation->confirm, GTK_RESPONSE_ACCEPT);
    gtk_style_context_add_class(gtk_widget_get_style_context(confirm),
                                GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    gtk_window_set_title(GTK_WINDOW(dialog), _("Sotto"));
    gtk_window_set_application(GTK_WINDOW(dialog), GTK_APPLICATION(application));
    if (parent == NULL)
        gtk_window_set_position(GTK_WINDOW(dialog), GTK_WIN_POS_CENTER);
    return GTK_DIALOG(dialog);
}

static void forget(GObject *application)
{
    g_object_set_data(application, CURRENT, NULL);
}

void confirmation_ask(SottoApplication *application, const Confirmation *confirmation,
                      void (*confirmed)(SottoApplication *application, gpointer data),
                      gpointer data)
{
    SottoHelper *helper = sotto_application_helper(application);
    GtkDialog *dialog = g_object_get_data(G_OBJECT(application), CURRENT);
    Question *question;

    if (dialog != NULL) {
        gtk_window_present(GTK_WINDOW(dialog));
        if (data != NULL && confirmation->free_data != NULL)
            confirmation->free_data(data);
        return;
    }
    toolkit_prepare();
    dialog = build(application, confirmation);
    question = g_new0(Question, 1);
    *question = (Question){application,
                           g_strdup(sotto_helper_network(helper)),
                           confirmation->holds,
                           confirmed,
                           data,
                           confirmation->free_data};
    g_object_set_data(G_OBJECT(dialog), CURRENT, question);
    g_object_set_data(G_OBJECT(application), CURRENT, dialog);
    g_signal_connect_data(dialog, "response", G_CALLBACK(on_response), question, question_free, 0);
    g_signal_connect_object(helper, "changed", G_CALLBACK(on_helper_changed), dialog,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(dialog, "destroy", G_CALLBACK(forget), application, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}
