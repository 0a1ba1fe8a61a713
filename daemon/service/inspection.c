/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The evidence that protection works: lookups made now, the leak counter, what the
 * connection in use says of its peer, and who really asks name servers for us and for programs.
 * Each is a step with one sentence; the summary is the first step that failed.
 */
#include "inspection.h"

#include "clear_report.h"
#include "routes.h"

#define UNKNOWN            HIJACK_UNKNOWN
#define IDENTITY_BUDGET_US 2500000 /* for what is good to know and no proof */

static const char system_title[] = "Lookups of this machine's programs";

struct Inspection {
    InspectionSources sources;
    InspectionDone done;
    void *owner;
    Proof *resolver_proof, *system_proof;
    IdentityQuest *quest;
    GVariantBuilder steps;
    char *summary;     /* of the first failed step; NULL none yet */
    bool answered;     /* the resolver, in this check */
    bool led_here;     /* what programs ask is meant to reach us */
    bool reaches_here; /* and does, in this check */
    char *resolver_id;
    char *security, *endpoint;
};

static void inspection_free(Inspection *inspection)
{
    proof_cancel(inspection->resolver_proof);
    proof_cancel(inspection->system_proof);
    identity_cancel(inspection->quest);
    g_variant_builder_clear(&inspection->steps);
    g_free(inspection->summary);
    g_free(inspection->resolver_id);
    g_free(inspection->security);
    g_free(inspection->endpoint);
    g_free(inspection);
}

void inspection_cancel(Inspection *inspection)
{
    if (inspection != NULL)
        inspection_free(inspection);
}

static void add_result(Inspection *inspection, const char *id, const char *title, bool ok,
                       const char *code, const char *detail)
{
    GVariantDict step;
    g_variant_dict_init(&step, NULL);
    g_variant_dict_insert(&step, "id", "s", id);
    g_variant_dict_insert(&step, "ok", "b", ok);
    g_variant_dict_insert(&step, "title", "s", title);
    g_variant_dict_insert(&step, "detail", "s", detail);
    g_variant_dict_insert(&step, "code", "s", code);
    g_variant_builder_add_value(&inspection->steps, g_variant_dict_end(&step));
    if (!ok && !g_str_equal(code, UNKNOWN) && inspection->summary == NULL)
        inspection->summary = g_strdup(detail);
}

/* Code "": it is so. UNKNOWN: nobody can say, which is neither good nor bad. */
static void add_step(Inspection *inspection, const char *id, const char *title, const char *code,
                     const char *detail)
{
    add_result(inspection, id, title, *code == '\0', code, detail);
}

static const char *resolver_name(const Inspection *inspection)
{
    const Resolver *resolver =
        inspection->resolver_id != NULL
            ? settings_find_resolver(protection_settings(inspection->sources.protection),
                                     inspection->resolver_id)
            : NULL;
    return resolver != NULL ? resolver->name : "";
}

static void add_leaks(Inspection *inspection)
{
    const Leak *leak = inspection->sources.leak;
    g_autofree char *detail =
        clear_report_sentence(leak_counts(leak), around_entries(inspection->sources.around));
    const char *code = leak == NULL                       ? "not-counted"
                       : leak_count(leak, CLEAR_LEAK) > 0 ? "leaked"
                                                          : "";
    add_step(inspection, "leaks", "Lookups that leave in clear", code, detail);
}

/* The part that is not encrypted by intention; the network had a say in which names it holds. */
static void add_local(Inspection *inspection)
{
    g_autofree char *domains =
        routes_describe_with_own(protection_plan(inspection->sources.protection));
    if (*domains == '\0')
        return;
    g_autofree char *detail =
        g_strdup_printf("Names in %s are asked of this network, unencrypted.", domains);
    add_step(inspection, "local", "This network's own names", "", detail);
}

/* A disk that is full, or can be read only, costs nothing yet. */
static void add_kept(Inspection *inspection)
{
    const char *reason = protection_unsaved(inspection->sources.protection);
    if (reason == NULL)
        return;
    g_autofree char *detail =
        g_strdup_printf("It could not be saved and would be forgotten at a restart: %s.", reason);
    add_step(inspection, "kept", "What you chose", "unsaved", detail);
}

static const Endpoint *endpoint_of_kind(const Resolver *resolver, EndpointKind kind)
{
    for (size_t i = 0; i < resolver->endpoint_count; i++) {
        if (resolver->endpoints[i]->kind == kind)
            return resolver->endpoints[i];
    }
    return NULL;
}

