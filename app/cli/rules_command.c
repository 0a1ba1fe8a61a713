/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl rules: what is done with single names. The user's own rules are made and removed here;
 * those of the settings are shown beside them, and so are the files of names.
 */
#include "command.h"
#include "console.h"
#include "document.h"
#include "wording.h"

#include <glib/gi18n.h>

typedef CliExit (*RulesRun)(Session *session, char **parameters);

/* --- the lists --- */

static void add_json(JsonBuilder *document, SottoRule *rule)
{
    json_builder_begin_object(document);
    document_add_string(document, "kind", sotto_rule_kind_word(sotto_rule_kind(rule)));
    document_add_string(document, "name", sotto_rule_name(rule));
    document_add_string(document, "target", sotto_rule_target(rule));
    document_add_flag(document, "own", sotto_rule_is_own(rule));
    document_add_string(document, "added-by", sotto_rule_added_by(rule));
    document_add_number(document, "added-at", sotto_rule_added_at_s(rule));
    json_builder_end_object(document);
}

static const char *origin(SottoRule *rule)
{
    const char *who = sotto_rule_added_by(rule);

    if (!sotto_rule_is_own(rule))
        return _("the settings");
    return who[0] != '\0' ? who : _("not known");
}

static void add_row(Table *table, SottoRule *rule)
{
    gint64 at_s = sotto_rule_added_at_s(rule);
    g_autofree char *when = at_s > 0 ? console_clock(at_s) : g_strdup("");
    const char *const cells[] = {sotto_rule_kind_word(sotto_rule_kind(rule)), sotto_rule_name(rule),
                                 origin(rule), when, sotto_rule_target(rule)};

    table_add(table, sotto_rule_is_own(rule) ? TONE_STRONG : TONE_PLAIN, cells);
}

static void print_rules(const GPtrArray *rules)
{
    /* Translators: by is the user who made a rule, to is what its name leads to. */
    const char *const head[] = {C_("column", "rule"), C_("column", "name"), C_("rule", "by"),
                                C_("column", "since"), C_("rule", "to")};
    g_autoptr(Table) table = table_new(G_N_ELEMENTS(head));

    table_add(table, TONE_QUIET, head);
    for (guint i = 0; i < rules->len; i++)
        add_row(table, g_ptr_array_index(rules, i));
    table_print(table);
}

static CliExit list(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) rules = NULL;
    GError *error = NULL;

    sotto_helper_list_rules_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    rules = sotto_helper_list_rules_finish(session->helper, result, &error);
    if (rules == NULL)
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new_array();
        for (guint i = 0; i < rules->len; i++)
            add_json(document, g_ptr_array_index(rules, i));
        document_print(document, DOCUMENT_READABLE);
    } else if (rules->len > 0) {
        print_rules(rules);
    } else {
        console_complain(_("There is no rule about any name."));
    }
    return CLI_OK;
}

static void add_file_json(JsonBuilder *document, const SottoNameList *file)
{
    json_builder_begin_object(document);
    document_add_string(document, "path", file->path);
    document_add_string(document, "kind", file->kind);
    document_add_number(document, "names", file->names);
    document_add_number(document, "malformed", file->malformed);
    document_add_number(document, "first-malformed", file->first_malformed);
    document_add_string(document, "failure", file->failure);
    json_builder_end_object(document);
}

/* What is wrong with it; "" nothing (transfer full). */
static char *trouble(const SottoNameList *file)
{
    if (file->failure[0] != '\0')
        return sotto_wording(file->failure);
    if (file->malformed == 0)
        return g_strdup("");
    return g_strdup_printf(ngettext("%u line could not be understood, line %u",
                                    "%u lines could not be understood, the first is line %u",
                                    file->malformed),
                           file->malformed, file->first_malformed);
}

