/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** Opens the dialog that tells what this is, of which version and by whom, above `parent` (may be
 * NULL); the one that is open comes to the front. */
void about_show(SottoHelper *helper, GtkWindow *parent);
