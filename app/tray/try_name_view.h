/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <handy.h>

/** Says what would answer a name, and why, and offers to change it. */
#define SOTTO_TYPE_TRY_NAME_VIEW (sotto_try_name_view_get_type())
G_DECLARE_FINAL_TYPE(SottoTryNameView, sotto_try_name_view, SOTTO, TRY_NAME_VIEW,
                     HdyPreferencesGroup)

/** To be called once, after construction. `helper` outlives the view. */
void sotto_try_name_view_follow(SottoTryNameView *view, SottoHelper *helper);

/** The rules in force (of SottoRule, transfer none) may be others than when a name was tried; NULL
 * where they cannot be had, and then none is offered to be changed. */
void sotto_try_name_view_set_rules(SottoTryNameView *view, GPtrArray *rules);

/** The helper went: what it said of a name is not known of the next one. */
void sotto_try_name_view_clear(SottoTryNameView *view);

/** The keyboard's focus goes to the field. */
void sotto_try_name_view_focus(SottoTryNameView *view);
