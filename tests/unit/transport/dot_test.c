/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over TLS against a real TLS server in a thread, one script a test. The client's loop has a
 * clock of its own, so that a busy machine makes no timeout; sockets are real.
 */
#include "edns.h"
#include "log.h"
#include "reply.h"
#include "tls_server.h"
#include "transport.h"

#include <glib.h>
#include <linux/filter.h>
#include <string.h>
#include <unistd.h>

#define DAY         86400
#define SECOND_US   1000000
#define PATIENCE_US (10 * G_USEC_PER_SEC)

static Authority *authority;
static Credentials *credentials;

/* ---- the server's side; runs in its thread ---- */

typedef struct Talk {
    gnutls_session_t session;
    GByteArray *bytes; /* received, not yet read */
} Talk;

typedef struct Scene Scene;
typedef void (*Script)(Scene *scene, Talk *talk, int connection);

struct Scene {
    TlsServer server;
    Script script;
    gint asked, records; /* atomic: queries read, TLS records that brought some */
    GMutex mutex;
    GByteArray *first; /* query, as it came */
    gint dead;         /* atomic: a descriptor of a connection that hears nothing; 0 none */

    Loop *loop;
    TlsContext *tls;
    Endpoint *endpoint;
    Transport *transport;
};

/* The next whole query, without its length; NULL when the client has gone. (transfer full) */
static GBytes *read_query(Scene *scene, Talk *talk)
{
    for (;;) {
        uint8_t bytes[65536];

        if (talk->bytes->len >= 2) {
            size_t length = wire_get_u16(talk->bytes->data);

            if (talk->bytes->len >= length + 2) {
                GBytes *query = g_bytes_new(talk->bytes->data + 2, length);

                g_byte_array_remove_range(talk->bytes, 0, (guint)length + 2);
                g_mutex_lock(&scene->mutex);
                if (scene->first->len == 0)
                    g_byte_array_append(scene->first, g_bytes_get_data(query, NULL), (guint)length);
                g_mutex_unlock(&scene->mutex);
                g_atomic_int_inc(&scene->asked);
                return query;
            }
        }
        ssize_t length = gnutls_record_recv(talk->session, bytes, sizeof bytes);
        if (length <= 0)
            return NULL;
        g_atomic_int_inc(&scene->records);
        g_byte_array_append(talk->bytes, bytes, (guint)length);
    }
}

static void send_message(Talk *talk, const uint8_t *message, size_t length)
{
    g_autofree uint8_t *framed = g_malloc(length + 2);

    wire_put_u16(framed, (uint16_t)length);
    memcpy(framed + 2, message, length);
    gnutls_record_send(talk->session, framed, length + 2);
}

/* 192.0.2.<letter>, of the question's first letter. Returns the length. */
static size_t build_answer(GBytes *query_bytes, uint8_t out[512])
{
    size_t length;
    const uint8_t *wire = g_bytes_get_data(query_bytes, &length);
    Message query;

    g_assert_cmpint(message_parse(&query, wire, length), ==, STATUS_OK);
    const uint8_t address[] = {192, 0, 2, query.qname.wire[1]};
    g_assert_cmpint(reply_address(&query, address, 4, 60, out, 512, &length), ==, STATUS_OK);
    return length;
}

static void answer(Talk *talk, GBytes *query)
{
    uint8_t reply[512];

    send_message(talk, reply, build_answer(query, reply));
}

/* The reply ends with an OPT of no options, which gets this one (RFC 7828 §3.1). */
static void answer_with_keepalive(Talk *talk, GBytes *query, uint16_t units)
{
    uint8_t reply[512];
    size_t length = build_answer(query, reply);

    wire_put_u16(reply + length - 2, 6);
    wire_put_u16(reply + length, EDNS_TCP_KEEPALIVE);
    wire_put_u16(reply + length + 2, 2);
    wire_put_u16(reply + length + 4, units);
    send_message(talk, reply, length + 6);
}

static void serve(gnutls_session_t session, void *owner)
{
    Scene *scene = owner;
    Talk talk = {session, g_byte_array_new()};

    scene->script(scene, &talk, g_atomic_int_get(&scene->server.handshakes));
    g_byte_array_unref(talk.bytes);
}

