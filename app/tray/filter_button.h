/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolver_traits.h"

#include <gtk/gtk.h>

/**
 * The button "Filters", and below it a check box for each trait a resolver can be chosen by.
 *
 * Signal "changed" (no arguments): the traits that are wanted are others now.
 */
#define SOTTO_TYPE_FILTER_BUTTON (sotto_filter_button_get_type())
G_DECLARE_FINAL_TYPE(SottoFilterButton, sotto_filter_button, SOTTO, FILTER_BUTTON, GtkMenuButton)

ResolverTraits sotto_filter_button_traits(SottoFilterButton *button);
/** Wants nothing any more. */
void sotto_filter_button_clear(SottoFilterButton *button);
