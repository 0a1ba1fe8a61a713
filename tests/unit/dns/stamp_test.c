/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base64url.h"
#include "stamp.h"

#include <glib.h>
#include <string.h>

#define KEY "0123456789abcdef0123456789ABCDEF"

/* Among the fields given to `make`: the eight bytes 7, 0, 0... */
#define PROPERTIES "(properties)"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stamp, stamp_free)

static char *encode(const void *payload, size_t length)
{
    g_autofree char *encoded = g_malloc(BASE64URL_ENCODED_MAX(length));
    return g_strconcat("sdns://", base64url_encode(payload, length, encoded), NULL);
}

static void append_field(GByteArray *payload, const char *field)
{
    static const uint8_t properties[8] = {STAMP_DNSSEC | STAMP_NO_LOG | STAMP_NO_FILTER};
    if (strcmp(field, PROPERTIES) == 0) {
        g_byte_array_append(payload, properties, sizeof properties);
        return;
    }
    uint8_t head = 0;
    if (*field == '+') {
        head = 0x80;
        field++;
    }
    size_t length = strlen(field);
    head |= (uint8_t)length;
    g_byte_array_append(payload, &head, 1);
    g_byte_array_append(payload, (const uint8_t *)field, (guint)length);
}

/* The text of a stamp with these fields, up to a NULL; right or wrong. Each is written with its
 * length in front, and with bit 7 of that set if the field begins with '+'. */
static char *G_GNUC_NULL_TERMINATED make(unsigned kind, ...)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    const char *field;
    uint8_t first = (uint8_t)kind;
    va_list fields;
    g_byte_array_append(payload, &first, 1);
    va_start(fields, kind);
    while ((field = va_arg(fields, const char *)))
        append_field(payload, field);
    va_end(fields);
    return encode(payload->data, payload->len);
}

static Stamp *parsed(const char *text)
{
    Stamp *stamp = NULL;
    if (stamp_parse(text, &stamp) != STATUS_OK)
        g_error("this stamp does not parse: %s", text);
    return stamp;
}

static void assert_same_again(const char *text)
{
    g_autoptr(Stamp) stamp = parsed(text);
    g_autofree char *again = stamp_build(stamp);
    g_assert_cmpstr(again, ==, text);
}

static void assert_status(const char *text, Status expected)
{
    Stamp *stamp = NULL;
    Status status = stamp_parse(text, &stamp);
    if (status != expected)
        g_error("%s gives %s", text, status_name(status));
    g_assert_null(stamp);
}

/* Takes the text over. */
static void assert_malformed(char *text)
{
    assert_status(text, STATUS_MALFORMED);
    g_free(text);
}

static void assert_element(const StampList *list, guint i, const void *bytes, size_t length)
{
    gsize size;
    g_assert_cmpuint(i, <, list->len);
    const void *data = g_bytes_get_data(list->pdata[i], &size);
    g_assert_cmpmem(data, size, bytes, length);
}

static void plain_is_read(void)
{
    /* draft-denis-dns-stamps-02, appendix A.1 */
    g_autoptr(Stamp) stamp = parsed("sdns://AAEAAAAAAAAACjE5Mi4wLjIuNTM");
    g_assert_cmpint(stamp->kind, ==, STAMP_PLAIN);
    g_assert_cmpuint(stamp->properties, ==, STAMP_DNSSEC);
    g_assert_cmpstr(stamp->address, ==, "192.0.2.53");
    g_assert_null(stamp->host);
}

static void dnscrypt_is_read(void)
{
    g_autofree char *text =
        make(1, PROPERTIES, "192.0.2.1:8443", KEY, "2.dnscrypt-cert.example.com", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_DNSCRYPT);
    g_assert_cmpuint(stamp->properties, ==, STAMP_DNSSEC | STAMP_NO_LOG | STAMP_NO_FILTER);
    g_assert_cmpstr(stamp->address, ==, "192.0.2.1:8443");
    g_assert_cmpmem(stamp->provider_key, 32, KEY, 32);
    g_assert_cmpstr(stamp->provider_name, ==, "2.dnscrypt-cert.example.com");
    assert_same_again(text);
}

