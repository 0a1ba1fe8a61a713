/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * A host whose address is known: its name is what a certificate must be of, its address is where to
 * connect, and no name service is asked for one or the other.
 *
 * Soup takes any GSocketConnectable to connect to, and takes the same one for the identity of the
 * TLS server; a plain GInetSocketAddress would make the latter the address.
 */
#define SOTTO_TYPE_PINNED_ADDRESS (sotto_pinned_address_get_type())
G_DECLARE_FINAL_TYPE(SottoPinnedAddress, sotto_pinned_address, SOTTO, PINNED_ADDRESS,
                     GNetworkAddress)

/** Takes a reference to `address`. (transfer full) */
GSocketConnectable *sotto_pinned_address_new(const char *host, GInetSocketAddress *address);
