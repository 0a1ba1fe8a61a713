/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "catalogue.h"

#include <gtk/gtk.h>

/** Page "Resolvers": who answers, chosen from a searchable list with Automatic on top. */
#define SOTTO_TYPE_RESOLVERS_PAGE (sotto_resolvers_page_get_type())
G_DECLARE_FINAL_TYPE(SottoResolversPage, sotto_resolvers_page, SOTTO, RESOLVERS_PAGE, GtkBin)

/** To be called once, after construction. Both (transfer none) outlive the page. */
void sotto_resolvers_page_follow(SottoResolversPage *page, SottoHelper *helper,
                                 Catalogue *catalogue);

/** Shows the helper's choice of this moment. */
void sotto_resolvers_page_update(SottoResolversPage *page);

/** Opens the dialog that adds one, filled in with `spec` ("": nothing). */
void sotto_resolvers_page_add(SottoResolversPage *page, const char *spec);

void sotto_resolvers_page_focus_search(SottoResolversPage *page);