static void script_answer_all(Scene *scene, Talk *talk, int connection)
{
    GBytes *query;

    while ((query = read_query(scene, talk)) != NULL) {
        answer(talk, query);
        g_bytes_unref(query);
    }
}

/* Reads until the client goes, without a word. */
static void swallow(Scene *scene, Talk *talk)
{
    GBytes *query;

    while ((query = read_query(scene, talk)) != NULL)
        g_bytes_unref(query);
}

/* ---- the client's side ---- */

typedef struct Ask {
    Exchange exchange;
    uint8_t query[128];
    uint8_t reply[512];
    size_t reply_length;
    Status status;
    guint done;
    bool sending;
    void (*then)(struct Ask *ask);
    Scene *scene;
    int64_t budget_us; /* 0: a minute */
} Ask;

static void on_done(Exchange *exchange, Status status, const uint8_t *reply, size_t length)
{
    Ask *ask = exchange->owner;

    g_assert_false(ask->sending);
    g_assert_false(exchange_is_live(exchange));
    ask->done++;
    ask->status = status;
    ask->reply_length = length;
    if (status == STATUS_OK)
        memcpy(ask->reply, reply, length);
    if (ask->then != NULL)
        ask->then(ask);
}

static void ask_send(Scene *scene, Ask *ask, const char *name)
{
    WireWriter writer = wire_writer(ask->query, sizeof ask->query);
    Name question;

    g_assert_cmpint(name_parse(name, &question), ==, STATUS_OK);
    wire_write_u16(&writer, 0x1234);
    wire_write_u16(&writer, MESSAGE_RD);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, question.wire, question.length);
    wire_write_u16(&writer, RRTYPE_A);
    wire_write_u16(&writer, CLASS_IN);
    ask->scene = scene;
    ask->exchange =
        (Exchange){.query = ask->query,
                   .query_length = writer.position,
                   .budget_us = ask->budget_us > 0 ? ask->budget_us : 60 * (int64_t)SECOND_US,
                   .done = on_done,
                   .owner = ask};
    ask->done = 0;
    ask->sending = true;
    transport_send(scene->transport, &ask->exchange);
    ask->sending = false;
}

static void assert_answered(const Ask *ask)
{
    Message query, reply;

    g_assert_cmpuint(ask->done, ==, 1);
    g_assert_cmpint(ask->status, ==, STATUS_OK);
    g_assert_cmpint(message_parse(&query, ask->query, ask->exchange.query_length), ==, STATUS_OK);
    g_assert_cmpint(message_parse(&reply, ask->reply, ask->reply_length), ==, STATUS_OK);
    g_assert_true(message_answers(&reply, &query));
    RecordIterator iterator = record_iterator(&reply);
    Record record;
    g_assert_true(record_next(&iterator, &record));
    g_assert_cmpuint(ask->reply[record.rdata + 3], ==, query.qname.wire[1]);
}

static void turn(Scene *scene)
{
    loop_turn(scene->loop, 0);
    g_usleep(300);
}

#define turn_until(scene, condition)                                                               \
    do {                                                                                           \
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US;                                   \
        while (!(condition) && g_get_monotonic_time() < until_us)                                  \
            turn(scene);                                                                           \
        g_assert_true(condition);                                                                  \
    } while (0)

static void scene_open(Scene *scene, Script script)
{
    *scene = (Scene){.script = script};
    g_mutex_init(&scene->mutex);
    scene->first = g_byte_array_new();
    scene->server =
        (TlsServer){.credentials = credentials, .alpn = "dot", .serve = serve, .owner = scene};
    tls_server_start(&scene->server);
    scene->loop = loop_new_fake(SECOND_US, 1);
    scene->tls = tls_context_new(authority_file(authority));
    scene->endpoint = endpoint_new(ENDPOINT_DOT, &scene->server.address);
    scene->endpoint->host = g_strdup("dns.example");
    TransportEnvironment environment = {
        .loop = scene->loop,
        .tls = scene->tls,
        .settings = {.edns_payload = 1232, .idle_close_us = 30 * (int64_t)SECOND_US},
    };
    g_assert_cmpint(transport_open(&environment, scene->endpoint, &scene->transport), ==,
                    STATUS_OK);
}

