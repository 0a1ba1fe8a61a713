/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sdns:// stamps (draft-denis-dns-stamps). A parsed stamp keeps what it read, so that building it
 * again gives the same bytes. */

typedef enum StampKind {
    STAMP_PLAIN = 0x00,
    STAMP_DNSCRYPT = 0x01,
    STAMP_DOH = 0x02,
    STAMP_DOT = 0x03,
    STAMP_DOQ = 0x04,
    STAMP_ODOH_TARGET = 0x05,
    STAMP_DNSCRYPT_RELAY = 0x81,
    STAMP_ODOH_RELAY = 0x85,
} StampKind;

enum { STAMP_DNSSEC = 1, STAMP_NO_LOG = 2, STAMP_NO_FILTER = 4 };

/** Byte strings in order; every element is a GBytes. */
typedef struct _GPtrArray StampList;

typedef struct Stamp {
    StampKind kind;
    uint64_t properties; /* unknown bits kept */
    char *address; /* as written: "ip", "ip:port", "[ip6]:port"; "" where the host is to be looked
                      up (DoH, DoT, DoQ, ODoH relay); NULL where the kind has none */
    uint8_t provider_key[32];
    char *provider_name; /* DNSCrypt */
    StampList *hashes;   /* SHA-256 of a TBSCertificate each */
    char *host;          /* "name" or "name:port" */
    char *path;
    StampList *bootstrap; /* addresses, as written; NULL when the field is absent */
} Stamp;

/**
 * Parses one stamp, `sdns://` or `sdns:` in front. STATUS_MALFORMED: bad base64url (base64url.h),
 * fields cut short, empty or followed by more, a key or hash not of 32 bytes, a path without its
 * slash, text that is not clean UTF-8. STATUS_UNSUPPORTED: unknown kind. Addresses and host names
 * are not looked into. Free with stamp_free.
 */
Status stamp_parse(const char *text, Stamp **stamp) must_check;
/** The text form, canonical unpadded base64url; NULL when a field is longer than the format takes
 * (255 bytes, 127 within a list). (transfer full) */
char *stamp_build(const Stamp *stamp);
/** Whether it can be a provider's name in a stamp: 1 to 255 bytes, UTF-8, no control character. */
bool stamp_holds_text(const char *text);
void stamp_free(Stamp *stamp);
