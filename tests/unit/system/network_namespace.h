/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/**
 * Moves the test into a network (and user) namespace of its own, where it is root and nothing leads
 * out. False, and the test is skipped, where the kernel does not let it.
 */
static inline gboolean network_namespace_enter(void)
{
    unsigned uid = getuid(), gid = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        g_test_skip("network namespaces are not allowed here");
        return FALSE;
    }
    g_autofree char *uid_map = g_strdup_printf("0 %u 1", uid);
    g_autofree char *gid_map = g_strdup_printf("0 %u 1", gid);
    const char *files[][2] = {{"/proc/self/setgroups", "deny"},
                              {"/proc/self/uid_map", uid_map},
                              {"/proc/self/gid_map", gid_map}};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        int fd = open(files[i][0], O_WRONLY | O_CLOEXEC);
        if (fd < 0 || dprintf(fd, "%s", files[i][1]) < 0)
            g_test_message("%s cannot be written", files[i][0]);
        if (fd >= 0)
            close(fd);
    }
    return TRUE;
}

/** Runs a shell command in the namespace; whether it went well. */
static inline gboolean network_namespace_run(const char *command)
{
    int status = -1;
    return g_spawn_command_line_sync(command, NULL, NULL, &status, NULL) && status == 0;
}
