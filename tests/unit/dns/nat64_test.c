/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples of RFC 6052 §2.4, and answers that tell of a prefix, truly or not. */
#include "nat64.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#define ANSWER_MAX 1024

/* Six zero octets are an address of their own; the tests' texts are always addresses. */
static void read_address(const char *text, uint8_t address[NAT64_IPV6_LENGTH])
{
    g_assert_cmpint(inet_pton(AF_INET6, text, address), ==, 1);
}

static Nat64Prefix read_prefix(const char *text, unsigned bits)
{
    uint8_t address[NAT64_IPV6_LENGTH];
    Nat64Prefix prefix;

    read_address(text, address);
    g_assert_cmpint(nat64_prefix_init(&prefix, address, bits), ==, STATUS_OK);
    return prefix;
}

static void assert_refused(const char *text, unsigned bits)
{
    uint8_t address[NAT64_IPV6_LENGTH];
    Nat64Prefix prefix;

    read_address(text, address);
    g_assert_cmpint(nat64_prefix_init(&prefix, address, bits), ==, STATUS_INVALID);
}

/* RFC 6052 §2.4, tables 2 and 3. */
static const struct {
    const char *prefix;
    unsigned bits;
    const char *embedded; /* 192.0.2.33 */
} examples[] = {
    {"2001:db8::", 32, "2001:db8:c000:221::"},
    {"2001:db8:100::", 40, "2001:db8:1c0:2:21::"},
    {"2001:db8:122::", 48, "2001:db8:122:c000:2:2100::"},
    {"2001:db8:122:300::", 56, "2001:db8:122:3c0:0:221::"},
    {"2001:db8:122:344::", 64, "2001:db8:122:344:c0:2:2100::"},
    {"2001:db8:122:344::", 96, "2001:db8:122:344::192.0.2.33"},
    {"64:ff9b::", 96, "64:ff9b::192.0.2.33"},
};

static const uint8_t example4[] = {192, 0, 2, 33};

static void examples_are_embedded(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        Nat64Prefix prefix = read_prefix(examples[i].prefix, examples[i].bits);
        uint8_t expected[NAT64_IPV6_LENGTH], embedded[NAT64_IPV6_LENGTH];

        read_address(examples[i].embedded, expected);
        nat64_embed(&prefix, example4, embedded);
        g_assert_cmpmem(embedded, sizeof embedded, expected, sizeof expected);
    }
}

static void examples_are_extracted(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        Nat64Prefix prefix = read_prefix(examples[i].prefix, examples[i].bits);
        uint8_t embedded[NAT64_IPV6_LENGTH], v4[NAT64_IPV4_LENGTH];

        read_address(examples[i].embedded, embedded);
        g_assert_true(nat64_extract(&prefix, embedded, v4));
        g_assert_cmpmem(v4, sizeof v4, example4, sizeof example4);
    }
}

static void other_addresses_hold_none(void)
{
    uint8_t address[NAT64_IPV6_LENGTH], v4[NAT64_IPV4_LENGTH];
    Nat64Prefix none = {0}, wide = read_prefix("2001:db8::", 32);

    read_address("64:ff9b:1::192.0.2.33", address);
    g_assert_false(nat64_extract(&nat64_well_known, address, v4));
    g_assert_false(nat64_extract(&none, address, v4));
    read_address("2001:db8:c000:221:100::", address); /* the reserved octet is not zero */
    g_assert_false(nat64_extract(&wide, address, v4));
}

static void bits_behind_the_prefix_do_not_count(void)
{
    Nat64Prefix a = read_prefix("2001:db8:122:344::1", 64);
    Nat64Prefix b = read_prefix("2001:db8:122:344::2", 64);

    g_assert_true(nat64_prefix_equal(&a, &b));
}

static void other_lengths_are_refused(void)
{
    assert_refused("2001:db8::", 0);
    assert_refused("2001:db8::", 24);
    assert_refused("2001:db8::", 33);
    assert_refused("2001:db8::", 72);
    assert_refused("2001:db8::", 128);
}

static void reserved_octet_is_zero(void)
{
    assert_refused("2001:db8:122:344:100::", 64);
    assert_refused("2001:db8:122:344:100::", 96);
}

static void prefixes_that_lead_nowhere_are_refused(void)
{
    assert_refused("::", 96);
    assert_refused("::ffff:0:0", 96);
    assert_refused("::", 32);
    assert_refused("fe80::", 96);
    assert_refused("ff02::", 96);
}

static void prefix_of_a_site_is_accepted(void)
{
    (void)read_prefix("64:ff9b:1::", 48);
    (void)read_prefix("fd00:6464::", 96);
}

