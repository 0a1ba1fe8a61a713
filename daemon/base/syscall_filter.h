/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

/**
 * What a process of ours may ask of the kernel from now on. systemd gives the service's unit such a
 * filter; this one holds also where no systemd starts us, and is narrower where one process needs
 * less than the unit's others. Which calls these are: syscall_filter_compile.c.
 */
typedef enum SyscallFilter {
    SYSCALL_FILTER_FORWARDER, /* lookups on its own: starts no program */
    SYSCALL_FILTER_SERVICE,   /* starts the portal probe, which inherits it and adds its own */
    SYSCALL_FILTER_KEEPER,    /* of the barrier: opens no file */
    SYSCALL_FILTER_PROBE,     /* reads files, and speaks to nobody on this machine */
    SYSCALL_FILTER_LAST
} SyscallFilter;

/**
 * Lets this process, in every thread it has or will have, and every program it starts, make the
 * calls of `filter` alone, for good; the others fail with EPERM. To be called when everything that
 * takes privileges is done; sets no_new_privs. A filter that is there already (of a unit, of a
 * container) holds beside it. STATUS_UNSUPPORTED (built without libseccomp), STATUS_PERMISSION,
 * STATUS_INVALID (a kernel without filters), STATUS_IO.
 */
Status syscall_filter_apply(SyscallFilter filter) must_check;

/** The same for who can go on without: says so in the log. */
void syscall_filter_begin(SyscallFilter filter);