static void scene_close(Scene *scene)
{
    if (scene->transport != NULL)
        transport_close(scene->transport);
    tls_server_stop(&scene->server);
    endpoint_unref(scene->endpoint);
    tls_context_free(scene->tls);
    loop_free(scene->loop);
    g_byte_array_unref(scene->first);
    g_mutex_clear(&scene->mutex);
}

static const TransportCounters *counters(const Scene *scene)
{
    return &scene->transport->counters;
}

/* ---- tests ---- */

static void question_is_answered(void)
{
    Scene scene;
    Ask ask = {0};
    TransportFacts facts;

    scene_open(&scene, script_answer_all);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    assert_answered(&ask);
    transport_facts(scene.transport, &facts);
    g_assert_true(g_str_has_prefix(facts.security, "TLS1.3 TLS_"));
    g_assert_cmpint(facts.last_failure, ==, STATUS_OK);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(counters(&scene)->retries, ==, 0);
    scene_close(&scene);
}

static void query_is_padded_and_asks_for_keepalive(void)
{
    Scene scene;
    Ask ask = {0};
    Message query;
    size_t length;

    scene_open(&scene, script_answer_all);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(scene.first->len % 128, ==, 0);
    g_assert_cmpint(message_parse(&query, scene.first->data, scene.first->len), ==, STATUS_OK);
    g_assert_nonnull(edns_option(&query, EDNS_PADDING, &length));
    g_assert_nonnull(edns_option(&query, EDNS_TCP_KEEPALIVE, &length));
    g_assert_cmpuint(length, ==, 0);
    scene_close(&scene);
}

enum { MANY = 8 };

static void script_reverse(Scene *scene, Talk *talk, int connection)
{
    GBytes *queries[MANY];

    for (int i = 0; i < MANY; i++)
        queries[i] = read_query(scene, talk);
    for (int i = MANY; i-- > 0;) {
        answer(talk, queries[i]);
        g_bytes_unref(queries[i]);
    }
    swallow(scene, talk);
}

static void ask_many(Scene *scene, Ask asks[MANY])
{
    for (int i = 0; i < MANY; i++) {
        char name[] = "?.example";

        name[0] = (char)('a' + i);
        ask_send(scene, &asks[i], name);
    }
}

static void answers_come_in_any_order(void)
{
    Scene scene;
    Ask asks[MANY] = {0};

    scene_open(&scene, script_reverse);
    ask_many(&scene, asks);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        assert_answered(&asks[i]);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    scene_close(&scene);
}

static void queries_of_one_turn_share_a_record(void)
{
    Scene scene;
    Ask first = {0}, asks[MANY] = {0};

    scene_open(&scene, script_answer_all);
    ask_send(&scene, &first, "first.example");
    turn_until(&scene, first.done == 1);
    ask_many(&scene, asks);
    turn_until(&scene, asks[MANY - 1].done == 1);
    g_assert_cmpint(scene.asked, ==, 1 + MANY);
    g_assert_cmpint(scene.records, ==, 2);
    scene_close(&scene);
}

static void script_close_on_second(Scene *scene, Talk *talk, int connection)
{
    GBytes *query = read_query(scene, talk);

    answer(talk, query);
    g_bytes_unref(query);
    query = read_query(scene, talk);
    if (connection == 1) {
        g_clear_pointer(&query, g_bytes_unref);
        return;
    }
    if (query != NULL)
        answer(talk, query);
    g_clear_pointer(&query, g_bytes_unref);
    swallow(scene, talk);
}

static void close_by_the_server_is_no_failure(void)
{
    Scene scene;
    Ask first = {0}, second = {0};
    TransportFacts facts;

    scene_open(&scene, script_close_on_second);
    ask_send(&scene, &first, "first.example");
    turn_until(&scene, first.done == 1);
    ask_send(&scene, &second, "second.example");
    turn_until(&scene, second.done == 1);
    assert_answered(&second);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    g_assert_cmpuint(counters(&scene)->retries, ==, 1);
    transport_facts(scene.transport, &facts);
    g_assert_true(g_str_has_suffix(facts.security, ", resumed"));
    scene_close(&scene);
}

static void script_one_answer(Scene *scene, Talk *talk, int connection)
{
    GBytes *query = read_query(scene, talk);

    if (query != NULL)
        answer(talk, query);
    g_clear_pointer(&query, g_bytes_unref);
}

