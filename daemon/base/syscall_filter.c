/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seccomp(2). The programs are made while Sotto is built (syscall_filter_compile.c, by libseccomp):
 * to make one takes the library a millisecond, a tenth of a whole start, and the kernel a seventh
 * of that to take it. And so what reads strangers' bytes has no further library in it.
 */
#include "syscall_filter.h"

#include "log.h"

#ifdef HAVE_SECCOMP
#include "syscall-filter-programs.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Kernels before 5.16 slow a filtered process down, for fear of foreign code in it that measures
 * what the processor speculates (spec_store_bypass_disable). We run none. */
#define FLAGS (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW)

Status syscall_filter_apply(SyscallFilter filter)
{
    /* The kernel reads it alone. */
    struct sock_fprog program = {programs[filter].length,
                                 (struct sock_filter *)programs[filter].code};
    long result;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return status_from_errno(errno);
    result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FLAGS, &program);
    if (result > 0) /* a thread that has other filters */
        return STATUS_IO;
    return result < 0 ? status_from_errno(errno) : STATUS_OK;
}

#else

Status syscall_filter_apply(SyscallFilter filter)
{
    return STATUS_UNSUPPORTED;
}

#endif

void syscall_filter_begin(SyscallFilter filter)
{
    Status status = syscall_filter_apply(filter);

    if (status == STATUS_UNSUPPORTED)
        log_debug("calls of the system are not filtered: built without libseccomp");
    else if (status != STATUS_OK)
        log_info("calls of the system are not filtered: %s", status_sentence(status));
}
