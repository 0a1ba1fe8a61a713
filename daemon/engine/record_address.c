/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a record to an address: where what Sotto itself has looked up leads to.
 */
#include "record_address.h"

#include <string.h>

bool record_address(const Message *reply, const Record *record, Address *address)
{
    const uint8_t *rdata = reply->wire + record->rdata;
    Address found = {0};

    if (record->rrclass != CLASS_IN)
        return false;
    if (record->type == RRTYPE_A && record->rdata_length == 4) {
        found.socket.v4.sin_family = AF_INET;
        memcpy(&found.socket.v4.sin_addr, rdata, 4);
        if (found.socket.v4.sin_addr.s_addr == 0)
            return false;
    } else if (record->type == RRTYPE_AAAA && record->rdata_length == 16) {
        found.socket.v6.sin6_family = AF_INET6;
        memcpy(&found.socket.v6.sin6_addr, rdata, 16);
        if (IN6_IS_ADDR_UNSPECIFIED(&found.socket.v6.sin6_addr))
            return false;
    } else {
        return false;
    }
    *address = found;
    return true;
}
