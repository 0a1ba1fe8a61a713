/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a filter refuses, and what it must let through; each in a child, for there is no way back.
 */
#include "syscall_filter.h"

#include "sanitized.h"

#include <glib.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_SUCH_CALL 1000 /* of this year's kernels */

static int run_in_child(SyscallFilter filter, gboolean (*look)(void))
{
    int status = -1;
    pid_t child = fork();

    if (child == 0)
        _exit((filter == SYSCALL_FILTER_LAST || syscall_filter_apply(filter) == STATUS_OK) && look()
                  ? EXIT_SUCCESS
                  : EXIT_FAILURE);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return status;
}

static gboolean nothing(void)
{
    return TRUE;
}

static void check(SyscallFilter filter, gboolean (*look)(void))
{
    if (run_in_child(SYSCALL_FILTER_FORWARDER, nothing) != 0)
        g_test_skip("built without libseccomp, or a kernel without filters");
    else
        g_assert_cmpint(run_in_child(filter, look), ==, 0);
}

/* It applies a filter itself. */
static void check_bare(gboolean (*look)(void))
{
    check(SYSCALL_FILTER_LAST, look);
}

static void check_all(gboolean (*look)(void))
{
    for (SyscallFilter filter = 0; filter < SYSCALL_FILTER_LAST; filter++)
        check(filter, look);
}

static gboolean refused(long result)
{
    return result == -1 && errno == EPERM;
}

/* --- what no process of ours may --- */

/* With arguments that do no harm: most would succeed, or fail by another error, where none filters.
 */
static gboolean attacks_fail(void)
{
    static const struct {
        long call, arguments[4];
    } attacks[] = {
        {SYS_bpf, {-1}},
        {SYS_chroot, {0}},
        {SYS_clock_settime, {-1}},
        {SYS_fchown, {-1, -1, -1}},
        {SYS_init_module, {0}},
        {SYS_io_uring_setup, {1}},
        {SYS_keyctl, {0, -1}},
        {SYS_mount, {0}},
        {SYS_perf_event_open, {0, 0, -1, -1}},
        {SYS_personality, {0xffffffff}},
        {SYS_pivot_root, {0}},
        {SYS_process_vm_writev, {0}},
        {SYS_reboot, {0}},
        {SYS_sethostname, {0, -1}},
        {SYS_setns, {-1}},
        {SYS_setpriority, {PRIO_PROCESS, 0, 0}},
        {SYS_setuid, {65534}},
        {SYS_unshare, {0}},
        {SYS_userfaultfd, {0x10000}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(attacks); i++) {
        const long *arguments = attacks[i].arguments;

        if (!refused(syscall(attacks[i].call, arguments[0], arguments[1], arguments[2],
                             arguments[3], 0)))
            return FALSE;
    }
    return TRUE;
}

static void test_attacks(void)
{
    check_all(attacks_fail);
}

/* Stop, look and change, as a debugger does. Sanitizers need it. */
static gboolean tracing_fails(void)
{
    return refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static void test_tracing(void)
{
    check_all(tracing_fails);
}

static gboolean pages_are_written_or_run(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);

    return page != MAP_FAILED && mprotect(page, 4096, PROT_READ) == 0 &&
           refused(mprotect(page, 4096, PROT_READ | PROT_EXEC)) &&
           mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, flags, -1, 0) == MAP_FAILED && errno == EPERM &&
           mmap(NULL, 4096, PROT_READ | PROT_EXEC, flags, -1, 0) != MAP_FAILED;
}

static void test_pages(void)
{
    check_all(pages_are_written_or_run);
}

static gboolean namespaces_are_out_of_reach(void)
{
    return refused(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL)) &&
           refused(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL)) &&
           syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS;
}

static void test_namespaces(void)
{
    check_all(namespaces_are_out_of_reach);
}

/* A C library that is newer than Sotto takes an older call when told so. */
static gboolean unknown_calls_are_not_there(void)
{
    return syscall(NO_SUCH_CALL) == -1 && errno == ENOSYS;
}

static void test_unknown(void)
{
    check_all(unknown_calls_are_not_there);
}

static gboolean limits_are_read(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && refused(setrlimit(RLIMIT_NOFILE, &limit));
}

static void test_limits(void)
{
    check(SYSCALL_FILTER_FORWARDER, limits_are_read);
    check(SYSCALL_FILTER_KEEPER, limits_are_read);
    check(SYSCALL_FILTER_PROBE, limits_are_read);
}

/* --- what sets them apart --- */

static gboolean starts_no_program(void)
{
    char *words[] = {(char *)"true", NULL};

    execv("/bin/true", words);
    return errno == EPERM;
}

static void test_programs(void)
{
    check(SYSCALL_FILTER_FORWARDER, starts_no_program);
    check(SYSCALL_FILTER_KEEPER, starts_no_program);
    check(SYSCALL_FILTER_PROBE, starts_no_program);
}

