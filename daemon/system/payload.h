/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * The SHA-256 (hex, lower case) of the payload this program was installed from, which is the name
 * of its folder (flatpak/README.md); "" for a package of the system (transfer full).
 */
char *payload_digest(void);
