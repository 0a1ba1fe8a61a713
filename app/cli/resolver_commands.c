/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl describe, favourite, relay: all there is to know of one resolver, and what is decided
 * about it.
 */
#include "command.h"
#include "console.h"
#include "document.h"
#include "feature_words.h"
#include "wording.h"

#include <glib/gi18n.h>

#define AUTO "auto" /* is typed for SOTTO_RELAY_ANY, which a shell would take for its own */

static gboolean wants_removal, wants_reset;
static char *relay_for;

/* NULL and an error. (transfer full) */
static GVariant *fetch(Session *session, const char *id, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_describe_resolver_async(session->helper, id, NULL, session_keep, &result);
    session_await(&result);
    return sotto_helper_describe_resolver_finish(session->helper, result, error);
}

static const char *relay_as_typed(const char *relay)
{
    return g_str_equal(relay, SOTTO_RELAY_ANY) ? AUTO : relay;
}

/* --- describe --- */

static const char *member(GVariant *dictionary, const char *key)
{
    const char *value = "";

    g_variant_lookup(dictionary, key, "&s", &value);
    return value;
}

static void add_fact(Table *table, const char *label, const char *value)
{
    const char *const cells[] = {label, value};

    if (value[0] != '\0')
        table_add(table, TONE_PLAIN, cells);
}

static void add_facts(Table *table, const char *label, GVariant *endpoint, const char *key)
{
    g_autoptr(GVariant) list = g_variant_lookup_value(endpoint, key, G_VARIANT_TYPE_STRING_ARRAY);

    for (gsize i = 0; list != NULL && i < g_variant_n_children(list); i++) {
        const char *value;
        g_variant_get_child(list, i, "&s", &value);
        add_fact(table, i == 0 ? label : "", value);
    }
}

static void add_endpoint(Table *table, GVariant *endpoint)
{
    const char *const space[] = {"", ""};
    const char *const heading[] = {member(endpoint, "protocol"), ""};

    table_add(table, TONE_PLAIN, space);
    table_add(table, TONE_STRONG, heading);
    add_fact(table, _("Address"), member(endpoint, "address"));
    add_fact(table, _("Name"), member(endpoint, "host"));
    add_fact(table, _("Path"), member(endpoint, "path"));
    add_fact(table, _("Provider"), member(endpoint, "provider"));
    add_fact(table, _("Provider key"), member(endpoint, "provider-key"));
    /* Translators: keys of which one must be the server's, as SHA-256. */
    add_facts(table, _("Pinned keys"), endpoint, "pins");
    /* Translators: certificates of which one must be in the server's chain, as SHA-256. */
    add_facts(table, _("Certificates"), endpoint, "hashes");
    add_fact(table, _("Relay"), member(endpoint, "relay"));
    /* Translators: a text that begins with sdns:// and says all about a server; keep "stamp" if in
     * doubt. */
    add_fact(table, _("Stamp"), member(endpoint, "stamp"));
}

static void add_resolver(Table *table, GVariant *description)
{
    g_autoptr(SottoResolver) resolver = sotto_resolver_parse(description);
    g_autofree char *features = resolver != NULL ? feature_words(resolver) : g_strdup("");
    g_autofree char *failure = sotto_wording(member(description, "failure"));
    g_autofree char *key_changed = sotto_wording(member(description, "key-changed"));
    const char *relay_choice = member(description, "relay-choice");

    add_fact(table, _("Name"), member(description, "name"));
    add_fact(table, _("Id"), member(description, "id"));
    add_fact(table, _("Operator"), member(description, "operator"));
    add_fact(table, _("Country"), member(description, "country"));
    add_fact(table, _("Description"), member(description, "description"));
    add_fact(table, _("Features"), features);
    add_fact(table, _("Source"), member(description, "source"));
    add_fact(table, _("Relay chosen"), relay_as_typed(relay_choice));
    add_fact(table, _("Key"), key_changed);
    add_fact(table, _("Failure"), failure);
}

