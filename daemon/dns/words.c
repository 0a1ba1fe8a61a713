/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types and response codes by name: those of the IANA registry "Domain Name System (DNS)
 * Parameters" that are met in the wild. All others have the generic form of RFC 3597, which is read
 * for every type.
 */
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    uint16_t type;
    const char *name;
} types[] = {
    {1, "A"},       {2, "NS"},     {5, "CNAME"},    {6, "SOA"},         {12, "PTR"},
    {13, "HINFO"},  {15, "MX"},    {16, "TXT"},     {17, "RP"},         {24, "SIG"},
    {25, "KEY"},    {28, "AAAA"},  {29, "LOC"},     {33, "SRV"},        {35, "NAPTR"},
    {36, "KX"},     {37, "CERT"},  {39, "DNAME"},   {41, "OPT"},        {42, "APL"},
    {43, "DS"},     {44, "SSHFP"}, {46, "RRSIG"},   {47, "NSEC"},       {48, "DNSKEY"},
    {49, "DHCID"},  {50, "NSEC3"}, {52, "TLSA"},    {51, "NSEC3PARAM"}, {53, "SMIMEA"},
    {55, "HIP"},    {59, "CDS"},   {60, "CDNSKEY"}, {61, "OPENPGPKEY"}, {62, "CSYNC"},
    {63, "ZONEMD"}, {64, "SVCB"},  {65, "HTTPS"},   {99, "SPF"},        {108, "EUI48"},
    {109, "EUI64"}, {249, "TKEY"}, {250, "TSIG"},   {251, "IXFR"},      {252, "AXFR"},
    {255, "ANY"},   {256, "URI"},  {257, "CAA"},
};

static const char *const rcodes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                     "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                     "NXRRSET", "NOTAUTH", "NOTZONE"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *rrtype_format(uint16_t type, char text[WORD_MAX])
{
    snprintf(text, WORD_MAX, "TYPE%u", type);
    for (size_t i = 0; i < COUNT(types); i++)
        if (types[i].type == type)
            snprintf(text, WORD_MAX, "%s", types[i].name);
    return text;
}

Status rrtype_parse(const char *text, uint16_t *type)
{
    char *end;
    unsigned long number;

    for (size_t i = 0; i < COUNT(types); i++) {
        if (strcasecmp(types[i].name, text) == 0) {
            *type = types[i].type;
            return STATUS_OK;
        }
    }
    if (strncasecmp(text, "TYPE", 4) != 0 || text[4] < '0' || text[4] > '9')
        return STATUS_MALFORMED;
    number = strtoul(text + 4, &end, 10);
    if (*end != '\0' || number > UINT16_MAX)
        return STATUS_MALFORMED;
    *type = (uint16_t)number;
    return STATUS_OK;
}

const char *rcode_format(unsigned rcode, char text[WORD_MAX])
{
    if (rcode < COUNT(rcodes))
        snprintf(text, WORD_MAX, "%s", rcodes[rcode]);
    else if (rcode == 16) /* RFC 6891 §9 */
        snprintf(text, WORD_MAX, "BADVERS");
    else
        snprintf(text, WORD_MAX, "RCODE%u", rcode & 0xfff);
    return text;
}
