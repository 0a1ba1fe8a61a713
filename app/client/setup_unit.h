/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "setup_order.h"

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
