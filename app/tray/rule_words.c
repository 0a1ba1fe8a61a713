/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules in the words of people, and names as people type them. */
#include "rule_words.h"

#include "figure.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- what a rule does ------------------------------------------------------------------------ */

/* (transfer full) */
static char *describe_effect(SottoRule *rule)
{
    const char *target = sotto_rule_target(rule);

    switch (sotto_rule_kind(rule)) {
    case SOTTO_RULE_BLOCK:
        return g_strdup(C_("rule", "Blocked"));
    case SOTTO_RULE_ALLOW:
        return g_strdup(_("Never blocked"));
    case SOTTO_RULE_NETWORK:
        return g_strdup(_("Asked of this network's own DNS, unencrypted"));
    case SOTTO_RULE_FORWARD:
        /* Translators: %s is the address of a server, or several. */
        return g_strdup_printf(_("Asked of %s"), target);
    case SOTTO_RULE_CLOAK:
        /* Translators: %s is an address, or another name. */
        return g_strdup_printf(_("Answered with %s"), target);
    case SOTTO_RULE_LOCAL:
        return g_strdup(_("A local name, never asked of a resolver"));
    }
    return g_strdup("");
}

/* Who made it, as far as that is known (transfer full). */
static char *describe_origin(SottoRule *rule)
{
    const char *user = sotto_rule_added_by(rule);
    g_autoptr(GDateTime) added = g_date_time_new_from_unix_local(sotto_rule_added_at_s(rule));
    g_autofree char *day = NULL, *date = NULL;

    if (added != NULL && sotto_rule_added_at_s(rule) > 0) {
        day = g_date_time_format(added, "%Y-%m-%d");
        date = figure_date(day);
    }
    if (user[0] != '\0' && date != NULL)
        /* Translators: the name of a user of this computer, and a date. */
        return g_strdup_printf(_("added by %s on %s"), user, date);
    if (user[0] != '\0')
        return g_strdup_printf(_("added by %s"), user);
    /* Translators: %s is a date. */
    return date != NULL ? g_strdup_printf(_("added on %s"), date) : g_strdup("");
}

char *rule_describe(SottoRule *rule)
{
    g_autofree char *effect = describe_effect(rule), *origin = describe_origin(rule);
    /* Translators: about a name of DNS, such as example.com. */
    const char *reach =
        sotto_rule_is_exact(rule) ? _("this name alone") : _("with everything below it");

    return g_strjoin(" · ", effect, reach, origin[0] != '\0' ? origin : NULL, NULL);
}

const char *rule_kind_icon(SottoRuleKind kind)
{
    switch (kind) {
    case SOTTO_RULE_BLOCK:
        return "action-unavailable-symbolic";
    case SOTTO_RULE_ALLOW:
        return "object-select-symbolic";
    case SOTTO_RULE_NETWORK:
        return "channel-insecure-symbolic";
    case SOTTO_RULE_FORWARD:
        return "network-server-symbolic";
    case SOTTO_RULE_CLOAK:
        return "document-edit-symbolic";
    case SOTTO_RULE_LOCAL:
        return "network-workgroup-symbolic";
    }
    return "dialog-question-symbolic";
}

/* --- names as they are typed ----------------------------------------------------------------- */

char *rule_typed_name(const char *text)
{
    g_autofree char *typed = g_strstrip(g_strdup(text));
    g_autoptr(GUri) address =
        strstr(typed, "://") != NULL ? g_uri_parse(typed, G_URI_FLAGS_PARSE_RELAXED, NULL) : NULL;
    const char *host = address != NULL ? g_uri_get_host(address) : NULL;

    return host != NULL && host[0] != '\0' ? g_strdup(host) : g_steal_pointer(&typed);
}

/* How much of `name` the rule is about; 0: it is not about it. */
static gsize reach_of(SottoRule *rule, const char *name, gsize length)
{
    const char *rule_name = sotto_rule_bare_name(rule);
    gsize rule_length = strlen(rule_name);
    gboolean whole = rule_length == length;

    if (rule_length > length || (!whole && sotto_rule_is_exact(rule)) ||
        g_ascii_strncasecmp(name + length - rule_length, rule_name, rule_length) != 0)
        return 0;
    if (!whole && name[length - rule_length - 1] != '.')
        return 0;
    return 2 * rule_length + (sotto_rule_is_exact(rule) ? 1 : 0);
}

SottoRule *rule_find_own(const GPtrArray *rules, const char *name)
{
    gsize length = strlen(name), best = 0;
    SottoRule *found = NULL;

    if (length > 1 && name[length - 1] == '.')
        length--;
    for (guint i = 0; rules != NULL && i < rules->len; i++) {
        SottoRule *rule = g_ptr_array_index(rules, i);
        gsize reach = sotto_rule_is_own(rule) ? reach_of(rule, name, length) : 0;

        if (reach > best) {
            best = reach;
            found = rule;
        }
    }
    return found;
}
