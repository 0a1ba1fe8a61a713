/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sottoctl connection: the connections to resolvers that are open, and whom they reached. */
#include "command.h"
#include "console.h"
#include "dictionary.h"
#include "document.h"

#include <glib/gi18n.h>

#define DETAIL_WIDTH 14

static void print_time(const char *label, gint64 time_s)
{
    g_autofree char *words = time_s != 0 ? console_clock(time_s) : g_strdup("");

    console_print_fact(label, words);
}

static void print_encryption(GVariant *entry)
{
    gboolean resumed = FALSE;
    guint padding = 0;
    g_autofree char *block = NULL;

    g_variant_lookup(entry, "resumed", "b", &resumed);
    g_variant_lookup(entry, "padding", "u", &padding);
    if (sotto_dictionary_text(entry, "version")[0] == '\0') {
        console_print_fact(_("Security"), sotto_dictionary_text(entry, "security"));
    } else {
        console_print_fact(C_("TLS", "Version"), sotto_dictionary_text(entry, "version"));
        console_print_fact(_("Cipher"), sotto_dictionary_text(entry, "cipher"));
        console_print_fact(_("ALPN"), sotto_dictionary_text(entry, "alpn"));
        console_print_fact(C_("TLS session", "Resumed"), resumed ? C_("TLS session resumed", "yes")
                                                                 : C_("TLS session resumed", "no"));
    }
    block = padding > 0 ? g_strdup_printf(_("to a multiple of %u bytes"), padding)
                        : g_strdup(C_("padding", "none"));
    console_print_fact(_("Padding"), block);
    print_time(C_("certificate", "Expires"), sotto_dictionary_time(entry, "valid-until"));
}

static void print_use(GVariant *entry)
{
    guint64 queries = 0;
    gint64 latency_us = sotto_dictionary_time(entry, "latency");
    g_autofree char *count = NULL, *latency = NULL;

    g_variant_lookup(entry, "queries", "t", &queries);
    count = g_strdup_printf("%" G_GUINT64_FORMAT, queries);
    latency = latency_us > 0 ? console_milliseconds((guint64)latency_us) : g_strdup("");
    if (sotto_dictionary_time(entry, "opened-at") != 0)
        print_time(_("Open since"), sotto_dictionary_time(entry, "opened-at"));
    else
        console_print_fact(_("Open since"), _("closed until it is needed"));
    console_print_fact(_("Queries"), count);
    console_print_fact(_("Latency"), latency);
}

/* Dates are far apart: the day is what matters (transfer full). */
static char *day(gint64 time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_s);

    return time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("");
}

static void print_detail(const char *label, const char *value)
{
    gint padding = MAX(DETAIL_WIDTH - console_width(label), 1);

    g_print("     %s%*s%s\n", label, padding, "", value);
}

static void print_certificate(GVariant *certificate, guint number)
{
    g_autofree char *from = day(sotto_dictionary_time(certificate, "not-before"));
    g_autofree char *until = day(sotto_dictionary_time(certificate, "not-after"));
    /* Translators: two dates. */
    g_autofree char *validity = g_strdup_printf(_("%s to %s"), from, until);

    g_print("  %u  %s\n", number, sotto_dictionary_text(certificate, "subject"));
    print_detail(C_("certificate", "issued by"), sotto_dictionary_text(certificate, "issuer"));
    print_detail(C_("certificate", "valid"), validity);
    print_detail(C_("certificate", "key pin"), sotto_dictionary_text(certificate, "key-pin"));
    print_detail(C_("certificate", "body hash"), sotto_dictionary_text(certificate, "body-hash"));
}

static void print_chain(GVariant *entry)
{
    g_autoptr(GVariant) chain = g_variant_lookup_value(entry, "chain", G_VARIANT_TYPE("aa{sv}"));
    gsize length = chain != NULL ? g_variant_n_children(chain) : 0;

    if (length > 0)
        g_print("%s\n", _("Certificates"));
    for (gsize i = 0; i < length; i++) {
        g_autoptr(GVariant) certificate = g_variant_get_child_value(chain, i);
        print_certificate(certificate, (guint)i + 1);
    }
}

static void print_connection(GVariant *entry)
{
    g_autofree const char **pins = NULL;

    console_print(TONE_STRONG, sotto_dictionary_text(entry, "resolver"));
    g_print("  %s\n", sotto_dictionary_text(entry, "protocol"));
    console_print_fact(_("Endpoint"), sotto_dictionary_text(entry, "endpoint"));
    console_print_fact(_("Relay"), sotto_dictionary_text(entry, "relay"));
    print_encryption(entry);
    print_use(entry);
    if (g_variant_lookup(entry, "pins", "^a&s", &pins))
        for (gsize i = 0; pins[i] != NULL; i++)
            console_print_fact(_("Pinned"), pins[i]);
    print_chain(entry);
}

static CliExit run_connection(Session *session, char **parameters)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GVariant) list = NULL;
    GError *error = NULL;

    sotto_helper_list_connections_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    list = sotto_helper_list_connections_finish(session->helper, result, &error);
    if (list == NULL)
        return session_fail(session, error);
    if (session->json) {
        document_print_variant(list);
        return CLI_OK;
    }
    if (g_variant_n_children(list) == 0)
        g_print("%s\n", _("No connection to a resolver is open."));
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(list, i);
        g_print("%s", i > 0 ? "\n" : "");
        print_connection(entry);
    }
    return CLI_OK;
}

const Command connection_command = {
    .name = "connection",
    .parameters = "",
    .summary = N_("Show the connections to resolvers: encryption and certificates"),
    .run = run_connection,
};
