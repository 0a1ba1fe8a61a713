/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns64_scene.h"

#include "record_address.h"

const Ask dns64_www6 = {.name = "www.example.com", .type = RRTYPE_AAAA, .id = 7, .udp_size = 1232};

void dns64_set_up(Harness *harness, gconstpointer resolver_count)
{
    harness_set_up(harness, resolver_count);
    engine_apply(harness->engine, harness->plan);
    engine_set_nat64(harness->engine, &nat64_well_known);
    fake_servers[1].only_ipv4 = true;
}

const char *dns64_contents(const Message *answer)
{
    static char text[1024];
    RecordIterator iterator = record_iterator(answer);
    Record record;

    g_snprintf(text, sizeof text, "%u", message_rcode(answer));
    while (record_next(&iterator, &record) && record.section == 1) {
        char word[NAME_MAX_TEXT] = "other";
        Address address;

        if (record_address(answer, &record, &address)) {
            address_format_host(&address, word);
        } else if (record.type == RRTYPE_CNAME || record.type == RRTYPE_PTR) {
            WireReader reader = wire_reader(answer->wire, answer->length);
            Name name;

            reader.position = record.rdata;
            name_read(&reader, &name);
            name_format(&name, word);
        }
        g_strlcat(text, " ", sizeof text);
        g_strlcat(text, word, sizeof text);
    }
    return text;
}
