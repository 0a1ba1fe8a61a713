/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run by the build: makes the filters of syscall_filter.h by libseccomp, and prints them as C.
 *
 * Lists of what is allowed, by the groups that systemd has ("systemd-analyze syscall-filter"), less
 * what data/systemd/sotto.service.in takes away. Of the groups that are missing: @chown, @setuid,
 * @privileged, @mount, @module, @clock, @reboot, @swap, @raw-io, because who we are and what this
 * machine is, is settled when the filter begins; @resources and @keyring, unused; @aio and bpf, the
 * kernel's most attacked doors; @debug, personality, setns, unshare, userfaultfd, what exploits are
 * made of. What is missed here fails (EPERM) as under the unit, and does not kill: it would be a
 * library's, and one that asks in vain does without, where a killed helper leaves a machine without
 * DNS. A call newer than the libseccomp at hand does not exist (ENOSYS), so that a newer C library
 * takes the older one in its place.
 *
 * Numbers that a kernel compares are those of the machine that this runs on.
 */
#include "sanitized.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/filter.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { FORWARDER = 1, SERVICE = 2, KEEPER = 4, PROBE = 8, ALL = 15 }; /* 1 << SyscallFilter */

#define NAMESPACES                                                                                 \
    (CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER |  \
     CLONE_NEWUTS)
#define MOST_INSTRUCTIONS 2048
#define ARM_OWN           0x0f0000 /* numbers of ARM's own calls begin here (set_tls) */
#define MOST_NUMBERS      8192     /* MIPS begins to count at 4000 */

typedef struct Group {
    unsigned who;
    const char *names; /* "?name": newer than the oldest libseccomp we are built with */
} Group;

static const Group groups[] = {
    /* @basic-io, with pipes and ioctl: what is open is used. */
    {ALL, "close close_range dup dup2 dup3 fcntl fcntl64 ioctl _llseek lseek pipe pipe2 pread64 "
          "preadv preadv2 pwrite64 pwritev pwritev2 read readv write writev"},
    /* @io-event: the loop, and GLib's in the service. */
    {ALL, "epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd "
          "eventfd2 _newselect poll ppoll ppoll_time64 pselect6 pselect6_time64 select"},
    /* Memory; of mmap and mprotect see below. Keys are locked (@memlock). */
    {ALL, "brk madvise mincore mlock mlock2 mremap munlock munmap"},
    /* Threads; of clone see below. */
    {ALL, "arch_prctl exit exit_group futex futex_time64 get_robust_list get_thread_area getcpu "
          "gettid membarrier restart_syscall rseq sched_get_priority_max sched_get_priority_min "
          "sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_yield "
          "set_robust_list set_thread_area set_tid_address set_tls cacheflush riscv_flush_icache "
          "?futex_requeue ?futex_wait ?futex_waitv ?futex_wake"},
    /* @signal; "tgkill" is how a process ends itself. */
    {ALL, "rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait "
          "rt_sigtimedwait_time64 sigaction sigaltstack signal signalfd signalfd4 sigpending "
          "sigprocmask sigreturn sigsuspend tgkill"},
    /* @timer, and reading clocks: the kernel's own answer where the vDSO has none. */
    {ALL, "alarm clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep "
          "clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create "
          "timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime "
          "timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime "
          "timerfd_settime64 times"},
    /* Who and where we are. "prctl" names threads. */
    {ALL,
     "capget getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpgid "
     "getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid "
     "getresuid32 getrlimit getrusage getsid getuid getuid32 prctl sysinfo ugetrlimit umask "
     "uname"},
    /* @network-io; of socket see below. */
    {ALL, "bind connect getpeername getsockname getsockopt recv recvfrom recvmmsg "
          "recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketpair"},
    {FORWARDER | SERVICE, "accept accept4 listen"},
    /* @file-system: settings, lists, certificates are read, resolv.conf is watched. */
    {FORWARDER | SERVICE | PROBE,
     "access faccessat faccessat2 fadvise64 fadvise64_64 arm_fadvise64_64 fgetxattr flistxattr "
     "flock fstat fstat64 fstatat64 fstatfs fstatfs64 getcwd getdents getdents64 getxattr "
     "inotify_add_watch inotify_init inotify_init1 inotify_rm_watch lgetxattr listxattr llistxattr "
     "lstat lstat64 newfstatat open openat openat2 readahead readlink readlinkat stat stat64 "
     "statfs statfs64 statx"},
    {KEEPER, "fstat fstat64 fstatat64 newfstatat statx"}, /* stdio looks at what it writes to */
    /* State, logs, the file with our number. */
    {FORWARDER | SERVICE,
     "chdir chmod copy_file_range creat fallocate fchdir fchmod fchmodat fdatasync fsync ftruncate "
     "ftruncate64 link linkat memfd_create mkdir mkdirat msync rename renameat renameat2 rmdir "
     "symlink symlinkat sync_file_range sync_file_range2 truncate truncate64 unlink unlinkat "
     "utimensat utimensat_time64 ?fchmodat2"},
    /* @process: the portal probe is started, watched and ended. It comes to be what it is by the
     * rest, which here is bounded by no_new_privs. */
    {SERVICE, "capset execve execveat fork kill landlock_add_rule landlock_create_ruleset "
              "landlock_restrict_self pidfd_open pidfd_send_signal prlimit64 seccomp setpgid "
              "setrlimit setsid vfork wait4 waitid waitpid"},
#if SANITIZED
    /* Sanitizers stop threads as a debugger does, to look for leaks, and start a program that knows
     * the names of functions. */
    {ALL, "execve fork getdents64 kill open openat prlimit64 process_vm_readv ptrace readlink "
          "readlinkat setrlimit vfork wait4 waitid waitpid"},
#endif
};