static void doh_is_read(void)
{
    g_autofree char *text =
        make(2, PROPERTIES, "", KEY, "dns.example.com", "/dns-query", "+9.9.9.9", "1.1.1.1", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_DOH);
    g_assert_cmpstr(stamp->address, ==, "");
    g_assert_cmpuint(stamp->hashes->len, ==, 1);
    assert_element(stamp->hashes, 0, KEY, 32);
    g_assert_cmpstr(stamp->host, ==, "dns.example.com");
    g_assert_cmpstr(stamp->path, ==, "/dns-query");
    g_assert_cmpuint(stamp->bootstrap->len, ==, 2);
    assert_element(stamp->bootstrap, 0, "9.9.9.9", 7);
    assert_element(stamp->bootstrap, 1, "1.1.1.1", 7);
    assert_same_again(text);
}

static void dot_is_read(void)
{
    g_autofree char *text = make(3, PROPERTIES, "[2001:db8::1]", "", "dot.example", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_DOT);
    g_assert_cmpstr(stamp->address, ==, "[2001:db8::1]");
    g_assert_cmpstr(stamp->host, ==, "dot.example");
    g_assert_cmpuint(stamp->hashes->len, ==, 0);
    g_assert_null(stamp->bootstrap);
    assert_same_again(text);
}

static void doq_is_read(void)
{
    g_autofree char *text = make(4, PROPERTIES, "192.0.2.1", "", "doq.example:784", "", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_DOQ);
    g_assert_cmpstr(stamp->host, ==, "doq.example:784");
    g_assert_cmpuint(stamp->bootstrap->len, ==, 0); /* there, but empty */
    assert_same_again(text);
}

static void odoh_target_is_read(void)
{
    g_autofree char *text = make(5, PROPERTIES, "odoh.example", "/q", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_ODOH_TARGET);
    g_assert_null(stamp->address);
    g_assert_cmpstr(stamp->host, ==, "odoh.example");
    g_assert_cmpstr(stamp->path, ==, "/q");
    assert_same_again(text);
}

static void relays_are_read(void)
{
    g_autofree char *dnscrypt = make(0x81, "192.0.2.1:443", NULL);
    g_autofree char *odoh = make(0x85, PROPERTIES, "", "", "relay.example", "/proxy", NULL);
    g_autoptr(Stamp) first = parsed(dnscrypt);
    g_assert_cmpint(first->kind, ==, STAMP_DNSCRYPT_RELAY);
    g_assert_cmpstr(first->address, ==, "192.0.2.1:443");
    g_assert_cmpuint(first->properties, ==, 0);
    g_autoptr(Stamp) second = parsed(odoh);
    g_assert_cmpint(second->kind, ==, STAMP_ODOH_RELAY);
    g_assert_cmpstr(second->path, ==, "/proxy");
    assert_same_again(dnscrypt);
    assert_same_again(odoh);
}

