/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/** What the host's systemd shall run, as root, when an administrator says yes. */
typedef struct SottoSetupOrder {
    const char *description;    /* as the host's journal names it */
    const char *const *command; /* the program's absolute path and its arguments, all literal */
    int input;            /* its standard input, closed by the call (transfer full); -1 none */
    gboolean interactive; /* polkit may ask somebody for the password */
    void (*allowed)(gpointer user_data); /* with the callback's, when somebody has said yes */
} SottoSetupOrder;

/**
 * Runs it as the transient unit sotto-setup.service, of which there can be one at a time, and waits
 * for its end: without limit while somebody is asked, three minutes from then on. A cancelled
 * order may still be carried out. Errors are those of sotto_setup_install_async().
 */
void sotto_setup_unit_run_async(GDBusConnection *bus, const SottoSetupOrder *order,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
/** What it printed on standard output, without blanks around it (transfer full), or NULL with an
 * error. */
char *sotto_setup_unit_run_finish(GAsyncResult *result, GError **error);
