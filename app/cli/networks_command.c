/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl networks: which networks are known, and what is done on each.
 */
#include "command.h"
#include "console.h"
#include "document.h"

#include <glib/gi18n.h>

static gboolean wants_current, wants_unknown;

static const GOptionEntry networks_options[] = {
    {"current", 0, 0, G_OPTION_ARG_NONE, &wants_current,
     N_("The network at hand, which is meant where no ID is given, too"), NULL},
    {"unknown", 0, 0, G_OPTION_ARG_NONE, &wants_unknown,
     N_("Every network that nobody has decided about; without WORD, says what is done there"),
     NULL},
    G_OPTION_ENTRY_NULL,
};

/* NULL and an error. (transfer full) */
static GPtrArray *fetch(Session *session, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_list_networks_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    return sotto_helper_list_networks_finish(session->helper, result, error);
}

/* --- the list --- */

static void add_json(JsonBuilder *document, const SottoNetwork *network)
{
    json_builder_begin_object(document);
    document_add_string(document, "id", network->id);
    document_add_string(document, "name", network->name);
    document_add_string(document, "ssid", network->ssid);
    document_add_string(document, "policy", sotto_policy_word(network->policy));
    document_add_flag(document, "decided", network->decided);
    document_add_flag(document, "current", network->current);
    document_add_flag(document, "portal", network->portal);
    document_add_number(document, "last-seen", network->last_seen_s);
    json_builder_end_object(document);
}

/* "protect", and whether that is anybody's decision (transfer full). */
static char *policy_words(const SottoNetwork *network)
{
    const char *word = sotto_policy_word(network->policy);

    /* Translators: %s is protect, ask or leave-alone, as one types it: what is done on any network
     * that nobody has decided about. */
    return network->decided ? g_strdup(word) : g_strdup_printf(_("%s, as any new one"), word);
}

static void add_row(Table *table, const SottoNetwork *network)
{
    g_autofree char *policy = policy_words(network);
    g_autofree char *seen = console_clock(network->last_seen_s);
    const char *const cells[] = {network->current ? "*" : " ",
                                 network->name,
                                 policy,
                                 network->portal ? C_("asks for", "sign-in") : "",
                                 seen,
                                 network->id};

    table_add(table, network->current ? TONE_STRONG : TONE_PLAIN, cells);
}

static void print_table(const GPtrArray *networks)
{
    const char *const head[] = {" ",
                                C_("column", "network"),
                                C_("column", "what is done"),
                                C_("column", "asks for"),
                                C_("column", "last seen"),
                                C_("column", "id")};
    g_autoptr(Table) table = table_new(G_N_ELEMENTS(head));

    table_add(table, TONE_QUIET, head);
    for (guint i = 0; i < networks->len; i++)
        add_row(table, g_ptr_array_index(networks, i));
    table_print(table);
}

static CliExit list(Session *session)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) networks = fetch(session, &error);

    if (networks == NULL)
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new_array();
        for (guint i = 0; i < networks->len; i++)
            add_json(document, g_ptr_array_index(networks, i));
        document_print(document, DOCUMENT_READABLE);
    } else if (networks->len > 0) {
        print_table(networks);
    } else {
        console_complain(_("No network is known yet."));
    }
    return CLI_OK;
}

/* --- one of them --- */

static void print_change(Session *session, const char *id, const char *key, const char *value,
                         const char *sentence)
{
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, "id", id);
        if (value != NULL)
            document_add_string(document, key, value);
        else
            document_add_flag(document, key, TRUE);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print("%s\n", sentence);
    }
}

static const char *policy_sentence(SottoPolicy policy)
{
    switch (policy) {
    case SOTTO_POLICY_PROTECT:
        return _("Lookups are kept private on this network.");
    case SOTTO_POLICY_ASK:
        return _("This network's own DNS is used, unprotected, until you have decided.");
    case SOTTO_POLICY_LEAVE_ALONE:
        return _("This network's own DNS is used, unprotected, whenever you are on it.");
    }
    return "";
}

static CliExit set_policy(Session *session, const char *id, SottoPolicy policy)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_set_policy_async(session->helper, id, policy, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    print_change(session, id, "policy", sotto_policy_word(policy), policy_sentence(policy));
    return CLI_OK;
}

static CliExit forget(Session *session, const char *id)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_forget_network_async(session->helper, id, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    print_change(session, id, "forgotten", NULL, _("This network is forgotten."));
    return CLI_OK;
}

/* --- those nobody has decided about --- */

static const char *unknown_sentence(SottoPolicy policy)
{
    return policy == SOTTO_POLICY_ASK
               ? _("On a new network its own DNS is used, unprotected, until you have decided.")
               : _("Lookups are kept private on a new network.");
}

static void print_unknown(Session *session, SottoPolicy policy)
{
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, "unknown", sotto_policy_word(policy));
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print("%s\n", unknown_sentence(policy));
    }
}

static CliExit show_unknown(Session *session)
{
    SottoPolicy policy;

    if (!sotto_helper_unknown_networks(session->helper, &policy))
        return session_fail(
            session, sotto_helper_presence(session->helper) == SOTTO_PRESENCE_PRESENT
                         ? g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_FAILED,
                                               _("The Sotto service is too old to say this."))
                         : sotto_error_new(SOTTO_ERROR_ABSENT));
    print_unknown(session, policy);
    return CLI_OK;
}

static CliExit run_unknown(Session *session, char **parameters)
{
    const char *word = parameters[0];
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;
    SottoPolicy policy;

    if (word == NULL)
        return show_unknown(session);
    if (parameters[1] != NULL)
        return session_misuse(_("“%s” is one word too many."), parameters[1]);
    if (!sotto_policy_parse(word, &policy) || policy == SOTTO_POLICY_LEAVE_ALONE)
        return session_misuse(_("“%s” is neither protect nor ask."), word);
    sotto_helper_set_unknown_networks_async(session->helper, policy, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    print_unknown(session, policy);
    return CLI_OK;
}

static CliExit run_networks(Session *session, char **parameters)
{
    const char *word = parameters[0];
    const char *given = word != NULL ? parameters[1] : NULL;
    gboolean forgets = g_strcmp0(word, "forget") == 0;
    SottoPolicy policy;

    if (wants_unknown && wants_current)
        return session_misuse(_("“%s” is one word too many."), "--current");
    if (wants_unknown)
        return run_unknown(session, parameters);
    if (word == NULL)
        return list(session);
    if (!forgets && !sotto_policy_parse(word, &policy))
        return session_misuse(_("“%s” is neither protect, ask, leave-alone nor forget."), word);
    if (given != NULL && wants_current)
        return session_misuse(_("“%s” is one word too many."), given);
    if (forgets && given == NULL && !wants_current) /* not by a word that was left out */
        return session_misuse(_("Which network? Give its id, or --current."));

    g_autofree char *id =
        g_strdup(given != NULL ? given : sotto_helper_current_network(session->helper));
    if (id[0] == '\0')
        return session_fail(session, g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_NOT_FOUND,
                                                         _("No network is known right now.")));
    return forgets ? forget(session, id) : set_policy(session, id, policy);
}

const Command networks_command = {
    .name = "networks",
    .parameters = "[WORD [ID]]",
    .summary = N_("List the networks, or protect, ask, leave-alone or forget one"),
    .options = networks_options,
    .most = 2,
    .run = run_networks,
};
