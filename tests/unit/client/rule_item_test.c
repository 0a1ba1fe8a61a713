/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules and files of names as the clients read them. */
#include "name_list.h"
#include "rule_item.h"

/* (transfer full) */
static GPtrArray *parse_rules(const char *text)
{
    GError *error = NULL;
    g_autoptr(GVariant) list = g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, &error);

    g_assert_no_error(error);
    return sotto_rules_parse(list);
}

static void every_fact_of_a_rule_is_read(void)
{
    g_autoptr(GPtrArray) rules =
        parse_rules("[{'kind': <'forward'>, 'name': <'corp.example'>, 'target': <'192.0.2.53'>, "
                    "'own': <true>, 'added-by': <'alice'>, 'added-at': <int64 1790000000>}]");
    SottoRule *rule = rules->pdata[0];

    g_assert_cmpint(sotto_rule_kind(rule), ==, SOTTO_RULE_FORWARD);
    g_assert_cmpstr(sotto_rule_name(rule), ==, "corp.example");
    g_assert_cmpstr(sotto_rule_target(rule), ==, "192.0.2.53");
    g_assert_true(sotto_rule_is_own(rule));
    g_assert_cmpstr(sotto_rule_added_by(rule), ==, "alice");
    g_assert_cmpint(sotto_rule_added_at_s(rule), ==, 1790000000);
}

static void an_exact_name_is_told_without_its_mark(void)
{
    g_autoptr(GPtrArray) rules = parse_rules("[{'kind': <'block'>, 'name': <'=ads.example'>}]");

    g_assert_true(sotto_rule_is_exact(rules->pdata[0]));
    g_assert_cmpstr(sotto_rule_bare_name(rules->pdata[0]), ==, "ads.example");
    g_assert_cmpstr(sotto_rule_name(rules->pdata[0]), ==, "=ads.example");
}

static void what_is_missing_is_empty(void)
{
    g_autoptr(GPtrArray) rules = parse_rules("[{'kind': <'allow'>, 'name': <'example.com'>}]");

    g_assert_false(sotto_rule_is_exact(rules->pdata[0]));
    g_assert_cmpstr(sotto_rule_target(rules->pdata[0]), ==, "");
    g_assert_cmpstr(sotto_rule_added_by(rules->pdata[0]), ==, "");
    g_assert_false(sotto_rule_is_own(rules->pdata[0]));
}

static void a_kind_that_is_not_known_is_passed_over(void)
{
    g_autoptr(GPtrArray) rules = parse_rules("[{'kind': <'delay'>, 'name': <'example.com'>}, "
                                             "{'kind': <'local'>, 'name': <'lan.example'>}]");

    g_assert_cmpuint(rules->len, ==, 1);
    g_assert_cmpstr(sotto_rule_name(rules->pdata[0]), ==, "lan.example");
}

static void a_rule_without_a_name_is_passed_over(void)
{
    g_autoptr(GPtrArray) rules =
        parse_rules("[{'kind': <'block'>}, {'kind': <'block'>, 'name': <'='>}]");

    g_assert_cmpuint(rules->len, ==, 0);
}

static void every_kind_has_its_word(void)
{
    for (int kind = SOTTO_RULE_BLOCK; kind <= SOTTO_RULE_LOCAL; kind++) {
        SottoRuleKind read = SOTTO_RULE_BLOCK;

        g_assert_true(sotto_rule_kind_parse(sotto_rule_kind_word((SottoRuleKind)kind), &read));
        g_assert_cmpint(read, ==, kind);
    }
}

static void every_fact_of_a_file_is_read(void)
{
    g_autoptr(GVariant) list = g_variant_ref_sink(g_variant_new_parsed(
        "[{'path': <'/etc/sotto/ads.txt'>, 'kind': <'block'>, 'names': <uint32 12345>, "
        "'malformed': <uint32 2>, 'first-malformed': <uint32 17>, 'failure': <'It is gone.'>}]"));
    g_autoptr(GPtrArray) lists = sotto_name_lists_parse(list);
    const SottoNameList *file = lists->pdata[0];

    g_assert_cmpstr(file->path, ==, "/etc/sotto/ads.txt");
    g_assert_cmpstr(file->kind, ==, "block");
    g_assert_cmpuint(file->names, ==, 12345);
    g_assert_cmpuint(file->malformed, ==, 2);
    g_assert_cmpuint(file->first_malformed, ==, 17);
    g_assert_cmpstr(file->failure, ==, "It is gone.");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rule-item/every-fact-is-read", every_fact_of_a_rule_is_read);
    g_test_add_func("/rule-item/exact-name-is-told-without-its-mark",
                    an_exact_name_is_told_without_its_mark);
    g_test_add_func("/rule-item/what-is-missing-is-empty", what_is_missing_is_empty);
    g_test_add_func("/rule-item/unknown-kind-is-passed-over",
                    a_kind_that_is_not_known_is_passed_over);
    g_test_add_func("/rule-item/no-name-is-passed-over", a_rule_without_a_name_is_passed_over);
    g_test_add_func("/rule-item/every-kind-has-its-word", every_kind_has_its_word);
    g_test_add_func("/name-list/every-fact-is-read", every_fact_of_a_file_is_read);
    return g_test_run();
}
