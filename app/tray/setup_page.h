/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "situation.h"

#include <gtk/gtk.h>

/** The one page of the first run: what Sotto does, what it sets up, what it does not do, and the
 * button. */
#define SOTTO_TYPE_SETUP_PAGE (sotto_setup_page_get_type())
G_DECLARE_FINAL_TYPE(SottoSetupPage, sotto_setup_page, SOTTO, SETUP_PAGE, GtkBin)

/** To be called once, after construction. `situation` outlives the page. */
void sotto_setup_page_follow(SottoSetupPage *page, const Situation *situation);

/** Shows what is under way, or how it ended. */
void sotto_setup_page_update(SottoSetupPage *page);

/** Where the keyboard belongs when the page comes into sight. */
void sotto_setup_page_focus(SottoSetupPage *page);
