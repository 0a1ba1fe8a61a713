/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preferences.h"

#include <gio/gio.h>

/**
 * SottoAutostart: whether the app starts at login, and changing that. In a sandbox the desktop is
 * asked, which may ask the user, so that it takes its time; who closes the window meanwhile finds
 * it as it stands.
 *
 * Signal "changed" (no arguments): anything below may have another value.
 */
#define SOTTO_TYPE_AUTOSTART (sotto_autostart_get_type())
G_DECLARE_FINAL_TYPE(SottoAutostart, sotto_autostart, SOTTO, AUTOSTART, GObject)

/** `preferences` outlive it. */
SottoAutostart *sotto_autostart_new(Preferences *preferences);

gboolean sotto_autostart_is_on(SottoAutostart *autostart);

/** TRUE while the desktop is asked. */
gboolean sotto_autostart_is_asking(SottoAutostart *autostart);

/** Why the last change was not made, in a sentence; "" when it was (transfer none). */
const char *sotto_autostart_sentence(SottoAutostart *autostart);

/** Nothing happens while the desktop is asked. */
void sotto_autostart_set(SottoAutostart *autostart, gboolean on);
