/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** The networks that this computer was in, and the rules about names: one beside the other. */
#define SOTTO_TYPE_NETWORKS_PAGE (sotto_networks_page_get_type())
G_DECLARE_FINAL_TYPE(SottoNetworksPage, sotto_networks_page, SOTTO, NETWORKS_PAGE, GtkBin)

/** To be called once, after construction. `helper` outlives the page. */
void sotto_networks_page_follow(SottoNetworksPage *page, SottoHelper *helper);

/** The helper came or went. */
void sotto_networks_page_update(SottoNetworksPage *page);

/** The keyboard's focus goes to the search; FALSE where there is nothing to search. */
gboolean sotto_networks_page_focus_search(SottoNetworksPage *page);
