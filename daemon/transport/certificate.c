/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNSCrypt certificates: who may speak for the provider, with which key, until when.
 *
 *     0  "DNSC"                4
 *     4  es-version            2   the encryption system
 *     6  minor version         2   ignored
 *     8  Ed25519 signature    64   by the provider's long-term key, over everything behind it
 *    72  resolver public key  32   short-term
 *   104  client magic          8   how a query names this certificate
 *   112  serial                4
 *   116  valid from            4   seconds since 1970
 *   120  valid until           4   included
 *   124  extensions            any length, ignored, but signed
 *
 * Each TXT record of the answer carries one, split into character-strings at will. A server sends
 * one for every encryption system and, around a change of keys, the old and the new one.
 */
#include "certificate.h"

#include "edns.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define SIGNATURE_LENGTH crypto_sign_BYTES
#define SIGNED_OFFSET    72
#define TXT_MAX          4096 /* far above the post-quantum certificates' 1320 bytes */
#define OPT_PAYLOAD      4096

static const uint8_t certificate_magic[4] = {'D', 'N', 'S', 'C'};
static const uint8_t zeros[7];

static Status cipher_from_es_version(uint16_t es_version, BoxCipher *cipher)
{
    if (es_version != BOX_XSALSA20 && es_version != BOX_XCHACHA20)
        return STATUS_UNSUPPORTED;
    *cipher = (BoxCipher)es_version;
    return STATUS_OK;
}

Status certificate_parse(const uint8_t *bytes, size_t length, const uint8_t provider_key[32],
                         Certificate *certificate)
{
    WireReader reader = wire_reader(bytes, length);
    BoxCipher cipher;
    const uint8_t *magic = wire_read_bytes(&reader, sizeof(certificate_magic));
    const uint16_t es_version = wire_read_u16(&reader);
    wire_skip(&reader, 2);
    if (reader.failed || memcmp(magic, certificate_magic, sizeof(certificate_magic)) != 0)
        return STATUS_MALFORMED;
    if (cipher_from_es_version(es_version, &cipher) != STATUS_OK)
        return STATUS_UNSUPPORTED; /* and so are the offsets of all that follows */

    const uint8_t *signature = wire_read_bytes(&reader, SIGNATURE_LENGTH);
    const uint8_t *resolver_key = wire_read_bytes(&reader, BOX_KEY_LENGTH);
    const uint8_t *client_magic = wire_read_bytes(&reader, BOX_MAGIC_LENGTH);
    const uint32_t serial = wire_read_u32(&reader);
    const uint32_t start_s = wire_read_u32(&reader);
    const uint32_t end_s = wire_read_u32(&reader);
    if (reader.failed)
        return STATUS_MALFORMED;
    if (crypto_sign_verify_detached(signature, bytes + SIGNED_OFFSET, length - SIGNED_OFFSET,
                                    provider_key) != 0)
        return STATUS_CERT_FORGED;
    /* Seven zeros in front would make queries look like QUIC (§5.5). */
    if (start_s >= end_s || memcmp(client_magic, zeros, sizeof(zeros)) == 0)
        return STATUS_MALFORMED;

    certificate->cipher = cipher;
    memcpy(certificate->resolver_key, resolver_key, BOX_KEY_LENGTH);
    memcpy(certificate->client_magic, client_magic, BOX_MAGIC_LENGTH);
    certificate->serial = serial;
    certificate->start_s = start_s;
    certificate->end_s = end_s;
    return STATUS_OK;
}

Status certificate_check_time(const Certificate *certificate, int64_t wall_s)
{
    if (wall_s < certificate->start_s)
        return STATUS_CERT_NOT_YET_VALID;
    if (wall_s > certificate->end_s)
        return STATUS_CERT_EXPIRED;
    return STATUS_OK;
}

static bool certificate_is_better(const Certificate *a, const Certificate *b)
{
    if (a->cipher != b->cipher)
        return a->cipher > b->cipher;
    return a->serial > b->serial;
}

