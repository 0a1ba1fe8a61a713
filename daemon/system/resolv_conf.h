/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"

#include <stdbool.h>
#include <stddef.h>

#define RESOLV_CONF_PATH    "/etc/resolv.conf"
#define RESOLV_CONF_SERVERS 3 /* the C library reads no more (resolv.conf(5)) */

/** Whom programs of this machine ask, by resolv.conf. */
typedef struct ResolvConf {
    Address servers[RESOLV_CONF_SERVERS];
    size_t count; /* never 0: without a server the C library asks 127.0.0.1 */
} ResolvConf;

/** A program of this machine that takes lookups at a loopback address and passes them to us. */
typedef enum LocalStub {
    LOCAL_STUB_NONE,
    LOCAL_STUB_RESOLVED, /* systemd-resolved: 127.0.0.53, 127.0.0.54 */
    LOCAL_STUB_DNSMASQ,  /* NetworkManager's: 127.0.0.1, 127.0.1.1, ::1 */
    LOCAL_STUB_ANY,      /* one that the administrator set up, at any loopback address */
} LocalStub;

/** Reads it as the C library does: bad lines count for nothing. */
void resolv_conf_parse(const char *text, ResolvConf *conf);
/** A file that is missing, or cannot be read, names no server. At most 64 KiB are read. */
void resolv_conf_read(const char *path, ResolvConf *conf);

/** Whether every server is one of `own` (4 and 6), or the stub in use. One that is not is asked
 * whenever those before it are slow. */
bool resolv_conf_leads_to(const ResolvConf *conf, const Address own[2], LocalStub stub);
