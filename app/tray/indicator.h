/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/**
 * SottoIndicator: the icon in the tray and the menu behind it.
 *
 * Property "hosted" (boolean, notifies): something shows the icon. While it is unknown (the first
 * moments) it reads TRUE, so that nobody complains too early.
 * Signal "about-to-show" (no arguments): the menu is being opened; counts may be refreshed.
 */
#define SOTTO_TYPE_INDICATOR (sotto_indicator_get_type())
GType sotto_indicator_get_type(void);
typedef struct SottoIndicator SottoIndicator;

/**
 * Shows `menu` (transfer none; it must not be exchanged later, only changed in place). A middle
 * click activates `secondary`, an item of it.
 */
SottoIndicator *sotto_indicator_new(GtkMenu *menu, GtkWidget *secondary);

/** The icon by name, and what a screen reader says of it. Panels draw it anew when either changes.
 */
void sotto_indicator_show(SottoIndicator *indicator, const char *icon, const char *spoken);

/** What a pointer resting on it shows; may change every second. */
void sotto_indicator_set_title(SottoIndicator *indicator, const char *title);

gboolean sotto_indicator_is_hosted(SottoIndicator *indicator);