/* ", calls itself fra1, and asks from 192.0.2.1" as far as it is known. (transfer full) */
static char *describe_identity(const Identity *identity)
{
    GString *text = g_string_new(NULL);
    char address[ADDRESS_MAX_TEXT];
    if (identity->server != NULL)
        g_string_append_printf(text, " It calls itself %s.", identity->server);
    if (identity->asks_from_count > 0)
        g_string_append_printf(text, " It asks name servers from %s.",
                               address_format_host(&identity->asks_from[0], address));
    return g_string_free(text, FALSE);
}

static void add_identity(Inspection *inspection, const Identity *identity)
{
    static const char title[] = "Who answers";
    ResolverHealth health;
    const Resolver *resolver =
        inspection->resolver_id != NULL
            ? settings_find_resolver(protection_settings(inspection->sources.protection),
                                     inspection->resolver_id)
            : NULL;
    if (resolver == NULL ||
        !engine_resolver_health(inspection->sources.engine, inspection->resolver_id, &health)) {
        add_step(inspection, "identity", title, UNKNOWN, "Nobody has answered yet.");
        return;
    }
    const Endpoint *endpoint = endpoint_of_kind(resolver, health.endpoint);
    inspection->endpoint = endpoint != NULL ? endpoint_describe(endpoint) : g_strdup("");
    inspection->security = g_strdup(health.facts.security);
    if (!inspection->answered) {
        add_step(inspection, "identity", title, "nobody", "Nobody answers now.");
        return;
    }
    g_autofree char *more = describe_identity(identity);
    g_autofree char *detail =
        g_strdup_printf("%s, by %s.%s", resolver->name,
                        *health.facts.security != '\0' ? health.facts.security
                                                       : endpoint_kind_name(health.endpoint),
                        more);
    add_step(inspection, "identity", title, "", detail);
}

/* Good news as long as lookups get through: refused is what such attempts are to be. */
static void add_tampering(Inspection *inspection)
{
    const Tampering *tampering = inspection->sources.tampering;
    g_autofree char *detail = tampering != NULL ? tampering_describe(tampering) : NULL;
    add_result(inspection, "tampering", "Attempts to answer for a resolver",
               detail == NULL || inspection->answered, detail != NULL ? "refused" : "",
               detail != NULL ? detail : "None was seen on this network.");
}

/* What is found while nothing leads here is the evidence "before". */
static void add_hijack(Inspection *inspection, const Identity *identity)
{
    const InspectionSources *sources = &inspection->sources;
    const HijackFinding finding =
        hijack_judge(identity, resolver_name(inspection), inspection->reaches_here);
    g_autofree char *detail = finding.detail;
    add_step(inspection, "hijack", "Who answers this machine's programs", finding.code, detail);
    if (sources->before != NULL && !inspection->led_here) {
        ProtectionView view;
        protection_view(sources->protection, &view);
        hijack_memory_keep(sources->before, &finding, view.network, loop_wall_s(sources->loop));
    }
}

/* Where no step says more. */
static const char *summary_of(ProtectionState state)
{
    switch (state) {
    case PROTECTION_ON:
        return "Lookups are encrypted.";
    case PROTECTION_VPN:
        return "Your VPN handles lookups.";
    case PROTECTION_SIGNIN:
    case PROTECTION_SIGNING_IN:
        return "This network wants you to sign in first.";
    case PROTECTION_BLOCKED:
        return "This network blocks private lookups.";
    case PROTECTION_STARTING:
        return "Protection is not on yet.";
    case PROTECTION_OFFLINE:
        return "There is no network connection.";
    case PROTECTION_OFF:
    case PROTECTION_PAUSED:
    case PROTECTION_ERROR:
    case PROTECTION_OPEN:
    case PROTECTION_ASK:
        break;
    }
    return "Protection is not on.";
}

