/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** The string at `key` of an a{sv}, "" when it is missing or something else (transfer full). */
char *sotto_dictionary_string(GVariant *dictionary, const char *key);
/** The same, borrowed from the dictionary. */
const char *sotto_dictionary_text(GVariant *dictionary, const char *key);
/** The seconds since 1970 at `key` of an a{sv}, 0 when they are missing or something else. */
gint64 sotto_dictionary_time(GVariant *dictionary, const char *key);