static void print_files(const GPtrArray *files)
{
    const char *const head[] = {C_("column", "rule"), C_("column", "names"), C_("column", "file"),
                                ""};
    g_autoptr(Table) table = table_new(G_N_ELEMENTS(head));

    table_add(table, TONE_QUIET, head);
    for (guint i = 0; i < files->len; i++) {
        const SottoNameList *file = g_ptr_array_index(files, i);
        g_autofree char *names = g_strdup_printf("%u", file->names), *wrong = trouble(file);
        const char *const cells[] = {file->kind, names, file->path, wrong};

        table_add(table, file->failure[0] != '\0' ? TONE_WARNING : TONE_PLAIN, cells);
    }
    table_print(table);
}

static CliExit list_files(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) files = NULL;
    GError *error = NULL;

    sotto_helper_list_name_lists_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    files = sotto_helper_list_name_lists_finish(session->helper, result, &error);
    if (files == NULL)
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new_array();
        for (guint i = 0; i < files->len; i++)
            add_file_json(document, g_ptr_array_index(files, i));
        document_print(document, DOCUMENT_READABLE);
    } else if (files->len > 0) {
        print_files(files);
    } else {
        console_complain(_("The settings name no file of names."));
    }
    return CLI_OK;
}

/* --- one of them --- */

/* What is so now; NULL for a kind that is the settings' alone (transfer full). */
static char *sentence(SottoRuleKind kind, const char *name)
{
    switch (kind) {
    case SOTTO_RULE_BLOCK:
        return g_strdup_printf(_("%s is blocked from now on."), name);
    case SOTTO_RULE_ALLOW:
        return g_strdup_printf(_("%s is not blocked from now on, whatever lists say."), name);
    case SOTTO_RULE_NETWORK:
        return g_strdup_printf(_("%s is asked of the network's own DNS from now on, unencrypted."),
                               name);
    case SOTTO_RULE_FORWARD:
        return g_strdup_printf(_("%s is asked of these servers from now on."), name);
    case SOTTO_RULE_CLOAK:
    case SOTTO_RULE_LOCAL:
        break;
    }
    return NULL;
}

static void print_added(Session *session, SottoRuleKind kind, const char *name, const char *target)
{
    g_autofree char *text = sentence(kind, name);

    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, "kind", sotto_rule_kind_word(kind));
        document_add_string(document, "name", name);
        document_add_string(document, "target", target);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print("%s\n", text);
    }
}

static CliExit add(Session *session, char **parameters)
{
    const char *word = parameters[0], *name = word != NULL ? parameters[1] : NULL;
    const char *target = name != NULL && parameters[2] != NULL ? parameters[2] : "";
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;
    SottoRuleKind kind;

    if (name == NULL)
        return session_misuse(_("What rule, and about which name?"));
    if (!sotto_rule_kind_parse(word, &kind) || kind > SOTTO_RULE_FORWARD)
        return session_misuse(_("“%s” is neither block, allow, network nor forward."), word);
    sotto_helper_add_rule_async(session->helper, kind, name, target, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    print_added(session, kind, name, target);
    return CLI_OK;
}

static CliExit remove_one(Session *session, char **parameters)
{
    const char *name = parameters[0];
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    if (name == NULL)
        return session_misuse(_("About which name is the rule?"));
    sotto_helper_remove_rule_async(session->helper, name, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, "name", name);
        document_add_flag(document, "removed", TRUE);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print(_("The rule about %s is removed.\n"), name);
    }
    return CLI_OK;
}

static const struct {
    const char *word;
    guint most; /* parameters after it */
    RulesRun run;
} words[] = {
    {"list", 0, list},
    {"files", 0, list_files},
    {"add", 3, add},
    {"remove", 1, remove_one},
};

static CliExit run_rules(Session *session, char **parameters)
{
    const char *word = parameters[0];

    if (word == NULL)
        return list(session, parameters);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!g_str_equal(word, words[i].word))
            continue;
        if (g_strv_length(parameters + 1) > words[i].most)
            return session_misuse(_("“%s” is one word too many."), parameters[words[i].most + 1]);
        return words[i].run(session, parameters + 1);
    }
    return session_misuse(_("“%s” is neither list, add, remove nor files."), word);
}

const Command rules_command = {
    .name = "rules",
    .parameters = "[WORD…]",
    .summary = N_("List the rules about names, or add or remove one"),
    .most = 4,
    .run = run_rules,
};
