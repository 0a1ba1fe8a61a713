/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"
#include "lookup_log.h"

#include <gtk/gtk.h>

/** The lookups of a log with all that can be done with them: search, pause, clear, take away; and
 * with one of them: copy its name, and rules about it. What is not in sight is not followed. */
#define SOTTO_TYPE_LOOKUP_LIST (sotto_lookup_list_get_type())
G_DECLARE_FINAL_TYPE(SottoLookupList, sotto_lookup_list, SOTTO, LOOKUP_LIST, GtkBin)

/** To be called once, after construction. */
void sotto_lookup_list_follow(SottoLookupList *list, SottoHelper *helper);

/** Shows a log from now on, with no search and nothing paused; NULL: none. Before a log is cleared
 * it must not be shown. */
void sotto_lookup_list_show(SottoLookupList *list, SottoLookupLog *log);

void sotto_lookup_list_focus_search(SottoLookupList *list);
