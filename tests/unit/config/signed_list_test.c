/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signed_list.h"

#include "operators.h"

#include <string.h>

/* Addresses of documentation and names of nobody. */
#define DNSCRYPT                                                                                   \
    "sdns://AQcAAAAAAAAADTE5Mi4wLjIuMTo0NDMgAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEbMi5kbnNj"  \
    "cnlwdC1jZXJ0LmRucy5leGFtcGxl"
#define DOH_FILTERED "sdns://AgMAAAAAAAAACTE5Mi4wLjIuMgALZG5zLmV4YW1wbGUKL2Rucy1xdWVyeQ"
#define RELAY        "sdns://gQ0xOTIuMC4yLjM6NDQz"

static SignedList *parse(const char *text, ListKind kind, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));

    return signed_list_parse(bytes, kind, error);
}

static SignedList *parsed(const char *text, ListKind kind)
{
    g_autoptr(GError) error = NULL;
    SignedList *list = parse(text, kind, &error);

    g_assert_no_error(error);
    return list;
}

static Resolver *entry_of(SignedList *list, guint index)
{
    g_assert_cmpuint(index, <, list->entries->len);
    return list->entries->pdata[index];
}

static void entry_is_read(void)
{
    g_autoptr(SignedList) list = parsed("# A list\nsdns://ignored\n\n## one\r\n\nFirst\tline.\n"
                                        "Second line.\n\n" DNSCRYPT "\n## two\n" DNSCRYPT "\n",
                                        LIST_RESOLVERS);
    Resolver *one = entry_of(list, 0);

    g_assert_cmpuint(list->entries->len, ==, 2);
    g_assert_cmpstr(one->id, ==, "one");
    g_assert_cmpstr(one->name, ==, "one");
    g_assert_cmpstr(one->description, ==, "First line. Second line.");
    g_assert_cmpuint(one->endpoint_count, ==, 1);
    g_assert_cmpint(one->endpoints[0]->kind, ==, ENDPOINT_DNSCRYPT);
    g_assert_cmpstr(one->endpoints[0]->provider_name, ==, "2.dnscrypt-cert.dns.example");
    g_assert_true(one->dnssec && one->no_log && !one->filters);
}

static void entry_has_several_stamps(void)
{
    g_autoptr(SignedList) list = parsed("## one\n" DNSCRYPT "\n" DOH_FILTERED "\n", LIST_RESOLVERS);

    g_assert_cmpuint(entry_of(list, 0)->endpoint_count, ==, 2);
}

static void entry_promises_what_all_its_stamps_do(void)
{
    g_autoptr(SignedList) list = parsed(
        "## one\n" DNSCRYPT "\nsdns://AgAAAAAAAAAACTE5Mi4wLjIuMgALZG5zLmV4YW1wbGUKL2Rucy1xdWVyeQ\n",
        LIST_RESOLVERS);
    Resolver *one = entry_of(list, 0);

    g_assert_false(one->dnssec);
    g_assert_false(one->no_log);
    g_assert_true(one->filters);
}

static void slashes_may_be_missing(void)
{
    g_autoptr(SignedList) list = parsed("## one\nsdns:gQ0xOTIuMC4yLjM6NDQz\n", LIST_RELAYS);

    g_assert_cmpuint(entry_of(list, 0)->endpoint_count, ==, 1);
}

static void other_kinds_are_left_out(void)
{
    g_autoptr(SignedList) list = parsed(
        "## one\n" RELAY "\n## two\n" DNSCRYPT "\nsdns://broken\nsdns://_wA\n", LIST_RESOLVERS);

    g_assert_cmpuint(list->entries->len, ==, 1);
    g_assert_cmpstr(entry_of(list, 0)->id, ==, "two");
    g_assert_cmpuint(list->left_out, ==, 3);
}

static void relays_have_an_address(void)
{
    g_autoptr(SignedList) list = parsed("## anon-one\n" RELAY "\n", LIST_RELAYS);
    char text[ADDRESS_MAX_TEXT];

    g_assert_cmpstr(address_format(&entry_of(list, 0)->endpoints[0]->address, text), ==,
                    "192.0.2.3:443");
}

