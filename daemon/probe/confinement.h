/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * Gives away what reading one answer does not need: privileges, other people's files, writing and
 * starting programs, memory and time without end. Each as far as this kernel knows how: the unit
 * that the helper runs in forbids most of it already. Before threads. `trust` (NULL: none) stays
 * readable.
 */
void confinement_begin(const char *trust);
