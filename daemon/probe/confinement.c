/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * setrlimit(2), capset(2), prctl(2), landlock(7), seccomp(2).
 *
 * The program runs as the helper's user and so could read the helper's state; Landlock leaves it
 * libraries and certificates to read, and nothing to write or to start. The first version of
 * Landlock (Linux 5.13) knows all that is wanted. Sanitizers need memory and /proc: they get both.
 */
#include "confinement.h"

#include "sanitized.h"
#include "syscall_filter.h"

#include <fcntl.h>
#include <glib.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_SECONDS     10
#define MAX_PROCESSOR_S 5
#define MAX_FILES       64
#define MAX_DATA        ((rlim_t)128 << 20) /* stacks of threads are most of it */

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define EVERYTHING                                                                                 \
    (READING | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                        \
     LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                              \
     LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |    \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
     LANDLOCK_ACCESS_FS_MAKE_SYM)

static void limit(__rlimit_resource_t resource, rlim_t most)
{
    (void)setrlimit(resource, &(struct rlimit){most, most});
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    (void)syscall(SYS_capset, &header, none);
}

static void allow_reading(int rules, const char *path)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access = READING,
        .parent_fd = open(path, O_PATH | O_CLOEXEC),
    };

    if (rule.parent_fd < 0)
        return;
    if (!g_file_test(path, G_FILE_TEST_IS_DIR))
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
}

static void close_file_system(const char *trust)
{
    static const char *const readable[] = {
        "/usr",
        "/lib",
        "/lib64",
        "/etc",                     /* libraries, their settings, certificates */
        "/var/lib/ca-certificates", /* where openSUSE keeps these */
        "/nix/store",
        "/gnu/store",
    };
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = EVERYTHING};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);

    if (rules < 0)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(readable); i++)
        allow_reading(rules, readable[i]);
    if (trust)
        allow_reading(rules, trust);
#if SANITIZED
    allow_reading(rules, "/proc");
#endif
    (void)syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
}

void confinement_begin(const char *trust)
{
    alarm(MAX_SECONDS); /* whatever happens */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    drop_capabilities();
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, MAX_PROCESSOR_S);
    limit(RLIMIT_NOFILE, MAX_FILES);
#if !SANITIZED
    limit(RLIMIT_DATA, MAX_DATA);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    close_file_system(trust);
    syscall_filter_begin(SYSCALL_FILTER_PROBE);
}
