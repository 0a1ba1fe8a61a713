/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/**
 * Adds to `head` (transfer full), which says how things stand, what the helper counted: what left
 * this computer in clear, by kind, and which programs went around Sotto. Finishes with the whole
 * text (transfer full), without what the helper did not tell; NULL only when cancelled.
 */
void sotto_status_report_async(SottoHelper *helper, char *head, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
char *sotto_status_report_finish(GAsyncResult *result, GError **error);
