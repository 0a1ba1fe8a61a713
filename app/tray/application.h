/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "autostart.h"
#include "catalogue.h"
#include "situation.h"

#include <gtk/gtk.h>

/** SottoApplication: one instance a session; it owns the helper's proxy, the icon and the window.
 */
#define SOTTO_TYPE_APPLICATION (sotto_application_get_type())
G_DECLARE_FINAL_TYPE(SottoApplication, sotto_application, SOTTO, APPLICATION, GtkApplication)

SottoApplication *sotto_application_new(void);

/** (transfer none) */
SottoHelper *sotto_application_helper(SottoApplication *application);

/** Helper and deployment, as everything shown is drawn from them (transfer none). */
const Situation *sotto_application_situation(SottoApplication *application);

/** (transfer none) */
SottoAutostart *sotto_application_autostart(SottoApplication *application);

/** NULL while closed (transfer none). */
GtkWindow *sotto_application_window(SottoApplication *application);

/** Shows everything anew: after a change of the helper, and after an action that may have failed
 * and left a radio button where it should not be. */
void sotto_application_refresh(SottoApplication *application);

/** Tells the user, by one sentence, that an action failed: in the window when it is in front, else
 * as a notification. */
void sotto_application_report(SottoApplication *application, const char *sentence);

/** Opens the window on the page of that name; NULL: on the page it shows. */
void sotto_application_show_page(SottoApplication *application, const char *page);

/** Opens the window on Resolvers, with the dialog that adds one, filled in with `spec` ("":
 * nothing). */
void sotto_application_add_resolver(SottoApplication *application, const char *spec);

/** Opens the window on Status and looks now. */
void sotto_application_check(SottoApplication *application);