static gboolean program_is_filtered_too(void)
{
    static const char *const script = "grep -q '^Seccomp:.2$' /proc/self/status";
    char *words[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
    int status = -1;
    pid_t child;

    return posix_spawn(&child, "/bin/sh", NULL, NULL, words, environ) == 0 &&
           waitpid(child, &status, 0) == child && status == 0;
}

static void test_inherited(void)
{
    check(SYSCALL_FILTER_SERVICE, program_is_filtered_too);
}

static gboolean writes_nothing(void)
{
    return refused(unlink("/nonexistent/x")) && refused(mkdir("/nonexistent/x", 0700)) &&
           refused(ftruncate(-1, 0));
}

static void test_files(void)
{
    check(SYSCALL_FILTER_PROBE, writes_nothing);
    check(SYSCALL_FILTER_KEEPER, writes_nothing);
}

static gboolean opens_nothing(void)
{
    return refused(open("/etc/passwd", O_RDONLY));
}

static void test_keeper_opens_nothing(void)
{
    check(SYSCALL_FILTER_KEEPER, opens_nothing);
}

static gboolean has_family(int family)
{
    return socket(family, SOCK_DGRAM, 0) >= 0;
}

static gboolean no_odd_families(void)
{
    return !has_family(AF_PACKET) && errno == EPERM && !has_family(AF_VSOCK) && errno == EPERM &&
           !has_family(AF_ALG) && errno == EPERM;
}

static gboolean probe_reaches_no_service(void)
{
    return has_family(AF_INET) && !has_family(AF_UNIX) && errno == EPERM;
}

static gboolean keeper_reaches_the_kernel_alone(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0 && !has_family(AF_INET) && errno == EPERM &&
           !has_family(AF_INET6) && errno == EPERM;
}

static void test_families(void)
{
    check_all(no_odd_families);
    check(SYSCALL_FILTER_PROBE, probe_reaches_no_service);
    check(SYSCALL_FILTER_KEEPER, keeper_reaches_the_kernel_alone);
}

/* --- what must go on --- */

static void *turn(void *data)
{
    char random[16];

    sched_yield();
    return getrandom(random, sizeof random, 0) == sizeof random ? data : NULL;
}

static gboolean threads_and_memory(void)
{
    static char told;
    void *said = NULL;
    pthread_t thread;
    char *some = malloc(1 << 20), *much = realloc(some, 64 << 20); /* mremap */

    if (!much) {
        free(some);
        return FALSE;
    }
    memset(much, 1, 64 << 20);
    free(much);
    return pthread_create(&thread, NULL, turn, &told) == 0 && pthread_join(thread, &said) == 0 &&
           said == &told;
}

static void test_threads_and_memory(void)
{
    check(SYSCALL_FILTER_FORWARDER, threads_and_memory);
    check(SYSCALL_FILTER_SERVICE, threads_and_memory);
    check(SYSCALL_FILTER_PROBE, threads_and_memory);
}

static gboolean resolv_conf_is_watched(void)
{
    int fd = inotify_init1(IN_CLOEXEC);

    return fd >= 0 && inotify_add_watch(fd, "/etc", IN_CREATE) >= 0;
}

static void test_watches(void)
{
    check(SYSCALL_FILTER_FORWARDER, resolv_conf_is_watched);
    check(SYSCALL_FILTER_SERVICE, resolv_conf_is_watched);
}

/* Ends well when it was filtered meanwhile. */
static void *wait_for_the_end(void *data)
{
    const int *fd = data;
    char byte;

    return read(*fd, &byte, 1) == 1 && refused(syscall(SYS_personality, 0xffffffff)) ? data : NULL;
}

static gboolean holds_in_every_thread(void)
{
    int ends[2];
    void *said = NULL;
    pthread_t thread;

    return pipe(ends) == 0 && pthread_create(&thread, NULL, wait_for_the_end, &ends[0]) == 0 &&
           syscall_filter_apply(SYSCALL_FILTER_SERVICE) == STATUS_OK &&
           write(ends[1], "", 1) == 1 && pthread_join(thread, &said) == 0 && said;
}

static void test_threads_that_are_there(void)
{
    check_bare(holds_in_every_thread);
}

/* As where a unit or a container filters already. */
static gboolean holds_beside_another(void)
{
    return syscall_filter_apply(SYSCALL_FILTER_PROBE) == STATUS_OK && probe_reaches_no_service() &&
           attacks_fail();
}

static void test_stacked(void)
{
    check(SYSCALL_FILTER_SERVICE, holds_beside_another);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!SANITIZED) { /* see sanitized.h; the interop suite runs the plain build's program */
        g_test_add_func("/syscall-filter/tracing-fails", test_tracing);
        g_test_add_func("/syscall-filter/limits-are-read", test_limits);
        g_test_add_func("/syscall-filter/service-alone-starts-programs", test_programs);
        g_test_add_func("/syscall-filter/keeper-opens-no-file", test_keeper_opens_nothing);
    }
    g_test_add_func("/syscall-filter/attacks-fail", test_attacks);
    g_test_add_func("/syscall-filter/pages-are-written-or-run", test_pages);
    g_test_add_func("/syscall-filter/namespaces-are-out-of-reach", test_namespaces);
    g_test_add_func("/syscall-filter/unknown-calls-are-not-there", test_unknown);
    g_test_add_func("/syscall-filter/programs-inherit-it", test_inherited);
    g_test_add_func("/syscall-filter/probe-and-keeper-write-no-file", test_files);
    g_test_add_func("/syscall-filter/families-of-sockets", test_families);
    g_test_add_func("/syscall-filter/threads-and-memory-go-on", test_threads_and_memory);
    g_test_add_func("/syscall-filter/files-are-watched", test_watches);
    g_test_add_func("/syscall-filter/threads-that-are-there-are-filtered",
                    test_threads_that_are_there);
    g_test_add_func("/syscall-filter/holds-beside-another", test_stacked);
    return g_test_run();
}
