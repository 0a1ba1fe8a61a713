/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"
#include "minisign.h"
#include "signed_list.h"

/** A [List NAME] group: where a signed list is, and who must have signed it. Immutable. */
typedef struct ListSpec {
    char *name; /* "public-resolvers" */
    ListKind kind;
    char **urls; /* tried in order: https://HOST[:PORT]/PATH; the signature is at URL.minisig */
    char *file;  /* the name it must be signed for */
    MinisignKey key;
    int64_t refresh_s;
} ListSpec;

/**
 * Appends a ListSpec for every list that is enabled. `builtin` are the lists that ship; `keys` may
 * change them key by key, switch them off, or add others. FALSE with a sentence that names the
 * place.
 */
gboolean list_settings_read(const Keys *keys, const Keys *builtin, GPtrArray *lists,
                            GError **error);

void list_spec_free(ListSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListSpec, list_spec_free)
