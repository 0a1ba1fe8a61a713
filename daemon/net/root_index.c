/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A system trusts some 140 authorities and a chain leads to one of them. Parsed by GnuTLS, all of
 * them are 3.7 MB and 17 ms at start; here each is 16 bytes, and the one or two that are needed are
 * read when a chain names them.
 *
 * Which chains pass does not change. GnuTLS finds an authority by comparing the encoded subject of
 * it with the encoded issuer of a certificate in the chain, or, where the chain has the authority
 * itself, with its subject (lib/x509/verify-high.c); so whoever has neither name could be left out.
 * Names are compared here by a hash: where two meet, one authority more is added, of those that are
 * trusted anyway. All of one name are added, since they may differ in key or dates, and in the
 * file's order. (Only an answer on revocation that some third authority signed is not believed any
 * more, which RFC 6960 §4.2.2.2 does not allow anyway.) Whatever is not understood here makes the
 * whole index be refused, and GnuTLS read the file.
 */
#include "root_index.h"

#include "log.h"
#include "tls_certificate.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Root {
    uint32_t name; /* hash of the subject */
    uint32_t offset, length;
    bool offered;
} Root;

struct RootIndex {
    int fd;
    struct stat seen; /* before it was read */
    GArray *roots;
};

/* ---- PEM ---- */

#define BEGIN "-----BEGIN "
#define END   "-----END "

/* RFC 7468 §5.1 and what it was called before. */
static const char *const labels[] = {"CERTIFICATE-----", "X509 CERTIFICATE-----"};

/* A certificate in the text, from its first line to its last, and between those. */
typedef struct Block {
    char *begin, *body;
    size_t length, body_length; /* body_length 0: it has no end */
} Block;

/* What follows the label, NULL if it is none of ours. */
static char *skip_label(char *text, const char *end)
{
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        size_t size = strlen(labels[i]);

        if ((size_t)(end - text) >= size && memcmp(text, labels[i], size) == 0)
            return text + size;
    }
    return NULL;
}

static bool next_block(char *at, const char *end, Block *block)
{
    *block = (Block){0};
    while (block->body == NULL) {
        block->begin = memmem(at, (size_t)(end - at), BEGIN, strlen(BEGIN));
        if (block->begin == NULL)
            return false;
        at = block->begin + strlen(BEGIN);
        block->body = skip_label(at, end);
    }
    at = block->body;
    const char *stop = memmem(at, (size_t)(end - at), END, strlen(END));
    const char *line = stop != NULL ? memchr(stop, '\n', (size_t)(end - stop)) : NULL;
    block->body_length = stop != NULL ? (size_t)(stop - at) : 0;
    block->length = (size_t)((line != NULL ? line : end) - block->begin);
    return true;
}

/* Writes the bytes over their base64, which GLib decodes in a third of GnuTLS's time; it is less
 * strict, but whatever is used is given to GnuTLS as it was. Returns how many there are. */
static size_t decode_in_place(char *text, size_t length)
{
    int state = 0;
    guint save = 0;

    return g_base64_decode_step(text, length, (guchar *)text, &state, &save);
}

/* ---- names ---- */

/* FNV-1a: who chooses names for a collision gains a look at one more authority. */
static uint32_t hash_name(const CertificatePart *name)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < name->length; i++)
        hash = (hash ^ name->bytes[i]) * 16777619U;
    return hash;
}

static bool hash_subject(const Block *block, uint32_t *name)
{
    size_t length = decode_in_place(block->body, block->body_length);
    CertificateParts parts;

    if (certificate_cut((const uint8_t *)block->body, length, &parts) != STATUS_OK)
        return false;
    *name = hash_name(&parts.subject);
    return true;
}

/* ---- reading ---- */

static bool read_at(int fd, char *bytes, size_t length, size_t offset)
{
    while (length > 0) {
        ssize_t count = pread(fd, bytes, length, (off_t)offset);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        offset += (size_t)count;
        length -= (size_t)count;
    }
    return true;
}

