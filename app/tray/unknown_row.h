/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <handy.h>

/** Whether this computer protects networks by itself that nobody has decided about, and changing
 * that, which takes an administrator. */
#define SOTTO_TYPE_UNKNOWN_ROW (sotto_unknown_row_get_type())
G_DECLARE_FINAL_TYPE(SottoUnknownRow, sotto_unknown_row, SOTTO, UNKNOWN_ROW, HdyActionRow)

/** To be called once, after construction. `helper` outlives the row. */
void sotto_unknown_row_follow(SottoUnknownRow *row, SottoHelper *helper);
