/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** What the user wants of this app, not of the helper: $XDG_CONFIG_HOME/sotto/app.conf. */
typedef struct Preferences Preferences;

typedef enum {
    PREFERENCE_NOTIFICATIONS,  /* default TRUE */
    PREFERENCE_START_AT_LOGIN, /* what the desktop's portal said last; see autostart.h. FALSE */
    PREFERENCE_COLOUR_ICON,    /* in the tray. FALSE */
    PREFERENCE_ASK_BLOCKED,    /* what to do on a network that lets nothing through. FALSE */
    PREFERENCES
} Preference;

/** Reads `path` (NULL: the user's). Never fails: what cannot be read has its default. */
Preferences *preferences_new(const char *path);
void preferences_free(Preferences *preferences);

/** What is wrong with the file, in a sentence; "" when nothing is (transfer none). */
const char *preferences_damage(const Preferences *preferences);

gboolean preferences_get(const Preferences *preferences, Preference preference);

/** Writes the file, atomically, and so ends its damage. FALSE: nothing changed, and why, in a
 * sentence. */
gboolean preferences_set(Preferences *preferences, Preference preference, gboolean value,
                         GError **error);
