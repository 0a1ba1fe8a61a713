/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** Whether the words are the address of a web page: http: or https:, with a host. What else they
 * hold is not judged: sign-in pages have strange queries. */
gboolean web_address_is_valid(const char *address);

/** The host (transfer full), without the brackets of an IPv6 address; "" for what is not valid. */
char *web_address_host(const char *address);
/** The host as people read it, with its port where that is not the usual one (transfer full). */
char *web_address_title(const char *address);
