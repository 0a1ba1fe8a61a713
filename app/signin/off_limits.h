/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * Whether a sign-in page must not be connected with `address`: this computer itself, by whatever
 * address it is reached (loopback, "any", one of an interface: Sotto's own among them), what is
 * on the link alone (RFC 3927, RFC 4291 §2.5.6), and groups. An IPv4 address that is written as an
 * IPv6 one (::ffff:0:0/96) is taken for what it is.
 */
gboolean off_limits_include(GInetAddress *address);
