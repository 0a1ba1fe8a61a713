/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The query as upstream sees it. In clear, the answer's size is what the plan says, for a datagram
 * that is too long gets lost in pieces; encrypted, streams and padded boxes have no fragments to
 * fear.
 */
#include "forms.h"

#include "edns.h"

#include <glib.h>

#define ENCRYPTED_PAYLOAD 4096

enum { FORM_CLEAR, FORM_ENCRYPTED };

/* Nearly always one form is all that a question needs, and it is short. */
static uint8_t *find_room(Forms *forms, size_t capacity)
{
    bool taken = forms->wire[FORM_CLEAR] || forms->wire[FORM_ENCRYPTED];

    return taken || capacity > sizeof forms->room ? g_malloc(capacity) : forms->room;
}

static void release(const Forms *forms, uint8_t *wire)
{
    if (wire != forms->room)
        g_free(wire);
}

static int form_of(EndpointKind kind)
{
    return kind == ENDPOINT_PLAIN ? FORM_CLEAR : FORM_ENCRYPTED;
}

Status forms_make(Forms *forms, EndpointKind kind, const Message *query, uint16_t edns_payload)
{
    int form = form_of(kind);
    EdnsWanted wanted = {.payload_size = ENCRYPTED_PAYLOAD};
    size_t capacity = query->length + EDNS_OPT_HEADER;

    if (forms->wire[form])
        return STATUS_OK;
    if (form == FORM_CLEAR)
        wanted.payload_size = edns_payload > 512 ? edns_payload : 0;
    forms->wire[form] = find_room(forms, capacity);
    return edns_rewrite_query(query, &wanted, forms->wire[form], capacity, &forms->length[form]);
}

const uint8_t *forms_get(const Forms *forms, EndpointKind kind, size_t *length)
{
    *length = forms->length[form_of(kind)];
    return forms->wire[form_of(kind)];
}

void forms_clear(Forms *forms)
{
    for (int form = FORM_CLEAR; form <= FORM_ENCRYPTED; form++) {
        release(forms, forms->wire[form]);
        forms->wire[form] = NULL;
    }
}