static void idle_close_opens_anew_for_the_next_question(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_one_answer);
    for (unsigned i = 1; i <= 3; i++) {
        ask_send(&scene, &ask, "alpha.example");
        turn_until(&scene, ask.done == 1);
        assert_answered(&ask);
        g_usleep(20000); /* the close arrives */
        turn(&scene);
        g_assert_cmpuint(counters(&scene)->connections, ==, i);
    }
    g_assert_cmpuint(counters(&scene)->retries, ==, 0);
    scene_close(&scene);
}

static void script_close_unanswered(Scene *scene, Talk *talk, int connection)
{
    GBytes *query = read_query(scene, talk);

    g_clear_pointer(&query, g_bytes_unref);
}

static void second_close_in_a_row_is_a_failure(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_close_unanswered);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpint(ask.status, ==, STATUS_CLOSED);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    scene_close(&scene);
}

static void script_forge(Scene *scene, Talk *talk, int connection)
{
    GBytes *query = read_query(scene, talk);
    uint8_t reply[512];
    size_t length = build_answer(query, reply);

    send_message(talk, reply, 0);
    send_message(talk, reply, 3);
    send_message(talk, reply, length - 1); /* right ID, cut short */
    reply[MESSAGE_HEADER_LENGTH + 1] ^= 1; /* another question */
    send_message(talk, reply, length);
    reply[MESSAGE_HEADER_LENGTH + 1] ^= 1;
    reply[0] ^= 0x55; /* another ID */
    send_message(talk, reply, length);
    reply[0] ^= 0x55;
    reply[2] &= 0x7f; /* a query */
    send_message(talk, reply, length);
    answer(talk, query);
    g_bytes_unref(query);
    swallow(scene, talk);
}

static void forged_answers_are_dropped_and_counted(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_forge);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    assert_answered(&ask);
    g_assert_cmpuint(counters(&scene)->forged, ==, 6);
    g_assert_cmpuint(counters(&scene)->replayed, ==, 0);
    scene_close(&scene);
}

static void script_replay(Scene *scene, Talk *talk, int connection)
{
    GBytes *query = read_query(scene, talk);

    answer(talk, query);
    answer(talk, query);
    answer(talk, query);
    g_bytes_unref(query);
    script_answer_all(scene, talk, connection);
}

static void replayed_answers_are_dropped_and_counted(void)
{
    Scene scene;
    Ask first = {0}, second = {0};

    scene_open(&scene, script_replay);
    ask_send(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1);
    ask_send(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    assert_answered(&second);
    g_assert_cmpuint(first.done, ==, 1);
    g_assert_cmpuint(counters(&scene)->replayed, ==, 2);
    g_assert_cmpuint(counters(&scene)->forged, ==, 0);
    scene_close(&scene);
}

/* The first question is answered after the second. */
static void script_late(Scene *scene, Talk *talk, int connection)
{
    GBytes *slow = read_query(scene, talk), *quick = read_query(scene, talk);

    if (quick != NULL) {
        answer(talk, slow);
        answer(talk, quick);
    }
    g_clear_pointer(&slow, g_bytes_unref);
    g_clear_pointer(&quick, g_bytes_unref);
    swallow(scene, talk);
}

static void timeout_leaves_the_connection_alone(void)
{
    Scene scene;
    Ask slow = {.budget_us = SECOND_US}, quick = {0};

    scene_open(&scene, script_late);
    ask_send(&scene, &slow, "slow.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, SECOND_US - 1);
    g_assert_cmpuint(slow.done, ==, 0);
    loop_advance(scene.loop, 1);
    g_assert_cmpuint(slow.done, ==, 1);
    g_assert_cmpint(slow.status, ==, STATUS_TIMEOUT);
    ask_send(&scene, &quick, "quick.example");
    turn_until(&scene, quick.done == 1);
    assert_answered(&quick);
    g_assert_cmpuint(slow.done, ==, 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    g_assert_cmpuint(counters(&scene)->forged, ==, 0); /* late is not forged */
    scene_close(&scene);
}

static void script_first_is_silent(Scene *scene, Talk *talk, int connection)
{
    if (connection == 1)
        swallow(scene, talk);
    else
        script_answer_all(scene, talk, connection);
}

static void silent_connection_is_replaced(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_first_is_silent);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    loop_advance(scene.loop, 4 * SECOND_US - 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    turn_until(&scene, ask.done == 1);
    assert_answered(&ask);
    scene_close(&scene);
}

static void silence_counts_though_nobody_waits_any_more(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_first_is_silent);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == 1);
    exchange_cancel(&ask.exchange);
    loop_advance(scene.loop, 4 * SECOND_US);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    assert_answered(&ask);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    scene_close(&scene);
}

/* After one answer the server's system drops whatever comes and acknowledges nothing, as a path
 * through a middlebox that has forgotten the connection would. */
static void script_go_deaf(Scene *scene, Talk *talk, int connection)
{
    struct sock_filter drop = {.code = BPF_RET | BPF_K, .k = 0};
    struct sock_fprog filter = {.len = 1, .filter = &drop};
    int fd = gnutls_transport_get_int(talk->session);

    if (connection > 1) {
        script_answer_all(scene, talk, connection);
        return;
    }
    script_one_answer(scene, talk, connection);
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), ==, 0);
    g_atomic_int_set(&scene->dead, dup(fd)); /* else the end of this script would close it */
}

