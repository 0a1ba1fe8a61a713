/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl resolvers: the resolvers the helper knows. Words after it narrow the list: each has to
 * occur in what can be said of a resolver, in any order and any case ("quad9 dot", "de no-logs").
 * Two letters would occur everywhere, so they mean a country. The table is in groups of one
 * operator, since lists have hundreds of entries of one.
 */
#include "command.h"
#include "console.h"
#include "document.h"
#include "feature_words.h"
#include "wording.h"

#include <glib/gi18n.h>
#include <string.h>

static char *protocol_words(SottoResolver *resolver)
{
    return g_strjoinv(" ", (char **)sotto_resolver_protocols(resolver));
}

static gboolean is_country(const char *word)
{
    return g_ascii_isalpha(word[0]) && g_ascii_isalpha(word[1]) && word[2] == '\0';
}

static gboolean matches(SottoResolver *resolver, char **words)
{
    g_autofree char *protocols = protocol_words(resolver);
    g_autofree char *flags = feature_words(resolver);
    g_autofree char *all =
        g_strjoin("\n", sotto_resolver_id(resolver), sotto_resolver_name(resolver),
                  sotto_resolver_operator(resolver), sotto_resolver_description(resolver),
                  protocols, flags, sotto_resolver_source(resolver), NULL);
    g_autofree char *text = g_utf8_casefold(all, -1);

    for (guint i = 0; words[i] != NULL; i++) {
        g_autofree char *word = g_utf8_casefold(words[i], -1);
        gboolean found = is_country(words[i])
                             ? g_ascii_strcasecmp(words[i], sotto_resolver_country(resolver)) == 0
                             : strstr(text, word) != NULL;
        if (!found)
            return FALSE;
    }
    return TRUE;
}

static void add_json(JsonBuilder *document, SottoResolver *resolver, gboolean chosen)
{
    const char *const *protocols = sotto_resolver_protocols(resolver);

    json_builder_begin_object(document);
    document_add_string(document, "id", sotto_resolver_id(resolver));
    document_add_string(document, "name", sotto_resolver_name(resolver));
    document_add_string(document, "operator", sotto_resolver_operator(resolver));
    document_add_string(document, "country", sotto_resolver_country(resolver));
    document_add_string(document, "description", sotto_resolver_description(resolver));
    json_builder_set_member_name(document, "protocols");
    json_builder_begin_array(document);
    for (guint i = 0; protocols[i] != NULL; i++)
        json_builder_add_string_value(document, protocols[i]);
    json_builder_end_array(document);
    feature_words_add_json(document, resolver);
    document_add_number(document, "latency", sotto_resolver_latency_us(resolver));
    document_add_string(document, "failure", sotto_resolver_failure(resolver));
    document_add_string(document, "source", sotto_resolver_source(resolver));
    document_add_string(document, "key-changed", sotto_resolver_key_changed(resolver));
    document_add_string(document, "relay", sotto_resolver_relay(resolver));
    document_add_string(document, "relay-choice", sotto_resolver_relay_choice(resolver));
    document_add_flag(document, "chosen", chosen);
    json_builder_end_object(document);
}

/* "12.3 ms", "failed", or "" while nobody measured (transfer full). */
static char *speed_words(SottoResolver *resolver)
{
    gint64 latency_us = sotto_resolver_latency_us(resolver);

    if (sotto_resolver_failure(resolver)[0] != '\0')
        return g_strdup(C_("resolver", "failed"));
    return latency_us > 0 ? console_milliseconds((guint64)latency_us) : g_strdup("");
}

/* "" for directly (transfer full). */
static char *relay_words(SottoResolver *resolver)
{
    const char *relay = sotto_resolver_relay(resolver);

    /* Translators: %s is the name of a relay. */
    return relay[0] != '\0' ? g_strdup_printf(_("through %s"), relay) : g_strdup("");
}

/* Features, the way there, then what went wrong, which is as long as it likes: nothing stands after
 * it. */
static char *last_words(SottoResolver *resolver)
{
    g_autofree char *flags = feature_words(resolver);
    g_autofree char *way = relay_words(resolver);
    g_autofree char *failure = sotto_wording(sotto_resolver_failure(resolver));
    g_autofree char *key_changed = sotto_wording(sotto_resolver_key_changed(resolver));
    const char *const parts[] = {flags, way, failure, key_changed};
    GString *words = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i][0] != '\0')
            g_string_append_printf(words, "%s%s", words->len > 0 ? "  " : "", parts[i]);
    return g_string_free(words, FALSE);
}

