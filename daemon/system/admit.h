/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/**
 * Whose lookups are answered, decided by the link they arrive on: the loopback, our own TUN, and
 * bridges to containers and virtual machines of this machine. Never by a link to the outside,
 * whatever the source address says.
 */
typedef struct Admission Admission;

/** NULL when the kernel's link messages cannot be had; then only the loopback may be admitted. */
Admission *admission_new(void);
void admission_free(Admission *admission);

/** Fits EngineAdmit, with the Admission as `owner` (NULL allowed). 0, an unknown link, is refused.
 */
bool admission_allows(void *owner, int interface);
