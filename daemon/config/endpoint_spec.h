/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config_error.h"
#include "endpoint.h"

#include <glib.h>

/**
 * An endpoint as people write it:
 *
 *     sdns://…                                           a stamp: DNSCrypt, DoT, DoQ, DoH, plain
 *     tls://ADDRESS[:853]#NAME[&pin-sha256=BASE64]…      DoT by certificate name, pins on top of it
 *     tls://ADDRESS[:853]#pin-sha256=BASE64[&…]          DoT by key alone (RFC 7858 §4.2)
 *     quic://ADDRESS[:853]#NAME[&pin-sha256=BASE64]…     DoQ; what follows # as with tls://
 *     https://ADDRESS[:443]/PATH#NAME[&pin-sha256=…]     DoH; what follows # as with tls://
 *     udp://ADDRESS[:53]                                 plain DNS, for routes only
 *
 * ADDRESS is an IP address; of the encrypted ones it may be a host name instead, which is looked up
 * through another encrypted resolver, never through the network's. That name is then the one in the
 * certificate, and after # may stand pins only: https://dns.example/dns-query.
 * CONFIG_ERROR_INVALID_ARGUMENT with a sentence. (transfer full)
 */
Endpoint *endpoint_spec_parse(const char *text, GError **error);

/**
 * A DNSCrypt endpoint from its three parts, as the first DNSCrypt clients took them; the key is 64
 * hex digits, colons allowed. Same error. (transfer full)
 */
Endpoint *endpoint_spec_dnscrypt(const char *address, const char *provider_name,
                                 const char *provider_key, GError **error);
