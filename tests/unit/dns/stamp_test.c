/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base64url.h"
#include "stamp.h"

#include <glib.h>
#include <string.h>

#define KEY                                                                                        \
    "\x20"                                                                                         \
    "0123456789abcdef0123456789ABCDEF"
#define PROPS "\7\0\0\0\0\0\0\0"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stamp, stamp_free)

/* The text of a payload given as a string literal. */
#define TEXT(payload) text_of(payload, sizeof(payload) - 1)

static char *text_of(const char *payload, size_t length)
{
    g_autofree char *encoded = g_malloc(BASE64URL_ENCODED_MAX(length));
    return g_strconcat("sdns://", base64url_encode((const uint8_t *)payload, length, encoded),
                       NULL);
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
    g_autofree char *text = TEXT("\1" PROPS "\x0e"
                                 "192.0.2.1:8443" KEY "\x1b"
                                 "2.dnscrypt-cert.example.com");
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_DNSCRYPT);
    g_assert_cmpuint(stamp->properties, ==, STAMP_DNSSEC | STAMP_NO_LOG | STAMP_NO_FILTER);
    g_assert_cmpstr(stamp->address, ==, "192.0.2.1:8443");
    g_assert_cmpmem(stamp->provider_key, 32, KEY + 1, 32);
    g_assert_cmpstr(stamp->provider_name, ==, "2.dnscrypt-cert.example.com");
    assert_same_again(text);
}

static void doh_is_read(void)
{
    g_autofree char *text = TEXT("\2" PROPS "\0" KEY "\x0f"
                                 "dns.example.com"
                                 "\x0a"
                                 "/dns-query"
                                 "\x87"
                                 "9.9.9.9"
                                 "\x07"
                                 "1.1.1.1");
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_DOH);
    g_assert_cmpstr(stamp->address, ==, "");
    g_assert_cmpuint(stamp->hashes->len, ==, 1);
    assert_element(stamp->hashes, 0, KEY + 1, 32);
    g_assert_cmpstr(stamp->host, ==, "dns.example.com");
    g_assert_cmpstr(stamp->path, ==, "/dns-query");
    g_assert_cmpuint(stamp->bootstrap->len, ==, 2);
    assert_element(stamp->bootstrap, 0, "9.9.9.9", 7);
    assert_element(stamp->bootstrap, 1, "1.1.1.1", 7);
    assert_same_again(text);
}

static void dot_and_doq_are_read(void)
{
    g_autofree char *dot = TEXT("\3" PROPS "\x0d"
                                "[2001:db8::1]"
                                "\0"
                                "\x0b"
                                "dot.example");
    g_autofree char *doq = TEXT("\4" PROPS "\x09"
                                "192.0.2.1"
                                "\0"
                                "\x0f"
                                "doq.example:784"
                                "\0");
    g_autoptr(Stamp) first = parsed(dot);
    g_assert_cmpint(first->kind, ==, STAMP_DOT);
    g_assert_cmpstr(first->address, ==, "[2001:db8::1]");
    g_assert_cmpstr(first->host, ==, "dot.example");
    g_assert_cmpuint(first->hashes->len, ==, 0);
    g_assert_null(first->bootstrap);
    g_autoptr(Stamp) second = parsed(doq);
    g_assert_cmpint(second->kind, ==, STAMP_DOQ);
    g_assert_cmpstr(second->host, ==, "doq.example:784");
    g_assert_cmpuint(second->bootstrap->len, ==, 0); /* there, but empty */
    assert_same_again(dot);
    assert_same_again(doq);
}

static void odoh_target_is_read(void)
{
    g_autofree char *text = TEXT("\5" PROPS "\x0c"
                                 "odoh.example"
                                 "\x02"
                                 "/q");
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpint(stamp->kind, ==, STAMP_ODOH_TARGET);
    g_assert_null(stamp->address);
    g_assert_cmpstr(stamp->host, ==, "odoh.example");
    g_assert_cmpstr(stamp->path, ==, "/q");
    assert_same_again(text);
}

static void relays_are_read(void)
{
    g_autofree char *dnscrypt = TEXT("\x81"
                                     "\x0d"
                                     "192.0.2.1:443");
    g_autofree char *odoh = TEXT("\x85" PROPS "\0"
                                 "\0"
                                 "\x0d"
                                 "relay.example"
                                 "\x06"
                                 "/proxy");
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
    g_autofree char *text = TEXT("\3" PROPS "\0"
                                 "\xa0"
                                 "0123456789abcdef0123456789ABCDEF"
                                 "\xa0"
                                 "1123456789abcdef0123456789ABCDEF"
                                 "\x20"
                                 "2123456789abcdef0123456789ABCDEF"
                                 "\x01"
                                 "h");
    g_autoptr(Stamp) stamp = parsed(text);
    g_assert_cmpuint(stamp->hashes->len, ==, 3);
    assert_element(stamp->hashes, 2, "2123456789abcdef0123456789ABCDEF", 32);
    assert_same_again(text);
}

