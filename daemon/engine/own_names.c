/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A set for each wish, and the closest entry of all four decides. So "=example.com" may be allowed
 * while "example.com", with what is below it, is blocked, and a part of what is blocked may be
 * asked of the network. A wish that nobody has costs a query nothing.
 */
#include "own_names.h"

#include <glib.h>

enum { OWN_WISHES = OWN_SERVERS + 1 };

struct OwnNames {
    unsigned references;
    NameSet *sets[OWN_WISHES]; /* NULL: no such names */
};

OwnNames *own_names_new(void)
{
    OwnNames *names = g_new0(OwnNames, 1);

    names->references = 1;
    return names;
}

OwnNames *own_names_ref(OwnNames *names)
{
    names->references++;
    return names;
}

void own_names_unref(OwnNames *names)
{
    if (!names || --names->references > 0)
        return;
    for (size_t i = 0; i < OWN_WISHES; i++)
        name_set_free(names->sets[i]);
    g_free(names);
}

Status own_names_add(OwnNames *names, const Name *name, bool below, OwnWish wish)
{
    NameSet **set = &names->sets[wish];
    NameKey key;

    if (!*set)
        *set = name_set_new();
    name_key_init(&key, name);
    return name_set_add(*set, &key, below, 0);
}

static bool is_closer(const NameMatch *match, const NameMatch *than)
{
    return match->start < than->start ||
           (match->start == than->start && !match->below && than->below);
}

bool own_names_find(const OwnNames *names, const NameKey *key, OwnMatch *match)
{
    bool found = false;

    for (size_t i = 0; names && i < OWN_WISHES; i++) {
        NameMatch name;

        if (!name_set_find(names->sets[i], key, &name) ||
            (found && !is_closer(&name, &match->name)))
            continue;
        *match = (OwnMatch){.wish = (OwnWish)i, .name = name};
        found = true;
    }
    return found;
}
