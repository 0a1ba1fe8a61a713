/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stddef.h>
#include <stdint.h>

/** A part of a certificate as it was encoded, tag and length included; borrowed. */
typedef struct CertificatePart {
    const uint8_t *bytes;
    size_t length;
} CertificatePart;

/** The parts of an X.509 certificate that Sotto compares or digests (RFC 5280 §4.1). */
typedef struct CertificateParts {
    CertificatePart body; /* TBSCertificate */
    CertificatePart issuer, subject;
    CertificatePart key; /* SubjectPublicKeyInfo */
} CertificateParts;

/** Cuts a DER certificate; what is inside the parts is not looked at, nor is any signature.
 * STATUS_MALFORMED. */
Status certificate_cut(const uint8_t *der, size_t length, CertificateParts *parts) must_check;