static void unknown_properties_are_kept(void)
{
    g_autofree char *text = TEXT("\0"
                                 "\xff\1\2\3\4\5\6\x87"
                                 "\x07"
                                 "1.2.3.4");
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
    assert_malformed(TEXT("\5" PROPS "\x04"
                          "d\xc3ns"
                          "\x01"
                          "/"));
    g_autofree char *text = TEXT("\5" PROPS "\x09"
                                 "d\xc3\xb6h.test"
                                 "\x01"
                                 "/");
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
        char payload[] = {(char)kind, 'x'};
        g_autofree char *text = text_of(payload, sizeof payload);
        assert_status(text, STATUS_UNSUPPORTED);
    }
}

static void every_truncation_is_malformed(void)
{
    static const char payload[] = "\1" PROPS "\x09"
                                  "192.0.2.1" KEY "\x07"
                                  "2.dns.x";
    for (size_t length = 0; length < sizeof payload - 1; length++)
        assert_malformed(text_of(payload, length));
    g_autofree char *whole = TEXT("\1" PROPS "\x09"
                                  "192.0.2.1" KEY "\x07"
                                  "2.dns.x");
    assert_same_again(whole);
}

static void trailing_bytes_are_malformed(void)
{
    assert_malformed(TEXT("\0" PROPS "\x07"
                          "1.2.3.4"
                          "\0"));
    assert_malformed(TEXT("\5" PROPS "\x01"
                          "h"
                          "\x02"
                          "/q"
                          "\x07"
                          "1.2.3.4"));
    assert_malformed(TEXT("\x81"
                          "\x07"
                          "1.2.3.4"
                          "x"));
    assert_malformed(TEXT("\3" PROPS "\0"
                          "\0"
                          "\x01"
                          "h"
                          "\x07"
                          "1.2.3.4"
                          "x"));
}

static void empty_fields_are_malformed(void)
{
    assert_malformed(TEXT("\0" PROPS "\0"));
    assert_malformed(TEXT("\1" PROPS "\0" KEY "\x07"
                          "2.dns.x"));
    assert_malformed(TEXT("\1" PROPS "\x07"
                          "1.2.3.4" KEY "\0"));
    assert_malformed(TEXT("\2" PROPS "\0"
                          "\0"
                          "\0"
                          "\x02"
                          "/q"));
    assert_malformed(TEXT("\2" PROPS "\0"
                          "\0"
                          "\x01"
                          "h"
                          "\0"));
    assert_malformed(TEXT("\x81"
                          "\0"));
}

static void keys_and_hashes_have_32_bytes(void)
{
    assert_malformed(TEXT("\1" PROPS "\x07"
                          "1.2.3.4"
                          "\x1f"
                          "0123456789abcdef0123456789ABCDE"
                          "\x07"
                          "2.dns.x"));
    assert_malformed(TEXT("\1" PROPS "\x07"
                          "1.2.3.4"
                          "\x21"
                          "0123456789abcdef0123456789ABCDEFG"
                          "\x07"
                          "2.dns.x"));
    assert_malformed(TEXT("\3" PROPS "\0"
                          "\x1f"
                          "0123456789abcdef0123456789ABCDE"
                          "\x01"
                          "h"));
}

static void empty_strings_in_lists_are_malformed(void)
{
    assert_malformed(TEXT("\3" PROPS "\0"
                          "\x80" KEY "\x01"
                          "h"));
    assert_malformed(TEXT("\3" PROPS "\0"
                          "\x80\0"
                          "\x01"
                          "h"));
    assert_malformed(TEXT("\3" PROPS "\0"
                          "\0"
                          "\x01"
                          "h"
                          "\x87"
                          "1.2.3.4"
                          "\0"));
}

static void list_without_its_last_element_is_malformed(void)
{
    assert_malformed(TEXT("\3" PROPS "\0"
                          "\0"
                          "\x01"
                          "h"
                          "\x87"
                          "1.2.3.4"));
}

static void path_begins_with_a_slash(void)
{
    assert_malformed(TEXT("\5" PROPS "\x01"
                          "h"
                          "\x09"
                          "dns-query"));
}

static void control_characters_are_malformed(void)
{
    assert_malformed(TEXT("\0" PROPS "\x08"
                          "1.2.3.4\n"));
    assert_malformed(TEXT("\5" PROPS "\x03"
                          "h\0x"
                          "\x01"
                          "/"));
    assert_malformed(TEXT("\5" PROPS "\x02"
                          "h\x7f"
                          "\x01"
                          "/"));
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

/* More of them, for checking a whole list by hand: SOTTO_STAMP_LISTS=a.md:b.md */
static void lists_given_go_round(void)
{
    const char *paths = g_getenv("SOTTO_STAMP_LISTS");
    if (!paths) {
        g_test_skip("SOTTO_STAMP_LISTS names no files");
        return;
    }
    g_auto(GStrv) files = g_strsplit(paths, ":", -1);
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
    g_test_add_func("/stamp/dot-and-doq-are-read", dot_and_doq_are_read);
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
    g_test_add_func("/stamp/every-truncation-is-malformed", every_truncation_is_malformed);
    g_test_add_func("/stamp/trailing-bytes-are-malformed", trailing_bytes_are_malformed);
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
    g_test_add_func("/stamp/lists-given-go-round", lists_given_go_round);
    return g_test_run();
}
