/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service.h"

#include "fake_network.h"
#include "harness.h"

/**
 * The bus skeleton on a private bus, with a polkit that does as it is told, over fake resolvers and
 * a fake network, on a fake clock.
 */
#define HELPER      "io.github.sottodns.Sotto1"
#define HELPER_PATH "/io/github/sottodns/Sotto1"

typedef struct Fixture {
    GTestDBus *daemon;
    GDBusConnection *client; /* also where polkit is */
    guint polkit_name, polkit_object;
    bool polkit_allows, polkit_challenges;
    char *asked_action;
    guint asked_flags;

    Harness harness;
    FakeNetwork fake;
    State *saved;
    Settings *settings;
    KnownNetworks *known;
    Prober *prober;
    Protection *protection;
    Bus *bus;
    Service *service;
} Fixture;

void service_scene_set_up(Fixture *fixture, gconstpointer unused);
void service_scene_tear_down(Fixture *fixture, gconstpointer unused);
/** Root needs no polkit; the tests of it need somebody else. False: it cannot be. */
bool service_scene_become_nobody(void);

void start_polkit(Fixture *fixture);
/** (transfer full) */
GDBusConnection *connect_client(const char *address);
/** One turn of both loops, and 10 ms of the clock. */
void turn(Fixture *fixture);
bool is_reachable(Fixture *fixture);

/** A GAsyncReadyCallback that keeps the result, (transfer full), in `data`. */
void on_reply(GObject *source, GAsyncResult *result, gpointer data);
/** Calls the helper; NULL and `error` when it refused. */
GVariant *call(Fixture *fixture, const char *interface, const char *method, GVariant *arguments,
               GDBusCallFlags flags, GError **error);
GVariant *property(Fixture *fixture, const char *interface, const char *name);

void expect_text(Fixture *fixture, const char *interface, const char *name, const char *text);
/** With this error of the contract, and one sentence. */
void expect_refused(Fixture *fixture, const char *interface, const char *method,
                    GVariant *arguments, const char *error_name);
void expect_done(Fixture *fixture, const char *interface, const char *method, GVariant *arguments);
