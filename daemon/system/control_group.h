/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Where the kernel shows its control groups on this machine: /sys/fs/cgroup, or below it where the
 * old and the new kind are mounted side by side. */
const char *control_group_root(void);

/**
 * Finds the paths below `root` of the groups with these ids: `paths[i]` is set to "/system.slice/…"
 * (transfer full), and left alone where there is no such group any more. Blocking: a walk through
 * the tree, of some thousand folders at most; for a thread.
 */
void control_group_find(const char *root, const uint64_t *ids, size_t count, char **paths);
