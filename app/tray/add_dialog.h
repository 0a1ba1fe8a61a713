/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_calls.h"

#include <gtk/gtk.h>

/**
 * Adds a resolver of the user's own: by a stamp, an address of the web, an IP address, or by
 * address, name and key.
 *
 * Signal "added" (string id, string name): it is one of the list now.
 */
#define SOTTO_TYPE_ADD_DIALOG (sotto_add_dialog_get_type())
G_DECLARE_FINAL_TYPE(SottoAddDialog, sotto_add_dialog, SOTTO, ADD_DIALOG, GtkDialog)

/** Above `parent`, which it does not outlive; `calls` (transfer none) is referenced. */
SottoAddDialog *sotto_add_dialog_new(GtkWindow *parent, SottoHelper *helper,
                                     SottoResolverCalls *calls);

/** Fills in what somebody else gave: it is shown, and never added by itself. */
void sotto_add_dialog_fill(SottoAddDialog *dialog, const char *spec);
