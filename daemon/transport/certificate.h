/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "box.h"
#include "message.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DNSCrypt certificates: draft-denis-dprive-dnscrypt of 18 July 2026, §5.5. */

#define CERTIFICATE_PADDED_QUERY 512

/** A certificate with a good signature. Its dates may still be wrong. */
typedef struct Certificate {
    BoxCipher cipher;
    uint8_t resolver_key[BOX_KEY_LENGTH];
    uint8_t client_magic[BOX_MAGIC_LENGTH];
    uint32_t serial;
    int64_t start_s, end_s; /* wall clock; both seconds included */
} Certificate;

/**
 * Reads one certificate. STATUS_MALFORMED, STATUS_UNSUPPORTED (an encryption system that is not
 * spoken here), STATUS_CERT_FORGED (the signature is not the provider's).
 */
Status certificate_parse(const uint8_t *bytes, size_t length, const uint8_t provider_key[32],
                         Certificate *certificate) must_check;
/** STATUS_CERT_NOT_YET_VALID, STATUS_CERT_EXPIRED. */
Status certificate_check_time(const Certificate *certificate, int64_t wall_s) must_check;

/**
 * Picks the best certificate among a reply's TXT records: XChaCha20 before XSalsa20, then the
 * highest serial. If none can be used the status tells of the one that came nearest:
 * STATUS_CERT_NOT_YET_VALID, STATUS_CERT_EXPIRED, STATUS_CERT_FORGED, else STATUS_CERT_NONE.
 */
Status certificate_choose(const Message *reply, const uint8_t provider_key[32], int64_t wall_s,
                          Certificate *certificate) must_check;

/** Whether `candidate` may take the place of `held`, which is valid: not if it is older, as someone
 * may send who kept it, or of a weaker encryption system, as someone may leave alone in an answer.
 */
bool certificate_supersedes(const Certificate *candidate, const Certificate *held);

/** Of two reasons why there is no certificate, the one that tells more: a certificate's own fault
 * before the network's, and a timeout last. */
Status certificate_nearer(Status a, Status b);

/**
 * Writes the question for the certificates of `provider_name`, in clear. With `pad_to` above the
 * bare length an OPT record with zeros fills it up, which buys room for the answer (§14.4).
 * STATUS_MALFORMED (the name), STATUS_NO_SPACE.
 */
Status certificate_write_query(const char *provider_name, uint16_t id, size_t pad_to, uint8_t *out,
                               size_t capacity, size_t *length) must_check;
