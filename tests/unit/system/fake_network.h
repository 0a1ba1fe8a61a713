/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "loop.h"
#include "network.h"
#include "portal_probe.h"
#include "settings.h"

/** A network that does as it is told: online, named "Hotel", and answering one turn later. */
typedef struct FakeNetwork {
    Network network; /* first */
    LoopDefer answer;
    NetworkDone done;
    void *owner;
    bool refuse; /* to point DNS at us */
    bool slow;   /* answers when told to, by fake_network_answer */
    unsigned points, restores;
} FakeNetwork;

void fake_network_init(FakeNetwork *fake, Loop *loop);
void fake_network_answer(FakeNetwork *fake);
void fake_network_clear(FakeNetwork *fake);

/** A PortalProbe that answers at once what the test says. */
typedef struct FakePortal {
    PortalVerdict verdict;
    const char *address;
    int64_t date_s;
    unsigned looks;
    bool silent; /* never answers */
} FakePortal;
extern FakePortal fake_portal;
extern const PortalProbeClass fake_portal_probe;

/** Another link; `domains` with commas between. (transfer none) */
NetworkLink *fake_network_add_link(FakeNetwork *fake, const char *server, const char *domains);

/** Replaces a string of the facts or the state. */
void set_text(char **text, const char *value);

/** Settings that know the fake resolvers s1, s2 and s3, and favour two. (transfer full) */
Settings *fake_settings_new(void);
