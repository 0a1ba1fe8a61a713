/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agenda.h"
#include "dice.h"
#include "ether.h"
#include "frame.h"
#include "message.h"

/** The programs of this machine that ask: over UDP from ports of their own, and over TCP. They
 * count: each question gets one answer in its time, and the answer is its own. */
enum { STUB_QUESTIONS = 96, STUB_CALLS = 16 };

/** What becomes of a question. */
typedef enum QuestionFate {
    QUESTION_WAITS,
    QUESTION_RIGHT,
    QUESTION_FAILED, /* SERVFAIL or REFUSED */
    QUESTION_DROPPED /* its client has gone, or was told to come by TCP */
} QuestionFate;

typedef struct Question {
    QuestionFate fate;
    Address client;    /* by UDP */
    struct Call *call; /* by TCP; NULL when that is gone */
    int64_t asked_us;
    unsigned place; /* where the machine was */
    Message message;
    uint8_t bytes[256 + 2];
} Question;

/** A TCP connection. */
typedef struct Call {
    struct Stub *stub;
    Line *line; /* NULL: not in use */
    FrameReader reader;
    bool slow;       /* takes what is sent only bit by bit */
    bool unfinished; /* part of a question is still to be sent */
} Call;

typedef struct Stub {
    Ether *ether;
    Dice dice;
    Address server;            /* the program under test */
    int64_t patience_us;       /* by then it has answered */
    uint32_t stale_s, slack_s; /* as in TruthView */
    bool in_clear;             /* some resolver is, or was, asked in clear */
    unsigned translator;       /* the place whose network translates; 0 none */
    bool lenient;              /* connections may be refused or closed: descriptors are short */
    bool failures_are_ok;      /* SERVFAIL is an answer; else it is a fault */
    Question questions[STUB_QUESTIONS];
    unsigned asked, right, failed, waiting;
    Call calls[STUB_CALLS];
} Stub;

extern const EtherClients stub_clients;

void stub_init(Stub *stub, Ether *ether, const Address *server, uint64_t seed);
void stub_clear(Stub *stub);

/** How to ask; drawn where it does not matter. */
typedef struct StubWay {
    bool stream;
    bool quits;       /* closes the connection without waiting */
    bool half_closes; /* sends no more after it */
    bool slow;
    bool in_pieces; /* the frame comes byte by byte */
    unsigned client;
} StubWay;

/** Returns the question; NULL when no more can be kept, or nobody takes the call. */
const Question *stub_ask(Stub *stub, const Name *name, uint16_t type, const StubWay *way);
/** Sends what is no query; nothing is expected of that. */
void stub_babble(Stub *stub, unsigned client);
/** Whoever waits longer than his patience is a fault. */
void stub_check(const Stub *stub, int64_t now_us);
/** Hangs up. */
void stub_close_calls(Stub *stub);