static void print_resolver(GVariant *description)
{
    g_autoptr(Table) table = table_new(2);
    g_autoptr(GVariant) endpoints =
        g_variant_lookup_value(description, "endpoints", G_VARIANT_TYPE("aa{sv}"));

    add_resolver(table, description);
    for (gsize i = 0; endpoints != NULL && i < g_variant_n_children(endpoints); i++) {
        g_autoptr(GVariant) endpoint = g_variant_get_child_value(endpoints, i);
        add_endpoint(table, endpoint);
    }
    table_print(table);
}

static CliExit run_describe(Session *session, char **parameters)
{
    GError *error = NULL;
    g_autoptr(GVariant) description = fetch(session, parameters[0], &error);

    if (description == NULL)
        return session_fail(session, error);
    if (session->json)
        document_print_variant(description);
    else
        print_resolver(description);
    return CLI_OK;
}

/* --- favourite --- */

static CliExit run_favourite(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_set_favourite_async(session->helper, parameters[0], !wants_removal, NULL,
                                     session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, "id", parameters[0]);
        document_add_flag(document, "favourite", !wants_removal);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print(wants_removal ? _("%s is no favourite any more.\n") : _("%s is a favourite now.\n"),
                parameters[0]);
    }
    return CLI_OK;
}

/* --- relay --- */

static void print_relay(Session *session, const char *relay)
{
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, "resolver", relay_for != NULL ? relay_for : "");
        document_add_string(document, "relay", relay_as_typed(relay));
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print("%s\n", relay[0] != '\0' ? relay_as_typed(relay)
                                         : _("Nothing is chosen for this resolver alone."));
    }
}

static CliExit show_relay(Session *session)
{
    GError *error = NULL;
    g_autoptr(GVariant) description = NULL;

    if (relay_for != NULL) {
        description = fetch(session, relay_for, &error);
        if (description == NULL)
            return session_fail(session, error);
    }
    print_relay(session, description != NULL ? member(description, "relay-choice")
                                             : sotto_helper_relay(session->helper));
    return CLI_OK;
}

/* What was set is shown as it is now: after --reset that is the configuration's. */
static CliExit set_relay(Session *session, const char *relay)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_set_relay_async(session->helper, relay_for != NULL ? relay_for : "",
                                 g_str_equal(relay, AUTO) ? SOTTO_RELAY_ANY : relay, NULL,
                                 session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    return show_relay(session);
}

static CliExit run_relay(Session *session, char **parameters)
{
    if (wants_reset && parameters[0] != NULL)
        return session_misuse(_("“%s” is one word too many."), parameters[0]);
    if (wants_reset)
        return set_relay(session, "");
    return parameters[0] != NULL ? set_relay(session, parameters[0]) : show_relay(session);
}

static const GOptionEntry favourite_options[] = {
    {"remove", 0, 0, G_OPTION_ARG_NONE, &wants_removal, N_("It is one no longer"), NULL},
    G_OPTION_ENTRY_NULL,
};

static const GOptionEntry relay_options[] = {
    {"for", 0, 0, G_OPTION_ARG_STRING, &relay_for,
     N_("This resolver alone, not all that have no choice of their own"), "RESOLVER"},
    {"reset", 0, 0, G_OPTION_ARG_NONE, &wants_reset, N_("As the configuration says"), NULL},
    G_OPTION_ENTRY_NULL,
};

const Command describe_command = {
    .name = "describe",
    .parameters = "RESOLVER",
    .summary = N_("Show all about a resolver: its endpoints, keys and stamps"),
    .least = 1,
    .most = 1,
    .run = run_describe,
};

const Command favourite_command = {
    .name = "favourite",
    .parameters = "RESOLVER",
    .summary = N_("Have a resolver in the tray's menu and the automatic choice"),
    .options = favourite_options,
    .least = 1,
    .most = 1,
    .starts_helper = TRUE,
    .run = run_favourite,
};

const Command relay_command = {
    .name = "relay",
    .parameters = "[RELAY]",
    .summary = N_("Show or choose the relay before resolvers: an id, auto or none"),
    .options = relay_options,
    .most = 1,
    .starts_helper = TRUE,
    .run = run_relay,
};