/* The text is used up. */
static bool add_all(GArray *roots, char *text, size_t size)
{
    const char *end = text + size;
    Block block;

    for (char *at = text; next_block(at, end, &block); at = block.begin + block.length) {
        Root root = {.offset = (uint32_t)(block.begin - text), .length = (uint32_t)block.length};

        if (!hash_subject(&block, &root.name))
            return false;
        g_array_append_val(roots, root);
    }
    return roots->len > 0;
}

static bool read_file(RootIndex *index)
{
    if (fstat(index->fd, &index->seen) < 0 || !S_ISREG(index->seen.st_mode) ||
        index->seen.st_size <= 0 || (size_t)index->seen.st_size > ROOT_INDEX_MAX)
        return false;
    size_t size = (size_t)index->seen.st_size;
    g_autofree char *text = g_malloc(size);
    return read_at(index->fd, text, size, 0) && add_all(index->roots, text, size);
}

RootIndex *root_index_new(int fd)
{
    RootIndex *index = g_new0(RootIndex, 1);

    index->fd = fd;
    index->roots = g_array_new(FALSE, FALSE, sizeof(Root));
    if (fd < 0 || !read_file(index))
        g_clear_pointer(&index, root_index_free);
    return index;
}

void root_index_free(RootIndex *index)
{
    if (index == NULL)
        return;
    if (index->fd >= 0)
        close(index->fd);
    g_array_unref(index->roots);
    g_free(index);
}

size_t root_index_count(const RootIndex *index)
{
    return index->roots->len;
}

int root_index_fd(const RootIndex *index)
{
    return index != NULL ? index->fd : -1;
}

/* The change time moves with any write, and nobody can set it back. */
static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
           one->st_size == other->st_size && one->st_ctim.tv_sec == other->st_ctim.tv_sec &&
           one->st_ctim.tv_nsec == other->st_ctim.tv_nsec;
}

bool root_index_is_stale(const RootIndex *index, const char *path)
{
    struct stat now;

    if (path != NULL)
        return stat(path, &now) == 0 && !is_same(&index->seen, &now);
    return fstat(index->fd, &now) == 0 && !is_same(&index->seen, &now);
}

/* ---- offering ---- */

static bool offer_root(const RootIndex *index, const Root *root,
                       gnutls_certificate_credentials_t credentials)
{
    g_autofree char *text = g_malloc(root->length);
    const gnutls_datum_t pem = {(unsigned char *)text, root->length};
    int result = GNUTLS_E_FILE_ERROR;

    if (read_at(index->fd, text, root->length, root->offset))
        result = gnutls_certificate_set_x509_trust_mem(credentials, &pem, GNUTLS_X509_FMT_PEM);
    if (result < 0)
        log_warning("a trusted certificate authority cannot be read: %s", gnutls_strerror(result));
    return result >= 0;
}

static void offer_named(RootIndex *index, const CertificatePart *name,
                        gnutls_certificate_credentials_t credentials)
{
    uint32_t hash = hash_name(name);

    for (guint i = 0; i < index->roots->len; i++) {
        Root *root = &g_array_index(index->roots, Root, i);

        if (root->name != hash || root->offered)
            continue;
        root->offered = offer_root(index, root, credentials); /* else again with the next chain */
    }
}

void root_index_offer(RootIndex *index, const gnutls_datum_t *chain, unsigned length,
                      gnutls_certificate_credentials_t credentials)
{
    for (unsigned i = 0; i < length; i++) {
        CertificateParts parts;

        if (certificate_cut(chain[i].data, chain[i].size, &parts) != STATUS_OK)
            continue; /* GnuTLS refuses it, or finds no authority for it */
        offer_named(index, &parts.issuer, credentials);
        offer_named(index, &parts.subject, credentials);
    }
}
