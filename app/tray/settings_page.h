/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "autostart.h"
#include "helper.h"
#include "preferences.h"

#include <gtk/gtk.h>

/** What the user wants of this app, and what this computer does on new networks. */
#define SOTTO_TYPE_SETTINGS_PAGE (sotto_settings_page_get_type())
G_DECLARE_FINAL_TYPE(SottoSettingsPage, sotto_settings_page, SOTTO, SETTINGS_PAGE, GtkBin)

/** To be called once, after construction. All outlive the page. */
void sotto_settings_page_follow(SottoSettingsPage *page, SottoHelper *helper,
                                Preferences *preferences, SottoAutostart *autostart);
