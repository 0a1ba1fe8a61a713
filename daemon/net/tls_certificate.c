/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has to be cut out of a certificate's bytes as they were sent: encoding it anew could change
 * a digest, and parsing all of it costs a hundred times as much.
 *
 *     Certificate     ::= SEQUENCE { TBSCertificate, AlgorithmIdentifier, BIT STRING }
 *     TBSCertificate  ::= SEQUENCE { [0] version OPTIONAL, INTEGER serial, SEQUENCE signature,
 *                                    SEQUENCE issuer, SEQUENCE validity, SEQUENCE subject,
 *                                    SEQUENCE SubjectPublicKeyInfo, ... }      (RFC 5280 §4.1)
 */
#include "tls_certificate.h"

#include "wire.h"

enum {
    DER_INTEGER = 0x02,
    DER_SEQUENCE = 0x30,
    DER_VERSION = 0xa0, /* context-specific, constructed, 0 */
};

typedef struct Element {
    uint8_t tag;
    CertificatePart whole;
    WireReader content;
} Element;

/* Reads one element with a length of at most 3 bytes, which any real certificate keeps to. */
static Element read_element(WireReader *reader)
{
    Element element = {.whole.bytes = reader->bytes + reader->position};
    size_t begin = reader->position;

    element.tag = wire_read_u8(reader);
    size_t length = wire_read_u8(reader);
    if (length > 0x83 || length == 0x80)
        reader->failed = true;
    if (length > 0x80 && length <= 0x83) {
        size_t count = length & 0x7f;

        for (length = 0; count > 0; count--)
            length = length << 8 | wire_read_u8(reader);
    }
    const uint8_t *content = wire_read_bytes(reader, length);
    element.content = wire_reader(content, content != NULL ? length : 0);
    element.whole.length = reader->position - begin;
    return element;
}

static Element expect(WireReader *reader, uint8_t tag)
{
    Element element = read_element(reader);

    if (element.tag != tag)
        reader->failed = true;
    return element;
}

Status certificate_cut(const uint8_t *der, size_t length, CertificateParts *parts)
{
    WireReader outer = wire_reader(der, length);
    Element certificate = expect(&outer, DER_SEQUENCE);
    Element body = expect(&certificate.content, DER_SEQUENCE);
    WireReader *fields = &body.content;
    CertificateParts cut = {.body = body.whole};

    if (outer.failed || certificate.content.failed)
        return STATUS_MALFORMED;
    if (wire_left(fields) > 0 && fields->bytes[0] == DER_VERSION)
        read_element(fields);
    expect(fields, DER_INTEGER);
    expect(fields, DER_SEQUENCE); /* signature */
    cut.issuer = expect(fields, DER_SEQUENCE).whole;
    expect(fields, DER_SEQUENCE); /* validity */
    cut.subject = expect(fields, DER_SEQUENCE).whole;
    cut.key = expect(fields, DER_SEQUENCE).whole;
    if (fields->failed)
        return STATUS_MALFORMED;
    *parts = cut;
    return STATUS_OK;
}
