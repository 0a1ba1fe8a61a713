/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <NetworkManager.h>

/**
 * Makes our connection on `device` carry these search domains, when it does not yet. Goes on by
 * itself; a failure is logged, lookups do not depend on it.
 */
void nm_search_apply(NMDevice *device, const char *const *search, GCancellable *cancellable);
