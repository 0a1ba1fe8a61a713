/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking for a sign-in page.
 *
 * There are several to ask: the network itself, where it tells of an API (RFC 8910), then pages
 * that everybody may read. Each is one step: the host's addresses, at the network's DNS; then a
 * look by the probe. The first that tells anything ends the look. What nobody told (a page that is
 * down, a network that drops all) leaves the last finding in force.
 */
#include "portal.h"

#include <string.h>

#define MAX_QUESTIONS 6 /* a look is over within a minute, whatever was configured */

typedef struct Question {
    PortalQuestion kind;
    char *url;
} Question;

struct Portal {
    PortalParts parts;
    void (*looked)(void *owner);
    void *owner;
    GPtrArray *questions; /* Question, of the look under way; NULL: none */
    guint next;
    NetworkLookup *lookup;
    PortalProbe *probe;
    LoopTimer idle; /* nothing to ask: the look ends later, as the others do */

    bool found;
    PortalVerdict verdict;
    char *address;
    bool told; /* the time */
    int64_t ahead_s;
};

static void question_free(gpointer data)
{
    Question *question = data;
    g_free(question->url);
    g_free(question);
}

static void stop(Portal *portal)
{
    g_clear_pointer(&portal->lookup, network_lookup_cancel);
    g_clear_pointer(&portal->probe, portal->parts.probe->cancel);
    g_clear_pointer(&portal->questions, g_ptr_array_unref);
    loop_timer_stop(&portal->idle);
}

static void look_ended(Portal *portal, PortalVerdict verdict)
{
    stop(portal);
    portal->verdict = verdict;
    if (verdict != PORTAL_UNREACHABLE)
        portal->found = verdict == PORTAL_FOUND;
    portal->looked(portal->owner);
}

static void ask_next(Portal *portal);

static void on_answer(void *owner, const PortalAnswer *answer)
{
    Portal *portal = owner;
    const Question *question = g_ptr_array_index(portal->questions, portal->next - 1);
    portal->probe = NULL;
    if (answer->date_s != 0) {
        portal->told = true;
        portal->ahead_s = loop_wall_s(portal->parts.loop) - answer->date_s;
    }
    if (answer->verdict == PORTAL_UNREACHABLE) {
        ask_next(portal);
        return;
    }
    g_free(portal->address);
    portal->address = g_strdup(*answer->address != '\0'                 ? answer->address
                               : question->kind == PORTAL_QUESTION_PAGE ? question->url
                                                                        : "");
    look_ended(portal, answer->verdict);
}

static void on_addresses(void *owner, const GPtrArray *addresses)
{
    Portal *portal = owner;
    const Question *question = g_ptr_array_index(portal->questions, portal->next - 1);
    portal->lookup = NULL;
    if (addresses->len == 0)
        ask_next(portal);
    else
        portal->probe =
            portal->parts.probe->begin(question->kind, question->url, addresses, on_answer, portal);
}

static void ask_next(Portal *portal)
{
    while (portal->next < portal->questions->len) {
        const Question *question = g_ptr_array_index(portal->questions, portal->next++);
        g_autoptr(GUri) uri = g_uri_parse(question->url, G_URI_FLAGS_NONE, NULL);
        if (uri == NULL || g_uri_get_host(uri) == NULL)
            continue;
        portal->lookup = network_lookup_begin(portal->parts.lookups, g_uri_get_host(uri),
                                              CLEAR_PORTAL_CHECK, on_addresses, portal);
        return;
    }
    look_ended(portal, PORTAL_UNREACHABLE);
}

static void on_idle(void *owner)
{
    ask_next(owner);
}

static void add_question(Portal *portal, PortalQuestion kind, const char *url)
{
    if (*url == '\0' || portal->questions->len == MAX_QUESTIONS)
        return;
    Question *question = g_new(Question, 1);
    *question = (Question){.kind = kind, .url = g_strdup(url)};
    g_ptr_array_add(portal->questions, question);
}

void portal_look(Portal *portal, const NetworkSettings *settings)
{
    const NetworkFacts *facts = &portal->parts.network->facts;
    if (portal->questions != NULL)
        return;
    portal->questions = g_ptr_array_new_with_free_func(question_free);
    portal->next = 0;
    add_question(portal, PORTAL_QUESTION_API, facts->portal_api);
    add_question(portal, PORTAL_QUESTION_PAGE, facts->check_url);
    for (size_t i = 0; settings->check_urls[i] != NULL; i++)
        add_question(portal, PORTAL_QUESTION_PAGE, settings->check_urls[i]);
    loop_timer_start(&portal->idle, 0);
}

bool portal_is_looking(const Portal *portal)
{
    return portal->questions != NULL;
}

void portal_forget(Portal *portal)
{
    stop(portal);
    portal->found = false;
    portal->verdict = PORTAL_UNREACHABLE;
    portal->told = false;
    g_free(portal->address);
    portal->address = g_strdup("");
}

bool portal_is_found(const Portal *portal)
{
    return portal->found;
}

PortalVerdict portal_verdict(const Portal *portal)
{
    return portal->verdict;
}

void portal_doubt(Portal *portal)
{
    if (portal->verdict != PORTAL_FOUND)
        portal->found = false;
}

const char *portal_address(const Portal *portal)
{
    return portal->address;
}

bool portal_clock_offset(const Portal *portal, int64_t *ahead_s)
{
    if (portal->told)
        *ahead_s = portal->ahead_s;
    return portal->told;
}

void portal_clock_set(Portal *portal, int64_t leap_s)
{
    portal->ahead_s += leap_s;
}

Portal *portal_new(const PortalParts *parts, void (*looked)(void *owner), void *owner)
{
    Portal *portal = g_new0(Portal, 1);
    portal->parts = *parts;
    portal->looked = looked;
    portal->owner = owner;
    portal->address = g_strdup("");
    loop_timer_init(&portal->idle, parts->loop, on_idle, portal);
    return portal;
}

void portal_free(Portal *portal)
{
    if (portal == NULL)
        return;
    stop(portal);
    g_free(portal->address);
    g_free(portal);
}
