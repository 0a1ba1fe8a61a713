/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** Addresses with a port, to connect with: the first of them that answers. */
#define SOTTO_TYPE_ADDRESS_LIST (sotto_address_list_get_type())
G_DECLARE_FINAL_TYPE(SottoAddressList, sotto_address_list, SOTTO, ADDRESS_LIST, GObject)

/** Takes `addresses` (transfer full, of GInetAddress), in the order in which to try them. */
SottoAddressList *sotto_address_list_new(GPtrArray *addresses, guint16 port);
