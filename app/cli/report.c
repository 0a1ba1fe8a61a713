/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of protection: the same words as in the tray, so that both can be talked about. */
#include "report.h"
#include "wording.h"

#include <glib/gi18n.h>

gboolean report_is_protected(SottoHelper *helper)
{
    SottoState state = sotto_helper_state(helper);

    return state == SOTTO_STATE_ON || state == SOTTO_STATE_VPN;
}

Tone report_tone(SottoHelper *helper)
{
    switch (sotto_helper_state(helper)) {
    case SOTTO_STATE_ON:
    case SOTTO_STATE_VPN:
        return TONE_GOOD;
    case SOTTO_STATE_STARTING:
    case SOTTO_STATE_SIGNIN:
    case SOTTO_STATE_SIGNING_IN:
    case SOTTO_STATE_OPEN:
    case SOTTO_STATE_ASK:
    case SOTTO_STATE_PAUSED:
    case SOTTO_STATE_OFF:
    case SOTTO_STATE_OFFLINE:
        return TONE_WARNING;
    case SOTTO_STATE_BLOCKED:
    case SOTTO_STATE_ERROR:
        return TONE_BAD;
    }
    return TONE_PLAIN;
}

char *report_sentence(SottoHelper *helper)
{
    const char *network = sotto_helper_network(helper);
    gboolean named = network[0] != '\0';
    g_autofree char *until = console_clock(sotto_helper_until_s(helper));

    if (sotto_helper_presence(helper) != SOTTO_PRESENCE_PRESENT)
        return g_strdup(_("The Sotto service is not running."));
    switch (sotto_helper_state(helper)) {
    case SOTTO_STATE_OFF:
        return named ? g_strdup_printf(_("Not protected on %s"), network)
                     : g_strdup(_("Not protected"));
    case SOTTO_STATE_STARTING:
        return g_strdup(_("Turning on…"));
    case SOTTO_STATE_ON:
        return named ? g_strdup_printf(_("Protected on %s"), network) : g_strdup(_("Protected"));
    case SOTTO_STATE_SIGNIN:
        return g_strdup(_("This Wi-Fi needs you to sign in"));
    case SOTTO_STATE_SIGNING_IN:
        return g_strdup_printf(_("Signing in, until %s at most"), until);
    case SOTTO_STATE_OPEN:
        return sotto_helper_until_s(helper) > 0
                   ? g_strdup_printf(_("Not protected here, by your choice — until %s"), until)
                   : g_strdup(_("Not protected here, by your choice"));
    case SOTTO_STATE_ASK:
        return g_strdup(_("New network: protect it?"));
    case SOTTO_STATE_PAUSED:
        if (sotto_helper_until_s(helper) > 0)
            return g_strdup_printf(_("Paused until %s"), until);
        return named ? g_strdup_printf(_("Paused until you leave %s"), network)
                     : g_strdup(_("Paused until you leave this network"));
    case SOTTO_STATE_BLOCKED:
        return g_strdup(_("This network blocks private lookups"));
    case SOTTO_STATE_ERROR:
        return g_strdup(_("Protection stopped"));
    case SOTTO_STATE_VPN:
        return g_strdup(_("Your VPN handles lookups"));
    case SOTTO_STATE_OFFLINE:
        return g_strdup(_("No network"));
    }
    return g_strdup("");
}

char *report_resolver(SottoHelper *helper)
{
    const char *choice = sotto_helper_resolver(helper);
    const char *in_use = sotto_helper_resolver_in_use(helper);
    gboolean automatic = g_str_equal(choice, SOTTO_RESOLVER_AUTO);

    if (automatic && in_use[0] == '\0')
        return g_strdup(_("chosen automatically"));
    if (automatic)
        return g_strdup_printf(_("%s, chosen automatically"), in_use);
    return g_strdup(in_use[0] != '\0' ? in_use : choice);
}

void report_add_json(JsonBuilder *document, SottoHelper *helper)
{
    document_add_string(document, "state", sotto_state_word(sotto_helper_state(helper)));
    document_add_flag(document, "protected", report_is_protected(helper));
    document_add_string(document, "network", sotto_helper_network(helper));
    document_add_string(document, "resolver", sotto_helper_resolver(helper));
    document_add_string(document, "resolver-in-use", sotto_helper_resolver_in_use(helper));
    document_add_string(document, "reason-code", sotto_helper_reason_code(helper));
    document_add_string(document, "reason", sotto_helper_reason(helper));
    document_add_number(document, "until", sotto_helper_until_s(helper));
    document_add_string(document, "changed-by", sotto_helper_changed_by(helper));
    document_add_number(document, "changed-at", sotto_helper_changed_at_s(helper));
    document_add_string(document, "version", sotto_helper_version(helper));
    document_add_number(document, "build-time", sotto_helper_build_time_s(helper));
    document_add_string(document, "payload", sotto_helper_payload(helper));
}

static char *last_change(SottoHelper *helper)
{
    const char *who = sotto_helper_changed_by(helper);
    g_autofree char *when = console_clock(sotto_helper_changed_at_s(helper));

    if (sotto_helper_changed_at_s(helper) == 0)
        return g_strdup("");
    /* Translators: the name of a user of this computer, and a time of day. */
    return who[0] != '\0' ? g_strdup_printf(_("by %s, %s"), who, when) : g_strdup(when);
}

static void print_words(SottoHelper *helper)
{
    g_autofree char *sentence = report_sentence(helper);
    g_autofree char *resolver = report_resolver(helper);
    g_autofree char *change = last_change(helper);
    g_autofree char *reason = sotto_wording(sotto_helper_reason(helper));

    console_print(report_tone(helper), sentence);
    console_print(TONE_PLAIN, "\n");
    console_print_fact(_("Reason"), reason);
    console_print_fact(_("Resolver"), resolver);
    console_print_fact(_("Changed"), change);
}

void report_print(Session *session)
{
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        report_add_json(document, session->helper);
        document_print(document, DOCUMENT_READABLE);
    } else {
        print_words(session->helper);
    }
}
