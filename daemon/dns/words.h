/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers of DNS as people write them. */

#define WORD_MAX 16

/** "AAAA", or "TYPE65280" for a type without a name here (RFC 3597 §5). Returns text. */
const char *rrtype_format(uint16_t type, char text[WORD_MAX]);
/** Either form, in any letter case. STATUS_MALFORMED. */
Status rrtype_parse(const char *text, uint16_t *type) must_check;

/** "NXDOMAIN", or "RCODE23" for one without a name here. Returns text. */
const char *rcode_format(unsigned rcode, char text[WORD_MAX]);
