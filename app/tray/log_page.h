/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include <gtk/gtk.h>

/** Page "Query Log": what this computer looks up, once an administrator has turned that on. */
#define SOTTO_TYPE_LOG_PAGE (sotto_log_page_get_type())
G_DECLARE_FINAL_TYPE(SottoLogPage, sotto_log_page, SOTTO, LOG_PAGE, GtkBin)

/** To be called once, after construction. */
void sotto_log_page_follow(SottoLogPage *page, SottoHelper *helper);

/** Shows the helper's facts of this moment. */
void sotto_log_page_update(SottoLogPage *page);

/** Where there is something to be searched: FALSE when there is not. */
gboolean sotto_log_page_focus_search(SottoLogPage *page);
