/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is believed of this machine's clock. That the kernel tells when it is set cannot be tried
 * without setting the machine's clock: a virtual machine's is set in the Wi-Fi tests. */
#include "clock.h"

#include "build-time.h"
#include "harness.h"

#include <glib/gstdio.h>
#include <utime.h>

#define DAY_S      (INT64_C(24) * 3600)
#define YEAR_S     (365 * DAY_S)
#define NOW_S      (SOTTO_BUILD_TIME_S + YEAR_S)
#define EXPIRED    "cert-expired"
#define NOT_YET    "cert-not-yet-valid"
#define TOLD(days) .told = true, .ahead_s = (days)*DAY_S

static void on_set(void *owner, int64_t leap_s)
{
    ++*(unsigned *)owner;
}

static bool explains_with(const char *folder, int64_t now_s, ClockEvidence evidence)
{
    unsigned set = 0;
    Loop *loop = loop_new_fake(0, now_s);
    Clock *clock = clock_new(loop, folder, on_set, &set);
    bool explains = clock_explains(clock, &evidence);

    g_assert_cmpuint(set, ==, 0);
    clock_free(clock);
    loop_free(loop);
    return explains;
}

static bool explains(int64_t now_s, ClockEvidence evidence)
{
    return explains_with(NULL, now_s, evidence);
}

static void test_other_failures(void)
{
    static const char *const codes[] = {"",         "timeout",    "cert-name", "cert-untrusted",
                                        "cert-pin", "cert-forged"};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        g_assert_false(explains(0, (ClockEvidence){.code = codes[i], .resolvers = 5, TOLD(900)}));
}

static void test_before_it_was_built(void)
{
    g_assert_true(explains(0, (ClockEvidence){.code = EXPIRED}));
    g_assert_true(explains(SOTTO_BUILD_TIME_S - 2 * DAY_S, (ClockEvidence){.code = NOT_YET}));
    g_assert_true(explains(SOTTO_BUILD_TIME_S - YEAR_S, (ClockEvidence){.code = EXPIRED, TOLD(0)}));
}

static void test_one_certificate_has_expired(void)
{
    g_assert_false(explains(NOW_S, (ClockEvidence){.code = EXPIRED, .resolvers = 1}));
}

static void test_several_have_expired(void)
{
    g_assert_true(explains(NOW_S, (ClockEvidence){.code = EXPIRED, .resolvers = 2}));
}

static void test_one_is_yet_to_begin(void)
{
    g_assert_true(explains(NOW_S, (ClockEvidence){.code = NOT_YET, .resolvers = 1}));
}

static void test_date_differs(void)
{
    g_assert_true(explains(NOW_S, (ClockEvidence){.code = EXPIRED, TOLD(2)}));
    g_assert_true(explains(NOW_S, (ClockEvidence){.code = EXPIRED, TOLD(-4000)}));
}

static void test_date_fits(void)
{
    g_assert_false(explains(NOW_S, (ClockEvidence){.code = EXPIRED, .resolvers = 9, TOLD(0)}));
    g_assert_false(explains(NOW_S, (ClockEvidence){.code = NOT_YET, .resolvers = 9, TOLD(1)}));
}

static void test_newest_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-clock-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "state.conf", NULL);
    const struct utimbuf times = {.actime = NOW_S, .modtime = NOW_S};
    const ClockEvidence evidence = {.code = EXPIRED};

    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_assert_cmpint(g_utime(file, (struct utimbuf *)&times), ==, 0);
    g_assert_true(explains_with(folder, NOW_S - 2 * DAY_S, evidence));
    g_assert_false(explains_with(folder, NOW_S - DAY_S / 2, evidence));
    g_assert_false(explains_with(folder, NOW_S + YEAR_S, evidence));
    g_unlink(file);
    g_rmdir(folder);
}

static void test_no_folder(void)
{
    g_assert_false(explains_with("/nowhere/at/all", NOW_S, (ClockEvidence){.code = EXPIRED}));
}

static void test_sleeps(void)
{
    unsigned set = 0;
    Loop *loop = loop_new();
    Clock *clock = clock_new(loop, NULL, on_set, &set);

    g_assert_cmpint(loop_wait_us(loop), ==, -1); /* no timer of its own */
    loop_turn(loop, 20000);
    g_assert_cmpuint(set, ==, 0);
    clock_free(clock);
    loop_free(loop);
}

/* ---- resolvers ---- */

static void on_lookup(void *owner, Status status, const Message *reply, const char *resolver_id,
                      const char *detail)
{
    ++*(unsigned *)owner;
}

static void ask_each(Harness *harness)
{
    for (size_t i = 0; i < harness->plan->resolver_count; i++) {
        unsigned answered = 0;
        Name name;

        g_assert_cmpint(name_parse("a.example", &name), ==, STATUS_OK);
        engine_lookup(harness->engine, harness->plan, harness->plan->resolvers[i]->id, &name,
                      RRTYPE_A, 1000000, on_lookup, &answered);
        loop_advance(harness->loop, 2000000);
        g_assert_cmpuint(answered, ==, 1);
    }
}

static void test_dated(Harness *harness, gconstpointer unused)
{
    engine_apply(harness->engine, harness->plan);
    g_assert_cmpuint(clock_count_dated(harness->engine, harness->plan), ==, 0);
    fake_servers[1].status = STATUS_CERT_EXPIRED;
    fake_servers[2].status = STATUS_TIMEOUT;
    fake_servers[3].status = STATUS_CERT_NOT_YET_VALID;
    ask_each(harness);
    g_assert_cmpuint(clock_count_dated(harness->engine, harness->plan), ==, 2);
}

static void test_one_answers(Harness *harness, gconstpointer unused)
{
    engine_apply(harness->engine, harness->plan);
    fake_servers[1].status = fake_servers[2].status = STATUS_CERT_EXPIRED;
    ask_each(harness);
    g_assert_cmpuint(clock_count_dated(harness->engine, harness->plan), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/other-failures-have-other-reasons", test_other_failures);
    g_test_add_func("/clock/before-it-was-built-is-wrong", test_before_it_was_built);
    g_test_add_func("/clock/one-expired-certificate-is-its-owners",
                    test_one_certificate_has_expired);
    g_test_add_func("/clock/several-expired-certificates-are-not", test_several_have_expired);
    g_test_add_func("/clock/no-certificate-is-yet-to-begin", test_one_is_yet_to_begin);
    g_test_add_func("/clock/another-date-is-believed", test_date_differs);
    g_test_add_func("/clock/the-same-date-speaks-for-the-clock", test_date_fits);
    g_test_add_func("/clock/before-the-newest-file-is-wrong", test_newest_file);
    g_test_add_func("/clock/missing-folder-tells-nothing", test_no_folder);
    g_test_add_func("/clock/nothing-wakes-it", test_sleeps);
    g_test_add("/clock/dated-resolvers-are-counted", Harness, GUINT_TO_POINTER(3), harness_set_up,
               test_dated, harness_tear_down);
    g_test_add("/clock/who-answers-speaks-for-the-clock", Harness, GUINT_TO_POINTER(3),
               harness_set_up, test_one_answers, harness_tear_down);
    return g_test_run();
}
