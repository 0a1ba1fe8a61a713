/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dialog that does not hold up the program while it waits. */
#include "consent_dialog.h"

#include <glib/gi18n.h>

typedef struct Consent {
    GtkWindow *window; /* outlives its dialogs */
    ConsentGiven agreed;
} Consent;

static void consent_free(gpointer data, GClosure *closure)
{
    g_free(data);
}

static void on_answer(GtkDialog *dialog, int response, gpointer data)
{
    Consent question = *(Consent *)data; /* the dialog takes it along */

    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response == GTK_RESPONSE_ACCEPT)
        question.agreed(question.window);
}

void consent_dialog_ask(GtkWindow *window, const char *question, const char *sentence,
                        const char *yes, ConsentGiven agreed)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(window, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                               GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s", question);
    Consent *data = g_new0(Consent, 1);

    data->window = window;
    data->agreed = agreed;
    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", sentence);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), yes, GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    g_signal_connect_data(dialog, "response", G_CALLBACK(on_answer), data, consent_free, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}