static void several_hashes_go_round(void)
{
    g_autofree char *text =
        make(3, PROPERTIES, "", "+" KEY, "+" KEY, "2123456789abcdef0123456789ABCDEF", "h", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpuint(stamp->hashes->len, ==, 3);
    assert_element(stamp->hashes, 2, "2123456789abcdef0123456789ABCDEF", 32);
    assert_same_again(text);
}

static void unknown_properties_are_kept(void)
{
    g_autofree char *text = encode("\0\xff\1\2\3\4\5\6\x87\0071.2.3.4", 17);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmphex(stamp->properties, ==, 0x87060504030201ff);
    assert_same_again(text);
}

static void slashes_may_be_missing(void)
{
    g_autoptr(Stamp) stamp = parsed("sdns:AAEAAAAAAAAACjE5Mi4wLjIuNTM");
    g_autofree char *text = stamp_build(stamp);
    g_assert_cmpstr(text, ==, "sdns://AAEAAAAAAAAACjE5Mi4wLjIuNTM");
}

static void unicode_hosts_are_kept(void)
{
    assert_malformed(make(5, PROPERTIES, "d\xc3h.test", "/", NULL));
    g_autofree char *text = make(5, PROPERTIES, "d\xc3\xb6h.test", "/", NULL);
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpstr(stamp->host, ==, "d\xc3\xb6h.test");
    assert_same_again(text);
}

static void other_text_is_malformed(void)
{
    assert_status("", STATUS_MALFORMED);
    assert_status("sdns", STATUS_MALFORMED);
    assert_status("sdns://", STATUS_MALFORMED);
    assert_status("https://AAEAAAAAAAAACjE5Mi4wLjIuNTM", STATUS_MALFORMED);
    assert_status("sdns:/AAEAAAAAAAAACjE5Mi4wLjIuNTM", STATUS_MALFORMED);
    assert_status("AAEAAAAAAAAACjE5Mi4wLjIuNTM", STATUS_MALFORMED);
    assert_status(" sdns://AAEAAAAAAAAACjE5Mi4wLjIuNTM", STATUS_MALFORMED);
    assert_status("sdns://AAEAAAAAAAAACjE5Mi4wLjIuNTM\n", STATUS_MALFORMED);
    assert_status("sdns://AAEAAAAAAAAACjE5Mi4wLjIuNTM=", STATUS_MALFORMED);
    assert_status("sdns://AAEAAAAAAAAACjE5Mi4wLjIuNTN", STATUS_MALFORMED); /* stray bits */
}

static void unknown_kinds_are_unsupported(void)
{
    for (unsigned kind = 0; kind < 256; kind++) {
        if (kind <= 5 || kind == 0x81 || kind == 0x85)
            continue;
        g_autofree char *text = make(kind, "x", NULL);
        assert_status(text, STATUS_UNSUPPORTED);
    }
}

/* Neither a shorter nor a longer payload than a good one is good. */
static void assert_length_counts(char *text)
{
    uint8_t payload[128] = {0};
    size_t length;
    assert_same_again(text);
    g_assert_cmpint(base64url_decode(text + 7, strlen(text + 7), payload, &length), ==, STATUS_OK);
    for (size_t cut = 0; cut < length; cut++)
        assert_malformed(encode(payload, cut));
    assert_malformed(encode(payload, length + 1));
    g_free(text);
}

static void missing_and_trailing_bytes_are_malformed(void)
{
    assert_length_counts(make(0, PROPERTIES, "192.0.2.1", NULL));
    assert_length_counts(make(1, PROPERTIES, "192.0.2.1", KEY, "2.dnscrypt-cert.example", NULL));
    assert_length_counts(make(5, PROPERTIES, "odoh.example", "/q", NULL));
    assert_length_counts(make(0x81, "192.0.2.1", NULL));
}

static void bytes_behind_bootstrap_are_malformed(void)
{
    g_autofree char *good = make(3, PROPERTIES, "", "", "h", "1.2.3.4", NULL);
    assert_same_again(good);
    assert_malformed(make(3, PROPERTIES, "", "", "h", "1.2.3.4", "1.2.3.4", NULL));
    assert_malformed(make(3, PROPERTIES, "", "", "h", "1.2.3.4", "", NULL));
}

static void empty_fields_are_malformed(void)
{
    assert_malformed(make(0, PROPERTIES, "", NULL));
    assert_malformed(make(1, PROPERTIES, "", KEY, "2.dnscrypt-cert.example", NULL));
    assert_malformed(make(1, PROPERTIES, "192.0.2.1", KEY, "", NULL));
    assert_malformed(make(2, PROPERTIES, "", "", "", "/q", NULL));
    assert_malformed(make(2, PROPERTIES, "", "", "h", "", NULL));
    assert_malformed(make(0x81, "", NULL));
}

static void keys_and_hashes_have_32_bytes(void)
{
    assert_malformed(make(1, PROPERTIES, "192.0.2.1", &KEY[1], "2.dnscrypt-cert.example", NULL));
    assert_malformed(make(1, PROPERTIES, "192.0.2.1", KEY "x", "2.dnscrypt-cert.example", NULL));
    assert_malformed(make(3, PROPERTIES, "", &KEY[1], "h", NULL));
    assert_malformed(make(3, PROPERTIES, "", "+" KEY, KEY "x", "h", NULL));
}

static void empty_strings_in_lists_are_malformed(void)
{
    assert_malformed(make(3, PROPERTIES, "", "+", KEY, "h", NULL));
    assert_malformed(make(3, PROPERTIES, "", "+", "", "h", NULL));
    assert_malformed(make(3, PROPERTIES, "", "", "h", "+1.2.3.4", "", NULL));
}

static void list_without_its_last_element_is_malformed(void)
{
    assert_malformed(make(3, PROPERTIES, "", "", "h", "+1.2.3.4", NULL));
}

static void path_begins_with_a_slash(void)
{
    assert_malformed(make(5, PROPERTIES, "h", "dns-query", NULL));
}

static void control_characters_are_malformed(void)
{
    assert_malformed(make(0, PROPERTIES, "192.0.2.1\n", NULL));
    assert_malformed(make(5, PROPERTIES, "h\x7f", "/", NULL));
    assert_malformed(make(3, PROPERTIES, "", "", "h", "1.2.3.4\t", NULL));
    assert_malformed(encode("\x81\0031\0002", 5)); /* a NUL would cut the text short */
}

static void fields_too_long_do_not_build(void)
{
    g_autofree char *host = g_strnfill(256, 'h');
    g_autofree char *element = g_strnfill(128, 'e');
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    Stamp stamp = {.kind = STAMP_DOT, .address = NULL, .host = host};
    g_assert_null(stamp_build(&stamp));
    host[255] = '\0';
    g_autofree char *fits = stamp_build(&stamp);
    assert_same_again(fits);

    g_ptr_array_add(list, g_bytes_new(element, 128));
    stamp.bootstrap = list;
    g_assert_null(stamp_build(&stamp));
    g_ptr_array_set_size(list, 0);
    g_ptr_array_add(list, g_bytes_new(element, 127));
    g_autofree char *list_fits = stamp_build(&stamp);
    assert_same_again(list_fits);
}

/* Each line that begins as a stamp, in a list file or in our own fixture. */
static unsigned check_file(const char *path)
{
    g_autofree char *content = NULL;
    g_autoptr(GError) error = NULL;
    unsigned count = 0;
    g_file_get_contents(path, &content, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], "sdns:"))
            continue;
        assert_same_again(lines[i]);
        count++;
    }
    return count;
}

