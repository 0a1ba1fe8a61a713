/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/** Where systems keep the certificate authorities that they trust, as one PEM file; ends with NULL.
 */
extern const char *const trust_store_places[];

/** The first of `places` (ends with NULL) that is a file which can be read and is not empty; NULL:
 * there is none. */
const char *trust_store_find(const char *const *places);
