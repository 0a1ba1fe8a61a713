/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "box.h"
#include "certificate.h"
#include "status.h"

/** One key pair of ours under one certificate. Counted: a query keeps the session that it was sent
 * with until it is answered, whatever has become the current one meanwhile. */
typedef struct DnscryptSession {
    unsigned references;
    Box box;
} DnscryptSession;

/** Makes a new key pair. STATUS_CRYPTO, STATUS_NO_MEMORY, as box_init. */
Status dnscrypt_session_new(const Certificate *certificate, DnscryptSession **session) must_check;
DnscryptSession *dnscrypt_session_ref(DnscryptSession *session);
/** NULL is allowed. The last one wipes the key. */
void dnscrypt_session_unref(DnscryptSession *session);
