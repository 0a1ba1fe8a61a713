/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule_line.h"

#include <glib.h>

typedef struct Case {
    const char *line;
    RuleLineKind kind;
    const char
        *rules; /* "+" below, "=" alone, "@" before that: an exception; separated by blanks */
} Case;

static void on_found(void *owner, const Name *name, bool below, bool allows)
{
    GString *rules = owner;
    char text[NAME_MAX_TEXT];

    g_string_append_printf(rules, "%s%s%s%s", rules->len ? " " : "", allows ? "@" : "",
                           below ? "+" : "=", name_format(name, text));
}

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *line = g_strdup(cases[i].line);
        g_autoptr(GString) rules = g_string_new(NULL);
        RuleLineKind kind = rule_line_parse(line, on_found, rules);

        g_test_message("%s", cases[i].line);
        g_assert_cmpint(kind, ==, cases[i].kind);
        g_assert_cmpstr(rules->str, ==, cases[i].rules);
    }
}

static void plain_names(void)
{
    static const Case cases[] = {
        {"example.com", RULE_LINE_NAMES, "+example.com"},
        {"  Example.COM.  \r\n", RULE_LINE_NAMES, "+Example.COM"},
        {"*.example.com", RULE_LINE_NAMES, "+example.com"},
        {"=example.com", RULE_LINE_NAMES, "=example.com"},
        {"_dmarc.a-b.example # why", RULE_LINE_NAMES, "+_dmarc.a-b.example"},
        {"\357\273\277example.com", RULE_LINE_NAMES, "+example.com"},
        {"zip", RULE_LINE_NAMES, "+zip"},
        {"192.0.2.1", RULE_LINE_FOREIGN, ""},
        {"2001:db8::1", RULE_LINE_FOREIGN, ""},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void comments_are_nothing(void)
{
    static const Case cases[] = {
        {"", RULE_LINE_EMPTY, ""},
        {" \t\r\n", RULE_LINE_EMPTY, ""},
        {"# example.com", RULE_LINE_EMPTY, ""},
        {"! example.com", RULE_LINE_EMPTY, ""},
        {"[Adblock Plus 2.0]", RULE_LINE_EMPTY, ""},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void hosts_files(void)
{
    static const Case cases[] = {
        {"0.0.0.0 ads.example.com", RULE_LINE_NAMES, "=ads.example.com"},
        {"127.0.0.1\tads.example.com  t.example # two", RULE_LINE_NAMES,
         "=ads.example.com =t.example"},
        {":: ads.example.com", RULE_LINE_NAMES, "=ads.example.com"},
        {"0 ads.example.com", RULE_LINE_NAMES, "=ads.example.com"},
        {"127.0.0.1 localhost", RULE_LINE_FOREIGN, ""},
        {"127.0.0.1 localhost.localdomain", RULE_LINE_FOREIGN, ""},
        {"::1 ip6-localhost ip6-loopback", RULE_LINE_FOREIGN, ""},
        {"0.0.0.0 0.0.0.0", RULE_LINE_FOREIGN, ""},
        {"192.168.1.2 nas.example.com", RULE_LINE_FOREIGN, ""},
        {"fe80::1%lo0 localhost", RULE_LINE_FOREIGN, ""},
        {"0.0.0.0 not/a.name", RULE_LINE_MALFORMED, ""},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void adblock_rules(void)
{
    static const Case cases[] = {
        {"||ads.example.com^", RULE_LINE_NAMES, "+ads.example.com"},
        {"||ads.example.com", RULE_LINE_NAMES, "+ads.example.com"},
        {"||*.ads.example.com^|", RULE_LINE_NAMES, "+ads.example.com"},
        {"||ads.example.com^$important", RULE_LINE_NAMES, "+ads.example.com"},
        {"||ads.example.com^$all,document", RULE_LINE_NAMES, "+ads.example.com"},
        {"@@||good.example.com^|", RULE_LINE_NAMES, "@+good.example.com"},
        {"@@||good.example.com^$important", RULE_LINE_NAMES, "@+good.example.com"},
        {"||example.com^$third-party", RULE_LINE_FOREIGN, ""},
        {"||example.com^$script,domain=a.example", RULE_LINE_FOREIGN, ""},
        {"||example.com/banner/", RULE_LINE_FOREIGN, ""},
        {"||example.*^", RULE_LINE_FOREIGN, ""},
        {"||192.0.2.1^", RULE_LINE_FOREIGN, ""},
        {"@@example.com/x", RULE_LINE_FOREIGN, ""},
        {"|https://example.com|", RULE_LINE_FOREIGN, ""},
        {"/ads[0-9]+/", RULE_LINE_FOREIGN, ""},
        {"example.com##.banner", RULE_LINE_FOREIGN, ""},
        {"example.com#@#.banner", RULE_LINE_FOREIGN, ""},
        {"||exa mple.com^", RULE_LINE_MALFORMED, ""},
        {"||^", RULE_LINE_MALFORMED, ""},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void international_names(void)
{
    static const Case cases[] = {
        {"b\303\274cher.example", RULE_LINE_NAMES, "+xn--bcher-kva.example"},
        {"||stra\303\237e.example^", RULE_LINE_NAMES, "+xn--strae-oqa.example"},
        {"b\374cher.example", RULE_LINE_MALFORMED, ""}, /* Latin-1 */
        {"\342\202\254\342\200\213.example", RULE_LINE_MALFORMED, ""},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void what_is_no_rule(void)
{
    g_autofree char *label = g_strnfill(64, 'a'), *part = g_strnfill(60, 'b');
    g_autofree char *name = g_strdup_printf("%s.%s.%s.%s.%s", part, part, part, part, part);
    const Case cases[] = {
        {"<html>", RULE_LINE_MALFORMED, ""},
        {"a..b", RULE_LINE_MALFORMED, ""},
        {".example.com", RULE_LINE_MALFORMED, ""},
        {"two words", RULE_LINE_MALFORMED, ""},
        {"exa\\032mple.com", RULE_LINE_MALFORMED, ""},
        {"=", RULE_LINE_MALFORMED, ""},
        {"=*.example.com", RULE_LINE_MALFORMED, ""},
        {".", RULE_LINE_MALFORMED, ""},
        {label, RULE_LINE_MALFORMED, ""},
        {name, RULE_LINE_MALFORMED, ""},
    };

    check(cases, G_N_ELEMENTS(cases));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rule-line/plain-names", plain_names);
    g_test_add_func("/rule-line/comments-are-nothing", comments_are_nothing);
    g_test_add_func("/rule-line/hosts-files", hosts_files);
    g_test_add_func("/rule-line/adblock-rules", adblock_rules);
    g_test_add_func("/rule-line/international-names", international_names);
    g_test_add_func("/rule-line/what-is-no-rule", what_is_no_rule);
    return g_test_run();
}