static void nothing_in_it_steers_a_terminal(void)
{
    g_autoptr(SignedList) list =
        parsed("## a\302\233b\nWord\342\200\256s.\n" RELAY "\n", LIST_RELAYS);

    g_assert_cmpstr(entry_of(list, 0)->name, ==, "a\357\277\275b");
    g_assert_cmpstr(entry_of(list, 0)->description, ==, "Word\357\277\275s.");
}

/* Loopback, nowhere, everybody: no list of a network's servers has business there. */
static void addresses_of_no_server_are_left_out(void)
{
    g_autoptr(SignedList) list = parsed("## a\nsdns://gQ0xMjcuMC4wLjE6NDQz\n"
                                        "## b\nsdns://gQlbOjoxXTo0NDM\n"
                                        "## c\nsdns://gQcwLjAuMC4w\n"
                                        "## d\nsdns://gQkyMjQuMC4wLjE\n"
                                        "## e\nsdns://gQ8yNTUuMjU1LjI1NS4yNTU\n"
                                        "## good\n" RELAY "\n",
                                        LIST_RELAYS);

    g_assert_cmpuint(list->entries->len, ==, 1);
    g_assert_cmpstr(entry_of(list, 0)->id, ==, "good");
    g_assert_cmpuint(list->left_out, ==, 5);
}

static void ids_are_unique_and_clean(void)
{
    g_autoptr(SignedList) list =
        parsed("## a b/ü\n" RELAY "\n## a b/ü\n" RELAY "\n## \n" RELAY "\n", LIST_RELAYS);

    g_assert_cmpuint(list->entries->len, ==, 1);
    g_assert_cmpstr(entry_of(list, 0)->id, ==, "a-b---");
    g_assert_cmpstr(entry_of(list, 0)->name, ==, "a b/ü");
}

/* As no id of the settings does (entry_id_is_valid). */
static void ids_begin_with_no_dot(void)
{
    g_autoptr(SignedList) list = parsed("## .a.b\n" RELAY "\n", LIST_RELAYS);

    g_assert_cmpstr(entry_of(list, 0)->id, ==, "-a.b");
}

static void refuses(GBytes *bytes, const char *sentence)
{
    g_autoptr(GBytes) owned = bytes;
    g_autoptr(GError) error = NULL;
    g_autoptr(SignedList) list = signed_list_parse(owned, LIST_RELAYS, &error);

    g_assert_null(list);
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA);
    g_assert_cmpstr(error->message, ==, sentence);
}

static void empty_list_is_refused(void)
{
    refuses(g_bytes_new_static("", 0), "It holds no entry that can be used.");
    refuses(g_bytes_new_static("## one\n" DNSCRYPT "\n", sizeof("## one\n" DNSCRYPT "\n") - 1),
            "It holds no entry that can be used.");
}

/* As an answer without a body is: there is no data, not even an empty text. */
static void no_data_is_refused(void)
{
    refuses(g_bytes_new(NULL, 0), "It holds no entry that can be used.");
}

static void binary_is_refused(void)
{
    refuses(g_bytes_new_static("## a\0b\n", 7), "It is not a text.");
    refuses(g_bytes_new_static("\xff\xfe", 2), "It is not a text.");
}

static void long_lines_are_refused(void)
{
    refuses(g_bytes_new_take(g_strnfill(5000, 'a'), 5000),
            "A line of it is longer than any list has.");
}

static void large_lists_are_refused(void)
{
    gsize size = LIST_MAX_BYTES + 1;

    refuses(g_bytes_new_take(g_strnfill(size, '\n'), size), "It is larger than a list may be.");
}

