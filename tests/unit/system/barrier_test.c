/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper, as a process, with the real packet filter in a network of the test's own. */
#include "barrier.h"

#include "barrier_rules.h"
#include "network_namespace.h"

#include <dirent.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SOON_MS 2000

/* Two tables of that name cannot be: that one can be made says that none is there. */
static bool is_up(void)
{
    int rules = -1;
    if (barrier_rules_open(0, &rules) != STATUS_OK)
        return true;
    close(rules);
    return false;
}

static bool becomes(bool up, int within_ms)
{
    int64_t until_us = g_get_monotonic_time() + within_ms * G_TIME_SPAN_MILLISECOND;
    while (is_up() != up) {
        if (g_get_monotonic_time() > until_us)
            return false;
        g_usleep(5000);
    }
    return true;
}

static Barrier *enter(void)
{
    int rules = -1;
    if (!network_namespace_enter())
        return NULL;
    if (barrier_rules_open(0, &rules) != STATUS_OK) {
        g_test_skip("this kernel has no tables with an owner");
        return NULL;
    }
    close(rules);
    Barrier *barrier = barrier_new("root"); /* the only one there is in this namespace */
    g_assert_nonnull(barrier);
    return barrier;
}

/* This process's newest child, by /proc. */
static pid_t find_keeper(void)
{
    g_autofree char *text = NULL;
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", (int)getpid());
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *newest = strrchr(g_strchomp(text), ' ');
    return (pid_t)strtol(newest != NULL ? newest : text, NULL, 10);
}

static void test_up_and_down(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return;
    g_assert_false(is_up());
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS));
    barrier_lower(barrier);
    g_assert_true(becomes(false, SOON_MS));
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS));
    barrier_free(barrier);
}

static void test_ends_with_the_helper(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return;
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS));
    barrier_free(barrier);
    g_assert_true(becomes(false, SOON_MS));
}

static void test_ends_with_the_keeper(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return;
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS));
    g_assert_cmpint(kill(find_keeper(), SIGKILL), ==, 0);
    g_assert_true(becomes(false, SOON_MS));
    barrier_raise(barrier); /* nobody listens: no harm */
    barrier_free(barrier);
}

static void test_survives_the_signal_to_stop(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return;
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS)); /* it is past its beginning */
    g_assert_cmpint(kill(find_keeper(), SIGTERM), ==, 0);
    barrier_lower(barrier);
    g_assert_true(becomes(false, SOON_MS));
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS));
    barrier_free(barrier);
}

static void test_ends_by_itself(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return;
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS));
    g_assert_true(becomes(false, BARRIER_LIMIT_MS + SOON_MS));
    barrier_free(barrier);
}

/* Two links with an address each, of which the first is watched. */
static Barrier *enter_with_links(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return NULL;
    g_assert_true(network_namespace_run("ip link add own0 type veth peer name other0"));
    g_assert_true(network_namespace_run("ip address add 192.0.2.1/32 dev own0"));
    g_assert_true(network_namespace_run("ip address add 192.0.2.2/32 dev other0"));
    barrier_watch(barrier, (int)if_nametoindex("own0"));
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS)); /* it has heard all of it */
    barrier_lower(barrier);
    g_assert_true(becomes(false, SOON_MS));
    return barrier;
}

static void test_goes_up_when_the_link_loses_its_address(void)
{
    Barrier *barrier = enter_with_links();
    if (barrier == NULL)
        return;
    g_assert_true(network_namespace_run("ip address del 192.0.2.1/32 dev own0"));
    g_assert_true(becomes(true, BARRIER_ALARM_MS / 2));
    g_assert_true(becomes(false, BARRIER_ALARM_MS + SOON_MS));
    barrier_free(barrier);
}

static void test_goes_up_when_the_link_comes(void)
{
    Barrier *barrier = enter_with_links();
    if (barrier == NULL)
        return;
    g_assert_true(network_namespace_run("ip link set own0 up"));
    g_assert_true(becomes(true, BARRIER_ALARM_MS / 2));
    barrier_free(barrier);
}

static void test_another_link_is_nothing_to_it(void)
{
    Barrier *barrier = enter_with_links();
    if (barrier == NULL)
        return;
    g_assert_true(network_namespace_run("ip address del 192.0.2.2/32 dev other0"));
    g_assert_false(becomes(true, BARRIER_ALARM_MS / 2));
    barrier_free(barrier);
}

static void test_watches_no_more(void)
{
    Barrier *barrier = enter_with_links();
    if (barrier == NULL)
        return;
    barrier_watch(barrier, 0);
    g_assert_true(network_namespace_run("ip address del 192.0.2.1/32 dev own0"));
    g_assert_false(becomes(true, BARRIER_ALARM_MS / 2));
    barrier_free(barrier);
}

static void test_keeper_has_nothing_of_the_helpers(void)
{
    Barrier *barrier = enter();
    if (barrier == NULL)
        return;
    barrier_raise(barrier);
    g_assert_true(becomes(true, SOON_MS)); /* it is past its beginning */
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)find_keeper());
    g_autofree char *status_path = g_strdup_printf("/proc/%d/status", (int)find_keeper());
    g_autofree char *status = NULL;
    DIR *folder = opendir(path);
    int count = 0;
    g_assert_nonnull(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    g_assert_cmpint(count, <=, 2 + 5); /* . and .., 0 to 2, the socket, the rules */
    g_assert_true(g_file_get_contents(status_path, &status, NULL, NULL));
    g_assert_nonnull(strstr(status, "\nCapPrm:\t0000000000001000\n")); /* CAP_NET_ADMIN */
    g_assert_nonnull(strstr(status, "\nCapEff:\t0000000000001000\n"));
    g_assert_nonnull(strstr(status, "\nCapAmb:\t0000000000000000\n"));
    g_assert_nonnull(strstr(status, "\nNoNewPrivs:\t1\n"));
    barrier_free(barrier);
}

static void test_none(void)
{
    barrier_raise(NULL);
    barrier_lower(NULL);
    barrier_watch(NULL, 1);
    barrier_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/barrier/none-is-no-error", test_none);
    g_test_add_func("/barrier/goes-up-and-down", test_up_and_down);
    g_test_add_func("/barrier/ends-with-the-helper", test_ends_with_the_helper);
    g_test_add_func("/barrier/ends-with-the-keeper", test_ends_with_the_keeper);
    g_test_add_func("/barrier/survives-the-signal-to-stop", test_survives_the_signal_to_stop);
    g_test_add_func("/barrier/ends-by-itself", test_ends_by_itself);
    g_test_add_func("/barrier/goes-up-when-the-link-loses-its-address",
                    test_goes_up_when_the_link_loses_its_address);
    g_test_add_func("/barrier/goes-up-when-the-link-comes", test_goes_up_when_the_link_comes);
    g_test_add_func("/barrier/another-link-is-nothing-to-it", test_another_link_is_nothing_to_it);
    g_test_add_func("/barrier/watches-no-more", test_watches_no_more);
    g_test_add_func("/barrier/keeper-has-nothing-of-the-helpers",
                    test_keeper_has_nothing_of_the_helpers);
    return g_test_run();
}
