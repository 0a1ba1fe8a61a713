/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key that decides which resolver sees which site. It must outlast restarts, or every start
 * would deal the sites out anew until each resolver had seen them all; and it must not be known to
 * resolvers, or they could tell whom else a machine asks. machine-id(5) asks for exactly this use
 * of the id: hashed, with a key of the application's own.
 */
#include "spread_key.h"

#include <sodium.h>
#include <string.h>

#define MACHINE_ID "/etc/machine-id"

static const char application[] = "io.github.sottodns.Sotto spread";

void spread_key_derive(uint8_t key[PLAN_SPREAD_KEY])
{
    static uint8_t passing[PLAN_SPREAD_KEY];
    static bool drawn;
    g_autofree char *id = NULL;
    gsize length = 0;

    if (g_file_get_contents(MACHINE_ID, &id, &length, NULL) && length >= 32 &&
        crypto_generichash(key, PLAN_SPREAD_KEY, (const uint8_t *)id, 32,
                           (const uint8_t *)application, sizeof application - 1) == 0)
        return;
    if (!drawn)
        randombytes_buf(passing, sizeof passing);
    drawn = true;
    memcpy(key, passing, sizeof passing);
}
