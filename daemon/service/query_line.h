/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "record.h"

#include <glib.h>

/** A record as the query log keeps it: all its own, as small as may be. */
typedef struct QueryLine {
    int64_t arrived_us; /* the loop's clock */
    int64_t time_s, latency_us;
    char *resolver, *rule; /* counted strings (GRefString); NULL none */
    RecordSource source;
    int protocol; /* EndpointKind; -1 none */
    uint16_t type, rcode;
    uint8_t name_length;
    uint8_t name[]; /* wire form */
} QueryLine;

QueryLine *query_line_new(const QueryRecord *record, int64_t now_us);
/** NULL is allowed. */
void query_line_free(QueryLine *line);

/** Appends it as one line of JSON, in less than PIPE_BUF bytes. */
void query_line_format(const QueryLine *line, GString *text);
/** Appends {"lost": N} as a line. */
void query_line_lost(GString *text, uint64_t count);
