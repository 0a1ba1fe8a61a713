/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Oblivious DoH's messages (RFC 9230). All integers are of 2 bytes, all vectors have their length
 * in 2 bytes in front:
 *
 *   ObliviousDoHConfigs   vector of { version, vector of contents }
 *   contents, version 1   kem | kdf | aead | vector public key
 *   message               type 1 (query 01, response 02) | vector key id | vector encrypted
 *   plaintext             vector DNS message | vector padding, all zeros
 *
 * A query's key id names the target's key, and `encrypted` begins with the 32 bytes that HPKE
 * sends along. A response's key id is a nonce of 16 bytes; its key is made of that, of the query's
 * plaintext, and of a secret that HPKE exports. When a query is sealed, all that is kept is what
 * opens its response; HPKE's own secrets are wiped at once.
 */
#include "odoh_message.h"

#include "wire.h"

#include <sodium.h>
#include <string.h>

enum {
    VERSION = 0x0001,
    TYPE_QUERY = 0x01,
    TYPE_RESPONSE = 0x02,
    VECTOR = 2,                            /* a vector's length */
    RESPONSE_NONCE = HPKE_AEAD_KEY_LENGTH, /* the longer of key and nonce */
};

struct OdohQuestion {
    GByteArray *plain;
    uint8_t *secret; /* in guarded memory */
};

/* ---- vectors ---- */

static WireReader read_vector(WireReader *reader)
{
    size_t length = wire_read_u16(reader);
    const uint8_t *bytes = wire_read_bytes(reader, length);

    return wire_reader(bytes, bytes != NULL ? length : 0);
}

static void write_vector(WireWriter *writer, const uint8_t *bytes, size_t length)
{
    wire_write_u16(writer, (uint16_t)length);
    wire_write_bytes(writer, bytes, length);
}

/* ---- keys ---- */

static Status identify(const WireReader *contents, OdohKey *key)
{
    static const char label[] = "odoh key id";
    uint8_t extracted[HPKE_HASH_LENGTH];
    Status status = hpke_extract(NULL, 0, contents->bytes, contents->length, extracted);

    return status == STATUS_OK ? hpke_expand(extracted, (const uint8_t *)label, strlen(label),
                                             key->id, sizeof key->id)
                               : status;
}

/* STATUS_UNSUPPORTED: of another suite. */
static Status parse_contents(WireReader contents, OdohKey *key)
{
    const WireReader whole = contents;
    uint16_t kem = wire_read_u16(&contents), kdf = wire_read_u16(&contents);
    uint16_t aead = wire_read_u16(&contents);
    WireReader public_key = read_vector(&contents);

    if (contents.failed || wire_left(&contents) > 0)
        return STATUS_MALFORMED;
    if (kem != HPKE_KEM_X25519 || kdf != HPKE_KDF_SHA256 || aead != HPKE_AEAD_AES128)
        return STATUS_UNSUPPORTED;
    if (public_key.length != HPKE_KEY_LENGTH)
        return STATUS_MALFORMED;
    memcpy(key->public_key, public_key.bytes, HPKE_KEY_LENGTH);
    return identify(&whole, key);
}

Status odoh_key_parse(const uint8_t *configs, size_t length, OdohKey *key)
{
    WireReader outer = wire_reader(configs, length), reader = read_vector(&outer);
    Status found = STATUS_UNSUPPORTED;
    OdohKey chosen;

    if (outer.failed || wire_left(&outer) > 0 || reader.length == 0)
        return STATUS_MALFORMED;
    while (wire_left(&reader) >
           0) { /* to the end: what is broken further on is not to be trusted */
        uint16_t version = wire_read_u16(&reader);
        WireReader contents = read_vector(&reader);

        if (reader.failed)
            return STATUS_MALFORMED;
        if (version == VERSION && found == STATUS_UNSUPPORTED)
            found = parse_contents(contents, &chosen);
    }
    if (found == STATUS_OK)
        *key = chosen;
    return found;
}

/* ---- queries ---- */

