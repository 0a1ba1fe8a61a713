/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** The way to a resolver, by what SetRelay takes: its name, or "None" or "Picked for me". `relays`
 * is the aa{sv} of ListRelays, or NULL while it is not known. (transfer full) */
char *relay_words_name(const char *choice, GVariant *relays);

/** What a resolver's own choice means: "As for all resolvers: None", too. (transfer full) */
char *relay_words_of_resolver(const char *choice, const char *for_all, GVariant *relays);

/** What relays are for, in one sentence (transfer none). */
const char *relay_words_explanation(void);
