/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge of answers.
 *
 * A check page has an answer of its own that everybody knows: nothing (204), or one short line of
 * plain text. Which line, only its owner knows for sure; so any short plain text is taken for it,
 * for a sign-in page is never that: it is a redirection, a page to look at, or RFC 6585's status
 * 511. Errors, and everything else that a broken box between may say, tell nothing.
 *
 * One redirection is the page's owner's: to the same name by https, where nobody else could go on.
 *
 * The captive portal API (RFC 8908 §5) answers in JSON; only "captive" is always there.
 */
#include "finding.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#define SHORT_TEXT 1024
#define MAX_LEFT_S (INT64_C(366) * 24 * 3600)

/* An address as it may be shown and opened: http or https, a name, nothing but printable ASCII. */
static char *address_of(GUri *uri)
{
    g_autofree char *text = NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL;

    if (!scheme || (!g_str_equal(scheme, "http") && !g_str_equal(scheme, "https")) ||
        !g_uri_get_host(uri) || !*g_uri_get_host(uri))
        return NULL;
    text = g_uri_to_string_partial(uri, G_URI_HIDE_USERINFO);
    if (strlen(text) > FINDING_MAX_ADDRESS)
        return NULL;
    for (const char *at = text; *at; at++)
        if (!g_ascii_isgraph(*at))
            return NULL;
    return g_steal_pointer(&text);
}

static void find_sign_in(Finding *finding, GUri *page, GUri *asked)
{
    finding->verdict = FINDING_FOUND;
    finding->address = address_of(page);
    if (!finding->address) /* whoever opens the page that was asked is sent on likewise */
        finding->address = address_of(asked);
}

static bool is_same_page_by_https(GUri *page, GUri *asked)
{
    return g_str_equal(g_uri_get_scheme(page), "https") &&
           g_strcmp0(g_uri_get_scheme(asked), "https") != 0 && g_uri_get_host(page) &&
           g_ascii_strcasecmp(g_uri_get_host(page), g_uri_get_host(asked)) == 0;
}

static void judge_redirection(Finding *finding, const Response *response)
{
    g_autoptr(GUri) page = NULL;

    if (response->location && strlen(response->location) <= FINDING_MAX_ADDRESS)
        page = g_uri_parse_relative(response->url, response->location, SOUP_HTTP_URI_FLAGS, NULL);
    if (!page || !is_same_page_by_https(page, response->url))
        find_sign_in(finding, page, response->url);
}

static bool contains(const char *text, size_t length, const char *word)
{
    size_t word_length = strlen(word);

    for (size_t i = 0; i + word_length <= length; i++)
        if (g_ascii_strncasecmp(text + i, word, word_length) == 0)
            return true;
    return false;
}

static bool is_html(const Response *response)
{
    const char *type = response->content_type ? response->content_type : "";

    return g_ascii_strcasecmp(type, "text/html") == 0 ||
           g_ascii_strcasecmp(type, "application/xhtml+xml") == 0 ||
           contains(response->body, response->length, "<html") ||
           contains(response->body, response->length, "<!doctype html");
}

/* What the pages that desktops and browsers ask are known to say, whatever type they claim. */
static bool is_known_text(const char *body, size_t length)
{
    static const char known[] = "NetworkManager is online", success[] = "success";

    while (length > 0 && g_ascii_isspace(body[length - 1]))
        length--;
    while (length > 0 && g_ascii_isspace(*body))
        body++, length--;
    return (length >= strlen(known) && memcmp(body, known, strlen(known)) == 0) ||
           (length == strlen(success) && memcmp(body, success, length) == 0);
}

static bool is_short_text(const Response *response)
{
    return response->content_type &&
           g_ascii_strcasecmp(response->content_type, "text/plain") == 0 && response->length > 0 &&
           response->length < SHORT_TEXT && !is_html(response);
}

static void judge_content(Finding *finding, const Response *response)
{
    if (g_strcmp0(response->network_status, "online") == 0 ||
        is_known_text(response->body, response->length) || is_short_text(response))
        finding->verdict = FINDING_OPEN;
    else if (is_html(response))
        find_sign_in(finding, response->url, response->url);
}

void finding_judge_page(Finding *finding, const Response *response)
{
    *finding = (Finding){.verdict = FINDING_UNREACHABLE};
    switch (response->status) {
    case 200:
        judge_content(finding, response);
        break;
    case 204:
        finding->verdict = FINDING_OPEN;
        break;
    case 300:
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        judge_redirection(finding, response);
        break;
    case 511: /* Network Authentication Required */
        find_sign_in(finding, response->url, response->url);
        break;
    default:
        break;
    }
}

/* A member's value of that type; NULL: not there. */
static JsonNode *member(JsonObject *object, const char *name, GType type)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type ? node
                                                                                         : NULL;
}

void finding_judge_api(Finding *finding, const Response *response)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonNode *root, *captive, *page, *left;
    JsonObject *object;

    *finding = (Finding){.verdict = FINDING_UNREACHABLE};
    if (response->status != 200 ||
        !json_parser_load_from_data(parser, response->body, (gssize)response->length, NULL))
        return;
    root = json_parser_get_root(parser);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        return;
    object = json_node_get_object(root);
    captive = member(object, "captive", G_TYPE_BOOLEAN);
    page = member(object, "user-portal-url", G_TYPE_STRING);
    left = member(object, "seconds-remaining", G_TYPE_INT64);
    if (captive && json_node_get_boolean(captive)) {
        g_autoptr(GUri) uri =
            page ? g_uri_parse(json_node_get_string(page), SOUP_HTTP_URI_FLAGS, NULL) : NULL;

        finding->verdict = FINDING_FOUND;
        finding->address = address_of(uri);
    } else if (captive) {
        finding->verdict = FINDING_OPEN;
        finding->left_s = left ? CLAMP(json_node_get_int(left), 0, MAX_LEFT_S) : 0;
    }
}

void finding_clear(Finding *finding)
{
    g_clear_pointer(&finding->address, g_free);
}
