/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network_item.h"

#include <gtk/gtk.h>

/**
 * Protect, Ask or Leave Alone, of one network: a button that says which, and opens a menu of them.
 *
 * Signal "chosen" (string: the word of the contract): somebody chose another one; not when it is
 * set.
 */
#define SOTTO_TYPE_POLICY_CHOICE (sotto_policy_choice_get_type())
G_DECLARE_FINAL_TYPE(SottoPolicyChoice, sotto_policy_choice, SOTTO, POLICY_CHOICE, GtkMenuButton)

/** `network`: its name, to be spoken; "" for the one at hand. */
void sotto_policy_choice_set(SottoPolicyChoice *choice, const char *network, SottoPolicy policy);

/** What a policy means, in a sentence (transfer none, static). */
const char *policy_describe(SottoPolicy policy);
