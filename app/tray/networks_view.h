/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** The networks that this computer was in, and what is done on each. */
#define SOTTO_TYPE_NETWORKS_VIEW (sotto_networks_view_get_type())
G_DECLARE_FINAL_TYPE(SottoNetworksView, sotto_networks_view, SOTTO, NETWORKS_VIEW, GtkBin)

/** To be called once, after construction. `helper` outlives the page. */
void sotto_networks_view_follow(SottoNetworksView *page, SottoHelper *helper);

/** The helper came or went. */
void sotto_networks_view_update(SottoNetworksView *page);