/* Families of sockets. The probe, which reads strangers' HTTP, finds no bus and no other service of
 * this machine by AF_UNIX. Netlink tells of links and addresses. */
static const struct {
    unsigned who;
    int family;
} families[] = {
    {ALL & ~(unsigned)PROBE, AF_UNIX},
    {ALL & ~(unsigned)KEEPER, AF_INET},
    {ALL & ~(unsigned)KEEPER, AF_INET6},
    {ALL, AF_NETLINK},
};

static void must(int result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "syscall_filter_compile: %s: %s\n", what, strerror(-result));
    exit(EXIT_FAILURE);
}

static void allow(scmp_filter_ctx filter, const char *name)
{
    bool optional = *name == '?';
    int call = seccomp_syscall_resolve_name(name + optional);

    if (call == __NR_SCMP_ERROR && optional)
        return;
    must(call == __NR_SCMP_ERROR ? -EINVAL : 0, name);
    must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0), name);
}

static void allow_group(scmp_filter_ctx filter, const Group *group)
{
    char *names = strdup(group->names), *rest = names;

    for (char *name; (name = strsep(&rest, " "));)
        allow(filter, name);
    free(names);
}

static void allow_if(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp condition)
{
    must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(name), 1, condition),
         name);
}

/* The arguments that make the difference. */
static void allow_in_part(scmp_filter_ctx filter, unsigned who)
{
    static const char *const mapping[] = {"mmap", "mmap2"};
#if defined(__s390__) || defined(__s390x__)
    const unsigned flags = 1; /* of clone */
#else
    const unsigned flags = 0;
#endif

    /* MemoryDenyWriteExecute=: a page is written or run. */
    for (size_t i = 0; i < sizeof mapping / sizeof *mapping; i++) {
        allow_if(filter, mapping[i], SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        allow_if(filter, mapping[i], SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE, 0));
    }
    allow_if(filter, "mprotect", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* RestrictNamespaces=. A filter cannot look where clone3 points; glibc then takes clone. */
    allow_if(filter, "clone", SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, NAMESPACES, 0));
    must(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3");
    /* Limits are read. */
    if (!(who & SERVICE))
        allow_if(filter, "prlimit64", SCMP_A2(SCMP_CMP_EQ, 0));
    /* RestrictAddressFamilies=. */
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (families[i].who & who)
            allow_if(filter, "socket", SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i].family));
    }
}

/* One more than the highest number that libseccomp has a name for. */
static uint32_t first_unknown(void)
{
    uint32_t first = 0;

    for (int call = 0; call < MOST_NUMBERS; call++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);

        if (name)
            first = (uint32_t)call + 1;
        free(name);
    }
    return first;
}

static void print_program(FILE *from, const char *name)
{
    const struct sock_filter newer[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* the call's number */
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first_unknown(), 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ARM_OWN, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SCMP_ACT_ERRNO(ENOSYS)),
    };
    struct sock_filter code[MOST_INSTRUCTIONS];
    size_t at = sizeof newer / sizeof *newer;

    memcpy(code, newer, sizeof newer);
    at += fread(code + at, sizeof *code, MOST_INSTRUCTIONS - at, from);
    must(at < MOST_INSTRUCTIONS ? 0 : -E2BIG, name);
    printf("static const struct sock_filter %s_code[] = {\n", name);
    for (size_t i = 0; i < at; i++)
        printf("    {0x%02x, %u, %u, 0x%x},\n", code[i].code, code[i].jt, code[i].jf, code[i].k);
    puts("};\n");
}

static void make(const char *name, unsigned who)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    FILE *file = tmpfile();

    must(filter && file ? 0 : -ENOMEM, name);
    must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "a tree in place of a list");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (groups[i].who & who)
            allow_group(filter, &groups[i]);
    }
    allow_in_part(filter, who);
    must(seccomp_export_bpf(filter, fileno(file)), name);
    rewind(file);
    print_program(file, name);
    fclose(file);
    seccomp_release(filter);
}

int main(void)
{
    static const char *const names[] = {"forwarder", "service", "keeper", "probe"};
    const size_t count = sizeof names / sizeof *names;

    puts("/* Made by syscall_filter_compile. */\n#include <linux/filter.h>\n");
    for (size_t i = 0; i < count; i++)
        make(names[i], 1U << i);
    puts("static const struct {\n    unsigned short length;\n    const struct sock_filter "
         "*code;\n} programs[] = {");
    for (size_t i = 0; i < count; i++)
        printf("    {sizeof %s_code / sizeof *%s_code, %s_code},\n", names[i], names[i], names[i]);
    puts("};");
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
