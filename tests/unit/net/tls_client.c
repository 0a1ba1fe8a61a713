/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls_client.h"

#include <string.h>

#define DAY 86400

TlsFixture tls_fixture;

static void client_stop(TlsClient *client)
{
    stream_close(g_steal_pointer(&client->stream));
}

static void on_connected(void *owner)
{
    TlsClient *client = owner;

    g_assert_false(client->in_call);
    client->connected++;
    tls_facts(client->stream, &client->facts);
    if (client->close_on_connect)
        client_stop(client);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    TlsClient *client = owner;

    g_string_append_len(client->received, (const char *)bytes, (gssize)length);
    if (client->close_on_receive)
        client_stop(client);
}

static void on_closed(void *owner, Status status)
{
    TlsClient *client = owner;

    g_assert_false(client->in_call);
    client->closed++;
    client->status = status;
    client_stop(client);
}

static const StreamEvents events = {on_connected, on_received, NULL, on_closed};

void tls_client_connect(TlsClient *client, const TlsServer *server, const TlsTarget *target,
                        TlsSession *session)
{
    *client = (TlsClient){.loop = loop_new(), .received = g_string_new(NULL)};
    client->in_call = true;
    client->stream = tls_connect(client->loop, tls_fixture.context, &server->address, target,
                                 session, &events, client);
    client->in_call = false;
}

void tls_client_clear(TlsClient *client)
{
    client_stop(client);
    g_string_free(client->received, TRUE);
    loop_free(client->loop);
}

void tls_client_write(TlsClient *client, const char *text)
{
    client->in_call = true;
    g_assert_cmpint(stream_write(client->stream, (const uint8_t *)text, strlen(text)), ==,
                    STATUS_OK);
    client->in_call = false;
}

/* Says "hello", then repeats what it hears until it hears "bye". */
static void echo(gnutls_session_t session, void *owner)
{
    char bytes[20000];
    ssize_t length;

    gnutls_record_send(session, "hello", 5);
    while ((length = gnutls_record_recv(session, bytes, sizeof bytes)) > 0) {
        if (length == 3 && memcmp(bytes, "bye", 3) == 0)
            break;
        gnutls_record_send(session, bytes, (size_t)length);
    }
}

TlsServer echo_server(const Credentials *credentials)
{
    return (TlsServer){.credentials = credentials, .alpn = "dot", .serve = echo};
}

void tls_fixture_set_up(void)
{
    CertificateRequest request = {.name = "dns.example", .from_s = -DAY, .until_s = DAY};

    tls_fixture.authority = authority_new();
    tls_fixture.context = tls_context_new(authority_file(tls_fixture.authority));
    tls_fixture.good = credentials_new(tls_fixture.authority, &request);
    request.self_signed = true;
    tls_fixture.self_signed = credentials_new(tls_fixture.authority, &request);
    request = (CertificateRequest){.name = "dns.example", .from_s = -2 * DAY, .until_s = -DAY};
    tls_fixture.expired = credentials_new(tls_fixture.authority, &request);
    request = (CertificateRequest){.name = "dns.example", .from_s = DAY, .until_s = 2 * DAY};
    tls_fixture.future = credentials_new(tls_fixture.authority, &request);
}

void tls_fixture_tear_down(void)
{
    credentials_free(tls_fixture.good);
    credentials_free(tls_fixture.self_signed);
    credentials_free(tls_fixture.expired);
    credentials_free(tls_fixture.future);
    tls_context_free(tls_fixture.context);
    authority_free(tls_fixture.authority);
}
