/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** Asks the helper for its counters, once a second for everybody who shows them, and not at all
 * while nobody can see them. One a window. */
typedef struct StatisticsFeed StatisticsFeed;

/** Takes the answer as the contract has it (transfer none); NULL: there is none, because the helper
 * is not there or does not answer. */
typedef void (*StatisticsSink)(GVariant *statistics, gpointer user_data);

/** `helper` (transfer none) outlives the feed. */
StatisticsFeed *statistics_feed_new(SottoHelper *helper);

/** Ends it: no sink is called any more, also for what is under way. */
void statistics_feed_free(StatisticsFeed *feed);

/** Gives the counters to `sink` at once and then every second while `widget` (transfer none) can be
 * seen, until it is destroyed. */
void statistics_feed_attach(StatisticsFeed *feed, GtkWidget *widget, StatisticsSink sink,
                            gpointer user_data);

/** Asks now, and not only at the next second, if anybody looks. */
void statistics_feed_poll(StatisticsFeed *feed);