void odoh_question_free(OdohQuestion *question)
{
    if (question == NULL)
        return;
    sodium_memzero(question->plain->data, question->plain->len);
    g_byte_array_unref(question->plain);
    sodium_free(question->secret);
    g_free(question);
}

static OdohQuestion *question_alloc(size_t length)
{
    uint8_t *secret = sodium_malloc(HPKE_AEAD_KEY_LENGTH);

    if (secret == NULL)
        return NULL;
    OdohQuestion *question = g_new0(OdohQuestion, 1);
    question->secret = secret;
    question->plain = g_byte_array_sized_new((guint)length);
    g_byte_array_set_size(question->plain, (guint)length);
    return question;
}

OdohQuestion *odoh_question_new(const uint8_t *plain, size_t length,
                                const uint8_t secret[HPKE_AEAD_KEY_LENGTH])
{
    OdohQuestion *question = question_alloc(length);

    if (question != NULL) {
        memcpy(question->plain->data, plain, length);
        memcpy(question->secret, secret, HPKE_AEAD_KEY_LENGTH);
    }
    return question;
}

/* An ObliviousDoHQuery, its secret still missing. */
static OdohQuestion *question_of(const uint8_t *query, size_t length)
{
    size_t padding = (ODOH_QUERY_BLOCK - length % ODOH_QUERY_BLOCK) % ODOH_QUERY_BLOCK;
    OdohQuestion *question = question_alloc(VECTOR + length + VECTOR + padding);

    if (question == NULL)
        return NULL;
    WireWriter writer = wire_writer(question->plain->data, question->plain->len);
    write_vector(&writer, query, length);
    wire_write_u16(&writer, (uint16_t)padding);
    wire_write_zeros(&writer, padding);
    return question;
}

/* The message, and the secret in the question. */
static Status seal(const OdohKey *key, Hpke *hpke, OdohQuestion *question, GByteArray *message)
{
    static const char label[] = "odoh response";
    const size_t associated_length = 1 + VECTOR + sizeof key->id;
    size_t sealed_length = question->plain->len + HPKE_TAG_LENGTH;
    size_t encrypted = sizeof hpke->encapsulated + sealed_length;

    g_byte_array_set_size(message, (guint)(associated_length + VECTOR + encrypted));
    WireWriter writer = wire_writer(message->data, message->len);
    wire_write_u8(&writer, TYPE_QUERY);
    write_vector(&writer, key->id, sizeof key->id);
    wire_write_u16(&writer, (uint16_t)encrypted);
    wire_write_bytes(&writer, hpke->encapsulated, sizeof hpke->encapsulated);
    /* The message's beginning, up to the key's id, is what is authenticated with it. */
    Status status = hpke_seal(hpke, message->data, associated_length, question->plain->data,
                              question->plain->len, message->data + writer.position);
    return status == STATUS_OK ? hpke_export(hpke, (const uint8_t *)label, strlen(label),
                                             question->secret, HPKE_AEAD_KEY_LENGTH)
                               : status;
}

Status odoh_seal_query(const OdohKey *key, const uint8_t *query, size_t length,
                       GByteArray **message, OdohQuestion **question)
{
    static const char label[] = "odoh query";
    const size_t added =
        2 * VECTOR + ODOH_QUERY_BLOCK + HPKE_KEY_LENGTH + HPKE_TAG_LENGTH; /* at most */
    Hpke hpke = {0};

    if (length == 0 || length > UINT16_MAX - added)
        return STATUS_NO_SPACE;
    OdohQuestion *made = question_of(query, length);
    if (made == NULL)
        return STATUS_NO_MEMORY;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Status status = hpke_begin(&hpke, key->public_key, (const uint8_t *)label, strlen(label));
    if (status == STATUS_OK)
        status = seal(key, &hpke, made, bytes);
    hpke_clear(&hpke);
    if (status != STATUS_OK) {
        odoh_question_free(made);
        return status;
    }
    *question = made;
    *message = g_steal_pointer(&bytes);
    return STATUS_OK;
}

bool odoh_query_names(const GByteArray *message, const OdohKey *key)
{
    return message->len > 1 + VECTOR + sizeof key->id &&
           memcmp(message->data + 1 + VECTOR, key->id, sizeof key->id) == 0;
}

