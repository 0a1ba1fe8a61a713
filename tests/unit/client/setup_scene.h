/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "setup_private.h"

/**
 * A bus of its own with, at will, a helper that only has an identity and a systemd that only takes
 * orders. The real systemd is in tests/lab and tests/flatpak; here is what needs exact moments.
 */
typedef struct Scene {
    GTestDBus *daemon;
    char *root; /* of the Flatpak's places */
    GDBusConnection *host;
    GDBusInterfaceSkeleton *helper_skeleton;
    guint helper_name, systemd_name, systemd_object;
    GDBusMethodInvocation *order; /* a StartTransientUnit that nobody has answered yet */
    guint orders;
    SottoHelper *helper;
    SottoSetup *setup;
    guint changes; /* "changed" signals of it */
} Scene;

#define SCENE_DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SCENE_JOB    "/org/freedesktop/systemd1/job/7"

/** Bus, places and systemd; no helper. The setup is one of a system installation. */
void scene_set_up(Scene *scene, gconstpointer data);
void scene_tear_down(Scene *scene, gconstpointer data);

/** Turns the main context until it holds; the test fails when it does not within seconds. */
#define scene_await(condition)                                                                     \
    for (gint64 deadline_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;;) {                    \
        if (condition)                                                                             \
            break;                                                                                 \
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);                                   \
        g_main_context_iteration(NULL, TRUE);                                                      \
    }

/** Has a helper of that payload and version on the bus. */
void scene_show_helper(Scene *scene, const char *payload, const char *version);
void scene_hide_helper(Scene *scene);

/** The bus ends, with everybody on it. */
void scene_lose_bus(Scene *scene);

/** An administrator says yes to the waiting order. */
void scene_allow(Scene *scene);
/** The job of it is over: "done", "failed". */
void scene_end_job(Scene *scene, const char *result);
