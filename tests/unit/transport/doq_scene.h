/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "doq_server.h"
#include "dot_scene.h"

/* A DNS over QUIC transport and the server it talks to, in one loop. Its clock follows the real
 * one, for QUIC measures its packets, and a test may move it on. Of the DotScene only the client's
 * side is used. */

typedef struct DoqScene {
    DotScene client;
    DoqServer server;
    Authority *authority;
    Credentials *credentials;
    int64_t real_us; /* the clock is set to it */
    bool zero_rtt;   /* set before doq_scene_open */
} DoqScene;

/** Fields of `server` that its header says are to be set before may have been set; the certificate
 * is good. */
void doq_scene_open(DoqScene *scene);
/** The same with another certificate. */
void doq_scene_open_as(DoqScene *scene, const CertificateRequest *request);
void doq_scene_close(DoqScene *scene);
/** Lets the loop handle what is ready. */
void doq_scene_turn(DoqScene *scene);
/** Moves the clock on. */
void doq_scene_advance(DoqScene *scene, int64_t us);
const TransportCounters *doq_scene_counters(const DoqScene *scene);

#define doq_turn_until(scene, condition)                                                           \
    do {                                                                                           \
        int64_t until_us = g_get_monotonic_time() + SCENE_PATIENCE_US;                             \
        while (!(condition) && g_get_monotonic_time() < until_us)                                  \
            doq_scene_turn(scene);                                                                 \
        g_assert_true(condition);                                                                  \
    } while (0)

/** Asks for a.example and waits for the answer. */
void doq_assert_answers(DoqScene *scene);
/** Asks for a.example and waits for this end. */
void doq_assert_fails(DoqScene *scene, Status status);
