/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names whose meaning is this machine, this resolver or this network, so that no resolver on the
 * internet can answer them rightly, and asking would tell it something.
 *
 *   localhost and below          127.0.0.1 and ::1 (RFC 6761 §6.3), and back again
 *   resolver.arpa                is about us, and we offer no encrypted access (RFC 9462 §6.4)
 *   invalid, onion, 127/8, ...   nowhere in DNS (RFC 6761 §6.4, RFC 7686 §2, RFC 6303 §4)
 *   use-application-dns.net      NXDOMAIN keeps Firefox from bypassing us
 *   one label: "printer"         a host of this network; a public resolver can only learn from it
 *   local, home.arpa             RFC 6762 §22.1, RFC 8375 §4; service.arpa RFC 9665 §10
 *   internal, corp, home, mail   ICANN keeps the first for private use (resolution 2024.07.29.06)
 *                                and will not delegate the others (2018.02.04.12)
 *   lan, intranet, private, ...  what RFC 6762 Appendix G saw in use, and home routers make up
 *   alt                          is for names outside DNS (RFC 9476 §2)
 *   reverse of private ranges    RFC 6303 §4, RFC 7793 (100.64/10), RFC 2544 (198.18/15, where our
 *                                own device has its address), unique local IPv6 (RFC 4193), once
 *                                site-local (RFC 3879), NAT64 within a site (RFC 8215), and IPv4
 *                                written as IPv6 (RFC 4291 §2.5.5.2), private or not; all that is
 *                                below them included, such as b._dns-sd._udp (RFC 6763 §11)
 *
 * A DNSSEC validator behind us must still find out that these zones are not signed: questions for
 * DS at the head of a local zone pass (RFC 8375 §4, item 4), and for a single label everything that
 * is asked of a top-level domain as a zone.
 *
 * Not special: `test`, which the resolver knows to be nowhere (RFC 6761 §6.2 asks for no more of
 * one that forwards), and ipv4only.arpa (RFC 8880 §7.1): only who translates addresses may answer
 * it.
 */
#include "special.h"

#include "message.h"

#include <string.h>

/* A name in wire form: a length octet in octal, then the label; the string's NUL is the root. */
#define WIRE_NAME(text)                                                                            \
    {                                                                                              \
        .length = sizeof(text), .wire = text                                                       \
    }

static const char why_localhost[] = "This is this computer's own name.";
static const char why_us[] = "This name is about the resolver itself, which is Sotto.";
static const char why_nowhere[] = "Names of this kind are nowhere in the DNS.";
static const char why_canary[] = "This tells programs not to bypass this computer's DNS.";
static const char why_local[] =
    "This is a local name, and a resolver on the internet is not asked.";
static const char why_reverse[] =
    "This is the reverse of a private address, and a resolver on the internet is not asked.";

#define CANARY "\023use-application-dns\003net"

/* A name and what is below it. */
static const struct {
    Name suffix;
    SpecialKind kind;
    const char *why;
} special_names[] = {
    {WIRE_NAME("\011localhost"), SPECIAL_LOCALHOST, why_localhost},
    {WIRE_NAME("\010resolver\004arpa"), SPECIAL_US, why_us},
    {WIRE_NAME("\007invalid"), SPECIAL_NOWHERE, why_nowhere},
    {WIRE_NAME("\005onion"), SPECIAL_NOWHERE, why_nowhere},
    {WIRE_NAME(CANARY), SPECIAL_NOWHERE, why_canary},
    {WIRE_NAME("\005local"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\003lan"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\010internal"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\004home\004arpa"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\007service\004arpa"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\004home"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\004corp"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\004mail"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\010intranet"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\007private"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\013localdomain"), SPECIAL_LOCAL, why_local},
    {WIRE_NAME("\003alt"), SPECIAL_LOCAL, why_local},
};

