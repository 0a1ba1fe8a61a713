/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first moments of the service, alone on its thread: what only capabilities can open, or what
 * systemd kept from the process before. Then they go, for good.
 */
#include "privileged.h"

#include "claim.h"
#include "leak.h"
#include "log.h"
#include "privileges.h"
#include "stream.h"
#include "syscall_filter.h"
#include "system_unit.h"
#include "tun.h"
#include "udp.h"

#include <unistd.h>

#define DEFAULT_USER "sotto"

static Status open_tun(FdStore *store)
{
    int fd;
    Status status;

    if (store->fds[FD_TUN] >= 0) {
        if (tun_check(store->fds[FD_TUN]) == STATUS_OK)
            return STATUS_OK;
        fdstore_drop(store, FD_TUN);
    }
    fdstore_drop(store, FD_LEAK); /* a kept one leaves the old device's number out */
    status = tun_open(&fd);
    if (status == STATUS_OK)
        fdstore_put(store, FD_TUN, fd);
    return status;
}

static bool is_bound_to(int fd, const Address *address)
{
    Address bound = {0};
    socklen_t length = sizeof bound.socket;

    return getsockname(fd, &bound.socket.any, &length) == 0 && address_equal(&bound, address);
}

static Status open_listener(FdStore *store, FdSlot slot, const Address *address,
                            Status (*bind_to)(const Address *, unsigned, int *))
{
    int fd;
    Status status;

    if (store->fds[slot] >= 0) {
        if (is_bound_to(store->fds[slot], address))
            return STATUS_OK;
        fdstore_drop(store, slot); /* the address was changed in the settings */
    }
    status = bind_to(address, UDP_FREEBIND, &fd);
    if (status == STATUS_OK) {
        fdstore_put(store, slot, fd);
    } else {
        char text[ADDRESS_MAX_TEXT];

        log_error("cannot listen on %s: %s", address_format(address, text),
                  status_sentence(status));
    }
    return status;
}

static Status open_listeners(FdStore *store, const Settings *settings)
{
    Status status = open_listener(store, FD_UDP4, &settings->address4, udp_bind);

    if (status == STATUS_OK)
        status = open_listener(store, FD_TCP4, &settings->address4, tcp_bind);
    if (status != STATUS_OK)
        return status;
    /* A machine without IPv6 is served by IPv4 alone. */
    if (open_listener(store, FD_UDP6, &settings->address6, udp_bind) != STATUS_OK ||
        open_listener(store, FD_TCP6, &settings->address6, tcp_bind) != STATUS_OK)
        log_warning("serving IPv4 alone");
    return STATUS_OK;
}

static Status open_leak(FdStore *store)
{
    int fd;
    Status status;

    if (store->fds[FD_LEAK] >= 0)
        return STATUS_OK;
    status = leak_open(tun_interface(), &fd);
    if (status == STATUS_OK)
        fdstore_put(store, FD_LEAK, fd);
    return status;
}

/* Where IPv6 is off there is nothing to claim. */
static void claim_addresses(const Settings *settings)
{
    const Address *own[] = {&settings->address4, &settings->address6};

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        Status status = claim_address(own[i], tun_interface());
        char text[ADDRESS_MAX_TEXT];

        if (status != STATUS_OK)
            log_info("%s is not this machine's before NetworkManager says so: %s",
                     address_format_host(own[i], text), status_sentence(status));
    }
}

/*
 * NetworkManager gives our device its address when protection is turned on, and would take one that
 * is there before for somebody else's connection. Where it does not run, nobody else may.
 */
static void assign_addresses(const Settings *settings)
{
    const Address *own[] = {&settings->address4, &settings->address6};

    if (system_unit_is_there("NetworkManager.service"))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        Status status = tun_assign(own[i]);
        char text[ADDRESS_MAX_TEXT];

        if (status != STATUS_OK)
            log_info("%s cannot be given to the device " TUN_NAME ": %s",
                     address_format_host(own[i], text), status_sentence(status));
    }
}

static const char *service_user(const Settings *settings)
{
    return settings->user ? settings->user : DEFAULT_USER;
}

static Status give_privileges_away(const Settings *settings)
{
    if (geteuid() == 0)
        return privileges_become_service(service_user(settings));
    return privileges_drop();
}

bool privileged_open(FdStore *store, const Settings *settings, Barrier **barrier)
{
    Status status;

    fdstore_receive(store);
    status = open_tun(store);
    if (status != STATUS_OK) {
        log_error("cannot open the device " TUN_NAME ": %s", status_sentence(status));
        return false;
    }
    if (open_listeners(store, settings) != STATUS_OK)
        return false;
    claim_addresses(settings);
    assign_addresses(settings);
    status = open_leak(store);
    if (status != STATUS_OK)
        log_warning("leaving lookups cannot be counted: %s", status_sentence(status));
    *barrier = barrier_new(service_user(settings));
    status = give_privileges_away(settings);
    if (status != STATUS_OK) {
        log_error("cannot give privileges away: %s", status_sentence(status));
        return false;
    }
    syscall_filter_begin(SYSCALL_FILTER_SERVICE);
    return true;
}
