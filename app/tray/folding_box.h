/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** From now on what is in `box` (a GtkOrientable) stands below each other while the box has less
 * than `width` pixels, else beside each other. */
void folding_box_follow(GtkWidget *box, int width);
