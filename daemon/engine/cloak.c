/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names answered with something else: an address by hand, or what another name has.
 *
 * An alias is answered as a CNAME would be: that record, then whatever the other name's answer
 * holds. The names in that answer are pointers into a message with another question, so every
 * record is written anew, its names in full. Only the types of RFC 1035 and those of RFC 3597 §4
 * may have compressed names in their data.
 */
#include "cloak.h"

#include <string.h>

#define ALIAS_STEPS_MAX 8
#define ALIAS_TTL_S     60

enum {
    RRTYPE_MX = 15,
    RRTYPE_RP = 17,
    RRTYPE_AFSDB = 18,
    RRTYPE_RT = 21,
    RRTYPE_PX = 26,
    RRTYPE_SRV = 33,
    RRTYPE_KX = 36,
    RRTYPE_DNAME = 39
};

struct Cloaks {
    NameSet *names; /* the numbers are places in `cloaks` */
    GPtrArray *cloaks;
};

static void cloak_free(gpointer data)
{
    Cloak *cloak = data;

    g_free(cloak->alias);
    g_byte_array_unref(cloak->v4);
    g_byte_array_unref(cloak->v6);
    g_free(cloak);
}

Cloaks *cloaks_new(void)
{
    Cloaks *cloaks = g_new0(Cloaks, 1);

    cloaks->names = name_set_new();
    cloaks->cloaks = g_ptr_array_new_with_free_func(cloak_free);
    return cloaks;
}

void cloaks_free(Cloaks *cloaks)
{
    if (!cloaks)
        return;
    name_set_free(cloaks->names);
    g_ptr_array_unref(cloaks->cloaks);
    g_free(cloaks);
}

size_t cloaks_count(const Cloaks *cloaks)
{
    return cloaks->cloaks->len;
}

/* The cloak of exactly this name, made if there is none; NULL for the root. */
static Cloak *get(Cloaks *cloaks, const Name *name, bool below, const char *label, uint32_t line)
{
    NameKey key;
    NameMatch match;
    Cloak *cloak;

    name_key_init(&key, name);
    if (name_set_find(cloaks->names, &key, &match) && match.start == 0)
        return g_ptr_array_index(cloaks->cloaks, match.value);
    if (name_set_add(cloaks->names, &key, below, cloaks->cloaks->len) != STATUS_OK)
        return NULL;
    cloak = g_new0(Cloak, 1);
    cloak->label = label;
    cloak->line = line;
    cloak->v4 = g_byte_array_new();
    cloak->v6 = g_byte_array_new();
    g_ptr_array_add(cloaks->cloaks, cloak);
    return cloak;
}

Status cloaks_add_address(Cloaks *cloaks, const Name *name, bool below, const uint8_t *address,
                          size_t length, const char *label, uint32_t line)
{
    Cloak *cloak = get(cloaks, name, below, label, line);

    if (!cloak || cloak->alias)
        return STATUS_INVALID;
    g_byte_array_append(length == 4 ? cloak->v4 : cloak->v6, address, (guint)length);
    return STATUS_OK;
}

Status cloaks_add_alias(Cloaks *cloaks, const Name *name, bool below, const Name *alias,
                        const char *label, uint32_t line)
{
    Cloak *cloak = get(cloaks, name, below, label, line);

    if (!cloak || cloak->alias || cloak->v4->len > 0 || cloak->v6->len > 0)
        return STATUS_INVALID;
    cloak->alias = g_memdup2(alias, sizeof *alias);
    return STATUS_OK;
}

static const Cloak *find(const Cloaks *cloaks, const NameKey *key)
{
    NameMatch match;
    const Cloak *cloak;

    if (!name_set_find(cloaks->names, key, &match))
        return NULL;
    cloak = g_ptr_array_index(cloaks->cloaks, match.value);
    if (cloak->alias && name_equal(cloak->alias, &key->name))
        return NULL; /* already what it is to become */
    return cloak;
}

bool cloaks_find(const Cloaks *cloaks, const NameKey *key, CloakMatch *match)
{
    const Cloak *cloak = cloaks ? find(cloaks, key) : NULL;

    if (!cloak)
        return false;
    *match = (CloakMatch){.cloak = cloak, .end = cloak};
    for (int step = 0; match->end && match->end->alias && step < ALIAS_STEPS_MAX; step++) {
        NameKey next;

        match->alias = match->end->alias;
        if (name_equal(match->alias, &key->name))
            return false; /* in a circle: no name is an alias of itself */
        name_key_init(&next, match->alias);
        match->end = find(cloaks, &next);
    }
    if (match->end && match->end->alias) /* too far, or into a circle: whatever the last one is */
        match->end = NULL;
    return true;
}

