/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of a block or allow list. Lists in the wild mix forms and are full of accidents, so
 * every line is judged by itself, and what it cannot be understood as is counted by the caller.
 *
 * A line of a hosts file blocks what it sends to nowhere (0.0.0.0, ::, loopback). Lines that give a
 * name a real address are not rules, nor is what every hosts file has: localhost and its like.
 *
 * Of adblock rules those are taken that are about a whole domain. One that is limited, to scripts
 * or to other sites' pages ($script, $third-party), is left alone: DNS cannot see the difference,
 * and blocking the domain would block more than was meant.
 */
#include "rule_line.h"

#include <glib.h>
#include <idn2.h>

#include <arpa/inet.h>
#include <string.h>

#define LABEL_MAX 63
#define BLANKS    " \t"

static bool is_name_octet(char octet)
{
    return g_ascii_isalnum(octet) || octet == '-' || octet == '_';
}

/* Straight from text to wire form: a list has a million of them. */
static bool parse_ascii(const char *text, Name *name)
{
    size_t length = 0;

    while (*text) {
        size_t label = length++;

        while (is_name_octet(*text)) {
            if (length - label > LABEL_MAX || length >= NAME_MAX_WIRE - 1)
                return false;
            name->wire[length++] = (uint8_t)*text++;
        }
        if (length - label == 1 || (*text && *text != '.') || length >= NAME_MAX_WIRE)
            return false;
        name->wire[label] = (uint8_t)(length - label - 1);
        if (*text == '.')
            text++;
    }
    name->wire[length++] = 0;
    name->length = (uint8_t)length;
    return length > 1;
}

static bool parse_international(const char *text, Name *name)
{
    uint8_t *ascii = NULL;
    bool good = g_utf8_validate(text, -1, NULL) &&
                idn2_lookup_u8((const uint8_t *)text, &ascii,
                               IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK &&
                parse_ascii((const char *)ascii, name);

    idn2_free(ascii);
    return good;
}

bool rule_name_parse(const char *text, Name *name)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at >= 0x80)
            return parse_international(text, name);
    return parse_ascii(text, name);
}

size_t rule_address_parse(const char *text, unsigned char octets[16])
{
    if (inet_pton(AF_INET, text, octets) == 1)
        return 4;
    return inet_pton(AF_INET6, text, octets) == 1 ? 16 : 0;
}

/* Also one with a scope: every hosts file of a Mac has "fe80::1%lo0 localhost". */
static bool is_address(const char *text)
{
    unsigned char octets[16];

    if (!g_ascii_isxdigit(*text) && *text != ':')
        return false;
    return rule_address_parse(text, octets) > 0 || (strchr(text, ':') && strchr(text, '%'));
}

/* Ends the text at a comment, which begins with the line or after a blank. */
static void cut_comment(char *text)
{
    for (char *at = strchr(text, '#'); at; at = strchr(at + 1, '#'))
        if (at == text || strchr(BLANKS, at[-1])) {
            *at = '\0';
            return;
        }
}

/* --- hosts files --- */

static bool leads_nowhere(const char *address)
{
    static const char *const nowhere[] = {"0.0.0.0", "127.0.0.1", "::", "::1", "0", NULL};

    return g_strv_contains(nowhere, address);
}

/* What stands in hosts files of its own right; names of one label are local anyway. */
static bool is_own_name(const char *name)
{
    return !strchr(name, '.') || g_str_equal(name, "localhost.localdomain") || is_address(name);
}

static RuleLineKind parse_hosts(const char *address, char *rest, RuleLineFound found, void *owner)
{
    RuleLineKind kind = RULE_LINE_FOREIGN;
    char *place = NULL;

    if (!leads_nowhere(address))
        return RULE_LINE_FOREIGN;
    for (char *word = strtok_r(rest, BLANKS, &place); word; word = strtok_r(NULL, BLANKS, &place)) {
        Name name;

        if (is_own_name(word))
            continue;
        if (!rule_name_parse(word, &name))
            return RULE_LINE_MALFORMED;
        found(owner, &name, false, false);
        kind = RULE_LINE_NAMES;
    }
    return kind;
}

/* --- adblock --- */

/* Whether a rule with these options still is about the whole domain. */
static bool is_unlimited(char *options)
{
    static const char *const harmless[] = {"important", "all", "document", "doc", NULL};
    char *place = NULL;

    for (char *word = strtok_r(options, ",", &place); word; word = strtok_r(NULL, ",", &place))
        if (!g_strv_contains(harmless, word))
            return false;
    return true;
}

static RuleLineKind parse_adblock(char *text, RuleLineFound found, void *owner)
{
    bool allows = g_str_has_prefix(text, "@@");
    char *end;
    Name name;

    if (allows)
        text += 2;
    if (!g_str_has_prefix(text, "||"))
        return RULE_LINE_FOREIGN; /* a part of an address, or a regular expression */
    text += 2;
    if (g_str_has_prefix(text, "*."))
        text += 2;
    end = text + strcspn(text, "^$|/:*?");
    if (*end == '^') {
        *end++ = '\0';
        end += *end == '|';
    }
    if (*end == '$') {
        *end++ = '\0';
        if (!is_unlimited(end))
            return RULE_LINE_FOREIGN;
    } else if (*end) {
        return RULE_LINE_FOREIGN; /* a path, a port, a pattern */
    }
    if (is_address(text))
        return RULE_LINE_FOREIGN;
    if (!rule_name_parse(text, &name))
        return RULE_LINE_MALFORMED;
    found(owner, &name, true, allows);
    return RULE_LINE_NAMES;
}

/* --- all of them --- */

static bool is_cosmetic(const char *text)
{
    static const char *const marks[] = {"##", "#@#", "#?#", "#$#", "#%#", "$$"};

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        const char *at = strstr(text, marks[i]);

        if (at && at > text && !strchr(BLANKS, at[-1]))
            return true;
    }
    return false;
}

static RuleLineKind parse_plain(char *text, RuleLineFound found, void *owner)
{
    bool below = *text != '=';
    Name name;

    if (!below)
        text++;
    else if (g_str_has_prefix(text, "*."))
        text += 2;
    if (is_address(text))
        return RULE_LINE_FOREIGN;
    if (!rule_name_parse(text, &name))
        return RULE_LINE_MALFORMED;
    found(owner, &name, below, false);
    return RULE_LINE_NAMES;
}

RuleLineKind rule_line_parse(char *line, RuleLineFound found, void *owner)
{
    char *text = g_strstrip(line), *rest;

    if (g_str_has_prefix(text, "\357\273\277")) /* a byte order mark */
        text += 3;
    if (!*text || *text == '!' || *text == '[')
        return RULE_LINE_EMPTY;
    if (g_str_has_prefix(text, "||") || g_str_has_prefix(text, "@@"))
        return parse_adblock(text, found, owner);
    if (is_cosmetic(text))
        return RULE_LINE_FOREIGN;
    cut_comment(text);
    g_strchomp(text);
    if (!*text)
        return RULE_LINE_EMPTY;
    if (*text == '/' || *text == '|')
        return RULE_LINE_FOREIGN;
    rest = text + strcspn(text, BLANKS);
    if (*rest) {
        *rest++ = '\0';
        return is_address(text) || g_str_equal(text, "0") ? parse_hosts(text, rest, found, owner)
                                                          : RULE_LINE_MALFORMED;
    }
    return parse_plain(text, found, owner);
}