static void dead_path_is_left_sooner_than_a_slow_server(void)
{
    Scene scene;
    Ask first = {0}, second = {0};

    scene_open(&scene, script_go_deaf);
    scene.server.no_goodbye = true;
    ask_send(&scene, &first, "alpha.example");
    turn_until(&scene, first.done == 1 && g_atomic_int_get(&scene.dead) > 0);
    ask_send(&scene, &second, "beta.example");
    turn(&scene);
    turn(&scene);
    g_usleep(1500000); /* the kernel's clock is real: time for it to send again */
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, 2 * SECOND_US);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    turn_until(&scene, second.done == 1);
    assert_answered(&second);
    g_assert_cmpuint(counters(&scene)->retries, ==, 1);
    close(scene.dead);
    scene_close(&scene);
}

static void refused_ends_all_that_wait(void)
{
    Scene scene;
    Ask asks[MANY] = {0};

    scene_open(&scene, script_answer_all);
    tls_server_stop(&scene.server);
    ask_many(&scene, asks);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        g_assert_cmpint(asks[i].status, ==, STATUS_REFUSED);
    }
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    scene.server.stopping = 0;
    tls_server_start(&scene.server); /* for scene_close */
    scene_close(&scene);
}

static void wrong_certificate_ends_all_that_wait(void)
{
    Scene scene;
    Ask asks[MANY] = {0};
    TransportFacts facts;

    scene_open(&scene, script_answer_all);
    transport_close(scene.transport);
    g_free(scene.endpoint->host);
    scene.endpoint->host = g_strdup("other.example");
    TransportEnvironment environment = {.loop = scene.loop, .tls = scene.tls};
    g_assert_cmpint(transport_open(&environment, scene.endpoint, &scene.transport), ==, STATUS_OK);
    ask_many(&scene, asks);
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        g_assert_cmpint(asks[i].status, ==, STATUS_CERT_NAME);
    g_assert_cmpint(scene.asked, ==, 0);
    transport_facts(scene.transport, &facts);
    g_assert_cmpint(facts.last_failure, ==, STATUS_CERT_NAME);
    scene_close(&scene);
}

static void cancelled_is_never_told(void)
{
    Scene scene;
    Ask asks[MANY] = {0};

    scene_open(&scene, script_reverse);
    ask_many(&scene, asks);
    turn_until(&scene, g_atomic_int_get(&scene.asked) > 0);
    exchange_cancel(&asks[0].exchange);
    exchange_cancel(&asks[3].exchange);
    exchange_cancel(&asks[3].exchange);
    turn_until(&scene, asks[1].done == 1);
    turn(&scene);
    for (int i = 0; i < MANY; i++)
        g_assert_cmpuint(asks[i].done, ==, (i == 0 || i == 3 ? 0 : 1));
    g_assert_cmpuint(counters(&scene)->forged, ==, 0);
    scene_close(&scene);
}

static void free_ask(Ask *ask)
{
    g_free(ask);
}