static void some_addresses_are_not_embedded(void)
{
    static const uint8_t never[][4] = {
        {0, 0, 0, 0}, {127, 0, 0, 1}, {224, 0, 0, 251}, {255, 255, 255, 255}};
    static const uint8_t private[][4] = {
        {10, 1, 2, 3}, {100, 64, 0, 1}, {169, 254, 1, 1}, {172, 16, 0, 1}, {192, 168, 1, 1}};
    Nat64Prefix own = read_prefix("2001:db8::", 96), none = {0};

    for (size_t i = 0; i < G_N_ELEMENTS(never); i++)
        g_assert_false(nat64_may_embed(&own, never[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(private); i++) {
        g_assert_false(nat64_may_embed(&nat64_well_known, private[i]));
        g_assert_true(nat64_may_embed(&own, private[i]));
    }
    g_assert_true(nat64_may_embed(&nat64_well_known, example4));
    g_assert_false(nat64_may_embed(&none, example4));
}

static void text_is_as_people_write_it(void)
{
    char text[NAT64_PREFIX_MAX_TEXT];
    Nat64Prefix none = {0}, own = read_prefix("2001:db8:122:344::", 64);

    g_assert_cmpstr(nat64_prefix_format(&nat64_well_known, text), ==, "64:ff9b::/96");
    g_assert_cmpstr(nat64_prefix_format(&own, text), ==, "2001:db8:122:344::/64");
    g_assert_cmpstr(nat64_prefix_format(&none, text), ==, "none");
}

/* ---- answers ---- */

/* AAAA records in the answer section, each owned by the question's name. */
typedef struct Scene {
    uint8_t wire[ANSWER_MAX];
    Message reply;
    Nat64Prefix prefixes[NAT64_PREFIXES_MAX];
    uint32_t ttl_s;
} Scene;

static void write_record(WireWriter *writer, uint16_t type, uint32_t ttl_s, const void *data,
                         uint16_t length)
{
    wire_write_u16(writer, 0xc00c);
    wire_write_u16(writer, type);
    wire_write_u16(writer, CLASS_IN);
    wire_write_u32(writer, ttl_s);
    wire_write_u16(writer, length);
    wire_write_bytes(writer, data, length);
}

/* `addresses` ends with NULL; the TTLs are 300, 301, ... */
static size_t find(Scene *scene, const char *const *addresses)
{
    WireWriter writer = wire_writer(scene->wire, sizeof scene->wire);
    uint16_t count = 0;

    wire_write_u16(&writer, 7);
    wire_write_u16(&writer, MESSAGE_QR | MESSAGE_RD | MESSAGE_RA);
    wire_write_u16(&writer, 1);
    wire_write_zeros(&writer, 6);
    wire_write_bytes(&writer, nat64_known_name.wire, nat64_known_name.length);
    wire_write_u16(&writer, RRTYPE_AAAA);
    wire_write_u16(&writer, CLASS_IN);
    for (; addresses[count]; count++) {
        uint8_t address[NAT64_IPV6_LENGTH];

        read_address(addresses[count], address);
        write_record(&writer, RRTYPE_AAAA, 300u + count, address, sizeof address);
    }
    wire_put_u16(scene->wire + 6, count);
    g_assert_false(writer.failed);
    g_assert_cmpint(message_parse(&scene->reply, scene->wire, writer.position), ==, STATUS_OK);
    scene->ttl_s = 0;
    return nat64_find(&scene->reply, scene->prefixes, &scene->ttl_s);
}

#define FIND(scene, ...) find((scene), (const char *const[]){__VA_ARGS__, NULL})

static void assert_prefix(const Nat64Prefix *prefix, const char *expected)
{
    char text[NAT64_PREFIX_MAX_TEXT];

    g_assert_cmpstr(nat64_prefix_format(prefix, text), ==, expected);
}

static void well_known_prefix_is_found(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "64:ff9b::192.0.0.171", "64:ff9b::192.0.0.170"), ==, 1);
    assert_prefix(&scene.prefixes[0], "64:ff9b::/96");
}

static void every_length_is_found(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        Nat64Prefix prefix = read_prefix(examples[i].prefix, examples[i].bits);
        char text[INET6_ADDRSTRLEN];
        uint8_t address[NAT64_IPV6_LENGTH];
        Scene scene;

        nat64_embed(&prefix, nat64_known_addresses[1], address);
        inet_ntop(AF_INET6, address, text, sizeof text);
        g_assert_cmpuint(FIND(&scene, text), ==, 1);
        g_assert_true(nat64_prefix_equal(&scene.prefixes[0], &prefix));
    }
}

static void least_ttl_counts(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "2001:db8::192.0.0.170", "64:ff9b::192.0.0.170"), ==, 2);
    g_assert_cmpuint(scene.ttl_s, ==, 300);
}

static void several_prefixes_keep_their_order(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "2001:db8:1::192.0.0.170", "2001:db8:1::192.0.0.171",
                          "64:ff9b::192.0.0.170", "64:ff9b::192.0.0.171"),
                     ==, 2);
    assert_prefix(&scene.prefixes[0], "2001:db8:1::/96");
    assert_prefix(&scene.prefixes[1], "64:ff9b::/96");
}

