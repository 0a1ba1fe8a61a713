/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libsoup reads the answer; of what it can do besides nothing is wanted, and what it does by itself
 * (passwords, compressed bodies, redirections) is taken out. Its header limit is 64 KiB as well.
 */
#include "look.h"

#include "pinned_address.h"

#include <libsoup/soup.h>

#define USER_AGENT "Sotto"

typedef struct Look {
    const LookQuestion *question;
    LookDone done;
    void *owner;
    SoupSession *session;
    SoupMessage *message;
    GInputStream *stream;
    char body[LOOK_MAX_BODY];
} Look;

static void look_free(Look *look)
{
    g_clear_object(&look->stream);
    g_object_unref(look->message);
    g_object_unref(look->session);
    g_free(look);
}

static int64_t date_of(SoupMessageHeaders *headers)
{
    const char *text = soup_message_headers_get_one(headers, "Date");
    g_autoptr(GDateTime) date = text ? soup_date_time_new_from_http_string(text) : NULL;

    return date ? MAX(g_date_time_to_unix(date), 0) : 0;
}

static void look_end(Look *look, size_t length)
{
    SoupMessageHeaders *headers = soup_message_get_response_headers(look->message);
    const Response response = {
        .url = look->question->url,
        .status = soup_message_get_status(look->message),
        .location = soup_message_headers_get_one(headers, "Location"),
        .content_type = soup_message_headers_get_content_type(headers, NULL),
        .network_status = soup_message_headers_get_one(headers, "X-NetworkManager-Status"),
        .body = look->body,
        .length = length,
    };
    Finding finding;

    if (look->question->api)
        finding_judge_api(&finding, &response);
    else
        finding_judge_page(&finding, &response);
    look->done(look->owner, &finding, date_of(headers));
    finding_clear(&finding);
    look_free(look);
}

static void look_fail(Look *look)
{
    const Finding nothing = {.verdict = FINDING_UNREACHABLE};

    look->done(look->owner, &nothing, 0);
    look_free(look);
}

/* A body that ends badly is judged by what came: a sign-in page has shown itself by then. */
static void on_body(GObject *stream, GAsyncResult *result, gpointer data)
{
    Look *look = data;
    gsize length = 0;

    (void)g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, &length, NULL);
    look_end(look, length);
}

static void on_headers(GObject *session, GAsyncResult *result, gpointer data)
{
    Look *look = data;

    look->stream = soup_session_send_finish(SOUP_SESSION(session), result, NULL);
    if (look->stream)
        g_input_stream_read_all_async(look->stream, look->body, sizeof look->body,
                                      G_PRIORITY_DEFAULT, NULL, on_body, look);
    else
        look_fail(look);
}

static SoupSession *make_session(const LookQuestion *question, GInetSocketAddress *address)
{
    g_autoptr(GSocketConnectable) server =
        sotto_pinned_address_new(g_uri_get_host(question->url), address);
    SoupSession *session = soup_session_new_with_options(
        "remote-connectable", server, "proxy-resolver", NULL, "user-agent", USER_AGENT,
        "accept-language-auto", FALSE, NULL);

    soup_session_remove_feature_by_type(session, SOUP_TYPE_AUTH_MANAGER);
    soup_session_remove_feature_by_type(session, SOUP_TYPE_CONTENT_DECODER);
    if (question->trust)
        soup_session_set_tls_database(session, question->trust);
    return session;
}

void look_begin(const LookQuestion *question, GInetSocketAddress *address, LookDone done,
                void *owner)
{
    Look *look = g_new0(Look, 1);
    SoupMessageHeaders *headers;

    look->question = question;
    look->done = done;
    look->owner = owner;
    look->session = make_session(question, address);
    look->message = soup_message_new_from_uri(SOUP_METHOD_GET, question->url);
    soup_message_add_flags(look->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
    headers = soup_message_get_request_headers(look->message);
    soup_message_headers_replace(headers, "Connection", "close");
    soup_message_headers_replace(headers, "Cache-Control", "no-cache");
    if (question->api)
        soup_message_headers_replace(headers, "Accept", "application/captive+json");
    soup_session_send_async(look->session, look->message, G_PRIORITY_DEFAULT, NULL, on_headers,
                            look);
}
