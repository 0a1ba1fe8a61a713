/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dialog that does not hold up the program while it waits. */
#include "consent_dialog.h"

#include <glib/gi18n.h>

typedef struct Consent {
    GtkWindow *window; /* outlives its dialogs */
    ConsentGiven given;
} Consent;

static void consent_free(gpointer data, GClosure *closure)
{
    g_free(data);
}

static void on_answer(GtkDialog *dialog, int response, gpointer data)
{
    Consent consent = *(Consent *)data; /* the dialog takes it along */

    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response == GTK_RESPONSE_ACCEPT)
        consent.given(consent.window);
}

GtkWidget *consent_dialog_ask(GtkWindow *window, const char *question, const char *sentence,
                              const char *yes, ConsentGiven given)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(window, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                               GTK_MESSAGE_WARNING, GTK_BUTTONS_NONE, "%s", question);
    Consent *consent = g_new0(Consent, 1);
    GtkWidget *button;

    consent->window = window;
    consent->given = given;
    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", sentence);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
    button = gtk_dialog_add_button(GTK_DIALOG(dialog), yes, GTK_RESPONSE_ACCEPT);
    gtk_style_context_add_class(gtk_widget_get_style_context(button),
                                GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    gtk_window_set_title(GTK_WINDOW(dialog), _("Sotto"));
    g_signal_connect_data(dialog, "response", G_CALLBACK(on_answer), consent, consent_free, 0);
    gtk_window_present(GTK_WINDOW(dialog));
    return dialog;
}