static void exchange_may_be_freed_inside_done(void)
{
    Scene scene;
    Ask last = {0};

    scene_open(&scene, script_answer_all);
    for (int i = 0; i < 3; i++) {
        Ask *ask = g_new0(Ask, 1);

        ask->then = free_ask;
        ask_send(&scene, ask, "alpha.example");
    }
    ask_send(&scene, &last, "last.example");
    turn_until(&scene, last.done == 1);
    assert_answered(&last);
    scene_close(&scene);
}

static void close_transport(Ask *ask)
{
    if (ask->status == STATUS_OK) /* the others are cancelled by this close */
        transport_close(g_steal_pointer(&ask->scene->transport));
}

static void transport_may_be_closed_inside_done(void)
{
    Scene scene;
    Ask asks[MANY] = {0};
    guint answered = 0;

    scene_open(&scene, script_reverse);
    for (int i = 0; i < MANY; i++)
        asks[i].then = close_transport;
    ask_many(&scene, asks);
    turn_until(&scene, scene.transport == NULL);
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        answered += asks[i].status == STATUS_OK;
        if (asks[i].status != STATUS_OK)
            g_assert_cmpint(asks[i].status, ==, STATUS_CANCELLED);
    }
    g_assert_cmpuint(answered, ==, 1);
    scene_close(&scene);
}

static void change_network(Ask *ask)
{
    transport_network_changed(ask->scene->transport);
}

static void network_may_change_inside_done(void)
{
    Scene scene;
    Ask asks[MANY] = {0};

    scene_open(&scene, script_reverse);
    asks[MANY - 1].then = change_network;
    ask_many(&scene, asks);
    /* The others are asked again, but the script wants a whole round of questions. */
    turn_until(&scene, asks[MANY - 1].done == 1);
    ask_send(&scene, &asks[MANY - 1], "h.example");
    asks[MANY - 1].then = NULL;
    turn_until(&scene, asks[0].done == 1);
    for (int i = 0; i < MANY; i++)
        assert_answered(&asks[i]);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    g_assert_cmpint(scene.server.resumed, ==, 0); /* nothing that ties the networks together */
    scene_close(&scene);
}

static void ask_again(Ask *ask)
{
    ask->then = NULL;
    ask_send(ask->scene, ask, "again.example");
}

static void question_may_be_sent_inside_done(void)
{
    Scene scene;
    Ask ask = {.then = ask_again};

    scene_open(&scene, script_answer_all);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1 && g_atomic_int_get(&scene.asked) == 2);
    assert_answered(&ask);
    scene_close(&scene);
}

static void unused_connection_is_closed(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_answer_all);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    loop_advance(scene.loop, 29 * (int64_t)SECOND_US);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, 30 * (int64_t)SECOND_US);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    scene_close(&scene);
}

static void script_keepalive_one_second(Scene *scene, Talk *talk, int connection)
{
    GBytes *query;

    while ((query = read_query(scene, talk)) != NULL) {
        answer_with_keepalive(talk, query, 10);
        g_bytes_unref(query);
    }
}

static void keepalive_of_the_server_is_honoured(void)
{
    Scene scene;
    Ask ask = {0};

    scene_open(&scene, script_keepalive_one_second);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    loop_advance(scene.loop, SECOND_US - 1);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 1);
    loop_advance(scene.loop, SECOND_US);
    ask_send(&scene, &ask, "alpha.example");
    turn_until(&scene, ask.done == 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 2);
    scene_close(&scene);
}

static void script_keepalive_none(Scene *scene, Talk *talk, int connection)
{
    GBytes *query;

    while ((query = read_query(scene, talk)) != NULL) {
        answer_with_keepalive(talk, query, 0);
        g_bytes_unref(query);
    }
}

static void keepalive_of_zero_closes_at_once(void)
{
    Scene scene;
    Ask first = {.then = ask_again}, second = {0};

    scene_open(&scene, script_keepalive_none);
    ask_send(&scene, &first, "alpha.example"); /* and again from `done`: on a new connection */
    turn_until(&scene, first.done == 1 && g_atomic_int_get(&scene.asked) == 2);
    assert_answered(&first);
    turn(&scene);
    ask_send(&scene, &second, "beta.example");
    turn_until(&scene, second.done == 1);
    g_assert_cmpuint(counters(&scene)->connections, ==, 3);
    g_assert_cmpuint(counters(&scene)->retries, ==, 0);
    scene_close(&scene);
}

