/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

#include "sotto-bus.h"

/** Calls `method` of the contract ("TurnOn", or with its interface in front where that is not the
 * first). Floating `parameters` (NULL: none) are consumed in any case. */
void sotto_helper_call(SottoHelper *helper, const char *method, GVariant *parameters,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** The reply's tuple (transfer full), or NULL with SOTTO_ERROR. */
GVariant *sotto_helper_call_finish(SottoHelper *helper, GAsyncResult *result, GError **error);
/** What came with it (transfer none); NULL for nothing. */
GUnixFDList *sotto_helper_call_descriptors(GAsyncResult *result);

/** The proxy to call through (transfer none); NULL without a bus. */
GDBusProxy *sotto_helper_proxy(SottoHelper *helper);
/** The same for other interfaces; their caches are all that is used of them. */
BusSotto1Networks *sotto_helper_networks_proxy(SottoHelper *helper);
BusSotto1Resolvers *sotto_helper_resolvers_proxy(SottoHelper *helper);
BusSotto1Queries *sotto_helper_queries_proxy(SottoHelper *helper);
/** What sotto_helper_set_interactive() said. For helper_calls.c alone. */
gboolean sotto_helper_is_interactive(SottoHelper *helper);
