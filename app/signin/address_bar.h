/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "browser.h"

/**
 * Whose page this is, and whether that is proved; and how far it is loaded. Words, not an entry:
 * where a sign-in goes is the network's doing, and is to be read before a password is typed.
 */
#define SOTTO_TYPE_ADDRESS_BAR (sotto_address_bar_get_type())
G_DECLARE_FINAL_TYPE(SottoAddressBar, sotto_address_bar, SOTTO, ADDRESS_BAR, GtkBin)

/** Shows what `browser` (transfer none) shows, from now on. */
void sotto_address_bar_follow(SottoAddressBar *bar, SottoBrowser *browser);
