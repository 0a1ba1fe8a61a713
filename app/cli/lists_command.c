/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl lists, relays, add, remove: where resolvers come from besides what ships.
 */
#include "command.h"
#include "console.h"
#include "document.h"
#include "wording.h"

#include <glib/gi18n.h>

static gboolean wants_refresh;
static char *entry_name;

/* --- lists --- */

static void add_source_json(JsonBuilder *document, const SottoListSource *source)
{
    json_builder_begin_object(document);
    document_add_string(document, "name", source->name);
    document_add_string(document, "url", source->url);
    document_add_string(document, "kind", source->kind);
    document_add_number(document, "entries", source->entries);
    document_add_number(document, "signed-at", source->signed_at_s);
    document_add_number(document, "checked-at", source->checked_at_s);
    document_add_string(document, "failure", source->failure);
    json_builder_end_object(document);
}

/* "2026-07-24", or "never" (transfer full). */
static char *day_words(gint64 time_s)
{
    g_autoptr(GDateTime) time = time_s != 0 ? g_date_time_new_from_unix_local(time_s) : NULL;

    return time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup(_("never"));
}

static void add_source_row(Table *table, const SottoListSource *source)
{
    g_autofree char *entries = g_strdup_printf("%u", source->entries);
    g_autofree char *signed_at = day_words(source->signed_at_s);
    g_autofree char *checked_at = day_words(source->checked_at_s);
    g_autofree char *failure = sotto_wording(source->failure);
    const char *const cells[] = {source->name, source->kind, entries,
                                 signed_at,    checked_at,   failure};

    table_add(table, source->failure[0] != '\0' ? TONE_WARNING : TONE_PLAIN, cells);
}

static void print_sources(Session *session, GPtrArray *sources)
{
    /* Translators: when a list was signed and checked, and why the last one was refused. */
    const char *const head[] = {C_("column", "list"),    C_("column", "kind"),
                                C_("column", "entries"), C_("column", "signed"),
                                C_("column", "checked"), C_("column", "last refusal")};

    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new_array();
        for (guint i = 0; i < sources->len; i++)
            add_source_json(document, g_ptr_array_index(sources, i));
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_autoptr(Table) table = table_new(G_N_ELEMENTS(head));
        table_add(table, TONE_QUIET, head);
        for (guint i = 0; i < sources->len; i++)
            add_source_row(table, g_ptr_array_index(sources, i));
        table_print(table);
    }
}

static gboolean refresh(Session *session, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    sotto_helper_refresh_sources_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    return sotto_helper_action_finish(session->helper, result, error);
}

static CliExit run_lists(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) sources = NULL;
    GError *error = NULL;

    if (wants_refresh && !refresh(session, &error))
        return session_fail(session, error);
    sotto_helper_list_sources_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    sources = sotto_helper_list_sources_finish(session->helper, result, &error);
    if (sources == NULL)
        return session_fail(session, error);
    print_sources(session, sources);
    return CLI_OK;
}

/* --- relays --- */

static const char *member(GVariant *relay, const char *key)
{
    const char *value = "";

    g_variant_lookup(relay, key, "&s", &value);
    return value;
}

static void print_relays_json(GVariant *relays)
{
    static const char *const keys[] = {"id",          "name", "operator", "country",
                                       "description", "kind", "source"};
    g_autoptr(JsonBuilder) document = document_new_array();

    for (gsize i = 0; i < g_variant_n_children(relays); i++) {
        g_autoptr(GVariant) relay = g_variant_get_child_value(relays, i);
        json_builder_begin_object(document);
        for (gsize j = 0; j < G_N_ELEMENTS(keys); j++)
            document_add_string(document, keys[j], member(relay, keys[j]));
        json_builder_end_object(document);
    }
    document_print(document, DOCUMENT_READABLE);
}

static void print_relays_table(GVariant *relays)
{
    const char *const head[] = {C_("column", "id"), C_("column", "operator"), C_("column", "kind"),
                                C_("column", "description")};
    g_autoptr(Table) table = table_new(G_N_ELEMENTS(head));

    table_add(table, TONE_QUIET, head);
    for (gsize i = 0; i < g_variant_n_children(relays); i++) {
        g_autoptr(GVariant) relay = g_variant_get_child_value(relays, i);
        const char *const cells[] = {member(relay, "id"), member(relay, "operator"),
                                     member(relay, "kind"), member(relay, "description")};
        table_add(table, TONE_PLAIN, cells);
    }
    table_print(table);
}

static CliExit run_relays(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GVariant) relays = NULL;
    GError *error = NULL;

    sotto_helper_list_relays_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    relays = sotto_helper_list_relays_finish(session->helper, result, &error);
    if (relays == NULL)
        return session_fail(session, error);
    if (session->json)
        print_relays_json(relays);
    else if (g_variant_n_children(relays) > 0)
        print_relays_table(relays);
    else
        console_complain(_("No relay is known; “sottoctl lists --refresh” fetches the lists."));
    return g_variant_n_children(relays) > 0 ? CLI_OK : CLI_FAILED;
}

/* --- own entries --- */

static void print_id(Session *session, const char *key, const char *id)
{
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_string(document, key, id);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print("%s\n", id);
    }
}

static CliExit run_add(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autofree char *id = NULL;
    GError *error = NULL;

    sotto_helper_add_resolver_async(session->helper, parameters[0],
                                    entry_name != NULL ? entry_name : "", NULL, session_keep,
                                    &result);
    session_await(&result);
    id = sotto_helper_add_resolver_finish(session->helper, result, &error);
    if (id == NULL)
        return session_fail(session, error);
    print_id(session, "id", id);
    return CLI_OK;
}

static CliExit run_remove(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_remove_resolver_async(session->helper, parameters[0], NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    if (session->json)
        print_id(session, "removed", parameters[0]);
    return CLI_OK;
}

static const GOptionEntry lists_options[] = {
    {"refresh", 0, 0, G_OPTION_ARG_NONE, &wants_refresh, N_("Fetch every list first"), NULL},
    G_OPTION_ENTRY_NULL,
};

static const GOptionEntry add_options[] = {
    {"name", 0, 0, G_OPTION_ARG_STRING, &entry_name, N_("What to call it"), "NAME"},
    G_OPTION_ENTRY_NULL,
};

const Command lists_command = {
    .name = "lists",
    .parameters = "",
    .summary = N_("Show the signed lists, or fetch them"),
    .options = lists_options,
    .run = run_lists,
};

const Command relays_command = {
    .name = "relays",
    .parameters = "",
    .summary = N_("List the relays that the lists know"),
    .run = run_relays,
};

const Command add_command = {
    .name = "add",
    .parameters = "SPEC",
    .summary = N_("Add a resolver of your own"),
    .options = add_options,
    .least = 1,
    .most = 1,
    .starts_helper = TRUE,
    .run = run_add,
};

const Command remove_command = {
    .name = "remove",
    .parameters = "RESOLVER",
    .summary = N_("Remove a resolver of your own"),
    .least = 1,
    .most = 1,
    .starts_helper = TRUE,
    .run = run_remove,
};
