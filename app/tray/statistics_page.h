/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "statistics_feed.h"

#include <gtk/gtk.h>

/** Page "Statistics": what the helper counted, today, in the last seven days and since it started;
 * by resolver and by protocol; as graphs, tables and files. */
#define SOTTO_TYPE_STATISTICS_PAGE (sotto_statistics_page_get_type())
G_DECLARE_FINAL_TYPE(SottoStatisticsPage, sotto_statistics_page, SOTTO, STATISTICS_PAGE, GtkBin)

/** To be called once, after construction. */
void sotto_statistics_page_follow(SottoStatisticsPage *page, StatisticsFeed *feed);
