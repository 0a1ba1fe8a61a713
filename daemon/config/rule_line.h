/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "name.h"

#include <stdbool.h>

/** What a line of a list is. */
typedef enum RuleLineKind {
    RULE_LINE_EMPTY,    /* or a comment */
    RULE_LINE_NAMES,    /* rules, which were handed over */
    RULE_LINE_FOREIGN,  /* well formed, but of no use to DNS: parts of pages, regular expressions */
    RULE_LINE_MALFORMED /* whatever else; names that stand before what is none were handed over */
} RuleLineKind;

/** One rule of a line: a name, with what is below it or alone. `allows`: it is an exception. */
typedef void (*RuleLineFound)(void *owner, const Name *name, bool below, bool allows);

/**
 * Reads a line, which it changes, in whichever of these forms it is:
 *
 *     example.com, *.example.com      the name and everything below it
 *     =example.com                    that name alone
 *     0.0.0.0 example.com ...         hosts(5): these names alone
 *     ||example.com^, @@||example.com^    adblock: the name and below; an exception
 *     # comment, ! comment, example.com # comment
 */
RuleLineKind rule_line_parse(char *line, RuleLineFound found, void *owner);

/** A host or domain name as people write it, without escapes: letters, digits, '-', '_'; others by
 * IDNA 2008 (RFC 5891). False when it is none. */
bool rule_name_parse(const char *text, Name *name);
/** An IPv4 or IPv6 address: its 4 or 16 octets. Returns how many, 0 for anything else. */
size_t rule_address_parse(const char *text, unsigned char octets[16]);
