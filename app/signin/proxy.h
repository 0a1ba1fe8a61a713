/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "proxy_names.h"

/** Connections that may be open at once; one more is closed as it comes. */
#define SIGNIN_PROXY_LIMIT 256

/**
 * A proxy on 127.0.0.1 that only this program's window can use: SOCKS 5 (RFC 1928) with a user name
 * and a password (RFC 1929) that are made anew each time.
 */
typedef struct SignInProxy SignInProxy;

/** Listens at once, at a port that is free. `names` is copied. NULL and an error when it cannot. */
SignInProxy *signin_proxy_new(const SignInNames *names, GError **error);
/** Closes the door and every connection that came through it. */
void signin_proxy_free(SignInProxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignInProxy, signin_proxy_free)

/** "socks5://USER:PASSWORD@127.0.0.1:PORT" (transfer none). A secret: not for logs. */
const char *signin_proxy_uri(SignInProxy *proxy);
/** How many connections are open. */
guint signin_proxy_count(SignInProxy *proxy);
