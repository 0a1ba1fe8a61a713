/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explanation.h"

typedef struct Fixture {
    Loop *loop;
    Engine *engine;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    Plan *plan = plan_new();

    fixture->loop = loop_new_fake(0, 1800000000);
    fixture->engine = engine_new(fixture->loop, NULL);
    engine_apply(fixture->engine, plan);
    plan_unref(plan);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    engine_free(fixture->engine);
    loop_free(fixture->loop);
}

static void expect(Fixture *fixture, const char *name, const char *type, const char *key,
                   const char *value)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) report = explanation_report(fixture->engine, name, type, &error);
    const char *found = NULL;

    g_assert_no_error(error);
    g_variant_ref_sink(report);
    g_assert_true(g_variant_lookup(report, key, "&s", &found));
    g_assert_cmpstr(found, ==, value);
}

static void every_key_is_there(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GVariant) report =
        g_variant_ref_sink(explanation_report(fixture->engine, "localhost", "AAAA", NULL));
    g_auto(GStrv) steps = NULL;
    uint32_t ttl;

    g_assert_cmpuint(g_variant_n_children(report), ==, 11);
    g_assert_true(g_variant_lookup(report, "ttl", "u", &ttl));
    g_assert_true(g_variant_lookup(report, "steps", "^as", &steps));
    g_assert_cmpstr(steps[0], ==, "This is this computer's own name.");
    expect(fixture, "localhost", "AAAA", "answer", "::1");
    expect(fixture, "localhost", "AAAA", "source", "special");
}

static void names_come_as_people_write_them(Fixture *fixture, gconstpointer unused)
{
    expect(fixture, "WWW.Example.COM.", "", "name", "WWW.Example.COM");
    expect(fixture, "b\303\274cher.example", "", "name", "xn--bcher-kva.example");
    expect(fixture, "www.example.com", "", "type", "A");
    expect(fixture, "www.example.com", "https", "type", "HTTPS");
}

static void expect_refused(Fixture *fixture, const char *name, const char *type,
                           const char *sentence)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(explanation_report(fixture->engine, name, type, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(error->message, ==, sentence);
}

static void nonsense_is_refused(Fixture *fixture, gconstpointer unused)
{
    expect_refused(fixture, "", "A", "That is not a name.");
    expect_refused(fixture, "a..b", "A", "That is not a name.");
    expect_refused(fixture, "a.example", "NOTHING", "That is not a type of record.");
}

#define TEST(path, fn) g_test_add("/explanation/" path, Fixture, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("every-key-is-there", every_key_is_there);
    TEST("names-come-as-people-write-them", names_come_as_people_write_them);
    TEST("nonsense-is-refused", nonsense_is_refused);
    return g_test_run();
}
