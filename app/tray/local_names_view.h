/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <handy.h>

/** How names of this network and of a VPN are treated, and how many were asked so far. */
#define SOTTO_TYPE_LOCAL_NAMES_VIEW (sotto_local_names_view_get_type())
G_DECLARE_FINAL_TYPE(SottoLocalNamesView, sotto_local_names_view, SOTTO, LOCAL_NAMES_VIEW,
                     HdyPreferencesGroup)

/** To be called once, after construction. `helper` outlives the view. */
void sotto_local_names_view_follow(SottoLocalNamesView *view, SottoHelper *helper);
