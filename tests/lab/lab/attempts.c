/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attempts FOLDER: tries what a helper in somebody else's hands would try, and prints how each
 * ended: "NAME ERRNO" or "NAME done". FOLDER is where the helper may write. Run below the helper's
 * own unit, with another program in its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static const char *own_file; /* in the folder it may write to */

static int opened(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    return fd < 0 ? -1 : close(fd);
}

static int write_state(void)
{
    return opened(own_file, O_CREAT | O_WRONLY);
}

static int confine_further(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static int write_settings(void)
{
    return opened("/etc/sotto/planted.conf", O_CREAT | O_WRONLY);
}

static int write_run(void)
{
    return opened("/run/planted", O_CREAT | O_WRONLY);
}

static int read_homes(void)
{
    return opened("/home/guest", O_RDONLY | O_DIRECTORY);
}

static int see_other_processes(void)
{
    return opened("/proc/1/status", O_RDONLY);
}

static int see_the_kernels_settings(void)
{
    return opened("/proc/sys/kernel/core_pattern", O_RDONLY);
}

static int run_own_file(void)
{
    char command[512];
    snprintf(command, sizeof command, "cat /usr/bin/true >%s && chmod 700 %s", own_file, own_file);
    if (system(command) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        execl(own_file, own_file, (char *)NULL);
        _exit(errno);
    }
    int status;
    waitpid(child, &status, 0);
    errno = WEXITSTATUS(status);
    return errno != 0 ? -1 : 0;
}

static int set_user_id(void)
{
    return chmod(own_file, 04755);
}

static int give_file_away(void)
{
    return chown(own_file, 0, 0);
}

static int write_and_execute(void)
{
    void *page =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static int execute_what_was_written(void)
{
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, PAGE, PROT_READ | PROT_EXEC);
}

static int become_root(void)
{
    return setuid(0);
}

static int new_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}

static int mount_something(void)
{
    return mount("none", "/tmp", "tmpfs", 0, NULL);
}

static int trace(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int be_more_important(void)
{
    return setpriority(PRIO_PROCESS, 0, -20);
}

static int be_realtime(void)
{
    return sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
}

static int use_io_uring(void)
{
    struct io_uring_params parameters = {0};
    return (int)syscall(SYS_io_uring_setup, 1, &parameters);
}

static int use_keyring(void)
{
    return (int)syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
}

static int use_bpf(void)
{
    return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int use_rare_family(void)
{
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? -1 : close(fd);
}

static const struct {
    const char *name;
    int (*attempt)(void);
} attempts[] = {
    {"write-state", write_state},
    {"confine-further", confine_further},
    {"write-settings", write_settings},
    {"write-run", write_run},
    {"read-homes", read_homes},
    {"see-other-processes", see_other_processes},
    {"see-the-kernels-settings", see_the_kernels_settings},
    {"run-own-file", run_own_file},
    {"set-user-id", set_user_id},
    {"give-file-away", give_file_away},
    {"write-and-execute", write_and_execute},
    {"execute-what-was-written", execute_what_was_written},
    {"become-root", become_root},
    {"new-namespace", new_namespace},
    {"mount", mount_something},
    {"trace", trace},
    {"be-more-important", be_more_important},
    {"be-realtime", be_realtime},
    {"use-io-uring", use_io_uring},
    {"use-keyring", use_keyring},
    {"use-bpf", use_bpf},
    {"use-rare-family", use_rare_family},
};

int main(int argc, char **argv)
{
    static char path[256];
    if (argc != 2)
        return 2;
    snprintf(path, sizeof path, "%s/attempt", argv[1]);
    own_file = path;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        errno = 0;
        printf("%s %s\n", attempts[i].name,
               attempts[i].attempt() < 0 ? strerrorname_np(errno) : "done");
    }
    unlink(own_file);
    return 0;
}
