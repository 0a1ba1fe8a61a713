/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule of the user's: words are read and judged here, before anything is changed.
 *
 * Names that are asked of a network are shown to whoever runs it. A single one is the user's to
 * give away; "com" would be everybody's, and most likely a slip of the pen, so that public suffixes
 * (https://publicsuffix.org, the part of the registries) are refused.
 */
#include "own_rule.h"

#include "address.h"
#include "endpoint_spec.h"
#include "rule_line.h"

#include <libpsl.h>
#include <string.h>

#define MAX_NAME_TEXT 1024 /* as it is typed, in letters of any script */
#define MAX_TARGET    2048
#define MAX_WHO       256
#define DNS_PORT      53

const char *const own_wish_words[] = {
    [OWN_BLOCK] = "block",
    [OWN_ALLOW] = "allow",
    [OWN_NETWORK] = "network",
    [OWN_SERVERS] = "forward",
    NULL,
};

void own_rule_free(OwnRule *rule)
{
    if (!rule)
        return;
    g_free(rule->text);
    g_free(rule->target);
    resolver_unref(rule->servers);
    g_free(rule->added_by);
    g_free(rule);
}

static gboolean refuse(GError **error, const char *sentence)
{
    g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT, sentence);
    return FALSE;
}

static gboolean read_kind(OwnRule *rule, const char *word, GError **error)
{
    for (int i = 0; own_wish_words[i]; i++) {
        if (!g_str_equal(word, own_wish_words[i]))
            continue;
        rule->wish = (OwnWish)i;
        return TRUE;
    }
    return refuse(error, "A rule is to block, to allow, to ask the network, or to forward.");
}

/* "example.com", "*.example.com" and "Example.COM." are one, and so written from now on. */
static gboolean read_name(OwnRule *rule, const char *text, GError **error)
{
    char plain[NAME_MAX_TEXT];
    unsigned char octets[16];
    Name name;

    if (strlen(text) > MAX_NAME_TEXT)
        return refuse(error, "That is not a name.");
    rule->exact = *text == '=';
    if (rule->exact)
        text++;
    else if (g_str_has_prefix(text, "*."))
        text += 2;
    if (rule_address_parse(text, octets) > 0)
        return refuse(error, "That is an address; a rule is about a name.");
    if (!rule_name_parse(text, &name))
        return refuse(error, "That is not a name.");
    rule->name.length = name.length;
    name_lower(&name, rule->name.wire);
    rule->text = g_strconcat(rule->exact ? "=" : "", name_format(&rule->name, plain), NULL);
    return TRUE;
}

/* An address alone can only be asked as networks' own servers are. (transfer full) */
static char *spec_of(const char *text)
{
    Address address;

    return address_parse(text, DNS_PORT, &address) == STATUS_OK ? g_strconcat("udp://", text, NULL)
                                                                : g_strdup(text);
}

static gboolean add_servers(OwnRule *rule, const char *text, GError **error)
{
    g_auto(GStrv) specs = g_strsplit(text, ";", -1);
    GString *target = g_string_new(NULL);
    gboolean good = TRUE;

    for (size_t i = 0; specs[i] && good; i++) {
        g_autofree char *spec = *g_strstrip(specs[i]) ? spec_of(specs[i]) : NULL;
        Endpoint *endpoint = spec ? endpoint_spec_parse(spec, error) : NULL;

        good = !spec || endpoint;
        if (!endpoint)
            continue;
        resolver_add_endpoint(rule->servers, endpoint);
        g_string_append_printf(target, "%s%s", target->len > 0 ? ";" : "", spec);
    }
    rule->target = g_string_free(target, FALSE);
    return good;
}

static gboolean read_target(OwnRule *rule, const char *text, GError **error)
{
    g_autofree char *id = NULL;

    if (strlen(text) > MAX_TARGET || !g_utf8_validate(text, -1, NULL))
        return refuse(error, "That is too long for a list of servers.");
    if (rule->wish != OWN_SERVERS) {
        rule->target = g_strdup("");
        return *text ? refuse(error, "Only a rule that forwards has servers.") : TRUE;
    }
    id = g_strdup_printf("rule %s", rule->text);
    rule->servers = resolver_new(id, rule->text);
    if (!add_servers(rule, text, error))
        return FALSE;
    return rule->servers->endpoint_count > 0
               ? TRUE
               : refuse(error, "A rule that forwards needs the servers to ask.");
}

static gboolean check_suffix(const OwnRule *rule, GError **error)
{
    char plain[NAME_MAX_TEXT];
    const char *name = name_format(&rule->name, plain);

    if (rule->wish != OWN_NETWORK ||
        !psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
        return TRUE;
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT,
                "Many people's names end in %s: a rule for the network's own DNS is about one of "
                "them.",
                name);
    return FALSE;
}

OwnRule *own_rule_new(const OwnRuleWish *wish, GError **error)
{
    g_autoptr(OwnRule) rule = g_new0(OwnRule, 1);

    if (!read_kind(rule, wish->kind, error) || !read_name(rule, wish->name, error) ||
        !read_target(rule, wish->target, error) || !check_suffix(rule, error))
        return NULL;
    rule->added_by = g_utf8_make_valid(wish->who, (gssize)strnlen(wish->who, MAX_WHO));
    rule->added_at_s = wish->now_s;
    return g_steal_pointer(&rule);
}

char *own_rule_name(const char *name, GError **error)
{
    g_autoptr(OwnRule) rule = g_new0(OwnRule, 1);

    return read_name(rule, name, error) ? g_steal_pointer(&rule->text) : NULL;
}
