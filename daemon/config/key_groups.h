/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** A file of the helper's own, a key file with one group a thing. */
typedef struct KeyGroups {
    const char *path;
    const char *what;  /* the things, for the log: "known networks" */
    size_t max_length; /* of the file, in bytes; a longer one is not ours */
    /** Takes one group over, the first and only one of `file`. False: it is damaged. */
    bool (*read)(void *owner, GKeyFile *file, const char *group);
    void *owner;
} KeyGroups;

/**
 * Reads each group by itself, in their order, so that damage costs the things that it hit and no
 * others. Never fails: a missing file is an empty one, damage is logged.
 */
void key_groups_load(const KeyGroups *groups);
