/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TUN device that carries our address.
 *
 * NetworkManager puts a connection on it whose DNS is us; when the last descriptor of the device is
 * closed the kernel removes it, and NetworkManager drops the connection with it. So the machine's
 * DNS follows the life of a descriptor, and nothing has to be cleaned up after a crash.
 *
 * Lookups reach our address through the loopback, not through the device: what the kernel writes to
 * it (router solicitations, multicast reports) concerns nobody. It is never read: the queue fills,
 * the kernel drops the rest, and no wake-up is spent on it.
 *
 * The numbers and structs are the kernel's: Documentation/networking/tuntap.rst.
 */
#include "tun.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static Status status_from_open_error(int error)
{
    if (error == ENOENT || error == ENODEV || error == ENXIO)
        return STATUS_UNSUPPORTED;
    return error == EACCES ? STATUS_PERMISSION : status_from_errno(error);
}

static Status status_from_attach_error(int error)
{
    return error == EBUSY ? STATUS_ADDRESS_IN_USE : status_from_errno(error);
}

static struct ifreq request_for_device(void)
{
    struct ifreq request = {0};
    memcpy(request.ifr_name, TUN_NAME, sizeof(TUN_NAME));
    return request;
}

/* NetworkManager leaves a device alone that somebody else made and that is down. */
static Status bring_link_up(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return status_from_errno(errno);
    struct ifreq request = request_for_device();
    Status status = STATUS_OK;
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0) {
        status = status_from_errno(errno);
    } else {
        request.ifr_flags |= IFF_UP;
        if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
            status = status_from_errno(errno);
    }
    close(fd);
    return status;
}

Status tun_open(int *fd)
{
    int device = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (device < 0)
        return status_from_open_error(errno);
    struct ifreq request = request_for_device();
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    Status status = STATUS_OK;
    if (ioctl(device, TUNSETIFF, &request) < 0)
        status = status_from_attach_error(errno);
    if (status == STATUS_OK)
        status = bring_link_up();
    if (status != STATUS_OK) {
        close(device);
        return status;
    }
    *fd = device;
    return STATUS_OK;
}

Status tun_check(int fd)
{
    struct ifreq request = {0};
    bool ours = ioctl(fd, TUNGETIFF, &request) == 0 && (request.ifr_flags & IFF_TUN) &&
                strncmp(request.ifr_name, TUN_NAME, IFNAMSIZ) == 0;
    return ours ? STATUS_OK : STATUS_MISMATCH;
}

int tun_interface(void)
{
    return (int)if_nametoindex(TUN_NAME);
}

/* netdevice(7) and ipv6(7). IPv4's prefix is 32 bits long by itself. */
static int assign(int fd, const Address *address)
{
    struct ifreq request = request_for_device();
    if (address->socket.any.sa_family == AF_INET) {
        memcpy(&request.ifr_addr, &address->socket.v4, sizeof(address->socket.v4));
        return ioctl(fd, SIOCSIFADDR, &request);
    }
    struct in6_ifreq request6 = {.ifr6_addr = address->socket.v6.sin6_addr,
                                 .ifr6_prefixlen = 128,
                                 .ifr6_ifindex = tun_interface()};
    return ioctl(fd, SIOCSIFADDR, &request6);
}

Status tun_assign(const Address *address)
{
    int fd = socket(address->socket.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return status_from_errno(errno);
    Status status = STATUS_OK;
    if (!tun_carries(address) && assign(fd, address) < 0)
        status = status_from_errno(errno);
    close(fd);
    return status;
}

bool tun_carries(const Address *address)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) < 0)
        return false;
    bool found = false;
    for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next) {
        if (one->ifa_addr == NULL || strcmp(one->ifa_name, TUN_NAME) != 0 ||
            one->ifa_addr->sa_family != address->socket.any.sa_family)
            continue;
        Address carried = {0};
        memcpy(&carried.socket, one->ifa_addr,
               one->ifa_addr->sa_family == AF_INET ? sizeof(carried.socket.v4)
                                                   : sizeof(carried.socket.v6));
        found = address_same_host(&carried, address);
    }
    freeifaddrs(all);
    return found;
}
