/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list_signer.h"
#include "sources.h"

/**
 * Sources over a folder of their own, with two lists ("public", of resolvers, at two URLs, and
 * "relays") and a downloader that brings what the test laid out. The clock is the test's.
 */
#define SCENE_WALL_S    INT64_C(1790000000)
#define SCENE_URL       "https://one.example/list.md"
#define SCENE_MIRROR    "https://two.example/list.md"
#define SCENE_RELAYS    "https://one.example/relays.md"
#define SCENE_LIST_S    (SCENE_WALL_S - 1000) /* when the first list was signed */
#define SCENE_REFRESH_H 72

/* Stamps of nobody: DNSCrypt with a key of 01s and of 02s, a relay. */
#define STAMP_ONE                                                                                  \
    "sdns://AQcAAAAAAAAADTE5Mi4wLjIuMTo0NDMgAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEbMi5kbnNj"  \
    "cnlwdC1jZXJ0LmRucy5leGFtcGxl"
#define STAMP_OTHER_KEY                                                                            \
    "sdns://AQcAAAAAAAAADTE5Mi4wLjIuMTo0NDMgAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIbMi5kbnNj"  \
    "cnlwdC1jZXJ0LmRucy5leGFtcGxl"
#define STAMP_RELAY "sdns://gQ0xOTIuMC4yLjM6NDQz"

#define LIST_OLD "# old\n\n## one\nThe first.\n" STAMP_ONE "\n"
#define LIST_NEW "# new\n\n## one\nThe first.\n" STAMP_ONE "\n\n## two\n" STAMP_ONE "\n"

typedef struct SourcesScene {
    ListSigner signer;
    char *folder, *config;
    Loop *loop;
    Settings *settings;
    Sources *sources;
    Plan *plan;
    GHashTable *served;  /* URL → Served */
    GPtrArray *requests; /* URLs, in the order they were asked for */
    unsigned changes;
    bool done;
    char *failure; /* of the refresh that is done; NULL none */
} SourcesScene;

typedef struct SourcesCase {
    const char *path;
    void (*run)(SourcesScene *scene, gconstpointer data);
} SourcesCase;

void sources_scene_set_up(SourcesScene *scene, gconstpointer data);
void sources_scene_tear_down(SourcesScene *scene, gconstpointer data);
/** The main function of a program of such cases, each with a scene of its own. */
int sources_scene_run(int argc, char **argv, const SourcesCase *cases, size_t count);

/** What `url` gives from now on. Takes both. */
void sources_scene_serve(SourcesScene *scene, const char *url, GBytes *text, GBytes *signature);
/** The text, signed by the right key for this file name at this time. */
void sources_scene_serve_text(SourcesScene *scene, const char *url, const char *text,
                              const char *file, int64_t time_s);

/** The program begins again, with what is on disk. */
void sources_scene_restart(SourcesScene *scene);
/** Turns loop and main context until nothing is under way. */
void sources_scene_settle(SourcesScene *scene);
/** sources_refresh with a plan, to its end. */
void sources_scene_refresh(SourcesScene *scene);
/** Every list is right, and the old one of resolvers is in use. */
void sources_scene_hold_old(SourcesScene *scene);

Source *sources_scene_list(const SourcesScene *scene, guint index);
Resolver *sources_scene_find(const SourcesScene *scene, const char *id);
