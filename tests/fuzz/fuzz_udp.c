/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz_udp.h"

#include <unistd.h>

enum { HEARD_MAX = 64 };

static GPtrArray *sockets; /* UdpSocket, borrowed */
static GPtrArray *heard;   /* GBytes */

static UdpSocket *find(unsigned which)
{
    return sockets != NULL && sockets->len > 0 ? sockets->pdata[which % sockets->len] : NULL;
}

void fuzz_udp_say(unsigned which, const uint8_t *bytes, size_t length)
{
    g_autofree uint8_t *exact = g_memdup2(bytes, length);
    UdpPacket packet = {.bytes = exact, .length = length};
    UdpSocket *socket = find(which);

    if (socket != NULL && length > 0 && length <= UDP_PACKET_MAX)
        socket->receive(socket->owner, &packet, 1);
}

void fuzz_udp_refuse(unsigned which, Status status)
{
    UdpSocket *socket = find(which);
    GBytes *sent = fuzz_udp_heard(which);
    g_autoptr(GBytes) quote = sent != NULL ? g_bytes_ref(sent) : g_bytes_new(NULL, 0);
    size_t length;
    const uint8_t *bytes = g_bytes_get_data(quote, &length);

    if (socket != NULL && socket->error != NULL)
        socket->error(socket->owner, status, bytes, length);
}

GBytes *fuzz_udp_heard(unsigned number)
{
    return heard != NULL && number < heard->len ? heard->pdata[heard->len - 1 - number] : NULL;
}

void fuzz_udp_forget(void)
{
    g_assert_null(find(0));
    g_clear_pointer(&heard, g_ptr_array_unref);
    g_clear_pointer(&sockets, g_ptr_array_unref);
}

/* ---- in place of udp.c ---- */

void udp_widen(int fd)
{
}

Status udp_bind(const Address *address, unsigned flags, int *fd)
{
    return STATUS_UNREACHABLE;
}

Status udp_connect(const Address *peer, int *fd)
{
    /* one that is neither bound nor connected: it tells its family, and nothing can leave by it */
    *fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return *fd >= 0 ? STATUS_OK : STATUS_LIMIT;
}

Status udp_open(UdpSocket *socket, Loop *loop, int fd, UdpReceiveFn receive, UdpErrorFn error,
                void *owner)
{
    *socket = (UdpSocket){
        .io = {.loop = loop, .fd = fd}, .receive = receive, .error = error, .owner = owner};
    if (sockets == NULL)
        sockets = g_ptr_array_new();
    g_ptr_array_add(sockets, socket);
    return STATUS_OK;
}

size_t udp_send(UdpSocket *socket, const UdpPacket *packets, size_t count)
{
    if (heard == NULL)
        heard = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(heard, g_bytes_new(packets[i].bytes, packets[i].length));
    if (heard->len > HEARD_MAX)
        g_ptr_array_remove_range(heard, 0, heard->len - HEARD_MAX);
    return count;
}

void udp_stop_reading(UdpSocket *socket)
{
}

void udp_clear(UdpSocket *socket)
{
    if (socket->io.loop == NULL)
        return;
    close(socket->io.fd);
    g_ptr_array_remove(sockets, socket);
    *socket = (UdpSocket){0};
}
