/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * Status: what became of an operation, for the floors from base to engine.
 *
 * Zero is success. Each value has a stable name for logs and the bus (`status_name`) and one plain
 * sentence for people (`status_sentence`). config and the floors above it wrap a Status in a
 * GError.
 */
typedef enum Status {
    STATUS_OK = 0,
    STATUS_AGAIN,       /* nothing to do just now; wait for the event loop */
    STATUS_MALFORMED,   /* bytes or text that break their format */
    STATUS_UNSUPPORTED, /* well formed, but of a kind or version not spoken here */
    STATUS_NO_SPACE,    /* the caller's buffer or a protocol's size limit is too small */
    STATUS_INVALID,     /* an argument outside its documented range */
    STATUS_NO_MEMORY,
    STATUS_LIMIT, /* a limit of our own was reached (queries in flight, connections) */
    STATUS_PERMISSION,
    STATUS_ADDRESS_IN_USE,
    STATUS_REFUSED,     /* the peer refused the connection (RST or ICMP port unreachable) */
    STATUS_UNREACHABLE, /* no route, network down */
    STATUS_TIMEOUT,
    STATUS_CLOSED, /* the peer closed the connection; idle close is no failure */
    STATUS_CANCELLED,
    STATUS_IO,        /* any other system error */
    STATUS_MISMATCH,  /* an answer that does not fit its question */
    STATUS_TLS,       /* the TLS handshake or record layer failed */
    STATUS_CERT_NAME, /* certificate valid, but for another name */
    STATUS_CERT_EXPIRED,
    STATUS_CERT_NOT_YET_VALID, /* also what a clock in the past looks like */
    STATUS_CERT_UNTRUSTED,     /* no chain to a trusted root */
    STATUS_CERT_PIN,           /* no certificate of the chain has the pinned key or hash */
    STATUS_CERT_FORGED,        /* a DNSCrypt certificate whose signature is not the provider's */
    STATUS_CERT_NONE,          /* the DNSCrypt server sent no certificate we can use */
    STATUS_CRYPTO,             /* encryption or decryption failed */
    STATUS_NO_ADDRESS,         /* the resolver's own name could not be looked up */
    STATUS_NO_SERVERS,         /* no resolver is configured or none is usable */
    STATUS_SERVER_FAILED,      /* the resolver answered SERVFAIL or REFUSED */
    STATUS_TARGET_KEY,         /* an ODoH relay does not pass on its target's key */
    STATUS_LAST
} Status;

#define must_check __attribute__((warn_unused_result))

/** Stable kebab-case identifier, e.g. "cert-name". Never NULL. */
const char *status_name(Status status);

/** One plain English sentence with its full stop, e.g. "The certificate has expired." Never NULL.
 */
const char *status_sentence(Status status);

/** The Status that an errno value of a socket call means; unknown values give STATUS_IO. */
Status status_from_errno(int error);
