/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "objections.h"

/** What is to be installed, and for whom. */
typedef struct Wanted {
    const char *payload; /* the unpacked payload: bundle.conf, tree/, host/ */
    const char *digest;  /* its SHA-256, hex */
    gint64 uid;          /* of the person at the screen; -1 not known */
    const char *flatpak; /* the Flatpak installation it comes from; "" not known */
} Wanted;

/**
 * Installs or updates the helper, and ends when it runs as that payload. On failure everything is
 * as it was before, and the sentence says why.
 */
gboolean installation_run(const Wanted *wanted, GError **error);
