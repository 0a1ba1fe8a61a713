/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be compared with what an operator publishes: addresses, names, keys. As the helper tells
 * it; nothing here is shortened.
 */
#include "endpoint_facts.h"

#include "dictionary.h"
#include "figure.h"

#include <glib/gi18n.h>

/* Relays pass on DNSCrypt only to providers that are called so (Anonymized DNSCrypt). */
#define CARRIED_PROVIDERS "2.dnscrypt-cert."

static void add_text(SottoFactGroup *group, const char *caption, GVariant *entry, const char *key,
                     FactKind kind)
{
    sotto_fact_group_add(group, caption, sotto_dictionary_text(entry, key), kind);
}

static void add_each(SottoFactGroup *group, const char *caption, GVariant *entry, const char *key)
{
    g_autofree const char **values = NULL;

    if (g_variant_lookup(entry, key, "^a&s", &values))
        for (gsize i = 0; values[i] != NULL; i++)
            sotto_fact_group_add(group, caption, values[i], FACT_CODE);
}

/* "DNS over TLS · 192.0.2.1:853" (transfer full) */
static char *describe_end(GVariant *entry, const char *address)
{
    g_autofree char *protocol = figure_protocol(sotto_dictionary_text(entry, "protocol"));

    return address[0] != '\0' ? g_strdup_printf("%s · %s", protocol, address)
                              : g_steal_pointer(&protocol);
}

/* --- endpoints ----------------------------------------------------------------------------- */

static char *describe_way(GVariant *endpoint, guint number)
{
    const char *relay = sotto_dictionary_text(endpoint, "relay");

    if (relay[0] != '\0')
        /* Translators: %s is the name of a relay. */
        return g_strdup_printf(_("through %s"), relay);
    return number == 1 ? g_strdup(_("tried first"))
                       /* Translators: the place of an endpoint in the order they are tried. */
                       : g_strdup_printf(_("number %u in the order"), number);
}

void endpoint_facts_show(SottoFactGroup *group, GVariant *endpoint, guint number)
{
    const char *address = sotto_dictionary_text(endpoint, "address");
    const char *host = sotto_dictionary_text(endpoint, "host");
    g_autofree char *title = describe_end(endpoint, address[0] != '\0' ? address : host);
    g_autofree char *way = describe_way(endpoint, number);

    sotto_fact_group_begin(group, title, way);
    sotto_fact_group_add(group, _("Address"),
                         address[0] != '\0' ? address
                                            : _("Looked up through another encrypted resolver"),
                         FACT_WORDS);
    add_text(group, _("Host name"), endpoint, "host", FACT_WORDS);
    add_text(group, _("Path"), endpoint, "path", FACT_WORDS);
    add_text(group, _("Provider name"), endpoint, "provider", FACT_WORDS);
    add_text(group, _("Provider key"), endpoint, "provider-key", FACT_CODE);
    add_each(group, _("Pinned key"), endpoint, "pins");
    add_each(group, _("Pinned certificate"), endpoint, "hashes");
    add_text(group, _("Relay"), endpoint, "relay", FACT_WORDS);
    add_text(group, _("Stamp"), endpoint, "stamp", FACT_CODE);
    sotto_fact_group_end(group);
}

gboolean endpoint_facts_is_carried(GVariant *endpoint)
{
    return g_str_equal(sotto_dictionary_text(endpoint, "protocol"), "odoh") ||
           g_ascii_strncasecmp(sotto_dictionary_text(endpoint, "provider"), CARRIED_PROVIDERS,
                               sizeof(CARRIED_PROVIDERS) - 1) == 0;
}

/* --- connections --------------------------------------------------------------------------- */

static void add_moment(SottoFactGroup *group, const char *caption, gint64 time_s)
{
    g_autofree char *moment = time_s != 0 ? figure_moment(time_s) : NULL;

    if (moment != NULL)
        sotto_fact_group_add(group, caption, moment, FACT_WORDS);
}

