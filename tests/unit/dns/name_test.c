/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "name.h"

#include <glib.h>
#include <string.h>

static Name parsed(const char *text)
{
    Name name;
    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    return name;
}

static void assert_malformed(const char *text)
{
    Name name = {.length = 7};
    g_assert_cmpint(name_parse(text, &name), ==, STATUS_MALFORMED);
    g_assert_cmpuint(name.length, ==, 7); /* written only on success */
}

/* Reads the name at `offset` of the bytes; whether it was good. */
static bool read_at(const void *bytes, size_t length, size_t offset, Name *name, size_t *end)
{
    WireReader reader = wire_reader(bytes, length);
    wire_skip(&reader, offset);
    name_read(&reader, name);
    *end = reader.position;

    /* Skipping looks at less, so it may only be more lenient, and must end at the same place. */
    WireReader skipper = wire_reader(bytes, length);
    wire_skip(&skipper, offset);
    name_skip(&skipper);
    if (!reader.failed) {
        g_assert_false(skipper.failed);
        g_assert_cmpuint(skipper.position, ==, reader.position);
    }
    return !reader.failed;
}

static void assert_unreadable(const void *bytes, size_t length, size_t offset)
{
    Name name;
    size_t end;
    g_assert_false(read_at(bytes, length, offset, &name, &end));
}

static void assert_text(const char *text, const char *expected)
{
    char buffer[NAME_MAX_TEXT];
    Name name = parsed(text);
    g_assert_cmpstr(name_format(&name, buffer), ==, expected);
}

static void final_dot_makes_no_difference(void)
{
    Name with = parsed("www.Example.com."), without = parsed("www.Example.com");
    g_assert_cmpmem(with.wire, with.length, "\3www\7Example\3com", 17);
    g_assert_cmpmem(without.wire, without.length, with.wire, with.length);
    assert_text("www.Example.com.", "www.Example.com");
}

static void root_is_a_dot(void)
{
    Name root = parsed(".");
    g_assert_cmpuint(root.length, ==, 1);
    g_assert_cmpuint(name_label_count(&root), ==, 0);
    assert_text(".", ".");
}

static void escapes_go_round(void)
{
    Name name = parsed("a\\.b\\\\c\\000\\255.x");
    g_assert_cmpmem(name.wire, name.length, "\7a.b\\c\0\xff\1x", 11);
    assert_text("a\\.b\\\\c\\000\\255.x", "a\\.b\\\\c\\000\\255.x");
    assert_text("\\065\\032\\e", "A\\032e");
}

static void bad_escapes_are_malformed(void)
{
    assert_malformed("a\\256");
    assert_malformed("a\\999");
    assert_malformed("a\\12");
    assert_malformed("a\\1x3");
    assert_malformed("a\\");
    assert_malformed("a\\ b");
}

static void empty_labels_are_malformed(void)
{
    assert_malformed("");
    assert_malformed("..");
    assert_malformed(".a");
    assert_malformed("a..b");
    assert_malformed("a..");
}

static void raw_octets_that_do_not_print_are_malformed(void)
{
    assert_malformed("a b");
    assert_malformed("a\n");
    assert_malformed("m\xc3\xbcnchen.example");
    assert_malformed("\x7f");
}

static void labels_take_63_octets(void)
{
    g_autofree char *fits = g_strnfill(63, 'x');
    g_autofree char *too_long = g_strnfill(64, 'x');
    Name name = parsed(fits);
    g_assert_cmpuint(name.length, ==, 65);
    assert_malformed(too_long);
}

/* Labels of 63, 63, 63 and `last` octets, dots between. */
static char *long_text(size_t last, const char *octet)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < 189 + last; i++) {
        if (i > 0 && i % 63 == 0)
            g_string_append_c(text, '.');
        g_string_append(text, octet);
    }
    return g_string_free(text, FALSE);
}

static void names_take_255_octets(void)
{
    g_autofree char *fits = long_text(61, "x");
    g_autofree char *too_long = long_text(62, "x");
    Name name = parsed(fits);
    g_assert_cmpuint(name.length, ==, NAME_MAX_WIRE);
    g_assert_cmpuint(name_label_count(&name), ==, 4);
    assert_malformed(too_long);

    Name again;
    size_t end;
    g_assert_true(read_at(name.wire, name.length, 0, &again, &end));
    g_assert_true(name_equal(&name, &again));
}

static void longest_text_fits_its_buffer(void)
{
    g_autofree char *text = long_text(61, "\\000");
    char buffer[NAME_MAX_TEXT + 1];
    Name name = parsed(text);
    buffer[NAME_MAX_TEXT] = 'x';
    g_assert_cmpstr(name_format(&name, buffer), ==, text);
    g_assert_cmpint(buffer[NAME_MAX_TEXT], ==, 'x');
}

