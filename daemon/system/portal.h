/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network_lookup.h"
#include "network_settings.h"
#include "portal_probe.h"

/**
 * Whether this network wants a sign-in before it lets anything through. It is asked only when told
 * to; each look ends with one call of `looked`.
 */
typedef struct Portal Portal;

typedef struct PortalParts { /* all borrowed; they outlive it */
    Loop *loop;
    const Network *network;
    NetworkLookups *lookups;
    const PortalProbeClass *probe;
} PortalParts;

Portal *portal_new(const PortalParts *parts, void (*looked)(void *owner), void *owner);
void portal_free(Portal *portal);

/** Looks once, at what the network tells (RFC 8908) and at the check pages, one after another until
 * one tells. Nothing while a look is under way. */
void portal_look(Portal *portal, const NetworkSettings *settings);
bool portal_is_looking(const Portal *portal);
/** Another network: nothing is known of it. */
void portal_forget(Portal *portal);

/** A sign-in is wanted, by the last look that told anything. */
bool portal_is_found(const Portal *portal);
/** What the last look saw. */
PortalVerdict portal_verdict(const Portal *portal);
/** Lookups get through in the usual way: so there is none any more, unless the last look saw it. */
void portal_doubt(Portal *portal);
/** The sign-in page, or where a look was turned away; "" not known. */
const char *portal_address(const Portal *portal);
/** By how much the machine's clock is ahead of what an answer said, in seconds; false: none did. */
bool portal_clock_offset(const Portal *portal, int64_t *ahead_s);
/** The clock was set. */
void portal_clock_set(Portal *portal, int64_t leap_s);