/* Ranges of addresses whose reverse is nobody's on the internet; the first that fits decides. */
typedef struct Range {
    uint8_t prefix[16];
    uint8_t bits;
    SpecialKind kind;
} Range;

static const Range ranges4[] = {
    {{127, 0, 0, 1}, 32, SPECIAL_LOOPBACK},
    {{127}, 8, SPECIAL_NOWHERE},
    {{0}, 8, SPECIAL_NOWHERE},
    {{255, 255, 255, 255}, 32, SPECIAL_NOWHERE},
    {{192, 0, 2}, 24, SPECIAL_NOWHERE},
    {{198, 51, 100}, 24, SPECIAL_NOWHERE},
    {{203, 0, 113}, 24, SPECIAL_NOWHERE},
    {{10}, 8, SPECIAL_LOCAL},
    {{172, 16}, 12, SPECIAL_LOCAL},
    {{192, 168}, 16, SPECIAL_LOCAL},
    {{169, 254}, 16, SPECIAL_LOCAL},
    {{100, 64}, 10, SPECIAL_LOCAL},
    {{198, 18}, 15, SPECIAL_LOCAL},
};

static const Range ranges6[] = {
    {{[15] = 1}, 128, SPECIAL_LOOPBACK},
    {{0}, 128, SPECIAL_NOWHERE},
    {{[10] = 0xff, 0xff}, 96, SPECIAL_NOWHERE}, /* IPv4-mapped */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, SPECIAL_NOWHERE},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, SPECIAL_LOCAL},
    {{0xfc}, 7, SPECIAL_LOCAL},
    {{0xfe, 0x80}, 10, SPECIAL_LOCAL},
    {{0xfe, 0xc0}, 10, SPECIAL_LOCAL},
};

/* A part of the reverse tree: addresses read from the right, so many bits a label. */
typedef struct ReverseTree {
    Name suffix;
    unsigned bits_per_label, label_count;
    const Range *ranges;
    size_t range_count;
} ReverseTree;

static const ReverseTree trees[] = {
    {WIRE_NAME("\007in-addr\004arpa"), 8, 4, ranges4, sizeof ranges4 / sizeof *ranges4},
    {WIRE_NAME("\003ip6\004arpa"), 4, 32, ranges6, sizeof ranges6 / sizeof *ranges6},
};

