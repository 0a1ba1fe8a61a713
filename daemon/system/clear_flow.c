/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one list of what may leave a protected machine in clear, as code: the leak counter asks it of
 * every packet to port 53 that goes out by a real link.
 */
#include "protection_state.h"

#include <string.h>

/* A packet is judged a little after it left: what we sent last by a plan that is over, no other
 * program did. */
#define JUDGED_LATE_US INT64_C(500000)

static ClearFlow flow_of_route(RouteKind kind)
{
    switch (kind) {
    case ROUTE_SETTINGS:
    case ROUTE_OWN_SERVERS:
    case ROUTE_OWN_NETWORK:
    case ROUTE_NETWORK:
        return CLEAR_NETWORK;
    case ROUTE_VPN:
        return CLEAR_VPN;
    case ROUTE_PORTAL:
        return CLEAR_PORTAL_CHECK;
    case ROUTE_TIME:
        return CLEAR_TIME;
    case ROUTE_SIGN_IN:
        return CLEAR_SIGN_IN;
    case ROUTE_CONSENT:
        return CLEAR_CONSENT;
    }
    return CLEAR_LEAK;
}

/* TCP: the name comes later, so that the address alone must do. */
static ClearFlow flow_by_route(const Plan *plan, const LeakPacket *packet)
{
    for (size_t i = 0; plan != NULL && i < plan->route_count; i++) {
        const Route *route = &plan->routes[i];
        if (!packet->tcp && !route_takes(route, &packet->name))
            continue;
        for (size_t j = 0; j < route->resolver->endpoint_count; j++) {
            if (address_same_host(&route->resolver->endpoints[j]->address, &packet->destination))
                return flow_of_route(route->kind);
        }
    }
    return CLEAR_LEAK;
}

static bool is_certificate_request(const LeakPacket *packet)
{
    static const uint8_t prefix[] = "\0012\015dnscrypt-cert"; /* 2.dnscrypt-cert.… */
    return packet->name.length > sizeof(prefix) - 1 &&
           memcmp(packet->name.wire, prefix, sizeof(prefix) - 1) == 0;
}

/* What a resolver known by its address alone is asked first (RFC 9462 §4). It tells nothing. */
static bool is_discovery(const LeakPacket *packet)
{
    static const uint8_t name[] = "\004_dns\010resolver\004arpa";
    return packet->name.length == sizeof(name) &&
           memcmp(packet->name.wire, name, sizeof(name)) == 0;
}

/* What nat64_discovery.c asks a network without IPv4, and nobody else but the network. */
static bool is_nat64_question(const Protection *protection, const LeakPacket *packet)
{
    const GPtrArray *links = protection_facts(protection)->links;
    if (!name_equal(&packet->name, &nat64_known_name))
        return false;
    for (guint i = 0; i < links->len; i++) {
        const NetworkLink *link = g_ptr_array_index(links, i);
        for (guint j = 0; j < link->servers->len; j++) {
            if (address_same_host(g_ptr_array_index(link->servers, j), &packet->destination))
                return true;
        }
    }
    return false;
}

ClearFlow protection_judge_clear(void *owner, const LeakPacket *packet)
{
    const Protection *protection = owner;
    if (protection->transition == TRANSITION_TURNING_OFF ||
        protection->transition == TRANSITION_PAUSING)
        return CLEAR_CONSENT; /* the user is opening the machine */
    bool promised = protection->held || protection->state == PROTECTION_OFFLINE ||
                    protection->state == PROTECTION_ERROR ||
                    protection->transition == TRANSITION_GOING_ON;
    if (!promised || admission_allows(protection->parts.admission, packet->interface))
        return CLEAR_NONE;
    if (is_certificate_request(packet))
        return CLEAR_CERTIFICATE;
    if (is_discovery(packet))
        return CLEAR_DISCOVERY;
    if (is_nat64_question(protection, packet))
        return CLEAR_NAT64;
    ClearFlow flow = network_lookups_judge(protection->lookups, packet);
    if (flow == CLEAR_LEAK)
        flow = flow_by_route(protection->plan, packet);
    if (flow == CLEAR_LEAK &&
        loop_now_us(protection->parts.loop) < protection->plan_changed_us + JUDGED_LATE_US)
        flow = flow_by_route(protection->plan_before, packet);
    return flow;
}
