/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message.h"
#include "wire.h"

/** Messages put together by hand, right or wrong, for the tests of this floor. */
typedef struct Sample {
    uint8_t bytes[4096];
    WireWriter writer;
} Sample;

/** A header with no records; the other calls count theirs in it. */
void sample_begin(Sample *sample, uint16_t id, uint16_t flags);
void sample_name(Sample *sample, const char *name);
/** Class IN. */
void sample_question(Sample *sample, const char *name, uint16_t type);
/** `section` 1..3; `owner` NULL: a pointer to the question's name. */
void sample_record(Sample *sample, unsigned section, const char *owner, uint16_t type,
                   uint32_t ttl_s, const void *rdata, size_t rdata_length);
/** `ttl` as in the OPT record: extended RCODE, version, flags. */
void sample_opt(Sample *sample, uint16_t payload_size, uint32_t ttl, const void *options,
                size_t options_length);
size_t sample_length(const Sample *sample);
/** Parses it and asserts that it is good. */
void sample_parse(const Sample *sample, Message *message);

/** A query for example.com A with RD and an OPT of 1232 bytes. */
void sample_query(Sample *sample);
/** Its answer: a CNAME, two addresses, an authority record, one additional address, an OPT. */
void sample_reply(Sample *sample);