bool certificate_supersedes(const Certificate *candidate, const Certificate *held)
{
    if (candidate->cipher != held->cipher)
        return candidate->cipher > held->cipher;
    return candidate->serial >= held->serial;
}

/* Joins the character-strings of a TXT record. False when they do not add up. */
static bool txt_join(const uint8_t *rdata, size_t length, uint8_t out[TXT_MAX], size_t *out_length)
{
    WireReader reader = wire_reader(rdata, length);
    WireWriter writer = wire_writer(out, TXT_MAX);
    while (wire_left(&reader) > 0) {
        const size_t count = wire_read_u8(&reader);
        const uint8_t *string = wire_read_bytes(&reader, count);
        if (string != NULL)
            wire_write_bytes(&writer, string, count);
    }
    *out_length = writer.position;
    return !reader.failed && !writer.failed;
}

/* How near something came to being of use: a genuine certificate that is out of date tells people
 * more than a forged one beside it, and that more than silence. */
static unsigned nearness(Status status)
{
    static const Status ascending[] = {STATUS_CERT_NONE, STATUS_CERT_FORGED, STATUS_CERT_EXPIRED,
                                       STATUS_CERT_NOT_YET_VALID};
    if (status == STATUS_TIMEOUT)
        return 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(ascending); i++)
        if (ascending[i] == status)
            return i + 2;
    return 1;
}

Status certificate_nearer(Status a, Status b)
{
    return nearness(b) > nearness(a) ? b : a;
}

Status certificate_choose(const Message *reply, const uint8_t provider_key[32], int64_t wall_s,
                          Certificate *certificate)
{
    Status nearest = STATUS_CERT_NONE;
    bool found = false;
    Certificate best, candidate;
    Record record;
    RecordIterator iterator = record_iterator(reply);
    while (record_next(&iterator, &record)) {
        uint8_t bytes[TXT_MAX];
        size_t length;
        if (record.section != 1 || record.type != RRTYPE_TXT || record.rrclass != CLASS_IN ||
            !txt_join(reply->wire + record.rdata, record.rdata_length, bytes, &length))
            continue;
        Status status = certificate_parse(bytes, length, provider_key, &candidate);
        if (status == STATUS_OK)
            status = certificate_check_time(&candidate, wall_s);
        if (status != STATUS_OK) {
            nearest = certificate_nearer(nearest, status);
        } else if (!found || certificate_is_better(&candidate, &best)) {
            best = candidate;
            found = true;
        }
    }
    if (!found)
        return nearest;
    *certificate = best;
    return STATUS_OK;
}

Status certificate_write_query(const char *provider_name, uint16_t id, size_t pad_to, uint8_t *out,
                               size_t capacity, size_t *length)
{
    Name name;
    const Status status = name_parse(provider_name, &name);
    if (status != STATUS_OK)
        return status;
    const size_t bare = MESSAGE_HEADER_LENGTH + name.length + 4;
    const bool padded = pad_to >= bare + EDNS_OPT_HEADER + 4;
    const size_t padding = padded ? pad_to - bare - EDNS_OPT_HEADER - 4 : 0;

    WireWriter writer = wire_writer(out, capacity);
    wire_write_u16(&writer, id);
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 4);
    wire_write_u16(&writer, padded ? 1 : 0);
    wire_write_bytes(&writer, name.wire, name.length);
    wire_write_u16(&writer, RRTYPE_TXT);
    wire_write_u16(&writer, CLASS_IN);
    if (padded) {
        wire_write_u8(&writer, 0); /* the root, owner of every OPT */
        wire_write_u16(&writer, RRTYPE_OPT);
        wire_write_u16(&writer, OPT_PAYLOAD);
        wire_write_u32(&writer, 0);
        wire_write_u16(&writer, (uint16_t)(padding + 4));
        wire_write_u16(&writer, EDNS_PADDING);
        wire_write_u16(&writer, (uint16_t)padding);
        wire_write_zeros(&writer, padding);
    }
    if (writer.failed)
        return STATUS_NO_SPACE;
    *length = writer.position;
    return STATUS_OK;
}
