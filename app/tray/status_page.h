/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "situation.h"
#include "statistics_feed.h"

#include <gtk/gtk.h>

/** Page "Status": one icon, one sentence, one button and a way out; below it the proof. */
#define SOTTO_TYPE_STATUS_PAGE (sotto_status_page_get_type())
G_DECLARE_FINAL_TYPE(SottoStatusPage, sotto_status_page, SOTTO, STATUS_PAGE, GtkBin)

/** To be called once, after construction. `situation` outlives the page. */
void sotto_status_page_follow(SottoStatusPage *page, const Situation *situation);

/** To be called once: where the counters of the proof come from; `feed` outlives the page. */
void sotto_status_page_count(SottoStatusPage *page, StatisticsFeed *feed);

/** Shows the helper's facts of this moment. */
void sotto_status_page_update(SottoStatusPage *page);

/** The headline alone, every second of a countdown. */
void sotto_status_page_update_title(SottoStatusPage *page);

/** Looks now: asks the helper to prove what the page says, and shows each step. */
void sotto_status_page_check(SottoStatusPage *page);
