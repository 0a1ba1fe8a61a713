/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doq_scene.h"

#define DAY 86400

void doq_scene_turn(DoqScene *scene)
{
    int64_t now_us = g_get_monotonic_time();

    loop_advance(scene->client.loop, now_us - scene->real_us);
    scene->real_us = now_us;
    loop_turn(scene->client.loop, 0);
}

void doq_scene_advance(DoqScene *scene, int64_t us)
{
    loop_advance(scene->client.loop, us);
}

void doq_scene_open_as(DoqScene *scene, const CertificateRequest *request)
{
    DotScene *client = &scene->client;

    scene->authority = authority_new();
    scene->credentials = credentials_new(scene->authority, request);
    scene->real_us = g_get_monotonic_time();
    client->loop = scene->server.loop = loop_new_fake(SECOND_US, 1);
    scene->server.credentials = scene->credentials;
    doq_server_start(&scene->server);
    client->tls = tls_context_new(authority_file(scene->authority));
    client->endpoint = endpoint_new(ENDPOINT_DOQ, &scene->server.address);
    client->endpoint->host = g_strdup("dns.example");
    TransportEnvironment environment = {
        .loop = client->loop,
        .tls = client->tls,
        .settings = {.edns_payload = 1232,
                     .idle_close_us = 30 * SECOND_US,
                     .zero_rtt = scene->zero_rtt},
    };
    g_assert_cmpint(transport_open(&environment, client->endpoint, &client->transport), ==,
                    STATUS_OK);
}

void doq_scene_open(DoqScene *scene)
{
    const CertificateRequest request = {.name = "dns.example", .from_s = -DAY, .until_s = DAY};

    doq_scene_open_as(scene, &request);
}

void doq_scene_close(DoqScene *scene)
{
    DotScene *client = &scene->client;

    if (client->transport != NULL)
        transport_close(client->transport);
    doq_server_stop(&scene->server);
    endpoint_unref(client->endpoint);
    tls_context_free(client->tls);
    loop_free(client->loop);
    credentials_free(scene->credentials);
    authority_free(scene->authority);
}

const TransportCounters *doq_scene_counters(const DoqScene *scene)
{
    return &scene->client.transport->counters;
}

void doq_assert_answers(DoqScene *scene)
{
    DotAsk ask = {0};

    dot_ask(&scene->client, &ask, "a.example");
    doq_turn_until(scene, ask.done > 0);
    dot_assert_answered(&ask);
}

void doq_assert_fails(DoqScene *scene, Status status)
{
    DotAsk ask = {0};

    dot_ask(&scene->client, &ask, "a.example");
    doq_turn_until(scene, ask.done > 0);
    g_assert_cmpstr(status_name(ask.status), ==, status_name(status));
}
