/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/** The resolvers the helper knows, kept for the menu and the window alike. */
typedef struct Catalogue Catalogue;

/** Follows `helper` (transfer none): asks for the list whenever a helper appears. */
Catalogue *catalogue_new(SottoHelper *helper);
void catalogue_free(Catalogue *catalogue);

/** Of SottoResolver (transfer none); empty while no helper has answered. One "items-changed" a
 * list. */
GListModel *catalogue_model(Catalogue *catalogue);

/** Asks again: latencies change with time. What is there stays until the answer comes. */
void catalogue_refresh(Catalogue *catalogue);

/** Somebody looks: signed lists that were never fetched are, as soon as they may be. */
void catalogue_look_at_lists(Catalogue *catalogue);

/** NULL when there is none of that id (transfer none, until the next list). */
SottoResolver *catalogue_find(Catalogue *catalogue, const char *id);
