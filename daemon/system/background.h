/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

/**
 * The helper as a classic daemon: for `sottod --daemonize` and `--pid-file`. Under systemd neither
 * is wanted. Both come before threads.
 */

/**
 * Forks; the original process waits and reports. Returns in the child only. What the child writes
 * to standard error until background_ready is still seen by the caller, and the original exits with
 * 0 when the child is ready, with 1 when it ends before. STATUS_IO, STATUS_NO_MEMORY.
 */
Status background_begin(void) must_check;
/** Lets the original process go and detaches from the terminal. Nothing without background_begin.
 */
void background_ready(void);

/**
 * Writes our process id to `path` and holds a lock on it while we live. STATUS_ADDRESS_IN_USE: a
 * living process holds it. STATUS_PERMISSION, STATUS_IO.
 */
Status pid_file_open(const char *path, int *fd) must_check;
/** Empties the file and removes it if we still may. */
void pid_file_close(const char *path, int fd);
