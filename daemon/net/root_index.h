/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/** A PEM file of trusted certificate authorities of which only those are parsed, and kept, that a
 * certificate at hand asks for. For this floor alone. */
typedef struct RootIndex RootIndex;

/**
 * Notes which authority is where in the file behind `fd` (transfer full, closed on failure too; it
 * stays open, so that this holds in a chroot and for a file that is replaced). NULL: it is not a
 * plain file, is larger than ROOT_INDEX_MAX, holds no certificate, or has one that is not
 * understood; somebody else shall read it then.
 */
RootIndex *root_index_new(int fd);
void root_index_free(RootIndex *index);

#define ROOT_INDEX_MAX ((size_t)16 << 20) /* bytes; systems have 200 to 500 KB */

/** How many certificates there are. */
size_t root_index_count(const RootIndex *index);
/** The file that was read; -1 for an index that is NULL. */
int root_index_fd(const RootIndex *index);
/** Whether it was written to since, or another one has come to `path` (NULL: not asked). */
bool root_index_is_stale(const RootIndex *index, const char *path);

/**
 * Adds to what `credentials` trust all authorities of the file whose subject is the issuer or the
 * subject of one of the chain's certificates, once each. Others could not have a part in checking
 * the chain, so that it ends as if all had been added.
 */
void root_index_offer(RootIndex *index, const gnutls_datum_t *chain, unsigned length,
                      gnutls_certificate_credentials_t credentials);
