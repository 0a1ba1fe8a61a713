/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"
#include "installed.h"

/** Why sotto-setup did nothing, beside errors of GIO's. */
typedef enum {
    SETUP_ERROR_OLDER, /* a newer helper is installed */
    SETUP_ERROR_NATIVE /* a package of the system brings the helper */
} SetupError;
#define SETUP_ERROR (setup_error_quark())
GQuark setup_error_quark(void);

/**
 * Whether the unpacked `payload`, which is `edition`, may be installed over `before` (NULL:
 * nothing); FALSE with the reason. Looks and tries, and changes nothing.
 */
gboolean objections_none(Host *host, const char *payload, const Edition *edition,
                         const Installed *before, GError **error);

/** Where polkit reads actions on this host: FALSE in /etc, TRUE in /usr alone, and that can be
 * written. */
gboolean objections_actions_in_usr(Host *host);
