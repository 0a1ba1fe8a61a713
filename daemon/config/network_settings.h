/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keys.h"

/** What is done on a network. */
typedef enum NetworkPolicy {
    NETWORK_PROTECT,
    NETWORK_ASK,         /* its own DNS until the user has decided */
    NETWORK_LEAVE_ALONE, /* its own DNS */
} NetworkPolicy;

/** "protect", "ask", "leave-alone": the words of the bus, the settings and the file. */
extern const char *const network_policy_words[];

/** When a sign-in page is looked for. */
typedef enum PortalCheck {
    PORTAL_CHECK_TROUBLE, /* where encrypted lookups do not get through, or somebody says so */
    PORTAL_CHECK_ALWAYS,  /* and whenever a network is joined */
    PORTAL_CHECK_NEVER,
} PortalCheck;

/** The group [Networks]: what is done on networks, and how a way through them is found. */
typedef struct NetworkSettings {
    NetworkPolicy unknown; /* protect or ask, where the user has not decided; default protect */
    PortalCheck portal_check;
    char **check_urls;   /* http: pages that everybody may read, after NetworkManager's own */
    char **time_servers; /* names at and below which time servers are */
    int64_t sign_in_us;  /* how long a sign-in is open; default 5 minutes */
    int64_t probe_us;    /* between two looks at a sign-in page meanwhile; default 2 s */
    int64_t search_us;   /* until a network counts as blocked; default 15 s */
} NetworkSettings;

#define NETWORK_SETTINGS_GROUP "Networks"
/** Every key of the group, NULL-terminated. */
extern const char *const network_settings_keys[];

/** Sets every field, from its key or to its default. FALSE with a sentence that names the place. */
gboolean network_settings_read(NetworkSettings *settings, const Keys *keys, GError **error);
void network_settings_clear(NetworkSettings *settings);