Status cloak_query(const Message *query, const Name *alias, uint8_t *out, size_t capacity,
                   Message *asked)
{
    WireWriter writer = wire_writer(out, capacity);

    wire_write_u16(&writer, query->id);
    wire_write_u16(&writer, query->flags);
    wire_write_u16(&writer, 1);
    wire_write_u32(&writer, 0);
    wire_write_u16(&writer, query->has_edns ? 1 : 0);
    wire_write_bytes(&writer, alias->wire, alias->length);
    wire_write_u16(&writer, query->qtype);
    wire_write_u16(&writer, query->qclass);
    wire_write_bytes(&writer, query->wire + query->opt, query->opt_end - query->opt);
    return writer.failed ? STATUS_NO_SPACE : message_parse(asked, out, writer.position);
}

/* What stands before a name in the data of this type; -1 where there is no name to write out. */
static int octets_before_name(uint16_t type)
{
    switch (type) {
    case RRTYPE_NS:
    case RRTYPE_CNAME:
    case RRTYPE_PTR:
    case RRTYPE_DNAME:
    case RRTYPE_SOA:
    case RRTYPE_RP:
        return 0;
    case RRTYPE_MX:
    case RRTYPE_AFSDB:
    case RRTYPE_RT:
    case RRTYPE_KX:
    case RRTYPE_PX:
        return 2;
    case RRTYPE_SRV:
        return 6;
    default: /* a number from the wire: all other types have no compressed names */
        return -1;
    }
}

static void write_name(WireWriter *writer, WireReader *reader)
{
    Name name;

    name_read(reader, &name);
    if (!reader->failed)
        wire_write_bytes(writer, name.wire, name.length);
}

/* The data with its names in full, behind its length. */
static void write_data(WireWriter *writer, WireReader *reader, const Record *record)
{
    size_t length_at = writer->position, end = record->rdata + record->rdata_length;
    int before = octets_before_name(record->type);
    bool two = record->type == RRTYPE_SOA || record->type == RRTYPE_RP || record->type == RRTYPE_PX;

    wire_write_u16(writer, 0);
    if (reader->failed)
        return;
    reader->position = record->rdata;
    if (before >= 0 && record->rdata_length > (size_t)before) {
        const uint8_t *head = wire_read_bytes(reader, (size_t)before);

        wire_write_bytes(writer, head, (size_t)before);
        write_name(writer, reader);
        if (two)
            write_name(writer, reader);
    }
    if (reader->failed || reader->position > end) {
        reader->failed = true;
        return;
    }
    wire_write_bytes(writer, reader->bytes + reader->position, end - reader->position);
    if (!writer->failed)
        wire_put_u16(writer->bytes + length_at, (uint16_t)(writer->position - length_at - 2));
}

/* Records of answer and authority, the alias's name now the owner's. */
static Status write_records(WireWriter *writer, const Message *message, const Answer *answer,
                            uint16_t counts[2])
{
    RecordIterator iterator = record_iterator(message);
    WireReader reader = wire_reader(message->wire, message->length);
    Record record;

    while (!reader.failed && record_next(&iterator, &record) && record.section < 3) {
        reader.position = record.offset;
        write_name(writer, &reader);
        wire_write_u16(writer, record.type);
        wire_write_u16(writer, record.rrclass);
        wire_write_u32(writer, answer_current_ttl(answer, &record));
        write_data(writer, &reader, &record);
        counts[record.section - 1]++;
    }
    return reader.failed ? STATUS_MALFORMED : writer->failed ? STATUS_NO_SPACE : STATUS_OK;
}

Status cloak_answer(const Answer *answer, const Message *query, const Name *alias, uint8_t *scratch,
                    size_t capacity, Answer *out)
{
    WireWriter writer = wire_writer(scratch, capacity);
    uint16_t counts[2] = {1, 0};
    Message message;
    Status status = message_parse(&message, answer->wire, answer->length);

    if (status != STATUS_OK)
        return status;
    wire_write_bytes(&writer, answer->wire, MESSAGE_HEADER_LENGTH);
    wire_write_bytes(&writer, query->wire + MESSAGE_HEADER_LENGTH,
                     query->records - MESSAGE_HEADER_LENGTH);
    wire_write_u16(&writer, 0xc000 | MESSAGE_HEADER_LENGTH);
    wire_write_u16(&writer, RRTYPE_CNAME);
    wire_write_u16(&writer, CLASS_IN);
    wire_write_u32(&writer, ALIAS_TTL_S);
    wire_write_u16(&writer, alias->length);
    wire_write_bytes(&writer, alias->wire, alias->length);
    status = write_records(&writer, &message, answer, counts);
    if (status != STATUS_OK)
        return status;
    /* nothing signed says that the name is an alias, so the whole is not authenticated */
    wire_put_u16(scratch + 2, (uint16_t)(wire_get_u16(scratch + 2) & ~MESSAGE_AD));
    wire_put_u16(scratch + 6, counts[0]);
    wire_put_u16(scratch + 8, counts[1]);
    wire_put_u16(scratch + 10, 0);
    *out = (Answer){.wire = scratch,
                    .length = writer.position,
                    .records = query->records,
                    .rcode = answer->rcode,
                    .ede = answer->ede,
                    .ede_text = answer->ede_text};
    return STATUS_OK;
}
