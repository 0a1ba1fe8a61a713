/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "notice.h"

#include <gtk/gtk.h>

/** A notice in the place of a page. Its buttons are the window's actions. */
#define SOTTO_TYPE_NOTICE_VIEW (sotto_notice_view_get_type())
G_DECLARE_FINAL_TYPE(SottoNoticeView, sotto_notice_view, SOTTO, NOTICE_VIEW, GtkBin)

void sotto_notice_view_show(SottoNoticeView *view, const Notice *notice);
/** Puts the keyboard on the first button that is shown. */
void sotto_notice_view_focus(SottoNoticeView *view);
