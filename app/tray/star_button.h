/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/**
 * Whether a resolver is one of the favourites, which the tray's menu shows: a toggle button, an
 * outlined star or a filled one.
 *
 * Signal "starred" (gboolean favourite): the user wants it otherwise. Never emitted by
 * sotto_star_button_set.
 */
#define SOTTO_TYPE_STAR_BUTTON (sotto_star_button_get_type())
G_DECLARE_FINAL_TYPE(SottoStarButton, sotto_star_button, SOTTO, STAR_BUTTON, GtkToggleButton)

/** Shows what is so of the resolver of that name. */
void sotto_star_button_set(SottoStarButton *button, const char *name, gboolean favourite);
