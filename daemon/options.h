/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "settings.h"

#include <stdbool.h>

/**
 * The command line. Nearly every option is a key of sotto.conf said earlier: it is laid over the
 * files, so that both are checked by the same code.
 */
typedef struct Options {
    bool service; /* the machine's helper: bus, NetworkManager; else a forwarder alone */
    bool version;
    char *config;        /* NULL: none named */
    char *resolver_list; /* the built-in list's place */
    Keys *overrides;
} Options;

/** FALSE with a sentence for unknown or contradictory options. `--help` prints and exits. */
gboolean options_parse(Options *options, int argc, char **argv, GError **error);
void options_clear(Options *options);

/** Settings from the files and the command line; again for each reload. (transfer full) */
Settings *options_load_settings(const Options *options, GError **error);