static void conclude(Inspection *inspection, const Identity *identity)
{
    ProtectionView view;
    GVariantDict all;
    add_leaks(inspection);
    add_tampering(inspection);
    add_identity(inspection, identity);
    add_hijack(inspection, identity);
    add_local(inspection);
    add_kept(inspection);
    protection_view(inspection->sources.protection, &view);
    bool on = view.state == PROTECTION_ON || view.state == PROTECTION_VPN;
    const char *summary =
        on && inspection->summary != NULL ? inspection->summary : summary_of(view.state);
    g_variant_dict_init(&all, NULL);
    g_variant_dict_insert(&all, "ok", "b", on && inspection->summary == NULL);
    g_variant_dict_insert(&all, "summary", "s", summary);
    g_variant_dict_insert(&all, "time", "x", loop_wall_s(inspection->sources.loop));
    g_variant_dict_insert_value(&all, "steps", g_variant_builder_end(&inspection->steps));
    g_variant_dict_insert(&all, "security", "s",
                          inspection->security != NULL ? inspection->security : "");
    g_variant_dict_insert(&all, "resolver", "s", resolver_name(inspection));
    g_variant_dict_insert(&all, "endpoint", "s",
                          inspection->endpoint != NULL ? inspection->endpoint : "");
    GVariant *before = inspection->sources.before != NULL
                           ? hijack_memory_report(inspection->sources.before)
                           : NULL;
    if (before != NULL)
        g_variant_dict_insert_value(&all, "before", before);
    g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_dict_end(&all));
    inspection->done(inspection->owner, value);
    inspection_free(inspection);
}

/* Held back until somebody has signed in: to try would only take long. */
static bool is_waiting(const Inspection *inspection)
{
    const Protection *protection = inspection->sources.protection;
    ProtectionView view;
    protection_view(protection, &view);
    return view.state == PROTECTION_SIGNIN || (view.state == PROTECTION_SIGNING_IN &&
                                               protection_sign_in(protection) == SIGN_IN_WINDOW);
}

/* While nothing leads here by intention, a question more would only tell the network its name. */
static bool is_system_led_here(const Inspection *inspection)
{
    ProtectionView view;
    protection_view(inspection->sources.protection, &view);
    return view.state == PROTECTION_ON || view.state == PROTECTION_VPN ||
           view.state == PROTECTION_BLOCKED || view.state == PROTECTION_STARTING ||
           view.state == PROTECTION_OFFLINE;
}

static void on_identity(void *owner, const Identity *identity)
{
    Inspection *inspection = owner;
    inspection->quest = NULL;
    conclude(inspection, identity);
}

/* Whom nobody reaches cannot say who it is. Programs' own path is asked for one well-known name,
 * with protection off too: then it goes where theirs go, and tells who listens there. */
static void ask_identity(Inspection *inspection)
{
    const InspectionSources *sources = &inspection->sources;
    Plan *plan = protection_plan(sources->protection);
    if (!inspection->answered || plan == NULL) {
        conclude(inspection, &(Identity){0});
        return;
    }
    inspection->quest = identity_ask(
        &(IdentityPlan){
            .loop = sources->loop,
            .engine = sources->engine,
            .plan = plan,
            .resolver_id = inspection->resolver_id,
            .budget_us = IDENTITY_BUDGET_US,
            .asks_system = true,
            .resolve = sources->resolve,
        },
        on_identity, inspection);
}

static void on_system(void *owner, const ProofResult *result)
{
    Inspection *inspection = owner;
    inspection->system_proof = NULL;
    inspection->reaches_here = result->ok;
    add_step(inspection, "system", system_title, result->code,
             result->ok ? "They reach Sotto and are answered." : result->sentence);
    ask_identity(inspection);
}

static void on_resolver(void *owner, const ProofResult *result)
{
    Inspection *inspection = owner;
    inspection->resolver_proof = NULL;
    inspection->resolver_id = g_strdup(result->resolver_id);
    inspection->answered = result->ok;
    g_autofree char *detail = g_strdup_printf("%s answers.", resolver_name(inspection));
    add_step(inspection, "resolver", "Lookups through the resolver", result->code,
             result->ok ? detail : result->sentence);
    inspection->led_here = is_system_led_here(inspection) || is_waiting(inspection);
    if (is_waiting(inspection)) {
        add_step(inspection, "system", system_title, "waiting",
                 "They wait until you have signed in; nothing goes out unprotected.");
        ask_identity(inspection);
        return;
    }
    if (!inspection->led_here) {
        add_step(inspection, "system", system_title, "system-elsewhere",
                 "They go to the network's own DNS.");
        ask_identity(inspection);
        return;
    }
    inspection->system_proof = prober_try_system(
        inspection->sources.prober, protection_settings(inspection->sources.protection), on_system,
        inspection);
}

Inspection *inspection_begin(const InspectionSources *sources, InspectionDone done, void *owner)
{
    Inspection *inspection = g_new0(Inspection, 1);
    inspection->sources = *sources;
    inspection->done = done;
    inspection->owner = owner;
    g_variant_builder_init(&inspection->steps, G_VARIANT_TYPE("aa{sv}"));
    inspection->resolver_proof =
        prober_try_plan(sources->prober, protection_plan(sources->protection),
                        protection_settings(sources->protection), on_resolver, inspection);
    return inspection;
}
