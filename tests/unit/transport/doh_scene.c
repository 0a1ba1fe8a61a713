/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doh_scene.h"

#include <string.h>

DohSeen doh_seen;

void doh_scene_open(DotScene *scene, DotScript script)
{
    memset(&doh_seen, 0, sizeof doh_seen);
    dot_scene_open_as(scene, ENDPOINT_DOH, "h2", script);
}

void doh_scene_close(DotScene *scene)
{
    dot_scene_close(scene);
    g_free(doh_seen.method);
    g_free(doh_seen.path);
    g_free(doh_seen.authority);
    g_free(doh_seen.content_type);
    g_clear_pointer(&doh_seen.query, g_bytes_unref);
}

void doh_note(const DohRequest *request)
{
    if (doh_seen.query != NULL)
        return;
    doh_seen.method = g_strdup(request->method);
    doh_seen.path = g_strdup(request->path);
    doh_seen.authority = g_strdup(request->authority);
    doh_seen.content_type = g_strdup(request->content_type);
    doh_seen.told_on = request->cookie_or_agent;
    doh_seen.query = doh_query(request);
}

void doh_end(DohTalk *talk)
{
    doh_seen.resets += doh_resets(talk);
    doh_seen.most_open = MAX(doh_seen.most_open, doh_most_open(talk));
    doh_talk_free(talk);
}

/* Answers everything that comes. */
void doh_answer_rest(DohTalk *talk)
{
    DohRequest *request;

    while ((request = doh_read(talk)) != NULL) {
        doh_note(request);
        doh_answer(talk, request);
    }
    doh_end(talk);
}

void doh_script_answer(DotScene *scene, DotTalk *dot, int connection)
{
    doh_answer_rest(doh_talk_new(scene, dot, 0));
}

void doh_script_reverse(DotScene *scene, DotTalk *dot, int connection)
{
    DohTalk *talk = doh_talk_new(scene, dot, 0);
    DohRequest *requests[MANY];

    for (int i = 0; i < MANY; i++)
        requests[i] = doh_read(talk);
    for (int i = MANY; i-- > 0;)
        if (requests[i] != NULL)
            doh_answer(talk, requests[i]);
    doh_answer_rest(talk);
}
