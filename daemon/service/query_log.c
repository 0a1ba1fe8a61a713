/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records in a ring, and readers that walk it at their own pace.
 *
 * A reader has no buffer of its own, only the number of the record it wants next: the ring is the
 * buffer for all of them. What was overwritten before a slow reader came to it is counted and told.
 * Lines are written into a pipe without waiting; since each is shorter than PIPE_BUF it goes in
 * whole or not at all (pipe(7)), so nothing is left over in between. JSON is made only for lines
 * that somebody reads.
 *
 * While it is off it observes nothing and holds nothing. Its timer runs only while records are
 * held, so that they go after an hour even when nothing more is asked.
 */
#include "query_log.h"

#include "log.h"
#include "query_line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define KEPT_US      (3600 * INT64_C(1000000))
#define SWEEP_US     (60 * INT64_C(1000000)) /* at the most often */
#define READERS_MAX  8
#define LINES_A_TURN 200 /* to one reader: JSON takes its time */

typedef struct Reader {
    ListNode node;
    QueryLog *log;
    LoopIo io;
    int fd;
    uint64_t next; /* number of the record to be written next */
} Reader;

struct QueryLog {
    Loop *loop;
    Engine *engine;
    EngineObserver observer;
    QueryLine **ring; /* NULL while off; the record with number N at N % limit */
    size_t limit;
    uint64_t first, end; /* numbers of the oldest, and of the one that comes next */
    LoopTimer sweep;
    LoopDefer deliver;
    List readers;
    unsigned reader_count;
};

static QueryLine **slot(const QueryLog *log, uint64_t number)
{
    return &log->ring[number % log->limit];
}

/* --- readers --- */

static void reader_free(Reader *reader)
{
    reader->log->reader_count--;
    list_remove(&reader->node);
    loop_io_clear(&reader->io);
    close(reader->fd);
    g_free(reader);
}

/* The next line for it; FALSE when it has had all. What was lost is told first. */
static bool next_line(Reader *reader, GString *line)
{
    const QueryLog *log = reader->log;
    if (reader->next < log->first)
        query_line_lost(line, log->first - reader->next);
    else if (reader->next < log->end)
        query_line_format(*slot(log, reader->next), line);
    else
        return false;
    return true;
}

/* Writes what it has not had, as far as it goes in without waiting. The reader may be gone after.
 */
static void serve(Reader *reader)
{
    const QueryLog *log = reader->log;
    g_autoptr(GString) line = g_string_new(NULL);
    bool more = false;
    for (unsigned written = 0; (more = next_line(reader, line)); written++) {
        if (written == LINES_A_TURN)
            break;
        if (write(reader->fd, line->str, line->len) < 0) {
            if (errno == EAGAIN)
                break;
            reader_free(reader); /* it has closed its end */
            return;
        }
        reader->next = MAX(reader->next + 1, log->first);
        g_string_truncate(line, 0);
    }
    loop_io_want(&reader->io, more ? LOOP_WRITE : 0);
}

static void on_ready(void *owner, uint32_t events)
{
    Reader *reader = owner;
    if (events & LOOP_ERROR)
        reader_free(reader);
    else
        serve(reader);
}

static void deliver(void *owner)
{
    QueryLog *log = owner;
    list_for_each (node, &log->readers) {
        serve(container_of(node, Reader, node));
    }
}

int query_log_follow(QueryLog *log, GError **error)
{
    int ends[2];
    if (!query_log_is_on(log)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "The query log is off.");
        return -1;
    }
    if (log->reader_count >= READERS_MAX) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                            "Too many programs read the query log already.");
        return -1;
    }
    if (pipe2(ends, O_CLOEXEC) < 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "No pipe can be opened.");
        return -1;
    }
    Reader *reader = g_new0(Reader, 1);
    *reader = (Reader){.log = log, .fd = ends[1], .next = log->first};
    list_init(&reader->node);
    list_append(&log->readers, &reader->node);
    log->reader_count++;
    /* only our end: the other one belongs to a program that may well want to wait */
    if (fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0 ||
        loop_io_open(&reader->io, log->loop, reader->fd, LOOP_WRITE, on_ready, reader) !=
            STATUS_OK) {
        reader_free(reader);
        close(ends[0]);
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "No pipe can be watched.");
        return -1;
    }
    return ends[0];
}

/* --- records --- */

static void drop_oldest(QueryLog *log)
{
    query_line_free(g_steal_pointer(slot(log, log->first)));
    log->first++;
}

static void drop_old(QueryLog *log)
{
    int64_t limit_us = loop_now_us(log->loop) - KEPT_US;
    while (log->first < log->end && (*slot(log, log->first))->arrived_us <= limit_us)
        drop_oldest(log);
}

static void on_sweep(void *owner)
{
    QueryLog *log = owner;
    drop_old(log);
    if (log->first == log->end)
        return;
    int64_t oldest_us = (*slot(log, log->first))->arrived_us;
    loop_timer_start(&log->sweep, MAX(oldest_us + KEPT_US - loop_now_us(log->loop), SWEEP_US));
}

static void on_record(void *owner, const QueryRecord *record)
{
    QueryLog *log = owner;
    if (log->end - log->first == log->limit)
        drop_oldest(log);
    *slot(log, log->end) = query_line_new(record, loop_now_us(log->loop));
    log->end++;
    if (!loop_timer_is_running(&log->sweep))
        loop_timer_start(&log->sweep, KEPT_US);
    if (!list_is_empty(&log->readers))
        loop_defer_schedule(&log->deliver);
}

/* --- life --- */

static void turn_on(QueryLog *log)
{
    log->ring = g_new0(QueryLine *, log->limit);
    log->observer = (EngineObserver){.interest = RECORD_ANY, .observed = on_record, .owner = log};
    engine_observe(log->engine, &log->observer);
}

static void turn_off(QueryLog *log)
{
    engine_unobserve(log->engine, &log->observer);
    list_for_each (node, &log->readers) {
        reader_free(container_of(node, Reader, node));
    }
    while (log->first < log->end)
        drop_oldest(log);
    g_clear_pointer(&log->ring, g_free);
    loop_timer_stop(&log->sweep);
    loop_defer_cancel(&log->deliver);
}

void query_log_set(QueryLog *log, bool on)
{
    if (on == query_log_is_on(log))
        return;
    if (on)
        turn_on(log);
    else
        turn_off(log);
}

bool query_log_is_on(const QueryLog *log)
{
    return log->ring != NULL;
}

QueryLog *query_log_new(Loop *loop, Engine *engine, size_t limit)
{
    QueryLog *log = g_new0(QueryLog, 1);
    log->loop = loop;
    log->engine = engine;
    log->limit = limit;
    list_init(&log->readers);
    loop_timer_init(&log->sweep, loop, on_sweep, log);
    loop_defer_init(&log->deliver, loop, deliver, log);
    return log;
}

void query_log_free(QueryLog *log)
{
    if (log == NULL)
        return;
    query_log_set(log, false);
    g_free(log);
}
