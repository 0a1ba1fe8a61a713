/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "proxy_names.h"

/** For greeting, password and request together; a reply may take as long as connecting does. */
#define PROXY_SESSION_GREETING_S 10
/** For one address; the next is tried long before that. */
#define PROXY_SESSION_CONNECT_S 10

/** What every connection needs to know; held by the proxy, which outlives them. */
typedef struct ProxySetting {
    SignInNames names;
    char *user, *password;
} ProxySetting;

/**
 * Serves one connection until both ends have closed it, it has failed, or `cancellable` is
 * cancelled; then drops it and calls `ended` once, never from inside this call.
 */
void proxy_session_start(GSocketConnection *client, const ProxySetting *setting,
                         GCancellable *cancellable, void (*ended)(gpointer user_data),
                         gpointer user_data);
