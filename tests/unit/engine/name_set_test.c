/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "name_set.h"

#include <glib.h>
#include <string.h>
#include <time.h>

#define MILLION 1000000

static void make_key(NameKey *key, const char *text)
{
    Name name;

    g_assert_cmpint(name_parse(text, &name), ==, STATUS_OK);
    name_key_init(key, &name);
}

static void add(NameSet *set, const char *text, bool below, uint32_t value)
{
    NameKey key;

    make_key(&key, text);
    g_assert_cmpint(name_set_add(set, &key, below, value), ==, STATUS_OK);
}

/* Its number, -1 when it is not in the set. */
static int64_t find(const NameSet *set, const char *text)
{
    NameMatch match;
    NameKey key;

    make_key(&key, text);
    return name_set_find(set, &key, &match) ? (int64_t)match.value : -1;
}

static void exact_entries_stand_for_themselves(void)
{
    NameSet *set = name_set_new();

    add(set, "ads.example", false, 7);
    g_assert_cmpint(find(set, "ads.example"), ==, 7);
    g_assert_cmpint(find(set, "x.ads.example"), ==, -1);
    g_assert_cmpint(find(set, "example"), ==, -1);
    g_assert_cmpint(find(set, "."), ==, -1);
    name_set_free(set);
}

static void subtrees_hold_what_is_below(void)
{
    NameSet *set = name_set_new();

    add(set, "ads.example", true, 7);
    g_assert_cmpint(find(set, "ads.example"), ==, 7);
    g_assert_cmpint(find(set, "a.b.ads.example"), ==, 7);
    g_assert_cmpint(find(set, "badads.example"), ==, -1);
    name_set_free(set);
}

static void longest_entry_is_named(void)
{
    NameSet *set = name_set_new();
    NameMatch match;
    NameKey key;

    add(set, "example", true, 1);
    add(set, "ads.example", true, 2);
    add(set, "x.ads.example", false, 3);
    g_assert_cmpint(find(set, "y.x.ads.example"), ==, 2);
    g_assert_cmpint(find(set, "x.ads.example"), ==, 3);
    make_key(&key, "www.ads.example");
    g_assert_true(name_set_find(set, &key, &match));
    g_assert_cmpuint(match.start, ==, 4);
    name_set_free(set);
}

static void letter_case_does_not_matter(void)
{
    NameSet *set = name_set_new();

    add(set, "Ads.EXAMPLE", false, 7);
    g_assert_cmpint(find(set, "aDS.example"), ==, 7);
    name_set_free(set);
}

static void first_number_stays_unless_the_reach_grows(void)
{
    NameSet *set = name_set_new();

    add(set, "a.example", false, 1);
    add(set, "a.example", false, 2);
    g_assert_cmpint(find(set, "a.example"), ==, 1);
    add(set, "a.example", true, 3);
    add(set, "a.example", false, 4);
    g_assert_cmpint(find(set, "x.a.example"), ==, 3);
    g_assert_cmpuint(name_set_count(set), ==, 1);
    name_set_free(set);
}

static void root_is_refused(void)
{
    NameSet *set = name_set_new();
    NameKey key;

    make_key(&key, ".");
    g_assert_cmpint(name_set_add(set, &key, true, 1), ==, STATUS_INVALID);
    make_key(&key, "a");
    g_assert_cmpint(name_set_add(set, &key, true, NAME_SET_MAX_VALUE + 1), ==, STATUS_INVALID);
    name_set_free(set);
}

static void empty_sets_hold_nothing(void)
{
    NameSet *set = name_set_new();

    name_set_seal(set);
    g_assert_cmpint(find(set, "a.example"), ==, -1);
    g_assert_cmpint(find(NULL, "a.example"), ==, -1);
    g_assert_cmpuint(name_set_count(NULL), ==, 0);
    name_set_free(set);
}

static void longest_names_fit(void)
{
    NameSet *set = name_set_new();
    char text[255] = "";

    for (int i = 0; i < 127; i++)
        strcat(text, i ? ".a" : "a");
    add(set, text, true, 5);
    name_set_seal(set);
    g_assert_cmpint(find(set, text), ==, 5);
    g_assert_cmpint(find(set, text + 2), ==, -1);
    name_set_free(set);
}

