/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <webkit2/webkit2.h>

/** Settings for a page that may do what a form needs, and no more (transfer full). */
WebKitSettings *page_limits_settings(void);

/** Refuses, in `view` and its context, what settings cannot switch off. `on_file` is called when
 * the page turns out to be a file, which would be downloaded; `user_data` outlives the view. */
void page_limits_apply(WebKitWebView *view, void (*on_file)(gpointer user_data),
                       gpointer user_data);
