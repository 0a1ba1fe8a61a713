/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/**
 * The host's own services, over the system bus and by its own programs: systemd, the bus, polkit,
 * and the accounts. Every call blocks until it is done; FALSE or NULL come with a sentence.
 */
typedef struct Host Host;

Host *host_new(GError **error);
void host_free(Host *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)

/** The bus reads its files again; the bus and systemd do. */
gboolean host_reload_bus(Host *host, GError **error);
gboolean host_reload(Host *host, GError **error);
/** `units`: NULL-terminated names. */
gboolean host_enable(Host *host, const char *const *units, GError **error);
gboolean host_disable(Host *host, const char *const *units, GError **error);
/** `method` "StartUnit", "RestartUnit" or "StopUnit"; ends when the job has. FALSE when it failed.
 */
gboolean host_run_job(Host *host, const char *method, const char *unit, GError **error);
gboolean host_is_active(Host *host, const char *unit);
/** Forgets that a unit failed, if it did. */
void host_forget_failure(Host *host, const char *unit);
/** The digest that the helper on the bus says it was installed from; NULL while none is there or it
 * says nothing (transfer full). It is not started for this. */
char *host_helper_payload(Host *host);
/** polkit's version, "122"; NULL without polkit (transfer full). */
char *host_polkit_version(Host *host);

/** Runs one of the host's programs to its end; where `optional`, a missing one is no error. */
gboolean host_run(const char *const *command, gboolean optional, GError **error);
