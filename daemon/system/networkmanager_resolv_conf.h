/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resolv_conf.h"

#include <NetworkManager.h>

/** By which program of this machine NetworkManager has lookups come. `client` NULL: none. */
LocalStub nm_stub(NMClient *client);

/** `error` NULL: NetworkManager says it did. Once, later; not after the cancellable was cancelled.
 */
typedef void (*RewriteDone)(void *owner, const GError *error);

/** Has NetworkManager write /etc/resolv.conf again, over what somebody else wrote. */
void nm_resolv_conf_rewrite(NMClient *client, GCancellable *cancellable, RewriteDone done,
                            void *owner);
