/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sites, for spreading them over resolvers.
 *
 * The Public Suffix List would tell them exactly, and would have to be kept up to date. Here a
 * mistake only puts two owners' names together, or one owner's apart, and never changes an answer;
 * so the few words that country registries use one level below are enough.
 */
#include "site.h"

#include <glib.h>
#include <string.h>

static const char *const registry_words[] = {"ac",   "co",  "com", "edu", "go", "gob",
                                             "gouv", "gov", "gv",  "mil", "ne", "net",
                                             "nom",  "or",  "org", "sch"};

static bool is_registry_label(const uint8_t *label)
{
    for (size_t i = 0; i < G_N_ELEMENTS(registry_words); i++) {
        if (label[0] == strlen(registry_words[i]) &&
            memcmp(label + 1, registry_words[i], label[0]) == 0)
            return true;
    }
    return false;
}

size_t site_of(const Name *name, uint8_t *site)
{
    uint8_t lower[NAME_MAX_WIRE];
    unsigned labels = name_label_count(name), kept = 2;
    size_t at = 0, second = 0, top = 0;

    name_lower(name, lower);
    for (unsigned left = labels; left > 0; left--, at += lower[at] + 1u) {
        if (left == 2)
            second = at;
        if (left == 1)
            top = at;
    }
    if (labels > 2 && lower[top] == 2 && is_registry_label(lower + second))
        kept = 3;
    at = 0;
    for (; labels > kept; labels--)
        at += lower[at] + 1u;
    memcpy(site, lower + at, name->length - at);
    return name->length - at;
}
