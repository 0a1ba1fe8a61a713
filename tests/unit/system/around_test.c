/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "around.h"

#include <gio/gio.h>

#define NOW_S 1800000000

/* Sockets are known by their port here: 1001 is of control group 1001 and of user 1000. */
static bool find(void *context, const LeakPacket *packet, SocketOwner *owner)
{
    unsigned *finds = context;
    uint16_t port = address_port(&packet->source);
    (*finds)++;
    *owner = (SocketOwner){.cgroup = port, .uid = 1000};
    return port != 0;
}

static void describe(const SocketOwner *owners, size_t count, char **programs, char **users)
{
    for (size_t i = 0; i < count; i++) {
        programs[i] = owners[i].cgroup < 2000
                          ? g_strdup_printf("program%" G_GUINT64_FORMAT, owners[i].cgroup)
                          : NULL;
        users[i] = g_strdup_printf("user%u", owners[i].uid);
    }
}

typedef struct Fixture {
    Loop *loop;
    Around *around;
    unsigned finds;
} Fixture;

static void fixture_open(Fixture *fixture, gconstpointer unused)
{
    const AroundSource source = {find, describe, &fixture->finds};
    fixture->loop = loop_new_fake(1000000, NOW_S);
    fixture->around = around_new(fixture->loop, &source);
}

static void fixture_close(Fixture *fixture, gconstpointer unused)
{
    around_free(fixture->around);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    loop_free(fixture->loop);
}

static void note(Fixture *fixture, uint16_t port, const char *destination, bool tcp)
{
    LeakPacket packet = {.tcp = tcp};
    g_assert_cmpint(address_parse("192.0.2.1", port, &packet.source), ==, STATUS_OK);
    g_assert_cmpint(address_parse(destination, 53, &packet.destination), ==, STATUS_OK);
    around_note(fixture->around, &packet);
}

/* Until the thread has come back and so many entries are there. */
static const GPtrArray *wait_for_entries(Fixture *fixture, guint count)
{
    const GPtrArray *entries = around_entries(fixture->around);
    while (entries->len < count)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(entries->len, ==, count);
    return entries;
}

static void expect(const GPtrArray *entries, guint position, const char *program, const char *user,
                   uint64_t count)
{
    const AroundEntry *entry = g_ptr_array_index(entries, position);
    g_assert_cmpstr(entry->program, ==, program);
    g_assert_cmpstr(entry->user, ==, user);
    g_assert_cmpuint(entry->count, ==, count);
}

static void test_program_is_named(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 1001, "203.0.113.1", false);
    const GPtrArray *entries = wait_for_entries(fixture, 1);
    const AroundEntry *entry = g_ptr_array_index(entries, 0);
    char host[ADDRESS_MAX_TEXT];
    expect(entries, 0, "program1001", "user1000", 1);
    g_assert_cmpstr(address_format_host(&entry->destination, host), ==, "203.0.113.1");
    g_assert_false(entry->tcp);
    g_assert_cmpint(entry->last_s, ==, NOW_S);
}

static void test_only_the_user_is_known(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 2001, "203.0.113.1", false);
    expect(wait_for_entries(fixture, 1), 0, "", "user1000", 1);
}

static void test_socket_that_is_gone(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 0, "203.0.113.1", true);
    expect(wait_for_entries(fixture, 1), 0, "", "", 1);
}

static void test_same_is_counted_once(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 1001, "203.0.113.1", false);
    note(fixture, 1001, "203.0.113.1", false); /* while it is being named */
    expect(wait_for_entries(fixture, 1), 0, "program1001", "user1000", 2);
    loop_advance(fixture->loop, 5000000);
    note(fixture, 1001, "203.0.113.1", false);
    const GPtrArray *entries = wait_for_entries(fixture, 1);
    expect(entries, 0, "program1001", "user1000", 3);
    g_assert_cmpint(((AroundEntry *)g_ptr_array_index(entries, 0))->last_s, ==, NOW_S + 5);
}

static void test_ways_are_kept_apart(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 1001, "203.0.113.1", false);
    note(fixture, 1001, "203.0.113.1", true);
    note(fixture, 1001, "203.0.113.2", false);
    wait_for_entries(fixture, 3);
}

static void test_newest_comes_first(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 1001, "203.0.113.1", false);
    wait_for_entries(fixture, 1);
    loop_advance(fixture->loop, 1000000);
    note(fixture, 1002, "203.0.113.1", false);
    expect(wait_for_entries(fixture, 2), 0, "program1002", "user1000", 1);
    note(fixture, 1001, "203.0.113.1", false);
    expect(wait_for_entries(fixture, 2), 0, "program1001", "user1000", 2);
}

static void test_what_comes_during_an_errand_is_named_too(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 1001, "203.0.113.1", false);
    note(fixture, 1002, "203.0.113.1", false);
    wait_for_entries(fixture, 1);
    loop_advance(fixture->loop, 1000000);
    wait_for_entries(fixture, 2);
}

static void test_list_is_bounded(Fixture *fixture, gconstpointer unused)
{
    for (unsigned i = 0; i < AROUND_ENTRIES + 8; i++) {
        g_autofree char *host = g_strdup_printf("203.0.113.%u", i);
        note(fixture, 0, host, false);
    }
    const GPtrArray *entries = wait_for_entries(fixture, AROUND_ENTRIES);
    char host[ADDRESS_MAX_TEXT];
    g_assert_cmpstr(
        address_format_host(&((AroundEntry *)g_ptr_array_index(entries, 0))->destination, host), ==,
        "203.0.113.39");
}

static void test_flood_is_counted_and_not_looked_into(Fixture *fixture, gconstpointer unused)
{
    for (unsigned i = 0; i < 5000; i++)
        note(fixture, 1001, "203.0.113.1", false);
    const GPtrArray *entries = wait_for_entries(fixture, 2);
    uint64_t sum = 0;
    for (guint i = 0; i < entries->len; i++)
        sum += ((AroundEntry *)g_ptr_array_index(entries, i))->count;
    g_assert_cmpuint(sum, ==, 5000);
    g_assert_cmpuint(fixture->finds, ==, 100);
    loop_advance(fixture->loop, 1000000);
    note(fixture, 1001, "203.0.113.1", false);
    g_assert_cmpuint(fixture->finds, ==, 101);
}

static void test_end_during_an_errand(Fixture *fixture, gconstpointer unused)
{
    note(fixture, 1001, "203.0.113.1", false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function)                                                                       \
    g_test_add("/around/" name, Fixture, NULL, fixture_open, function, fixture_close)
    TEST("program-is-named", test_program_is_named);
    TEST("only-the-user-is-known", test_only_the_user_is_known);
    TEST("socket-that-is-gone", test_socket_that_is_gone);
    TEST("same-is-counted-once", test_same_is_counted_once);
    TEST("ways-are-kept-apart", test_ways_are_kept_apart);
    TEST("newest-comes-first", test_newest_comes_first);
    TEST("what-comes-during-an-errand-is-named-too", test_what_comes_during_an_errand_is_named_too);
    TEST("list-is-bounded", test_list_is_bounded);
    TEST("flood-is-counted-and-not-looked-into", test_flood_is_counted_and_not_looked_into);
    TEST("end-during-an-errand", test_end_during_an_errand);
#undef TEST
    return g_test_run();
}
