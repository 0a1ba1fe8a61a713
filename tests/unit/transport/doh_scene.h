/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "doh_server.h"

/* What the tests of DNS over HTTPS share: the scene, the plain scripts, and what these have seen.
 */

enum { MANY = 8 }; /* questions, where there are several */

/** For the test to look at when the scene's server has ended; made anew by doh_scene_open. */
typedef struct DohSeen {
    char *method, *path, *authority, *content_type; /* of the first request */
    bool told_on;
    GBytes *query;
    unsigned resets, most_open;
} DohSeen;

extern DohSeen doh_seen;

void doh_scene_open(DotScene *scene, DotScript script);
void doh_scene_close(DotScene *scene);

/** Keeps what the first request was. */
void doh_note(const DohRequest *request);
/** Adds the talk's counts to what was seen, and frees it. */
void doh_end(DohTalk *talk);
/** Answers everything that comes, then doh_end. */
void doh_answer_rest(DohTalk *talk);

void doh_script_answer(DotScene *scene, DotTalk *dot, int connection);
/** Answers the first questions in reverse order, then the rest. */
void doh_script_reverse(DotScene *scene, DotTalk *dot, int connection);
