/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of names that people download: plain, hosts(5), adblock; and cloaks. Input: which (1), the
 * text.
 */
#include "cloak.h"
#include "fuzz.h"
#include "fuzz_file.h"
#include "rule_line.h"
#include "rule_list.h"

#include <string.h>

enum { CLOAKS = 1, ALLOWS = 2 };

/* What one line says: the names of it, for a look into the list that was read as a whole. */
typedef struct Said {
    const RuleList *list; /* NULL: nobody looks */
    bool all_allow;
    size_t names;
} Said;

static void on_name(void *owner, const Name *name, bool below, bool allows)
{
    Said *said = owner;
    char text[NAME_MAX_TEXT];
    Name again;
    NameKey key;
    NameMatch match;

    said->names++;
    g_assert_cmpuint(name->length, >, 1);
    name_format(name, text);
    g_assert_true(rule_name_parse(text, &again)); /* no escapes, so it is a text of the same kind */
    g_assert_true(name_equal(&again, name));
    if (said->list == NULL)
        return;
    name_key_init(&key, name);
    g_assert_true(name_set_find(allows || said->all_allow ? said->list->allow : said->list->block,
                                &key, &match));
}

static size_t read_lines(char *text, Said *said)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t malformed = 0;

    for (size_t i = 0; lines[i] != NULL; i++) {
        size_t before = said->names;
        RuleLineKind kind = rule_line_parse(lines[i], on_name, said);

        if (kind != RULE_LINE_MALFORMED)
            g_assert_true((said->names > before) == (kind == RULE_LINE_NAMES));
        malformed += kind == RULE_LINE_MALFORMED;
    }
    return malformed;
}

/* As a whole file, and then line by line: the same names. */
static void read_list(char *text, bool allows)
{
    g_autofree char *path = fuzz_file_put_text("list", text);
    g_autoptr(GError) error = NULL;
    RuleListReport report;
    RuleList *list = rule_list_read(path, allows, NULL, &report, &error);
    Said said = {.list = list, .all_allow = allows};

    g_assert_true((list == NULL) == (error != NULL));
    size_t malformed = read_lines(text, &said);
    if (list == NULL)
        return;
    g_assert_cmpuint(report.names, <=, said.names);
    g_assert_cmpuint(report.malformed, ==, malformed);
    g_assert_true((report.malformed > 0) == (report.first_malformed > 0));
    rule_list_unref(list);
}

static void read_cloaks(const char *text)
{
    Cloaks *cloaks = cloaks_new();
    RuleListReport report = {0};
    NameKey key;
    CloakMatch match;
    Name name;

    rule_cloaks_add(cloaks, text, false, "fuzz", &report);
    g_assert_cmpuint(report.names, ==, cloaks_count(cloaks));
    g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n=", 64);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (!rule_name_parse(words[i], &name))
            continue;
        name_key_init(&key, &name);
        if (cloaks_find(cloaks, &key, &match))
            g_assert_true(match.alias != NULL || match.end != NULL);
    }
    cloaks_free(cloaks);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    uint8_t choices = fuzz_take_u8(&input);
    g_autofree char *text = fuzz_take_text(&input);

    if (choices & CLOAKS)
        read_cloaks(text);
    else
        read_list(text, choices & ALLOWS);
    return 0;
}
