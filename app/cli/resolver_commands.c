/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl describe, favourite, relay: all there is to know of one resolver, and what is decided
 * about it.
 */
#include "command.h"
#include "console.h"
#include "document.h"
#include "resolver_item.h"
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

/* --- describe --- */

static const char *member(GVariant *dictionary, const char *key)
{
    const char *value = "";

    g_variant_lookup(dictionary, key, "&s", &value);
    return value;
}

static void print_several(const char *label, GVariant *endpoint, const char *key)
{
    g_autoptr(GVariant) list = g_variant_lookup_value(endpoint, key, G_VARIANT_TYPE_STRING_ARRAY);
    g_autofree const char **texts = list != NULL ? g_variant_get_strv(list, NULL) : NULL;
    g_autofree char *lines = texts != NULL ? g_strjoinv("\n", (char **)texts) : g_strdup("");

    console_print_fact(label, lines);
}

static void print_endpoint(GVariant *endpoint)
{
    g_print("\n");
    console_print(TONE_STRONG, member(endpoint, "protocol"));
    g_print("\n");
    console_print_fact(_("Address"), member(endpoint, "address"));
    console_print_fact(_("Name"), member(endpoint, "host"));
    console_print_fact(_("Path"), member(endpoint, "path"));
    console_print_fact(_("Provider"), member(endpoint, "provider"));
    console_print_fact(_("Provider key"), member(endpoint, "provider-key"));
    /* Translators: keys of which one must be the server's, as SHA-256. */
    print_several(_("Pinned keys"), endpoint, "pins");
    /* Translators: certificates of which one must be in the server's chain, as SHA-256. */
    print_several(_("Certificates"), endpoint, "hashes");
    console_print_fact(_("Relay"), member(endpoint, "relay"));
    /* Translators: a text that begins with sdns:// and says all about a server; keep "stamp" if in
     * doubt. */
    console_print_fact(_("Stamp"), member(endpoint, "stamp"));
}

static void print_resolver(GVariant *description)
{
    g_autoptr(SottoResolver) resolver = sotto_resolver_parse(description);
    g_autoptr(GVariant) endpoints =
        g_variant_lookup_value(description, "endpoints", G_VARIANT_TYPE("aa{sv}"));
    g_autofree char *failure = sotto_wording(member(description, "failure"));

    console_print(TONE_STRONG, resolver != NULL ? sotto_resolver_name(resolver) : "");
    g_print("\n");
    console_print_fact(_("Id"), member(description, "id"));
    console_print_fact(_("Operator"), member(description, "operator"));
    console_print_fact(_("Country"), member(description, "country"));
    console_print_fact(_("Description"), member(description, "description"));
    console_print_fact(_("Source"), member(description, "source"));
    console_print_fact(_("Relay chosen"), member(description, "relay-choice"));
    console_print_fact(_("Failure"), failure);
    for (gsize i = 0; endpoints != NULL && i < g_variant_n_children(endpoints); i++) {
        g_autoptr(GVariant) endpoint = g_variant_get_child_value(endpoints, i);
        print_endpoint(endpoint);
    }
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

static const char *relay_as_typed(const char *relay)
{
    return g_str_equal(relay, SOTTO_RELAY_ANY) ? AUTO : relay;
}

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
    .parameters = "[RELAY|none|auto]",
    .summary = N_("Show or choose the relay between you and the resolver"),
    .options = relay_options,
    .most = 1,
    .starts_helper = TRUE,
    .run = run_relay,
};