static void ids_are_unique_and_unlike_the_owners(void)
{
    enum { COUNT = 250 };
    Scene scene;
    g_autofree Ask *asks = g_new0(Ask, COUNT);
    g_autoptr(GHashTable) ids = g_hash_table_new(NULL, NULL);
    guint kept = 0;

    scene_open(&scene, script_first_is_silent);
    for (int i = 0; i < COUNT; i++)
        ask_send(&scene, &asks[i], "alpha.example");
    turn_until(&scene, g_atomic_int_get(&scene.asked) == COUNT);
    for (int i = 0; i < COUNT; i++) {
        g_hash_table_add(ids, GUINT_TO_POINTER(asks[i].exchange.wire_id));
        kept += asks[i].exchange.wire_id == 0x1234;
    }
    g_assert_cmpuint(g_hash_table_size(ids), ==, COUNT);
    g_assert_cmpuint(kept, <=, 1);
    scene_close(&scene);
    for (int i = 0; i < COUNT; i++) {
        g_assert_cmpuint(asks[i].done, ==, 1);
        g_assert_cmpint(asks[i].status, ==, STATUS_CANCELLED);
    }
}

static void malformed_query_fails_by_itself(void)
{
    Scene scene;
    Ask good = {0}, bad = {0};

    scene_open(&scene, script_answer_all);
    ask_send(&scene, &bad, "alpha.example");
    bad.exchange.query_length = 13;
    ask_send(&scene, &good, "beta.example");
    turn_until(&scene, good.done == 1 && bad.done == 1);
    assert_answered(&good);
    g_assert_cmpint(bad.status, ==, STATUS_MALFORMED);
    scene_close(&scene);
}

static void set_up(void)
{
    CertificateRequest request = {.name = "dns.example", .from_s = -DAY, .until_s = DAY};

    authority = authority_new();
    credentials = credentials_new(authority, &request);
}

#define add(name, function) g_test_add_func("/dot/" name, function)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    if (g_test_verbose())
        log_set_level(LOG_LEVEL_DEBUG);
    set_up();
    add("question-is-answered", question_is_answered);
    add("query-is-padded-and-asks-for-keepalive", query_is_padded_and_asks_for_keepalive);
    add("answers-come-in-any-order", answers_come_in_any_order);
    add("queries-of-one-turn-share-a-record", queries_of_one_turn_share_a_record);
    add("close-by-the-server-is-no-failure", close_by_the_server_is_no_failure);
    add("idle-close-opens-anew-for-the-next-question", idle_close_opens_anew_for_the_next_question);
    add("second-close-in-a-row-is-a-failure", second_close_in_a_row_is_a_failure);
    add("forged-answers-are-dropped-and-counted", forged_answers_are_dropped_and_counted);
    add("replayed-answers-are-dropped-and-counted", replayed_answers_are_dropped_and_counted);
    add("timeout-leaves-the-connection-alone", timeout_leaves_the_connection_alone);
    add("silent-connection-is-replaced", silent_connection_is_replaced);
    add("silence-counts-though-nobody-waits-any-more", silence_counts_though_nobody_waits_any_more);
    add("dead-path-is-left-sooner-than-a-slow-server", dead_path_is_left_sooner_than_a_slow_server);
    add("refused-ends-all-that-wait", refused_ends_all_that_wait);
    add("wrong-certificate-ends-all-that-wait", wrong_certificate_ends_all_that_wait);
    add("cancelled-is-never-told", cancelled_is_never_told);
    add("exchange-may-be-freed-inside-done", exchange_may_be_freed_inside_done);
    add("transport-may-be-closed-inside-done", transport_may_be_closed_inside_done);
    add("network-may-change-inside-done", network_may_change_inside_done);
    add("question-may-be-sent-inside-done", question_may_be_sent_inside_done);
    add("unused-connection-is-closed", unused_connection_is_closed);
    add("keepalive-of-the-server-is-honoured", keepalive_of_the_server_is_honoured);
    add("keepalive-of-zero-closes-at-once", keepalive_of_zero_closes_at_once);
    add("ids-are-unique-and-unlike-the-owners", ids_are_unique_and_unlike_the_owners);
    add("malformed-query-fails-by-itself", malformed_query_fails_by_itself);
    int result = g_test_run();
    credentials_free(credentials);
    authority_free(authority);
    return result;
}