static void published_stamps_go_round(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "stamps.txt", NULL);
    g_assert_cmpuint(check_file(path), ==, 64);
}

static void every_published_stamp_goes_round(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "published-stamps.txt", NULL);
    g_assert_cmpuint(check_file(path), ==, 436 + 483 + 346 + 146 + 2);
}

/* More of them, for checking a whole list by hand: SOTTO_STAMP_LISTS=a.md:b.md */
static void lists_given_go_round(void)
{
    g_auto(GStrv) files = g_strsplit(g_getenv("SOTTO_STAMP_LISTS"), ":", -1);
    unsigned count = 0;
    for (size_t i = 0; files[i]; i++)
        count += check_file(files[i]);
    g_test_message("%u stamps", count);
    g_assert_cmpuint(count, >, 0);
}

static void add_kind_tests(void)
{
    g_test_add_func("/stamp/plain-is-read", plain_is_read);
    g_test_add_func("/stamp/dnscrypt-is-read", dnscrypt_is_read);
    g_test_add_func("/stamp/doh-is-read", doh_is_read);
    g_test_add_func("/stamp/dot-is-read", dot_is_read);
    g_test_add_func("/stamp/doq-is-read", doq_is_read);
    g_test_add_func("/stamp/odoh-target-is-read", odoh_target_is_read);
    g_test_add_func("/stamp/relays-are-read", relays_are_read);
    g_test_add_func("/stamp/several-hashes-go-round", several_hashes_go_round);
    g_test_add_func("/stamp/unknown-properties-are-kept", unknown_properties_are_kept);
    g_test_add_func("/stamp/slashes-may-be-missing", slashes_may_be_missing);
    g_test_add_func("/stamp/unicode-hosts-are-kept", unicode_hosts_are_kept);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_kind_tests();
    g_test_add_func("/stamp/other-text-is-malformed", other_text_is_malformed);
    g_test_add_func("/stamp/unknown-kinds-are-unsupported", unknown_kinds_are_unsupported);
    g_test_add_func("/stamp/missing-and-trailing-bytes-are-malformed",
                    missing_and_trailing_bytes_are_malformed);
    g_test_add_func("/stamp/bytes-behind-bootstrap-are-malformed",
                    bytes_behind_bootstrap_are_malformed);
    g_test_add_func("/stamp/empty-fields-are-malformed", empty_fields_are_malformed);
    g_test_add_func("/stamp/keys-and-hashes-have-32-bytes", keys_and_hashes_have_32_bytes);
    g_test_add_func("/stamp/empty-strings-in-lists-are-malformed",
                    empty_strings_in_lists_are_malformed);
    g_test_add_func("/stamp/list-without-its-last-element-is-malformed",
                    list_without_its_last_element_is_malformed);
    g_test_add_func("/stamp/path-begins-with-a-slash", path_begins_with_a_slash);
    g_test_add_func("/stamp/control-characters-are-malformed", control_characters_are_malformed);
    g_test_add_func("/stamp/fields-too-long-do-not-build", fields_too_long_do_not_build);
    g_test_add_func("/stamp/published-stamps-go-round", published_stamps_go_round);
    g_test_add_func("/stamp/every-published-stamp-goes-round", every_published_stamp_goes_round);
    if (g_getenv("SOTTO_STAMP_LISTS"))
        g_test_add_func("/stamp/lists-given-go-round", lists_given_go_round);
    return g_test_run();
}
