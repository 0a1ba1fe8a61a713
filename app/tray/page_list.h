/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** The names of a stack's pages, one below the other, to choose from. */
#define SOTTO_TYPE_PAGE_LIST (sotto_page_list_get_type())
G_DECLARE_FINAL_TYPE(SottoPageList, sotto_page_list, SOTTO, PAGE_LIST, GtkBox)

/** Lists the pages that `stack` has now, by their "title" and "icon-name", and follows changes of
 * the icons. Signal "chosen": somebody took one, which may be the one that shows already. */
void sotto_page_list_follow(SottoPageList *list, GtkStack *stack);

/** What there is to know of a page before it is opened, for who points at it or listens. */
void sotto_page_list_describe(SottoPageList *list, GtkWidget *page, const char *text);

/** Puts the keyboard on the page that shows. */
void sotto_page_list_focus(SottoPageList *list);
