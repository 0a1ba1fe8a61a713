/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "statistics_feed.h"

#include <handy.h>

/** The lookups of the last minute as a graph. */
#define SOTTO_TYPE_MINUTE_VIEW (sotto_minute_view_get_type())
G_DECLARE_FINAL_TYPE(SottoMinuteView, sotto_minute_view, SOTTO, MINUTE_VIEW, HdyPreferencesGroup)

/** To be called once, after construction: whose counters it shows while it can be seen. */
void sotto_minute_view_follow(SottoMinuteView *view, StatisticsFeed *feed);
