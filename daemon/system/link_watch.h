/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/** Tells when the kernel's links, addresses or routes changed. Nothing is polled. */
typedef struct LinkWatch LinkWatch;

/** `changed` from the main context, once for a burst. */
LinkWatch *link_watch_new(void (*changed)(void *owner), void *owner);
/** Not from inside `changed`. NULL is fine. */
void link_watch_free(LinkWatch *watch);
