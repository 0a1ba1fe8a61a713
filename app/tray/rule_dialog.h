/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** Asks for a rule and adds it. What the helper refuses stays as it was typed, with the reason. */
#define SOTTO_TYPE_RULE_DIALOG (sotto_rule_dialog_get_type())
G_DECLARE_FINAL_TYPE(SottoRuleDialog, sotto_rule_dialog, SOTTO, RULE_DIALOG, GtkDialog)

/** Shows one above `parent`. `helper` (transfer none) outlives it. */
void sotto_rule_dialog_open(GtkWindow *parent, SottoHelper *helper);
