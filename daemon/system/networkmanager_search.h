/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <NetworkManager.h>

/** Once, later; not after the cancellable was cancelled. */
typedef void (*SearchDone)(void *owner);

/**
 * Makes our connection on `device` carry these search domains, when it does not yet. A failure is
 * logged only: lookups do not depend on it.
 */
void nm_search_apply(NMDevice *device, const char *const *search, GCancellable *cancellable,
                     SearchDone done, void *owner);
