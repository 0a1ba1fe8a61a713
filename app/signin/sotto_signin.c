/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where sotto-signin begins: language, then the application. */
#include "signin_application.h"
#include "sotto-build.h"

#include <glib/gi18n.h>
#include <locale.h>

int main(int argc, char **argv)
{
    g_autoptr(SottoSignInApplication) application = NULL;

    setlocale(LC_ALL, "");
    bindtextdomain("sotto", SOTTO_LOCALEDIR);
    bind_textdomain_codeset("sotto", "UTF-8");
    textdomain("sotto");
    g_set_application_name("Sotto");
    application = sotto_signin_application_new();
    return sotto_signin_application_run(application, argc, argv);
}