static void too_many_prefixes_are_left_out(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "2001:db8:1::192.0.0.170", "2001:db8:2::192.0.0.170",
                          "2001:db8:3::192.0.0.170", "2001:db8:4::192.0.0.170",
                          "2001:db8:5::192.0.0.170"),
                     ==, NAT64_PREFIXES_MAX);
}

/* RFC 7050 §3: a prefix that holds 192.0.0.170 itself. */
static void known_address_in_the_prefix_is_told_apart(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "2001:db8:c000:aa::192.0.0.170", "2001:db8:c000:aa::192.0.0.171"),
                     ==, 1);
    assert_prefix(&scene.prefixes[0], "2001:db8:c000:aa::/96");
}

static void ambiguous_answer_tells_nothing(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "2001:db8:c000:aa::192.0.0.170"), ==, 0);
    g_assert_cmpuint(FIND(&scene, "2001:db8:c000:ab::192.0.0.171"), ==, 0);
}

static void other_addresses_tell_nothing(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "64:ff9b::192.0.0.172", "2001:db8::1"), ==, 0);
    g_assert_cmpuint(find(&scene, (const char *const[]){NULL}), ==, 0);
    g_assert_cmpuint(scene.ttl_s, ==, 0);
}

static void lies_are_not_believed(void)
{
    Scene scene;

    g_assert_cmpuint(FIND(&scene, "::ffff:192.0.0.170"), ==, 0);
    g_assert_cmpuint(FIND(&scene, "::192.0.0.170"), ==, 0);
    g_assert_cmpuint(FIND(&scene, "ff02::192.0.0.170"), ==, 0);
    g_assert_cmpuint(FIND(&scene, "fe80::192.0.0.170"), ==, 0);
    g_assert_cmpuint(FIND(&scene, "2001:db8:0:0:ff00:0:192.0.0.170"), ==, 0);
}

static void records_of_another_length_are_passed_over(void)
{
    static const uint8_t rest[] = "\xc0\x00\x00\xaa\xc0\x00\x00\xaa";
    Scene scene;
    WireWriter writer = wire_writer(scene.wire, sizeof scene.wire);

    (void)find(&scene, (const char *const[]){NULL});
    writer.position = scene.reply.length;
    write_record(&writer, RRTYPE_AAAA, 60, rest, 4);
    write_record(&writer, RRTYPE_A, 60, rest, 4);
    write_record(&writer, RRTYPE_AAAA, 60, rest, 0);
    write_record(&writer, RRTYPE_TXT, 60, rest, 8);
    wire_put_u16(scene.wire + 6, 4);
    g_assert_cmpint(message_parse(&scene.reply, scene.wire, writer.position), ==, STATUS_OK);
    g_assert_cmpuint(nat64_find(&scene.reply, scene.prefixes, &scene.ttl_s), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nat64/examples-are-embedded", examples_are_embedded);
    g_test_add_func("/nat64/examples-are-extracted", examples_are_extracted);
    g_test_add_func("/nat64/other-addresses-hold-none", other_addresses_hold_none);
    g_test_add_func("/nat64/bits-behind-the-prefix-do-not-count",
                    bits_behind_the_prefix_do_not_count);
    g_test_add_func("/nat64/other-lengths-are-refused", other_lengths_are_refused);
    g_test_add_func("/nat64/reserved-octet-is-zero", reserved_octet_is_zero);
    g_test_add_func("/nat64/prefixes-that-lead-nowhere-are-refused",
                    prefixes_that_lead_nowhere_are_refused);
    g_test_add_func("/nat64/prefix-of-a-site-is-accepted", prefix_of_a_site_is_accepted);
    g_test_add_func("/nat64/some-addresses-are-not-embedded", some_addresses_are_not_embedded);
    g_test_add_func("/nat64/text-is-as-people-write-it", text_is_as_people_write_it);
    g_test_add_func("/nat64/well-known-prefix-is-found", well_known_prefix_is_found);
    g_test_add_func("/nat64/every-length-is-found", every_length_is_found);
    g_test_add_func("/nat64/least-ttl-counts", least_ttl_counts);
    g_test_add_func("/nat64/several-prefixes-keep-their-order", several_prefixes_keep_their_order);
    g_test_add_func("/nat64/too-many-prefixes-are-left-out", too_many_prefixes_are_left_out);
    g_test_add_func("/nat64/known-address-in-the-prefix-is-told-apart",
                    known_address_in_the_prefix_is_told_apart);
    g_test_add_func("/nat64/ambiguous-answer-tells-nothing", ambiguous_answer_tells_nothing);
    g_test_add_func("/nat64/other-addresses-tell-nothing", other_addresses_tell_nothing);
    g_test_add_func("/nat64/lies-are-not-believed", lies_are_not_believed);
    g_test_add_func("/nat64/records-of-another-length-are-passed-over",
                    records_of_another_length_are_passed_over);
    return g_test_run();
}