static void as_many_labels_as_there_can_be(void)
{
    GString *text = g_string_new("a");
    for (unsigned i = 1; i < 127; i++)
        g_string_append(text, ".a");
    Name name = parsed(text->str);
    g_assert_cmpuint(name.length, ==, NAME_MAX_WIRE);
    g_assert_cmpuint(name_label_count(&name), ==, 127);
    g_string_append(text, ".a");
    assert_malformed(text->str);
    g_string_free(text, TRUE);
}

static void pointers_are_followed_backwards(void)
{
    static const char bytes[] = "\3com\0\7example\xc0\0\3www\xc0\5!";
    Name name;
    size_t end;
    g_assert_true(read_at(bytes, sizeof bytes - 1, 15, &name, &end));
    g_assert_cmpmem(name.wire, name.length, "\3www\7example\3com", 17);
    g_assert_cmpuint(end, ==, 21); /* behind the first pointer */
}

static void pointer_to_itself_fails(void)
{
    assert_unreadable("\0\xc0\1", 3, 1);
    assert_unreadable("\0\1a\xc0\1", 5, 1); /* to the start of its own name */
}

static void pointer_forwards_fails(void)
{
    assert_unreadable("\xc0\2\0", 3, 0);
    assert_unreadable("\xc0\xff", 2, 0);
    /* Backwards first, then forwards again. */
    assert_unreadable("\1a\xc0\4\1b\xc0\0", 8, 4);
}

static void skip_checks_pointers_too(void)
{
    WireReader reader = wire_reader((const uint8_t *)"\1a\xc0\0", 4);
    name_skip(&reader);
    g_assert_true(reader.failed);
    reader = wire_reader((const uint8_t *)"\xff\xff", 2);
    name_skip(&reader);
    g_assert_true(reader.failed);
}

static void chains_of_pointers_end(void)
{
    uint8_t bytes[600] = {0};
    for (size_t at = 2; at < sizeof bytes; at += 2) /* each to the one before it */
        wire_put_u16(bytes + at, (uint16_t)(0xc000 | (at - 2)));
    Name name;
    size_t end;
    g_assert_true(read_at(bytes, sizeof bytes, 254, &name, &end));
    g_assert_cmpuint(end, ==, 256);
    assert_unreadable(bytes, sizeof bytes, 256);
}

static void compressed_name_over_255_octets_fails(void)
{
    uint8_t bytes[400] = {0};
    size_t at = 1; /* the root at 0, then labels of 60 that lead back to each other */
    size_t previous = 0;
    for (unsigned i = 0; i < 5; i++) {
        bytes[at] = 60;
        wire_put_u16(bytes + at + 61, (uint16_t)(0xc000 | previous));
        previous = at;
        at += 63;
    }
    Name name;
    size_t end;
    g_assert_true(read_at(bytes, sizeof bytes, 1 + 3 * 63, &name, &end));
    g_assert_cmpuint(name.length, ==, 4 * 61 + 1);
    assert_unreadable(bytes, sizeof bytes, 1 + 4 * 63);
}

static void unused_label_types_fail(void)
{
    uint8_t bytes[300] = {0};
    for (unsigned octet = 64; octet < 0xc0; octet++) {
        bytes[0] = (uint8_t)octet;
        assert_unreadable(bytes, sizeof bytes, 0);
        WireReader reader = wire_reader(bytes, sizeof bytes);
        name_skip(&reader);
        g_assert_true(reader.failed);
    }
}

static void every_truncation_fails(void)
{
    static const char bytes[] = "\3www\7example\3com";
    for (size_t length = 0; length < sizeof bytes - 1; length++)
        assert_unreadable(bytes, length, 0);
    assert_unreadable("\0\1a\xc0", 4, 1);
}

static void failed_reader_stays_failed(void)
{
    WireReader reader = wire_reader((const uint8_t *)"\0", 2);
    Name name;
    wire_skip(&reader, 3);
    name_read(&reader, &name);
    g_assert_true(reader.failed);
    g_assert_cmpuint(name.length, ==, 0);
    name_skip(&reader);
    g_assert_cmpuint(reader.position, ==, 0);
}

