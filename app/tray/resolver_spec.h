/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** A resolver as people give it to each other, and what can be read from it without asking anybody.
 * What is not known is NULL. */
typedef struct ResolverSpec {
    char *protocol; /* a word of the contract, such as "dot"; NULL: it was not understood */
    char *address, *host, *path, *provider;
    char *provider_key; /* hex */
    char **pins;        /* base64, NULL-terminated */
    gboolean dnssec, no_logs, no_filter;
    gboolean relayed;    /* it comes with a relay */
    gboolean is_relay;   /* it is one, and no resolver */
    gboolean is_address; /* alone: it has to be asked how it is reached encrypted */
} ResolverSpec;

/** What was typed, pasted or read from a QR code, as Add takes it: without spaces and line breaks.
 * (transfer full) */
char *resolver_spec_clean(const char *text);

/** "tls://192.0.2.1#dns.example&pin-sha256=…" from its parts, of which `pin` or `name` may be "".
 * (transfer full); "" without an address. */
char *resolver_spec_compose(const char *address, const char *name, const char *pin);

/** Reads what resolver_spec_clean() gave. Never fails; what it does not understand may still be
 * understood by the helper. */
void resolver_spec_read(const char *text, ResolverSpec *spec);
void resolver_spec_clear(ResolverSpec *spec);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ResolverSpec, resolver_spec_clear)
