/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of statuses: the word for logs and the bus, the sentence for people. The sentences
 * reach notifications, `sottoctl check` and extended DNS errors, so they name no function and no
 * protocol detail that the reader could not act on.
 */
#include "status.h"

#include <errno.h>

typedef struct StatusText {
    const char *name, *sentence;
} StatusText;

static const StatusText texts[STATUS_LAST] = {
    [STATUS_OK] = {"ok", "All is well."},
    [STATUS_AGAIN] = {"again", "Nothing is ready yet."},
    [STATUS_MALFORMED] = {"malformed", "The data does not follow its format."},
    [STATUS_UNSUPPORTED] = {"unsupported", "This kind of resolver or message is not supported."},
    [STATUS_NO_SPACE] = {"no-space", "The data is larger than allowed."},
    [STATUS_INVALID] = {"invalid", "A value is outside its allowed range."},
    [STATUS_NO_MEMORY] = {"no-memory", "Out of memory."},
    [STATUS_LIMIT] = {"limit", "Too many lookups or connections at once."},
    [STATUS_PERMISSION] = {"permission", "The system does not permit it."},
    [STATUS_ADDRESS_IN_USE] = {"address-in-use", "Another program already uses this address."},
    [STATUS_REFUSED] = {"refused", "The resolver refused the connection."},
    [STATUS_UNREACHABLE] = {"unreachable", "The resolver cannot be reached from this network."},
    [STATUS_TIMEOUT] = {"timeout", "The resolver did not answer in time."},
    [STATUS_CLOSED] = {"closed", "The resolver closed the connection."},
    [STATUS_CANCELLED] = {"cancelled", "The lookup was cancelled."},
    [STATUS_IO] = {"io", "The system reported an input or output error."},
    [STATUS_MISMATCH] = {"mismatch", "The answer does not fit the question."},
    [STATUS_TLS] = {"tls", "A secure connection to the resolver could not be made."},
    [STATUS_CERT_NAME] = {"cert-name", "The resolver's certificate is for another name."},
    [STATUS_CERT_EXPIRED] = {"cert-expired", "The resolver's certificate has expired."},
    [STATUS_CERT_NOT_YET_VALID] = {"cert-not-yet-valid",
                                   "The resolver's certificate is not valid yet, or this "
                                   "computer's clock is wrong."},
    [STATUS_CERT_UNTRUSTED] = {"cert-untrusted",
                               "The resolver's certificate is not from a trusted authority."},
    [STATUS_CERT_PIN] = {"cert-pin", "The resolver's key is not the one that was pinned."},
    [STATUS_CERT_FORGED] = {"cert-forged",
                            "The resolver's certificate is not signed by its provider."},
    [STATUS_CERT_NONE] = {"cert-none", "The resolver sent no certificate that can be used."},
    [STATUS_CRYPTO] = {"crypto", "Encryption or decryption failed."},
    [STATUS_NO_ADDRESS] = {"no-address", "The resolver's own address could not be found."},
    [STATUS_NO_SERVERS] = {"no-servers", "No resolver is set up that can be used."},
    [STATUS_SERVER_FAILED] = {"server-failed", "The resolver could not answer."},
    [STATUS_TARGET_KEY] = {"target-key", "The relay does not pass on the oblivious resolver's key. "
                                         "With ODoHDirectKeys=yes it is asked for directly, which "
                                         "shows the resolver this computer's address."},
};

static const StatusText *text_of(Status status)
{
    static const StatusText unknown = {"unknown", "Something went wrong."};

    return (unsigned)status < STATUS_LAST && texts[status].name ? &texts[status] : &unknown;
}

const char *status_name(Status status)
{
    return text_of(status)->name;
}

const char *status_sentence(Status status)
{
    return text_of(status)->sentence;
}

Status status_from_errno(int error)
{
    switch (error) {
    case 0:
        return STATUS_OK;
    case EAGAIN:
    case EINPROGRESS:
    case EINTR:
        return STATUS_AGAIN;
    case EACCES:
    case EPERM:
        return STATUS_PERMISSION;
    case EADDRINUSE:
        return STATUS_ADDRESS_IN_USE;
    case ECONNREFUSED:
    case ECONNRESET:
        return STATUS_REFUSED;
    case EPIPE:
    case ENOTCONN:
        return STATUS_CLOSED;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ENODEV:
        return STATUS_UNREACHABLE;
    case ETIMEDOUT:
        return STATUS_TIMEOUT;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
        return STATUS_LIMIT;
    case ENOMEM:
        return STATUS_NO_MEMORY;
    case EMSGSIZE:
        return STATUS_NO_SPACE;
    default:
        return STATUS_IO;
    }
}
