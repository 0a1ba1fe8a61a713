/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "message.h"

#include <stddef.h>
#include <stdint.h>

/** A client's query as it goes upstream: one form for transports in clear, one for encrypted ones,
 * each made when it is first needed. Zeroed when new, and not moved after. */
typedef struct Forms {
    uint8_t *wire[2];
    size_t length[2];
    uint8_t room[128]; /* for one of them, if it is short */
} Forms;

/** Makes the form that endpoints of this kind are sent; `edns_payload` as the plan has it.
 * STATUS_NO_SPACE and what edns_rewrite_query returns. */
Status forms_make(Forms *forms, EndpointKind kind, const Message *query,
                  uint16_t edns_payload) must_check;
/** The form for this kind, made before; `*length` is its length. */
const uint8_t *forms_get(const Forms *forms, EndpointKind kind, size_t *length);
void forms_clear(Forms *forms);
