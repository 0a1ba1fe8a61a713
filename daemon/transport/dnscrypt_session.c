/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A DNSCrypt session: our key pair for as long as we want to look like one client, which is one
 * network at most (or one query, if the settings say so).
 *
 * The secret half of the pair lives only while the shared key is derived from it; the shared key is
 * wiped with the last query that was sent under it.
 */
#include "dnscrypt_session.h"

#include <glib.h>
#include <sodium.h>

Status dnscrypt_session_new(const Certificate *certificate, DnscryptSession **session)
{
    uint8_t secret[BOX_KEY_LENGTH];
    DnscryptSession *made = g_new0(DnscryptSession, 1);
    made->references = 1;

    randombytes_buf(secret, sizeof(secret));
    const Status status = box_init(&made->box, certificate->cipher, certificate->client_magic,
                                   certificate->resolver_key, secret);
    sodium_memzero(secret, sizeof(secret));
    if (status != STATUS_OK) {
        g_free(made);
        return status;
    }
    *session = made;
    return STATUS_OK;
}

DnscryptSession *dnscrypt_session_ref(DnscryptSession *session)
{
    session->references++;
    return session;
}

void dnscrypt_session_unref(DnscryptSession *session)
{
    if (session == NULL || --session->references > 0)
        return;
    box_clear(&session->box);
    g_free(session);
}
