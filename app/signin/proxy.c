/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proxy between the sign-in window and the network.
 *
 * Why there is one: the rest of the computer keeps asking an encrypted resolver, or waits for it,
 * while the sign-in page's names exist only in this network's own DNS. A web engine takes its names
 * from the system or from a proxy; so the window gets a proxy, and the proxy gets its names from
 * the helper, which answers nobody else.
 *
 * Port 127.0.0.1:N is open to every program of every user of the machine. With it they would have
 * a way around Sotto, so it takes a password: 256 random bits that only this process and the
 * engine's network process ever hold.
 *
 * Lifetime: connections are counted, and cancelled together; each holds a reference to what they
 * share (Door), so that the proxy may go while the last of them still ends.
 */
#include "proxy.h"

#include "proxy_session.h"

#include <errno.h>
#include <sys/random.h>

#define SECRET_BYTES 32

/* What is shared with the connections. */
typedef struct Door {
    ProxySetting setting;
    guint open;
} Door;

struct SignInProxy {
    Door *door; /* an RC box */
    GSocketService *service;
    GCancellable *cancellable;
    char *uri;
};

static void door_clear(gpointer data)
{
    Door *door = data;

    g_free(door->setting.user);
    g_free(door->setting.password);
}

static char *random_word(GError **error)
{
    guint8 bytes[SECRET_BYTES];
    GString *word;

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "No password can be made: %s.",
                    g_strerror(errno));
        return NULL;
    }
    word = g_string_sized_new(2 * sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        g_string_append_printf(word, "%02x", bytes[i]);
    return g_string_free(word, FALSE);
}

static void on_session_ended(gpointer data)
{
    Door *door = data;

    door->open--;
    g_rc_box_release_full(door, door_clear);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer data)
{
    SignInProxy *proxy = data;

    if (proxy->door->open >= SIGNIN_PROXY_LIMIT)
        return TRUE; /* dropped, and so closed */
    proxy->door->open++;
    proxy_session_start(connection, &proxy->door->setting, proxy->cancellable, on_session_ended,
                        g_rc_box_acquire(proxy->door));
    return TRUE;
}

/* The port that is listened at, or 0. */
static guint16 listen_on_loopback(GSocketService *service, GError **error)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) given = NULL;

    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), wanted, G_SOCKET_TYPE_STREAM,
                                       G_SOCKET_PROTOCOL_TCP, NULL, &given, error))
        return 0;
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(given));
}

SignInProxy *signin_proxy_new(const SignInNames *names, GError **error)
{
    g_autoptr(SignInProxy) proxy = g_new0(SignInProxy, 1);
    ProxySetting *setting;
    guint16 port;

    proxy->door = g_rc_box_new0(Door);
    proxy->service = g_socket_service_new();
    g_socket_listener_set_backlog(G_SOCKET_LISTENER(proxy->service), SIGNIN_PROXY_LIMIT);
    proxy->cancellable = g_cancellable_new();
    setting = &proxy->door->setting;
    setting->names = *names;
    setting->user = random_word(error);
    setting->password = setting->user != NULL ? random_word(error) : NULL;
    if (setting->password == NULL)
        return NULL;
    port = listen_on_loopback(proxy->service, error);
    if (port == 0)
        return NULL;
    proxy->uri =
        g_strdup_printf("socks5://%s:%s@127.0.0.1:%u", setting->user, setting->password, port);
    g_signal_connect(proxy->service, "incoming", G_CALLBACK(on_incoming), proxy);
    return g_steal_pointer(&proxy);
}

void signin_proxy_free(SignInProxy *proxy)
{
    g_signal_handlers_disconnect_by_data(proxy->service, proxy);
    g_socket_service_stop(proxy->service);
    g_socket_listener_close(G_SOCKET_LISTENER(proxy->service));
    g_object_unref(proxy->service);
    g_cancellable_cancel(proxy->cancellable);
    g_object_unref(proxy->cancellable);
    g_rc_box_release_full(proxy->door, door_clear);
    g_free(proxy->uri);
    g_free(proxy);
}

const char *signin_proxy_uri(SignInProxy *proxy)
{
    return proxy->uri;
}

guint signin_proxy_count(SignInProxy *proxy)
{
    return proxy->door->open;
}
