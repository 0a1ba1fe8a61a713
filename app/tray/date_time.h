/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** Opens the desktop's settings for date and time. FALSE when no such program is known here. */
gboolean date_time_open(void);
