/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "address.h"
#include "config_error.h"
#include "keys.h"
#include "network_settings.h"
#include "plan.h"
#include "relays.h"
#include "rule_settings.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * What the administrator wrote: the built-in list, sotto.conf, its drop-ins and the command line,
 * read into one immutable, counted value. The user's choices made at run time are not here (see
 * state.h).
 *
 * Format: a key file (`man sotto.conf`). Groups: [Sotto] the forwarder, [Protection] the service,
 * [Networks] what it does on networks, [Resolver ID] one resolver each, [Relay ID] one relay each,
 * [List NAME] one signed list each, [Route SUFFIX] names that go elsewhere.
 */
typedef struct Settings {
    unsigned references;

    /* [Sotto] */
    GPtrArray *listen;    /* Address*; empty: none given */
    GPtrArray *chosen;    /* Resolver*: the resolvers named by Resolvers=, in order; may be empty */
    GPtrArray *catalogue; /* Resolver*: every known one, own entries first, then the built-in */
    GPtrArray *added;     /* Resolver*: what is known besides, see settings_set_added */
    GHashTable *own;      /* ids of the entries that are neither built in nor from a signed list */
    GPtrArray *lists;     /* ListSpec*: the signed lists that are enabled */
    Relays *relays;       /* known ones, and which are wanted */
    Plan *template;       /* every engine setting and route, without resolvers */
    char *ca_file;        /* NULL: the system's trust store */
    char *user, *log_file, *pid_file; /* NULL: not wanted */
    bool syslog, daemonize;
    int log_level; /* a LogLevel */

    RuleSettings *rules; /* [Rules] */

    /* [Protection] */
    Address address4, address6; /* of our own TUN, where the service listens; port 53 */
    char **probe_names;         /* asked to prove a resolver; at least one */
    int64_t probe_budget_us;    /* for one proof */
    bool local_domains; /* a network's own names are asked of it, unencrypted; default true */
    bool vpn_lookups;   /* a VPN that takes all traffic gets all lookups; default true */
    char **favourites;  /* ids shown in the tray's menu, at most five */
    char **decided_favourites; /* what users made of them (decisions.h); NULL: nothing. To be read
                                  by favourites_list */

    NetworkSettings networks; /* [Networks] */
} Settings;

/** Where settings come from. Any path may be NULL: not read. */
typedef struct SettingsSources {
    const char *builtin;        /* the built-in resolver list; a missing one is an empty one */
    const char *builtin_relays; /* the same of relays */
    bool builtin_as_needed;     /* both are read only if something needs them (builtin_need.h) */
    const char *file;           /* sotto.conf; its drop-ins are in FILE.d */
    bool file_optional;         /* a missing `file` is no error */
    const Keys *overrides;      /* the command line; wins over the files */
} SettingsSources;

/** Reads and checks everything. CONFIG_ERROR with one sentence that names the place. (transfer
 * full)
 */
Settings *settings_load(const SettingsSources *sources, GError **error);

Settings *settings_ref(Settings *settings);
void settings_unref(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_unref)

/**
 * Replaces what users added and what signed lists hold: the one part of the settings that changes
 * while they are in use, since nobody reads the administrator's files again for it. Takes a
 * reference; the ids are none of the catalogue's. Those without a `source` are the users' own.
 */
void settings_set_added(Settings *settings, GPtrArray *added);

/** (transfer none), NULL for an id that neither the catalogue nor what was added has. */
Resolver *settings_find_resolver(const Settings *settings, const char *id);