/* As they look in lists: two to four labels, 22 characters on average. */
static void write_name(char *text, size_t size, unsigned i, const char *tail)
{
    static const char *words[] = {"ads",   "tracker-cdn", "metrics",
                                  "pixel", "telemetry",   "adserver"};
    static const char *tlds[] = {"com", "net", "info", "co.uk", "xyz"};

    g_snprintf(text, size, "%s%x.%s%u.%s%s", words[i % 6], i % 97, words[i / 7 % 6], i, tlds[i % 5],
               tail);
}

static NameSet *make_million(void)
{
    NameSet *set = name_set_new();
    char text[80];

    for (unsigned i = 0; i < MILLION; i++) {
        write_name(text, sizeof text, i, "");
        add(set, text, i % 2 == 0, i);
    }
    name_set_seal(set);
    return set;
}

static void a_million_names_are_all_found_and_no_others(void)
{
    NameSet *set = make_million();
    char text[80];

    g_assert_cmpuint(name_set_count(set), ==, MILLION);
    for (unsigned i = 0; i < MILLION; i += 7) {
        write_name(text, sizeof text, i, "");
        g_assert_cmpint(find(set, text), ==, i);
        write_name(text, sizeof text, i, "m");
        g_assert_cmpint(find(set, text), ==, -1);
    }
    name_set_free(set);
}

static void a_million_names_cost_little(void)
{
    clock_t start = clock(); /* of this process: others may be busy beside it */
    NameSet *set = make_million();
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    double bytes = (double)name_set_bytes(set) / MILLION;

    g_test_message("a million names: %.2f s to make, %.1f bytes a name", seconds, bytes);
    g_assert_cmpfloat(seconds, <, 10);
    g_assert_cmpfloat(bytes, <, 48); /* of 32 octets each: these are longer than real ones */
    name_set_free(set);
}

static void a_lookup_takes_no_time(void)
{
    NameSet *set = make_million();
    g_autofree Name *names = g_new(Name, 4096);
    unsigned found = 0;
    int64_t start_us;

    for (unsigned i = 0; i < 4096; i++) {
        char text[80];

        write_name(text, sizeof text, i * 191, i % 2 ? "m" : "");
        g_assert_cmpint(name_parse(text, &names[i]), ==, STATUS_OK);
    }
    start_us = g_get_monotonic_time();
    for (unsigned i = 0; i < MILLION; i++) {
        NameKey key;
        NameMatch match;

        name_key_init(&key, &names[i % 4096]);
        found += name_set_find(set, &key, &match);
    }
    g_test_message("a lookup among a million names: %.0f ns, half of them found",
                   (double)(g_get_monotonic_time() - start_us) * 1e3 / MILLION);
    g_assert_cmpuint(found, ==, MILLION / 2);
    name_set_free(set);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/name-set/exact-entries-stand-for-themselves",
                    exact_entries_stand_for_themselves);
    g_test_add_func("/name-set/subtrees-hold-what-is-below", subtrees_hold_what_is_below);
    g_test_add_func("/name-set/longest-entry-is-named", longest_entry_is_named);
    g_test_add_func("/name-set/letter-case-does-not-matter", letter_case_does_not_matter);
    g_test_add_func("/name-set/first-number-stays-unless-the-reach-grows",
                    first_number_stays_unless_the_reach_grows);
    g_test_add_func("/name-set/root-is-refused", root_is_refused);
    g_test_add_func("/name-set/empty-sets-hold-nothing", empty_sets_hold_nothing);
    g_test_add_func("/name-set/longest-names-fit", longest_names_fit);
    g_test_add_func("/name-set/a-million-names-are-all-found-and-no-others",
                    a_million_names_are_all_found_and_no_others);
    g_test_add_func("/name-set/a-million-names-cost-little", a_million_names_cost_little);
    g_test_add_func("/name-set/a-lookup-takes-no-time", a_lookup_takes_no_time);
    return g_test_run();
}
