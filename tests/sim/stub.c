/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question is known by its client's address, or its connection, and its ID, which no other
 * question of that client has. So an answer that comes a second time, or to somebody else, meets no
 * question that waits.
 */
#include "stub.h"

#include "chronicle.h"
#include "edns.h"
#include "list.h"
#include "truth.h"

#include <arpa/inet.h>
#include <string.h>

enum { CLIENT_PORT = 20000, SMALL_WINDOW = 64 };

static int64_t now_us(const Stub *stub)
{
    return stub->ether->agenda->now_us;
}

static Address client_address(unsigned client)
{
    Address address = {.socket.v4 = {.sin_family = AF_INET,
                                     .sin_port = htons((uint16_t)(CLIENT_PORT + client)),
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    return address;
}

/* ---- answers ---- */

static void settle(Stub *stub, Question *question, QuestionFate fate)
{
    question->fate = fate;
    stub->waiting--;
    stub->right += fate == QUESTION_RIGHT;
    stub->failed += fate == QUESTION_FAILED;
}

static Question *find_question(Stub *stub, const Address *client, const Call *call, uint16_t id)
{
    for (unsigned i = 0; i < stub->asked; i++) {
        Question *question = &stub->questions[i];

        if (question->message.id == id && question->call == call &&
            (call || address_equal(&question->client, client)))
            return question;
    }
    return NULL;
}

static void take_answer(Stub *stub, Question *question, const uint8_t *bytes, size_t length)
{
    TruthView view = {.place = stub->ether->place,
                      .in_clear = stub->in_clear,
                      .nat64 = stub->ether->place == stub->translator,
                      .now_s = (uint32_t)(now_us(stub) / 1000000),
                      .slack_s = stub->slack_s,
                      .stale_s = stub->stale_s};
    char text[NAME_MAX_TEXT];
    const char *why;
    Message answer;
    TruthVerdict verdict;

    name_format(&question->message.qname, text);
    if (question->fate != QUESTION_WAITS)
        chronicle_fault("a second answer came for %s", text);
    if (message_parse(&answer, bytes, length) != STATUS_OK)
        chronicle_fault("a malformed answer came for %s", text);
    verdict = truth_judge(&question->message, &answer, &view, &why);
    if (verdict == TRUTH_WRONG)
        chronicle_fault("a wrong answer came for %s type %u: %s", text, question->message.qtype,
                        why);
    if (!question->call && length > MAX(question->message.udp_size, 512))
        chronicle_fault("an answer of %zu bytes came by UDP for %s", length, text);
    if (verdict == TRUTH_FAILED && !stub->failures_are_ok &&
        !truth_is_unanswerable(&question->message.qname))
        chronicle_fault("a failure came for %s in good weather", text);
    settle(stub, question,
           verdict == TRUTH_RIGHT    ? QUESTION_RIGHT
           : verdict == TRUTH_FAILED ? QUESTION_FAILED
                                     : QUESTION_DROPPED);
}

static void take_message(Stub *stub, const Address *client, const Call *call, const uint8_t *bytes,
                         size_t length)
{
    Question *question = NULL;

    chronicle_note(bytes, length, "answer of %zu to client %u%s: rcode %u id %04x", length,
                   client ? address_port(client) - CLIENT_PORT : 0, call ? " by TCP" : "",
                   length > 3 ? bytes[3] & 15 : 99, length > 1 ? wire_get_u16(bytes) : 0);
    if (length >= MESSAGE_HEADER_LENGTH)
        question = find_question(stub, client, call, wire_get_u16(bytes));
    if (question)
        take_answer(stub, question, bytes, length);
    else if (length < MESSAGE_HEADER_LENGTH || (bytes[3] & MESSAGE_RCODE) == RCODE_NOERROR)
        chronicle_fault("an answer came that nobody asked for");
    /* else FORMERR or NOTIMP for babble */
}

static void on_datagram(void *owner, const Address *to, const uint8_t *bytes, size_t length)
{
    take_message(owner, to, NULL, bytes, length);
}

static bool on_frame(void *owner, const uint8_t *bytes, size_t length)
{
    Call *call = owner;

    take_message(call->stub, NULL, call, bytes, length);
    return true;
}

/* ---- calls ---- */

static void drop_questions(Stub *stub, const Call *call)
{
    for (unsigned i = 0; i < stub->asked; i++) {
        Question *question = &stub->questions[i];

        if (question->call != call)
            continue;
        question->call = NULL;
        question->client = (Address){0};
        if (question->fate == QUESTION_WAITS)
            settle(stub, question, QUESTION_DROPPED);
    }
}

static void call_forget(Call *call)
{
    drop_questions(call->stub, call);
    frame_clear(&call->reader);
    call->line->far_end = NULL;
    line_unref(g_steal_pointer(&call->line));
}

static bool waits(const Stub *stub, const Call *call)
{
    for (unsigned i = 0; i < stub->asked; i++) {
        if (stub->questions[i].call == call && stub->questions[i].fate == QUESTION_WAITS)
            return true;
    }
    return false;
}

/* The reader takes what was written at once, or, when it is slow, after a while. */
typedef struct Intake {
    Deed deed;
    Line *line;
    size_t length;
} Intake;

static void on_intake(Deed *deed)
{
    Intake *intake = container_of(deed, Intake, deed);

    kernel_line_acknowledge(intake->line, intake->length);
    line_unref(intake->line);
    g_free(intake);
}

static void on_line_bytes(void *owner, Line *line, const uint8_t *bytes, size_t length)
{
    Stub *stub = owner;
    Call *call = line->far_end;

    if (call && call->slow) {
        Intake *intake = g_new0(Intake, 1);

        intake->line = line_ref(line);
        intake->length = length;
        agenda_add(stub->ether->agenda, &intake->deed, now_us(stub) + 1000, on_intake);
    } else {
        kernel_line_acknowledge(line, length);
    }
    if (call)
        frame_feed(&call->reader, bytes, length, on_frame, call);
}

static void on_line_closed(void *owner, Line *line)
{
    Stub *stub = owner;
    Call *call = line->far_end;

    if (!call)
        return;
    chronicle_note(NULL, 0, "a TCP client is hung up on");
    /* who is in the middle of a question has been idle, for all the program knows */
    if (waits(stub, call) && !stub->lenient && !call->unfinished)
        chronicle_fault("a TCP client that waits was hung up on");
    call_forget(call);
}

const EtherClients stub_clients = {
    .datagram = on_datagram, .line_bytes = on_line_bytes, .line_closed = on_line_closed};

static Call *find_call(Stub *stub, const StubWay *way)
{
    Call *call = &stub->calls[way->client % STUB_CALLS];
    Address from = client_address(way->client);

    if (call->line && (call->line->ended || call->line->hung_up || call->unfinished))
        return NULL;
    if (call->line)
        return call;
    call->stub = stub;
    call->slow = way->slow;
    call->unfinished = false;
    call->line = kernel_dial(&from, &stub->server, call);
    if (call->line && way->slow)
        call->line->window = SMALL_WINDOW;
    return call->line ? call : NULL;
}

void stub_close_calls(Stub *stub)
{
    for (unsigned i = 0; i < STUB_CALLS; i++) {
        Call *call = &stub->calls[i];

        if (!call->line)
            continue;
        kernel_line_end(call->line);
        call_forget(call);
    }
}

/* ---- asking ---- */

static size_t write_query(Stub *stub, const Name *name, uint16_t type, uint8_t *out)
{
    WireWriter writer = wire_writer(out, 256);
    bool edns = dice_chance(&stub->dice, 600);
    static const uint16_t sizes[] = {512, 1232, 1232, 4096};

    wire_write_u16(&writer, (uint16_t)dice_throw(&stub->dice));
    wire_write_u16(&writer,
                   (uint16_t)(MESSAGE_RD | (dice_chance(&stub->dice, 100) ? MESSAGE_CD : 0) |
                              (dice_chance(&stub->dice, 100) ? MESSAGE_AD : 0)));
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 5);
    wire_write_u8(&writer, edns);
    wire_write_bytes(&writer, name->wire, name->length);
    if (dice_chance(&stub->dice, 300)) /* some spell names at random */
        out[MESSAGE_HEADER_LENGTH + 1] ^= 0x20;
    wire_write_u16(&writer, type);
    wire_write_u16(&writer, CLASS_IN);
    if (edns) {
        wire_write_u8(&writer, 0);
        wire_write_u16(&writer, RRTYPE_OPT);
        wire_write_u16(&writer, sizes[dice_below(&stub->dice, G_N_ELEMENTS(sizes))]);
        wire_write_u32(&writer, dice_chance(&stub->dice, 200) ? 0x8000 : 0);
        wire_write_u16(&writer, 0);
    }
    g_assert_false(writer.failed);
    return writer.position;
}

/* Part of a frame, that is still to be sent. */
typedef struct Rest {
    Deed deed;
    Line *line;
    size_t length;
    uint8_t bytes[256];
} Rest;

static void on_rest(Deed *deed)
{
    Rest *rest = container_of(deed, Rest, deed);
    Call *call = rest->line->far_end;

    if (call) {
        call->unfinished = false;
        kernel_line_bytes(rest->line, rest->bytes, rest->length);
    }
    line_unref(rest->line);
    g_free(rest);
}

/* At once, or the first part now and the rest in a moment. */
static void call_write(Call *call, const uint8_t *frame, size_t length, bool in_pieces)
{
    Dice *dice = &call->stub->dice;
    size_t now = in_pieces ? 1 + dice_below(dice, (unsigned)length - 1) : length;
    Rest *rest;

    kernel_line_bytes(call->line, frame, now);
    if (now == length)
        return;
    rest = g_new0(Rest, 1);
    rest->line = line_ref(call->line);
    rest->length = length - now;
    memcpy(rest->bytes, frame + now, rest->length);
    call->unfinished = true;
    agenda_add(call->stub->ether->agenda, &rest->deed,
               now_us(call->stub) + dice_between(dice, 1, 40000), on_rest);
}

static void send_by_call(Question *question, size_t length, const StubWay *way)
{
    Call *call = question->call;
    Line *line = line_ref(call->line);
    uint8_t frame[sizeof question->bytes];

    wire_put_u16(frame, (uint16_t)length);
    memcpy(frame + 2, question->bytes, length);
    call_write(call, frame, length + 2, way->in_pieces && !way->half_closes && !way->quits);
    if (way->half_closes || way->quits)
        kernel_line_end(line);
    if (way->quits) {
        if (dice_chance(&call->stub->dice, 500))
            kernel_line_reset(line, 104 /* ECONNRESET */);
        call_forget(call);
    }
    line_unref(line);
}

const Question *stub_ask(Stub *stub, const Name *name, uint16_t type, const StubWay *way)
{
    char text[NAME_MAX_TEXT];
    Question *question;
    size_t length;
    Call *call = NULL;

    if (stub->asked == STUB_QUESTIONS || (way->stream && !(call = find_call(stub, way))))
        return NULL;
    question = &stub->questions[stub->asked];
    *question = (Question){.client = client_address(way->client), .asked_us = now_us(stub)};
    question->call = call;
    question->place = stub->ether->place;
    do
        length = write_query(stub, name, type, question->bytes);
    while (find_question(stub, &question->client, call, wire_get_u16(question->bytes)));
    g_assert_cmpint(message_parse(&question->message, question->bytes, length), ==, STATUS_OK);
    stub->asked++;
    stub->waiting++;
    chronicle_note(question->bytes, length, "client %u asks%s id %04x for %s", way->client,
                   way->stream ? " by TCP" : "", question->message.id, name_format(name, text));
    if (way->stream)
        send_by_call(question, length, way);
    else if (!kernel_deliver(&question->client, &stub->server, question->bytes, length))
        settle(stub, question, QUESTION_DROPPED);
    return question;
}

void stub_babble(Stub *stub, unsigned client)
{
    Address from = client_address(100 + client); /* of whom no answer is expected */
    uint8_t bytes[64];
    size_t length = dice_below(&stub->dice, sizeof bytes);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)dice_throw(&stub->dice);
    kernel_deliver(&from, &stub->server, bytes, length);
}

void stub_check(const Stub *stub, int64_t at_us)
{
    char text[NAME_MAX_TEXT];

    for (unsigned i = 0; stub->waiting > 0 && i < stub->asked; i++) {
        const Question *question = &stub->questions[i];

        if (question->fate == QUESTION_WAITS && at_us - question->asked_us > stub->patience_us &&
            !(stub->lenient && question->call))
            chronicle_fault("no answer came for %s in %.3f s",
                            name_format(&question->message.qname, text),
                            (double)(at_us - question->asked_us) / 1e6);
    }
}

/* ---- life ---- */

void stub_init(Stub *stub, Ether *ether, const Address *server, uint64_t seed)
{
    *stub = (Stub){.ether = ether, .dice = {seed}, .server = *server};
    ether->clients = &stub_clients;
    ether->client_owner = stub;
}

void stub_clear(Stub *stub)
{
    stub_close_calls(stub);
}
