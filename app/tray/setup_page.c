/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What somebody sees who opens Sotto for the first time. It has to be believed: so it says what is
 * going to be done to the computer and what Sotto cannot do, and not only what it can; while it is
 * done it says whom or what it waits for.
 */
#include "setup_page.h"

#include "command_row.h"
#include "presentation.h"
#include "spoken_row.h"

#include <glib/gi18n.h>

struct _SottoSetupPage {
    GtkBin parent_instance;
    const Situation *situation;

    HdyActionRow *does_row, *installs_row, *does_not_row;
    GtkToggleButton *login_box, *unknown_box;
    GtkButton *button;
    GtkWidget *progress, *command_list;
    GtkLabel *progress_label, *sentence;
    SottoCommandRow *command_row;
};

G_DEFINE_FINAL_TYPE(SottoSetupPage, sotto_setup_page, GTK_TYPE_BIN)

void sotto_setup_page_focus(SottoSetupPage *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->button));
}

void sotto_setup_page_update(SottoSetupPage *self)
{
    SottoDeployment *deployment = self->situation->deployment;
    Step step = sotto_deployment_step(deployment);
    const char *sentence = sotto_deployment_sentence(deployment);
    const char *command = sotto_deployment_command(deployment);
    gboolean was_busy = !gtk_widget_get_sensitive(GTK_WIDGET(self->button));

    gtk_widget_set_visible(self->progress, step != STEP_NONE);
    gtk_label_set_text(self->progress_label, presentation_step(step));
    gtk_label_set_text(self->sentence, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->sentence), step == STEP_NONE && sentence[0] != '\0');
    gtk_widget_set_visible(self->command_list, step == STEP_NONE && command[0] != '\0');
    sotto_command_row_set(self->command_row, NULL, command);
    gtk_button_set_label(self->button, sotto_deployment_has_failed(deployment)
                                           ? _("Try _Again")
                                           : _("_Turn On Protection"));
    gtk_widget_set_sensitive(GTK_WIDGET(self->button), step == STEP_NONE);
    if (was_busy && step == STEP_NONE && gtk_widget_get_mapped(GTK_WIDGET(self)))
        sotto_setup_page_focus(self); /* an insensitive button loses it */
}

void sotto_setup_page_follow(SottoSetupPage *self, const Situation *situation)
{
    self->situation = situation;
}

/* Beside the button's action, which sets up and turns on. */
static void on_clicked(GtkButton *button, gpointer data)
{
    SottoSetupPage *self = data;

    sotto_deployment_ask_on_new_networks(self->situation->deployment,
                                         !gtk_toggle_button_get_active(self->unknown_box));
    g_action_group_activate_action(
        G_ACTION_GROUP(g_application_get_default()), "set-autostart",
        g_variant_new_boolean(gtk_toggle_button_get_active(self->login_box)));
}

/* --- the object ----------------------------------------------------------------------------- */

static void sotto_setup_page_class_init(SottoSetupPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_COMMAND_ROW); /* named in the template */
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/setup-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoSetupPage, name)
    CHILD(does_row);
    CHILD(installs_row);
    CHILD(does_not_row);
    CHILD(login_box);
    CHILD(unknown_box);
    CHILD(button);
    CHILD(progress);
    CHILD(progress_label);
    CHILD(sentence);
    CHILD(command_list);
    CHILD(command_row);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_clicked);
}

static void sotto_setup_page_init(SottoSetupPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    spoken_row_set(self->does_row, _("What Sotto does"),
                   _("It encrypts what every program on this computer looks up, so that nobody on "
                     "the network can read or change it."));
    spoken_row_set(self->installs_row, _("What it sets up"),
                   _("A small system service; an administrator's password is asked once."));
    spoken_row_set(
        self->does_not_row, _("What it does not do"),
        _("The network can still see which servers you connect to, and their names where "
          "a site does not hide them. This is not a VPN."));
}
