/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name_list.h"

#include <handy.h>

/** The files of names that the configuration brings: how many names each has, and what is wrong
 * with it. */
#define SOTTO_TYPE_NAME_LISTS_VIEW (sotto_name_lists_view_get_type())
G_DECLARE_FINAL_TYPE(SottoNameListsView, sotto_name_lists_view, SOTTO, NAME_LISTS_VIEW,
                     HdyPreferencesGroup)

/** Shows these (of SottoNameList, transfer none). */
void sotto_name_lists_view_show(SottoNameListsView *view, const GPtrArray *lists);