static int hex_digit(uint8_t octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    octet |= 0x20;
    return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

/* The number that a label of the reverse tree stands for, -1 for another label. */
static int label_number(const uint8_t *label, unsigned bits)
{
    int value = 0;

    if (bits == 4)
        return label[0] == 1 ? hex_digit(label[1]) : -1;
    if (label[0] > 3)
        return -1;
    for (unsigned i = 1; i <= label[0]; i++) {
        if (label[i] < '0' || label[i] > '9')
            return -1;
        value = value * 10 + label[i] - '0';
    }
    return value < 256 ? value : -1;
}

static bool has_prefix(const uint8_t *address, unsigned bits, const Range *range)
{
    unsigned whole = range->bits / 8, rest = range->bits % 8;

    return bits >= range->bits && memcmp(address, range->prefix, whole) == 0 &&
           (rest == 0 || (address[whole] ^ range->prefix[whole]) >> (8 - rest) == 0);
}

/* `bits` of an address were read; which label of the name is the head of the range's zone follows
 * from the range's own length. */
static Special match_range(const ReverseTree *tree, const uint8_t *address, unsigned bits,
                           const uint8_t *starts, unsigned suffix_label)
{
    for (size_t i = 0; i < tree->range_count; i++) {
        const Range *range = &tree->ranges[i];
        unsigned labels = (range->bits + tree->bits_per_label - 1) / tree->bits_per_label;
        SpecialKind kind = range->kind;

        if (!has_prefix(address, bits, range))
            continue;
        if (kind == SPECIAL_LOOPBACK && suffix_label > labels) /* below an address */
            kind = SPECIAL_NOWHERE;
        return (Special){.kind = kind,
                         .zone = starts[suffix_label - labels],
                         .why = kind == SPECIAL_LOOPBACK ? why_localhost : why_reverse};
    }
    return (Special){.kind = SPECIAL_NONE};
}

static Special find_reverse(const Name *name)
{
    uint8_t starts[127];
    unsigned count = 0;

    for (size_t at = 0; name->wire[at]; at += name->wire[at] + 1u)
        starts[count++] = (uint8_t)at;
    for (size_t t = 0; t < sizeof trees / sizeof *trees; t++) {
        const ReverseTree *tree = &trees[t];
        unsigned bits = 0, suffix_label = count - 2; /* both suffixes have two labels */
        uint8_t address[16] = {0};

        if (count < 2 || !name_is_under(name, &tree->suffix))
            continue;
        for (unsigned i = 0; i < suffix_label && i < tree->label_count; i++) {
            int number =
                label_number(name->wire + starts[suffix_label - 1 - i], tree->bits_per_label);

            if (number < 0)
                break;
            address[bits / 8] |= (uint8_t)(number << (8 - tree->bits_per_label - bits % 8));
            bits += tree->bits_per_label;
        }
        return match_range(tree, address, bits, starts, suffix_label);
    }
    return (Special){.kind = SPECIAL_NONE};
}

#define LAST(length, letter) ((length) << 8 | (letter))

/* Whether the name may be in any table here. The length and first letter of the last label tell
 * nearly every name of the internet from all of these, and the rest of it those of "net". */
static bool may_be_special(const Name *name, const uint8_t *last)
{
    static const Name canary = WIRE_NAME(CANARY);

    switch (LAST(last[0], last[1] | 0x20)) {
    case LAST(3, 'a'):  /* alt */
    case LAST(3, 'l'):  /* lan */
    case LAST(4, 'a'):  /* arpa */
    case LAST(4, 'c'):  /* corp */
    case LAST(4, 'h'):  /* home */
    case LAST(4, 'm'):  /* mail */
    case LAST(5, 'l'):  /* local */
    case LAST(5, 'o'):  /* onion */
    case LAST(7, 'i'):  /* invalid */
    case LAST(7, 'p'):  /* private */
    case LAST(8, 'i'):  /* internal, intranet */
    case LAST(9, 'l'):  /* localhost */
    case LAST(11, 'l'): /* localdomain */
        return true;
    case LAST(3, 'n'): /* net */
        return name_is_under(name, &canary);
    default:
        return false;
    }
}

static Special find_suffix(const Name *name)
{
    for (size_t i = 0; i < sizeof special_names / sizeof *special_names; i++) {
        const Name *suffix = &special_names[i].suffix;

        if (name_is_under(name, suffix))
            return (Special){.kind = special_names[i].kind,
                             .zone = (uint8_t)(name->length - suffix->length),
                             .why = special_names[i].why};
    }
    return (Special){.kind = SPECIAL_NONE};
}

Special special_find(const Name *name, uint16_t type)
{
    Special special = {.kind = SPECIAL_NONE};
    const uint8_t *last = name->wire;
    unsigned count = 0;

    for (const uint8_t *label = name->wire; *label; label += *label + 1u) {
        last = label;
        count++;
    }
    if (count > 0 && may_be_special(name, last)) {
        special = find_suffix(name);
        if (special.kind == SPECIAL_NONE && count > 2)
            special = find_reverse(name);
    }
    if (special.kind == SPECIAL_NONE && count == 1)
        special = (Special){.kind = SPECIAL_LOCAL, .why = why_local};
    if (special.kind != SPECIAL_LOCAL || special.zone > 0)
        return special;
    if (type == RRTYPE_DS ||
        (count == 1 && (type == RRTYPE_DNSKEY || type == RRTYPE_NS || type == RRTYPE_SOA)))
        special.kind = SPECIAL_NONE;
    return special;
}
