/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "catalogue.h"
#include "situation.h"

#include <gtk/gtk.h>

/** The menu behind the tray icon. */
typedef struct Menu Menu;

/** What is chosen in it is done by `actions`, the application's. All (transfer none), to outlive
 * it. */
Menu *menu_new(const Situation *situation, Catalogue *catalogue, GActionGroup *actions);
void menu_free(Menu *menu);

/** For the tray (transfer none): the menu itself, and the item a middle click stands for. */
GtkMenu *menu_widget(Menu *menu);
GtkWidget *menu_open_item(Menu *menu);

/** Shows the helper's facts of this moment. Cheap; called after every change and every action. */
void menu_update(Menu *menu);

/** Its first line alone: cheap enough for every second of a countdown. */
void menu_update_status(Menu *menu);

/** Asks for new counts and shows them when they come: the menu is being opened. */
void menu_refresh_counts(Menu *menu);
