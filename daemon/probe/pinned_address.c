/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pinned_address.h"

struct _SottoPinnedAddress {
    GNetworkAddress parent;
    GInetSocketAddress *address;
};

static void connectable_init(GSocketConnectableIface *interface);

G_DEFINE_TYPE_WITH_CODE(SottoPinnedAddress, sotto_pinned_address, G_TYPE_NETWORK_ADDRESS,
                        G_IMPLEMENT_INTERFACE(G_TYPE_SOCKET_CONNECTABLE, connectable_init))

/* A socket address is a list of itself. */
static GSocketAddressEnumerator *enumerate(GSocketConnectable *connectable)
{
    SottoPinnedAddress *self = SOTTO_PINNED_ADDRESS(connectable);

    return g_socket_connectable_enumerate(G_SOCKET_CONNECTABLE(self->address));
}

static void connectable_init(GSocketConnectableIface *interface)
{
    interface->enumerate = enumerate;
    interface->proxy_enumerate = enumerate;
}

static void finalize(GObject *object)
{
    g_object_unref(SOTTO_PINNED_ADDRESS(object)->address);
    G_OBJECT_CLASS(sotto_pinned_address_parent_class)->finalize(object);
}

static void sotto_pinned_address_class_init(SottoPinnedAddressClass *class)
{
    G_OBJECT_CLASS(class)->finalize = finalize;
}

static void sotto_pinned_address_init(SottoPinnedAddress *self)
{
}

GSocketConnectable *sotto_pinned_address_new(const char *host, GInetSocketAddress *address)
{
    SottoPinnedAddress *self = g_object_new(SOTTO_TYPE_PINNED_ADDRESS, "hostname", host, "port",
                                            (guint)g_inet_socket_address_get_port(address), NULL);

    self->address = g_object_ref(address);
    return G_SOCKET_CONNECTABLE(self);
}