/* The operator above its resolvers, and how many they are. */
static void add_heading(Table *table, const char *operator_name, guint count)
{
    g_autofree char *text =
        count > 1 ? g_strdup_printf("%s (%u)", operator_name, count) : g_strdup(operator_name);
    const char *const cells[] = {"", text, "", "", "", "", "", ""};

    table_add(table, TONE_QUIET, cells);
}

static void add_row(Table *table, SottoResolver *resolver, gboolean chosen)
{
    g_autofree char *protocols = protocol_words(resolver);
    g_autofree char *speed = speed_words(resolver);
    g_autofree char *last = last_words(resolver);
    const char *const cells[] = {chosen ? "*" : " ",
                                 sotto_resolver_id(resolver),
                                 sotto_resolver_name(resolver),
                                 sotto_resolver_country(resolver),
                                 protocols,
                                 speed,
                                 sotto_resolver_source(resolver),
                                 last};

    table_add(table, chosen ? TONE_STRONG : TONE_PLAIN, cells);
}

static void print_json(Session *session, GListStore *store)
{
    g_autoptr(JsonBuilder) document = document_new_array();
    const char *choice = sotto_helper_resolver(session->helper);

    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(store)); i++) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(G_LIST_MODEL(store), i);
        add_json(document, resolver, g_str_equal(sotto_resolver_id(resolver), choice));
    }
    document_print(document, DOCUMENT_READABLE);
}

static const char *operator_of(SottoResolver *resolver)
{
    const char *name = sotto_resolver_operator(resolver);

    return name[0] != '\0' ? name : sotto_resolver_name(resolver);
}

/* Stable: the helper's own order stays within an operator. */
static int by_operator(gconstpointer a, gconstpointer b, gpointer data)
{
    return g_utf8_collate(operator_of((SottoResolver *)a), operator_of((SottoResolver *)b));
}

/* How many from `first` on are of one operator. */
static guint count_of_operator(GListModel *list, guint first)
{
    g_autoptr(SottoResolver) of = g_list_model_get_item(list, first);
    guint end = first + 1;

    for (; end < g_list_model_get_n_items(list); end++) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(list, end);
        if (!g_str_equal(operator_of(resolver), operator_of(of)))
            break;
    }
    return end - first;
}

static void print_table(Session *session, GListStore *store)
{
    const char *const head[] = {" ",
                                C_("column", "id"),
                                C_("column", "name"),
                                C_("column", "country"),
                                C_("column", "protocols"),
                                C_("column", "time"),
                                C_("column", "source"),
                                C_("column", "features")};
    g_autoptr(Table) table = table_new(G_N_ELEMENTS(head));
    const char *choice = sotto_helper_resolver(session->helper);

    table_add(table, TONE_QUIET, head);
    g_list_store_sort(store, by_operator, NULL);
    for (guint i = 0, left = 0; i < g_list_model_get_n_items(G_LIST_MODEL(store)); i++, left--) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(G_LIST_MODEL(store), i);
        if (left == 0) {
            left = count_of_operator(G_LIST_MODEL(store), i);
            add_heading(table, operator_of(resolver), left);
        }
        add_row(table, resolver, g_str_equal(sotto_resolver_id(resolver), choice));
    }
    table_print(table);
}

static void keep_matching(GListStore *store, char **words)
{
    for (guint i = g_list_model_get_n_items(G_LIST_MODEL(store)); i-- > 0;) {
        g_autoptr(SottoResolver) resolver = g_list_model_get_item(G_LIST_MODEL(store), i);
        if (!matches(resolver, words))
            g_list_store_remove(store, i);
    }
}

static CliExit run_resolvers(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GListStore) store = g_list_store_new(SOTTO_TYPE_RESOLVER);
    g_autoptr(GVariant) list = NULL;
    GError *error = NULL;

    sotto_helper_list_resolvers_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    list = sotto_helper_list_resolvers_finish(session->helper, result, &error);
    if (list == NULL)
        return session_fail(session, error);
    sotto_resolver_fill_store(store, list);
    keep_matching(store, parameters);
    if (session->json)
        print_json(session, store);
    else if (g_list_model_get_n_items(G_LIST_MODEL(store)) > 0)
        print_table(session, store);
    else
        console_complain(_("No resolver matches."));
    return g_list_model_get_n_items(G_LIST_MODEL(store)) > 0 ? CLI_OK : CLI_FAILED;
}

const Command resolvers_command = {
    .name = "resolvers",
    .parameters = "[WORD…]",
    .summary = N_("List the resolvers, or those that match every word"),
    .most = G_MAXUINT,
    .run = run_resolvers,
};
