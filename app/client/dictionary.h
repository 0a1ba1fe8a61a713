/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** The string at `key` of an a{sv}, "" when it is missing or something else (transfer full). */
char *sotto_dictionary_string(GVariant *dictionary, const char *key);
