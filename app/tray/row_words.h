/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <handy.h>

/** What a row that has labels of its own says, for the eye (`name` and `detail`) and for the ear.
 */
void row_words_set(HdyPreferencesRow *row, GtkLabel *name, GtkLabel *detail, const char *title,
                   const char *subtitle);