/* ---- responses ---- */

/* derive_secrets of §6.2: "secret" goes in with the query's plaintext and the nonce as salt. */
static Status derive(const OdohQuestion *question, const uint8_t nonce[RESPONSE_NONCE],
                     uint8_t aead_key[HPKE_AEAD_KEY_LENGTH], uint8_t aead_nonce[HPKE_NONCE_LENGTH])
{
    static const char key_label[] = "odoh key", nonce_label[] = "odoh nonce";
    uint8_t extracted[HPKE_HASH_LENGTH];
    g_autofree uint8_t *salt = g_malloc(question->plain->len + VECTOR + RESPONSE_NONCE);
    WireWriter writer = wire_writer(salt, question->plain->len + VECTOR + RESPONSE_NONCE);

    wire_write_bytes(&writer, question->plain->data, question->plain->len);
    write_vector(&writer, nonce, RESPONSE_NONCE);
    Status status =
        hpke_extract(salt, writer.position, question->secret, HPKE_AEAD_KEY_LENGTH, extracted);
    if (status == STATUS_OK)
        status = hpke_expand(extracted, (const uint8_t *)key_label, strlen(key_label), aead_key,
                             HPKE_AEAD_KEY_LENGTH);
    if (status == STATUS_OK)
        status = hpke_expand(extracted, (const uint8_t *)nonce_label, strlen(nonce_label),
                             aead_nonce, HPKE_NONCE_LENGTH);
    sodium_memzero(salt, writer.position);
    sodium_memzero(extracted, sizeof extracted);
    return status;
}

/* Decrypts into `plain`, which has room for it; `associated` is the message up to the nonce's end.
 */
static Status open_sealed(const OdohQuestion *question, const uint8_t *associated,
                          const WireReader *sealed, GByteArray *plain)
{
    uint8_t key[HPKE_AEAD_KEY_LENGTH], nonce[HPKE_NONCE_LENGTH];
    Status status = derive(question, associated + 1 + VECTOR, key, nonce);

    if (status == STATUS_OK)
        status = hpke_aead_open(key, nonce, associated, 1 + VECTOR + RESPONSE_NONCE, sealed->bytes,
                                sealed->length, plain->data);
    sodium_memzero(key, sizeof key);
    sodium_memzero(nonce, sizeof nonce);
    return status;
}

/* Leaves the DNS message of an ObliviousDoHResponse. */
static Status unwrap(GByteArray *plain)
{
    WireReader reader = wire_reader(plain->data, plain->len);
    WireReader reply = read_vector(&reader), padding = read_vector(&reader);

    if (reader.failed || wire_left(&reader) > 0 || reply.length == 0)
        return STATUS_MALFORMED;
    if (!sodium_is_zero(padding.bytes, padding.length)) /* §6.1: it could carry a mark */
        return STATUS_MALFORMED;
    g_byte_array_set_size(plain, (guint)(VECTOR + reply.length));
    g_byte_array_remove_range(plain, 0, VECTOR);
    return STATUS_OK;
}

Status odoh_open_response(const OdohQuestion *question, const uint8_t *message, size_t length,
                          GByteArray **reply)
{
    WireReader reader = wire_reader(message, length);
    uint8_t type = wire_read_u8(&reader);
    WireReader nonce = read_vector(&reader), sealed = read_vector(&reader);

    if (reader.failed || wire_left(&reader) > 0 || type != TYPE_RESPONSE ||
        nonce.length != RESPONSE_NONCE || sealed.length <= HPKE_TAG_LENGTH)
        return STATUS_MALFORMED;
    g_autoptr(GByteArray) plain = g_byte_array_new();
    g_byte_array_set_size(plain, (guint)sealed.length);
    Status status = open_sealed(question, message, &sealed, plain);
    if (status != STATUS_OK)
        return status;
    g_byte_array_set_size(plain, (guint)(sealed.length - HPKE_TAG_LENGTH));
    status = unwrap(plain);
    if (status == STATUS_OK)
        *reply = g_steal_pointer(&plain);
    return status;
}