static void letter_case_is_kept_but_not_compared(void)
{
    Name upper = parsed("WWW.EXAMPLE.COM"), mixed = parsed("wWw.eXample.cOM");
    Name other = parsed("wwx.example.com");
    uint8_t lower[NAME_MAX_WIRE];
    g_assert_true(name_equal(&upper, &mixed));
    g_assert_false(name_equal(&upper, &other));
    name_lower(&mixed, lower);
    assert_text("wWw.eXample.cOM", "wWw.eXample.cOM");
    g_assert_cmpmem(lower, mixed.length, "\3www\7example\3com", 17);
}

/* Whatever the byte and wherever it stands: among the eights, or after them. */
static void only_ascii_capitals_are_lowered(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        Name name = {.length = 19};
        uint8_t lower[NAME_MAX_WIRE];

        memset(name.wire, (int)byte, name.length);
        name_lower(&name, lower);
        for (size_t i = 0; i < name.length; i++)
            g_assert_cmpuint(lower[i], ==, byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
}

static void only_ascii_letters_are_folded(void)
{
    Name a = parsed("@"), b = parsed("`"), c = parsed("["), d = parsed("{");
    Name e = parsed("\\192"), f = parsed("\\224");
    g_assert_false(name_equal(&a, &b));
    g_assert_false(name_equal(&c, &d));
    g_assert_false(name_equal(&e, &f));
}

static void label_boundaries_tell_names_apart(void)
{
    Name a = parsed("ab.c"), b = parsed("a.bc");
    g_assert_false(name_equal(&a, &b));
}

static void under_goes_by_whole_labels(void)
{
    Name suffix = parsed("Example.com"), root = parsed(".");
    Name same = parsed("example.COM"), below = parsed("a.b.example.com");
    Name beside = parsed("notexample.com"), above = parsed("com");
    Name hidden = parsed("x\\007example.com"); /* an octet that looks like a length */
    g_assert_true(name_is_under(&same, &suffix));
    g_assert_true(name_is_under(&below, &suffix));
    g_assert_true(name_is_under(&below, &root));
    g_assert_true(name_is_under(&root, &root));
    g_assert_false(name_is_under(&beside, &suffix));
    g_assert_false(name_is_under(&above, &suffix));
    g_assert_false(name_is_under(&hidden, &suffix));
    g_assert_false(name_is_under(&root, &suffix));
}

static void add_text_tests(void)
{
    g_test_add_func("/name/final-dot-makes-no-difference", final_dot_makes_no_difference);
    g_test_add_func("/name/only-ascii-capitals-are-lowered", only_ascii_capitals_are_lowered);
    g_test_add_func("/name/root-is-a-dot", root_is_a_dot);
    g_test_add_func("/name/escapes-go-round", escapes_go_round);
    g_test_add_func("/name/bad-escapes-are-malformed", bad_escapes_are_malformed);
    g_test_add_func("/name/empty-labels-are-malformed", empty_labels_are_malformed);
    g_test_add_func("/name/raw-octets-that-do-not-print-are-malformed",
                    raw_octets_that_do_not_print_are_malformed);
    g_test_add_func("/name/labels-take-63-octets", labels_take_63_octets);
    g_test_add_func("/name/names-take-255-octets", names_take_255_octets);
    g_test_add_func("/name/longest-text-fits-its-buffer", longest_text_fits_its_buffer);
    g_test_add_func("/name/as-many-labels-as-there-can-be", as_many_labels_as_there_can_be);
}

static void add_wire_tests(void)
{
    g_test_add_func("/name/pointers-are-followed-backwards", pointers_are_followed_backwards);
    g_test_add_func("/name/pointer-to-itself-fails", pointer_to_itself_fails);
    g_test_add_func("/name/pointer-forwards-fails", pointer_forwards_fails);
    g_test_add_func("/name/skip-checks-pointers-too", skip_checks_pointers_too);
    g_test_add_func("/name/chains-of-pointers-end", chains_of_pointers_end);
    g_test_add_func("/name/compressed-name-over-255-octets-fails",
                    compressed_name_over_255_octets_fails);
    g_test_add_func("/name/unused-label-types-fail", unused_label_types_fail);
    g_test_add_func("/name/every-truncation-fails", every_truncation_fails);
    g_test_add_func("/name/failed-reader-stays-failed", failed_reader_stays_failed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_text_tests();
    add_wire_tests();
    g_test_add_func("/name/letter-case-is-kept-but-not-compared",
                    letter_case_is_kept_but_not_compared);
    g_test_add_func("/name/only-ascii-letters-are-folded", only_ascii_letters_are_folded);
    g_test_add_func("/name/label-boundaries-tell-names-apart", label_boundaries_tell_names_apart);
    g_test_add_func("/name/under-goes-by-whole-labels", under_goes_by_whole_labels);
    return g_test_run();
}
