/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/** The country of an ISO 3166-1 alpha-2 code, in the user's language where possible; the code
 * itself when it is not one (transfer none, static). */
const char *country_name(const char *code);
