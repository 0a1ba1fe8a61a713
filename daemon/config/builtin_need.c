/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The built-in lists hold some hundred resolvers and relays; to read them is most of the work of a
 * start, and half the memory of an idle forwarder. It goes by them in three cases: it is given a
 * known id, or none at all; a host has to be looked up, for which the built-in favourites are
 * asked; or it is to use relays.
 */
#include "builtin_need.h"

#include "endpoint_spec.h"

#include <string.h>

#define GROUP "Sotto"

static bool stands_alone(const char *text)
{
    Endpoint *endpoint = strstr(text, "://") ? endpoint_spec_parse(text, NULL) : NULL;
    bool alone = endpoint && address_is_set(&endpoint->address) && endpoint->kind != ENDPOINT_ODOH;

    if (endpoint)
        endpoint_unref(endpoint);
    return alone;
}

bool builtin_is_needed(const Keys *keys)
{
    g_auto(GStrv) resolvers = keys_get_list(keys, GROUP, "Resolvers");

    if (!resolvers || !*resolvers || g_key_file_has_key(keys->file, GROUP, "Relay", NULL) ||
        g_key_file_has_key(keys->file, "Protection", "Favourites", NULL))
        return true;
    for (size_t i = 0; resolvers[i]; i++)
        if (!stands_alone(resolvers[i]))
            return true;
    return false;
}
