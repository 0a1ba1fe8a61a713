/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <handy.h>

/**
 * Sets what a row shows and what is spoken of it. HdyActionRow hides its own labels from assistive
 * technology, so its words have to be given to the row's accessible object as well.
 */
void spoken_row_set(HdyActionRow *row, const char *title, const char *subtitle);
