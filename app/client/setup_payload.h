/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** The helper that this app brings, when it is a Flatpak (flatpak/README.md). */
typedef struct SottoSetupPayload {
    char *folder; /* that it lies in: "/app/share/sotto" */
    char *
        installation; /* where Flatpak keeps this app on the host: "/var/lib/flatpak"; "" unknown */
    char *digest; /* SHA-256 of the payload, hex, lower case; "" when helper.digest is damaged */
    gboolean follows; /* `installation` is the system's: the host updates from it by itself */
} SottoSetupPayload;

/** Looks below `root` ("": the real places; tests have others). NULL when this app is no Flatpak,
 * or is one that brings no helper (transfer full). */
SottoSetupPayload *sotto_setup_payload_read(const char *root);
void sotto_setup_payload_free(SottoSetupPayload *payload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SottoSetupPayload, sotto_setup_payload_free)

/** helper.tar, open for reading (transfer full); -1 with SOTTO_ERROR_FAILED when this app is
 * damaged. */
int sotto_setup_payload_open(const SottoSetupPayload *payload, GError **error);
/** The script that unpacks it on the host (transfer full); NULL with the same error. */
char *sotto_setup_payload_script(const SottoSetupPayload *payload, GError **error);

/** Whether a helper of this version, built then, is older than what this app is and brings: by the
 * numbers of the version, then by the time. Two of one source that differ in their digest alone are
 * of one age: neither replaces the other, or two apps would do so in turns. */
gboolean sotto_setup_is_older(const char *version, gint64 build_time_s);
/** Negative, 0 or positive as the numbers of `a` are below, the same as or above those of `b`; a
 * missing one is 0. */
int sotto_setup_compare_versions(const char *a, const char *b);
