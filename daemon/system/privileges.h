/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

/**
 * Giving away what is no longer needed. Capabilities belong to threads, so all of this comes before
 * the first thread is started (GDBus, libnm and GTask start some).
 */

/**
 * Keeps CAP_NET_BIND_SERVICE, for an address that changes later, and no other: permitted and
 * effective, nothing inheritable or ambient; the bounding set too where the kernel lets us. Sets
 * no_new_privs. STATUS_OK also where there was nothing to give away. STATUS_PERMISSION.
 */
Status privileges_drop(void) must_check;

/**
 * Becomes `user` with its groups, for good, with no capability left. With `confine` its home
 * becomes the root of the file tree. Does nothing but confine when the process is `user` already.
 * STATUS_INVALID (no such user), STATUS_PERMISSION, STATUS_IO (its home is not there).
 */
Status privileges_become(const char *user, _Bool confine) must_check;

/** As privileges_become, but keeps CAP_NET_BIND_SERVICE: root's way into the service's user where
 * no systemd starts us as that user. */
Status privileges_become_service(const char *user) must_check;

/** As the two before for the barrier's keeper (barrier.h), which keeps CAP_NET_ADMIN alone. */
Status privileges_keep_network(const char *user) must_check;
