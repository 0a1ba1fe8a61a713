/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <linux/rtnetlink.h>
#include <stdint.h>

/**
 * RTA_NEXT and NLMSG_NEXT without their casts: the kernel aligns both to 4 bytes (netlink(3)). What
 * follows is one only while RTA_OK or NLMSG_OK says so of what is left.
 */
static inline struct rtattr *attribute_after(const struct rtattr *attribute, int *length)
{
    int step = (int)RTA_ALIGN(attribute->rta_len);

    *length -= step;
    return (void *)((uintptr_t)attribute + (uintptr_t)step);
}

static inline struct nlmsghdr *message_after(const struct nlmsghdr *message, unsigned *left)
{
    unsigned step = NLMSG_ALIGN(message->nlmsg_len);

    *left -= step < *left ? step : *left;
    return (void *)((uintptr_t)message + step);
}