static void add_encryption(SottoFactGroup *group, GVariant *connection)
{
    gboolean resumed = FALSE;
    guint padding = 0;
    g_autofree char *block = NULL;

    g_variant_lookup(connection, "resumed", "b", &resumed);
    g_variant_lookup(connection, "padding", "u", &padding);
    add_text(group, _("Security"), connection, "security", FACT_WORDS);
    if (sotto_dictionary_text(connection, "version")[0] != '\0') {
        add_text(group, C_("TLS", "Version"), connection, "version", FACT_WORDS);
        add_text(group, _("Cipher"), connection, "cipher", FACT_WORDS);
        add_text(group, _("ALPN"), connection, "alpn", FACT_WORDS);
        sotto_fact_group_add(group, C_("TLS session", "Resumed"),
                             resumed ? C_("TLS session resumed", "yes")
                                     : C_("TLS session resumed", "no"),
                             FACT_WORDS);
    }
    block = padding > 0 ? g_strdup_printf(_("to a multiple of %u bytes"), padding)
                        : g_strdup(C_("padding", "none"));
    sotto_fact_group_add(group, _("Padding"), block, FACT_WORDS);
    add_each(group, _("Pinned key"), connection, "pins");
    add_moment(group, C_("certificate", "Expires"),
               sotto_dictionary_time(connection, "valid-until"));
}

/* (transfer full) */
static char *describe_day(gint64 time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_s);
    g_autofree char *day = time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("");

    return figure_date(day);
}

static void add_certificate(SottoFactGroup *group, GVariant *certificate, guint number)
{
    g_autofree char *from = describe_day(sotto_dictionary_time(certificate, "not-before"));
    g_autofree char *until = describe_day(sotto_dictionary_time(certificate, "not-after"));
    /* Translators: whom a certificate is for, who issued it, and two dates. */
    g_autofree char *text = g_strdup_printf(
        _("%s\nIssued by %s\nValid from %s to %s"), sotto_dictionary_text(certificate, "subject"),
        sotto_dictionary_text(certificate, "issuer"), from, until);
    /* Translators: one of the certificates that a resolver showed, counted from its own on. */
    g_autofree char *caption = g_strdup_printf(_("Certificate %u"), number);
    /* Translators: the digest of the key in a certificate, which is what can be pinned. */
    g_autofree char *pin = g_strdup_printf(_("Key pin of certificate %u"), number);

    sotto_fact_group_add(group, caption, text, FACT_WORDS);
    add_text(group, pin, certificate, "key-pin", FACT_CODE);
}

static void add_chain(SottoFactGroup *group, GVariant *connection)
{
    g_autoptr(GVariant) chain =
        g_variant_lookup_value(connection, "chain", G_VARIANT_TYPE("aa{sv}"));
    gsize length = chain != NULL ? g_variant_n_children(chain) : 0;

    for (gsize i = 0; i < length; i++) {
        g_autoptr(GVariant) certificate = g_variant_get_child_value(chain, i);
        add_certificate(group, certificate, (guint)i + 1);
    }
}

static char *describe_use(GVariant *connection)
{
    guint64 queries = 0;
    g_autofree char *count = NULL;

    g_variant_lookup(connection, "queries", "t", &queries);
    count = figure_count((double)queries);
    /* Translators: %s is a number. */
    return g_strdup_printf(g_dngettext(NULL, "%s lookup", "%s lookups", (gulong)queries), count);
}

void connection_facts_show(SottoFactGroup *group, GVariant *connection)
{
    gint64 latency_us = sotto_dictionary_time(connection, "latency");
    g_autofree char *title =
        describe_end(connection, sotto_dictionary_text(connection, "endpoint"));
    g_autofree char *use = describe_use(connection);
    g_autofree char *latency = latency_us > 0 ? figure_time((double)latency_us) : g_strdup("");

    sotto_fact_group_begin(group, title, use);
    add_text(group, _("Relay"), connection, "relay", FACT_WORDS);
    add_encryption(group, connection);
    add_chain(group, connection);
    if (sotto_dictionary_time(connection, "opened-at") != 0)
        add_moment(group, _("Open since"), sotto_dictionary_time(connection, "opened-at"));
    else
        sotto_fact_group_add(group, _("Open since"), _("closed until it is needed"), FACT_WORDS);
    sotto_fact_group_add(group, _("Latency"), latency, FACT_WORDS);
    sotto_fact_group_end(group);
}
