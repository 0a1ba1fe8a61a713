/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of addresses as GSocketClient takes it. The client then does the rest of RFC 8305: it
 * tries the next one when an attempt fails or has not ended after a quarter of a second, and keeps
 * the first connection that is made. So a network whose IPv6 leads nowhere costs that quarter.
 *
 * It is a GSocketConnectable because every other one that GIO has for more than one address is a
 * name, and looks it up.
 */
#include "address_list.h"

struct _SottoAddressList {
    GObject parent_instance;
    GPtrArray *addresses; /* of GInetAddress */
    guint16 port;
};

#define SOTTO_TYPE_ADDRESS_LIST_WALK (sotto_address_list_walk_get_type())
G_DECLARE_FINAL_TYPE(SottoAddressListWalk, sotto_address_list_walk, SOTTO, ADDRESS_LIST_WALK,
                     GSocketAddressEnumerator)

struct _SottoAddressListWalk {
    GSocketAddressEnumerator parent_instance;
    SottoAddressList *list;
    guint next;
};

G_DEFINE_FINAL_TYPE(SottoAddressListWalk, sotto_address_list_walk, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

/* The asynchronous variant of the parent class calls this one and does not use a thread. */
static GSocketAddress *walk_next(GSocketAddressEnumerator *enumerator, GCancellable *cancellable,
                                 GError **error)
{
    SottoAddressListWalk *self = SOTTO_ADDRESS_LIST_WALK(enumerator);
    SottoAddressList *list = self->list;

    if (g_cancellable_set_error_if_cancelled(cancellable, error) ||
        self->next >= list->addresses->len)
        return NULL;
    return g_inet_socket_address_new(g_ptr_array_index(list->addresses, self->next++), list->port);
}

static void sotto_address_list_walk_finalize(GObject *object)
{
    SottoAddressListWalk *self = SOTTO_ADDRESS_LIST_WALK(object);

    g_object_unref(self->list);
    G_OBJECT_CLASS(sotto_address_list_walk_parent_class)->finalize(object);
}

static void sotto_address_list_walk_class_init(SottoAddressListWalkClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_address_list_walk_finalize;
    G_SOCKET_ADDRESS_ENUMERATOR_CLASS(class)->next = walk_next;
}

static void sotto_address_list_walk_init(SottoAddressListWalk *self)
{
}

static GSocketAddressEnumerator *list_enumerate(GSocketConnectable *connectable)
{
    SottoAddressListWalk *walk = g_object_new(SOTTO_TYPE_ADDRESS_LIST_WALK, NULL);

    walk->list = g_object_ref(SOTTO_ADDRESS_LIST(connectable));
    return G_SOCKET_ADDRESS_ENUMERATOR(walk);
}

static char *list_to_string(GSocketConnectable *connectable)
{
    SottoAddressList *self = SOTTO_ADDRESS_LIST(connectable);

    return g_strdup_printf("%u addresses, port %u", self->addresses->len, self->port);
}

static void connectable_init(GSocketConnectableIface *interface)
{
    interface->enumerate = list_enumerate;
    interface->proxy_enumerate = list_enumerate; /* no proxy behind the proxy */
    interface->to_string = list_to_string;
}

G_DEFINE_FINAL_TYPE_WITH_CODE(SottoAddressList, sotto_address_list, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_SOCKET_CONNECTABLE, connectable_init))

static void sotto_address_list_finalize(GObject *object)
{
    SottoAddressList *self = SOTTO_ADDRESS_LIST(object);

    g_ptr_array_unref(self->addresses);
    G_OBJECT_CLASS(sotto_address_list_parent_class)->finalize(object);
}

static void sotto_address_list_class_init(SottoAddressListClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_address_list_finalize;
}

static void sotto_address_list_init(SottoAddressList *self)
{
}

SottoAddressList *sotto_address_list_new(GPtrArray *addresses, guint16 port)
{
    SottoAddressList *self = g_object_new(SOTTO_TYPE_ADDRESS_LIST, NULL);

    self->addresses = addresses;
    self->port = port;
    return self;
}