static void too_many_entries_are_refused(void)
{
    GString *text = g_string_new(NULL);
    gsize length;

    for (unsigned i = 0; i < LIST_MAX_ENTRIES + 2; i++)
        g_string_append_printf(text, "## n%u\n" RELAY "\n", i);
    length = text->len;
    refuses(g_bytes_new_take(g_string_free(text, FALSE), length),
            "It has more entries than a list may have.");
}

/* --- operators --- */

static void finds(const Operators *operators, const char *name, const char *spec,
                  const char *expected)
{
    g_autofree char *text = g_strdup_printf("## %s\n%s\n", name, spec);
    ListKind kind = g_str_has_prefix(spec, "sdns://gQ") ? LIST_RELAYS : LIST_RESOLVERS;
    g_autoptr(SignedList) list = parsed(text, kind);
    g_autofree char *found = operators_find(operators, entry_of(list, 0));

    g_assert_cmpstr(found, ==, expected);
}

static void operator_is_the_domain(void)
{
    g_autoptr(Operators) operators = operators_new();

    finds(operators, "x-one", DNSCRYPT, "dns.example");
    /* host dns.aa.example.co.uk */
    finds(operators, "x",
          "sdns://AgMAAAAAAAAACTE5Mi4wLjIuMgARZG5zLmV4YW1wbGUuY28udWsKL2Rucy1xdWVyeQ",
          "example.co.uk");
}

static void operator_is_the_first_part_of_the_name(void)
{
    g_autoptr(Operators) operators = operators_new();

    finds(operators, "anon-cs-berlin6", RELAY, "cs");
    finds(operators, "dnscry.pt-anon-x", RELAY, "dnscry.pt");
    finds(operators, "one", RELAY, "one");
}

static void operator_is_learnt(void)
{
    g_autoptr(Operators) operators = operators_new();
    g_autoptr(SignedList) list = parsed("## cs-berlin\n" DNSCRYPT "\n", LIST_RESOLVERS);
    Resolver *known = entry_of(list, 0);

    known->operator_name = g_strdup("Somebody");
    operators_learn(operators, known);
    finds(operators, "other-name", DOH_FILTERED, "Somebody"); /* by its domain */
    finds(operators, "anon-cs-paris", RELAY, "Somebody");     /* by its name */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signed-list/entry-is-read", entry_is_read);
    g_test_add_func("/signed-list/entry-has-several-stamps", entry_has_several_stamps);
    g_test_add_func("/signed-list/entry-promises-what-all-its-stamps-do",
                    entry_promises_what_all_its_stamps_do);
    g_test_add_func("/signed-list/slashes-may-be-missing", slashes_may_be_missing);
    g_test_add_func("/signed-list/other-kinds-are-left-out", other_kinds_are_left_out);
    g_test_add_func("/signed-list/relays-have-an-address", relays_have_an_address);
    g_test_add_func("/signed-list/addresses-of-no-server-are-left-out",
                    addresses_of_no_server_are_left_out);
    g_test_add_func("/signed-list/nothing-in-it-steers-a-terminal",
                    nothing_in_it_steers_a_terminal);
    g_test_add_func("/signed-list/ids-are-unique-and-clean", ids_are_unique_and_clean);
    g_test_add_func("/signed-list/ids-begin-with-no-dot", ids_begin_with_no_dot);
    g_test_add_func("/signed-list/empty-list-is-refused", empty_list_is_refused);
    g_test_add_func("/signed-list/no-data-is-refused", no_data_is_refused);
    g_test_add_func("/signed-list/binary-is-refused", binary_is_refused);
    g_test_add_func("/signed-list/long-lines-are-refused", long_lines_are_refused);
    g_test_add_func("/signed-list/large-lists-are-refused", large_lists_are_refused);
    g_test_add_func("/signed-list/too-many-entries-are-refused", too_many_entries_are_refused);
    g_test_add_func("/operators/is-the-domain", operator_is_the_domain);
    g_test_add_func("/operators/is-the-first-part-of-the-name",
                    operator_is_the_first_part_of_the_name);
    g_test_add_func("/operators/is-learnt", operator_is_learnt);
    return g_test_run();
}
