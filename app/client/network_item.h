/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** What is done on a network. */
typedef enum {
    SOTTO_POLICY_PROTECT,
    SOTTO_POLICY_ASK,        /* its own DNS until the user has decided */
    SOTTO_POLICY_LEAVE_ALONE /* its own DNS */
} SottoPolicy;

/** The word of the contract, and back; FALSE for an unknown word, `policy` is "protect" then. */
const char *sotto_policy_word(SottoPolicy policy);
gboolean sotto_policy_parse(const char *word, SottoPolicy *policy);

/** One known network, as ListNetworks tells of it. Strings are never NULL; name and ssid are other
 * people's words. */
typedef struct SottoNetwork {
    char *id, *name, *ssid; /* ssid "": wired */
    SottoPolicy policy;     /* what is done on it */
    gboolean decided;       /* the user said so */
    gboolean current;       /* it is the one at hand */
    gboolean portal;        /* it asked for a sign-in before */
    gint64 last_seen_s;     /* since 1970 */
} SottoNetwork;

/** Reads the aa{sv} (transfer full): of SottoNetwork, newest first. */
GPtrArray *sotto_networks_parse(GVariant *list);
/** The one with that id, or NULL (transfer none). */
const SottoNetwork *sotto_networks_find(const GPtrArray *networks, const char *id);
