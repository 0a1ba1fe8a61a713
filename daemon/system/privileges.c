/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Privileges: opened first, given away next, never taken back.
 *
 * The calls are the kernel's own (capset(2), prctl(2)): one struct and three numbers, less than a
 * library would bring. The bounding set can shrink only with CAP_SETPCAP, which the service never
 * has; its unit bounds it instead. A failure to shrink it is therefore none of ours.
 */
#include "privileges.h"

#include "log.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEEP_BIND  (UINT64_C(1) << CAP_NET_BIND_SERVICE)
#define KEEP_ADMIN (UINT64_C(1) << CAP_NET_ADMIN)

static Status capabilities_get(uint64_t *permitted)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &header, data) < 0)
        return status_from_errno(errno);
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    return STATUS_OK;
}

static Status capabilities_set(uint64_t capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        {.effective = (uint32_t)capabilities, .permitted = (uint32_t)capabilities},
        {.effective = (uint32_t)(capabilities >> 32), .permitted = (uint32_t)(capabilities >> 32)},
    };
    return syscall(SYS_capset, &header, data) < 0 ? status_from_errno(errno) : STATUS_OK;
}

static void shrink_bounding_set(uint64_t keep)
{
    for (unsigned capability = 0; capability < 64; capability++) {
        if (!(keep & (UINT64_C(1) << capability)) &&
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno == EINVAL)
            return; /* past the last one this kernel knows */
    }
}

/* Leaves permitted and effective at `keep`, as far as they were there, and every other set empty.
 */
static Status reduce_to(uint64_t keep)
{
    uint64_t permitted = 0;
    Status status = capabilities_get(&permitted);
    if (status != STATUS_OK)
        return status;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return status_from_errno(errno);
    shrink_bounding_set(keep);
    if ((status = capabilities_set(permitted & keep)) != STATUS_OK)
        return status;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? status_from_errno(errno) : STATUS_OK;
}

Status privileges_drop(void)
{
    return reduce_to(KEEP_BIND);
}

static Status confine_to(const char *home)
{
    if (chroot(home) < 0 || chdir("/") < 0) {
        log_error("cannot confine to the home of the user home=%s reason=%s", home,
                  strerror(errno));
        return status_from_errno(errno);
    }
    return STATUS_OK;
}

static Status change_ids(const struct passwd *entry)
{
    if (geteuid() == entry->pw_uid && getuid() == entry->pw_uid)
        return STATUS_OK;
    if (initgroups(entry->pw_name, entry->pw_gid) < 0 ||
        setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) < 0 ||
        setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) < 0)
        return status_from_errno(errno);
    return STATUS_OK;
}

static Status become(const char *user, bool confine, uint64_t keep)
{
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) {
        log_error("there is no such user user=%s", user);
        return STATUS_INVALID;
    }
    Status status = STATUS_OK;
    if (confine && (status = confine_to(entry->pw_dir)) != STATUS_OK)
        return status;
    if (keep != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return status_from_errno(errno);
    shrink_bounding_set(keep); /* the change of user takes the right to */
    if ((status = change_ids(entry)) != STATUS_OK)
        return status;
    if (keep != 0 && prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
        return status_from_errno(errno);
    if ((status = reduce_to(keep)) != STATUS_OK)
        return status;
    /* The way back to root must be closed: setresuid and the sets above close it together. */
    require(entry->pw_uid == 0 || setuid(0) < 0, STATUS_PERMISSION);
    return STATUS_OK;
}

Status privileges_become(const char *user, bool confine)
{
    return become(user, confine, 0);
}

Status privileges_become_service(const char *user)
{
    return become(user, false, KEEP_BIND);
}

Status privileges_keep_network(const char *user)
{
    return geteuid() == 0 ? become(user, false, KEEP_ADMIN) : reduce_to(KEEP_ADMIN);
}
