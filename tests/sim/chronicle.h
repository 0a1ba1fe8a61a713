/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What happened in a schedule: a hash of all of it, by which two runs are compared, and on demand a
 * line for each event. And the end of a schedule that went wrong.
 */

/** Begins a schedule. `loud`: writes every event to standard error. */
void chronicle_begin(uint64_t seed, bool loud);
/** The time from now on, since the schedule began. */
void chronicle_set_time(int64_t now_us);
/** Something happened, with these bytes. */
void chronicle_note(const uint8_t *bytes, size_t length, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
uint64_t chronicle_hash(void);

/** An invariant is broken: says which, and when, and ends the process. */
_Noreturn void chronicle_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Called by it before the end. */
typedef void (*ChronicleFaultFn)(const char *sentence);
void chronicle_on_fault(ChronicleFaultFn fn);
