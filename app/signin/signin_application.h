/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** The program: one instance a session, one window, one try after another. */
#define SOTTO_TYPE_SIGNIN_APPLICATION (sotto_signin_application_get_type())
G_DECLARE_FINAL_TYPE(SottoSignInApplication, sotto_signin_application, SOTTO, SIGNIN_APPLICATION,
                     GtkApplication)

SottoSignInApplication *sotto_signin_application_new(void);
/** Until the window is closed, or it is known that there can be none; the status to exit with. */
int sotto_signin_application_run(SottoSignInApplication *application, int argc, char **argv);
