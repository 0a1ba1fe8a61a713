/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"
#include "own_rules.h"
#include "plan.h"

/** What the administrator lets networks and VPNs have. */
typedef struct RoutesPolicy {
    bool local_domains; /* a network's own names are asked of it */
    bool vpn_lookups;   /* a VPN that takes all traffic gets all lookups */
} RoutesPolicy;

/**
 * Adds to a plan being made what networks and VPNs know better than anybody: their own names go, as
 * plain DNS, to their own servers; every name, to those of a VPN that takes all.
 */
void routes_add(Plan *plan, const GPtrArray *links, const RoutesPolicy *policy);
/** Names that the user wants to be asked of the network's own DNS, whatever the administrator lets
 * networks have; after routes_add(). Nothing is added where the network has none: the engine keeps
 * these names here then. */
void routes_add_own(Plan *plan, const GPtrArray *links, const OwnRules *rules);
/** Everything goes to the network's own DNS, as plain DNS: by its user's wish, `kind` says which.
 * Nothing is added where the network has none. */
void routes_add_opening(Plan *plan, const GPtrArray *links, RouteKind kind);
/** One name goes to the network's own DNS. */
void routes_add_name(Plan *plan, const GPtrArray *links, const char *name, RouteKind kind);
/** The DNS of the network at hand; NULL where it has none. (transfer full) */
Resolver *routes_network(const GPtrArray *links);
/** The domains that networks (not VPNs) got in a plan, "lan, corp.example", zones of reverse names
 * left out; "" none. (transfer full) */
char *routes_describe(const Plan *plan);
/** The same with the names of the user's that they got. (transfer full) */
char *routes_describe_with_own(const Plan *plan);
/** The VPN that got every name; NULL none. (transfer none) */
const Resolver *routes_vpn_in_charge(const Plan *plan);
