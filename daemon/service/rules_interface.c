/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fifth interface of the helper's object: rules about names.
 *
 * Whoever keeps the rules (own_rules.h) tells the engine and protection of a new one before it
 * tells us, so that it is in force when the caller hears of it. What is left to do here is to
 * forget what the cache holds of the name.
 *
 * The log says who changed a rule, and not about which name: that is in the file, which only the
 * helper reads.
 */
#include "rules_interface.h"

#include "call.h"
#include "helper-bus.h"
#include "log.h"
#include "rule_report.h"

#include <string.h>

#define MAX_TEXT 4096 /* a message may be 32 MB long */

struct RulesInterface {
    const InspectionSources *sources;
    Face face;
    BusSotto1Rules *skeleton; /* the face's */
    OwnRulesListener listener;
};

/* --- what is there --- */

static gboolean on_list_rules(BusSotto1Rules *skeleton, GDBusMethodInvocation *invocation,
                              RulesInterface *rules)
{
    const Settings *settings = protection_settings(rules->sources->protection);
    bus_sotto1_rules_complete_list_rules(skeleton, invocation,
                                         report_rules(rules->sources->own_rules, settings));
    return TRUE;
}

static gboolean on_list_name_lists(BusSotto1Rules *skeleton, GDBusMethodInvocation *invocation,
                                   RulesInterface *rules)
{
    bus_sotto1_rules_complete_list_name_lists(
        skeleton, invocation, report_name_lists(rule_loader_files(rules->sources->rules)));
    return TRUE;
}

/* --- what changes something --- */

static void end(Call *call, gboolean done, const GError *error)
{
    if (done)
        call_return(call, NULL);
    else
        call_fail(call, error);
}

static void add_rule(void *owner, Call *call, const char *who)
{
    const RulesInterface *rules = owner;
    OwnRuleWish wish = {.who = who, .now_s = loop_wall_s(rules->sources->loop)};
    g_autoptr(GError) error = NULL;
    g_variant_get(call_parameters(call), "(&s&s&s)", &wish.kind, &wish.name, &wish.target);
    gboolean added = own_rules_add(rules->sources->own_rules, &wish, &error);
    if (added)
        log_info("a rule was added kind=%s by=%s", wish.kind, who);
    end(call, added, error);
}

static gboolean on_add_rule(BusSotto1Rules *skeleton, GDBusMethodInvocation *invocation,
                            const char *kind, const char *name, const char *target,
                            RulesInterface *rules)
{
    if (strlen(kind) > MAX_TEXT || strlen(name) > MAX_TEXT || strlen(target) > MAX_TEXT)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT, "That is too long for a rule.");
    else
        call_authorize(call_new(&rules->face, invocation), ACTION_RULES, add_rule);
    return TRUE;
}

static void remove_rule(void *owner, Call *call, const char *who)
{
    const RulesInterface *rules = owner;
    g_autoptr(GError) error = NULL;
    const char *name;
    g_variant_get(call_parameters(call), "(&s)", &name);
    gboolean removed = own_rules_remove(rules->sources->own_rules, name, &error);
    if (removed)
        log_info("a rule was removed by=%s", who);
    end(call, removed, error);
}

static gboolean on_remove_rule(BusSotto1Rules *skeleton, GDBusMethodInvocation *invocation,
                               const char *name, RulesInterface *rules)
{
    if (strlen(name) > MAX_TEXT)
        call_refuse(invocation, G_IO_ERROR_INVALID_ARGUMENT, "That is too long for a rule.");
    else
        call_authorize(call_new(&rules->face, invocation), ACTION_RULES, remove_rule);
    return TRUE;
}

/* --- what changed --- */

/* Also when the administrator's settings were read again. */
static void on_changed(void *owner)
{
    RulesInterface *rules = owner;
    if (rules->face.cancellable != NULL)
        bus_sotto1_rules_emit_changed(rules->skeleton);
}

static void on_own_changed(void *owner, const Name *name)
{
    RulesInterface *rules = owner;
    engine_flush(rules->sources->engine, name);
    on_changed(rules);
}

/* --- the bus --- */

static void connect_methods(RulesInterface *rules)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-list-rules", G_CALLBACK(on_list_rules)},
        {"handle-list-name-lists", G_CALLBACK(on_list_name_lists)},
        {"handle-add-rule", G_CALLBACK(on_add_rule)},
        {"handle-remove-rule", G_CALLBACK(on_remove_rule)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(rules->skeleton, methods[i].signal, methods[i].handler, rules);
}

RulesInterface *rules_interface_new(const InspectionSources *sources)
{
    RulesInterface *rules = g_new0(RulesInterface, 1);
    rules->sources = sources;
    rules->skeleton = bus_sotto1_rules_skeleton_new();
    face_init(&rules->face, G_DBUS_INTERFACE_SKELETON(rules->skeleton), rules);
    if (sources->own_rules != NULL) {
        connect_methods(rules);
        rules->listener = (OwnRulesListener){.changed = on_own_changed, .owner = rules};
        own_rules_listen(sources->own_rules, &rules->listener);
        rule_loader_set_changed(sources->rules, on_changed, rules);
    }
    return rules;
}

void rules_interface_free(RulesInterface *rules)
{
    if (rules == NULL)
        return;
    own_rules_unlisten(&rules->listener);
    if (rules->sources->rules != NULL)
        rule_loader_set_changed(rules->sources->rules, NULL, NULL);
    face_clear(&rules->face);
    g_free(rules);
}

gboolean rules_interface_export(RulesInterface *rules, GDBusConnection *connection, GError **error)
{
    return face_export(&rules->face, connection, error);
}

void rules_interface_withdraw(RulesInterface *rules)
{
    face_withdraw(&rules->face);
}
