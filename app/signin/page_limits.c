/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a sign-in page may do: be read, be filled in, run its scripts, and lead to other pages of
 * the web. It gets no disk, no downloads, no camera, no place, no notifications, no WebRTC (which
 * opens sockets of its own), no full screen (which could paint a desktop), no second window, and no
 * address but http: and https:.
 */
#include "page_limits.h"

#include "web_address.h"

typedef struct Limits {
    void (*on_file)(gpointer user_data);
    gpointer user_data;
} Limits;

/* --- where to --------------------------------------------------------------------------------- */

/* Frames begin as about:blank or about:srcdoc. */
static gboolean may_navigate(const char *address)
{
    return g_str_equal(address, "about:blank") || g_str_equal(address, "about:srcdoc") ||
           web_address_is_valid(address);
}

static const char *address_of(WebKitPolicyDecision *decision)
{
    WebKitNavigationAction *action = webkit_navigation_policy_decision_get_navigation_action(
        WEBKIT_NAVIGATION_POLICY_DECISION(decision));

    return webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
}

/* What cannot be shown would be downloaded. */
static gboolean decide_response(const Limits *limits, WebKitPolicyDecision *decision)
{
    WebKitResponsePolicyDecision *response = WEBKIT_RESPONSE_POLICY_DECISION(decision);

    if (webkit_response_policy_decision_is_mime_type_supported(response))
        return FALSE;
    webkit_policy_decision_ignore(decision);
    if (webkit_response_policy_decision_is_main_frame_main_resource(response))
        limits->on_file(limits->user_data);
    return TRUE;
}

static gboolean on_decide_policy(WebKitWebView *view, WebKitPolicyDecision *decision,
                                 WebKitPolicyDecisionType type, gpointer limits)
{
    if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE)
        return decide_response(limits, decision);
    if (may_navigate(address_of(decision)))
        return FALSE;
    g_debug("the page may not go there: its address is none of the web's");
    webkit_policy_decision_ignore(decision);
    return TRUE;
}

/* A new window opens here: there is only this one. */
static GtkWidget *on_create(WebKitWebView *view, WebKitNavigationAction *action)
{
    WebKitURIRequest *request = webkit_navigation_action_get_request(action);

    if (web_address_is_valid(webkit_uri_request_get_uri(request)))
        webkit_web_view_load_request(view, request);
    return NULL;
}

static gboolean on_permission_request(WebKitWebView *view, WebKitPermissionRequest *request)
{
    webkit_permission_request_deny(request);
    return TRUE;
}

static gboolean on_file_chooser(WebKitWebView *view, WebKitFileChooserRequest *request)
{
    webkit_file_chooser_request_cancel(request);
    return TRUE;
}

/* Printing, full screen, notifications: handled, by doing nothing. */
static gboolean refuse(void)
{
    return TRUE;
}

static void on_download(WebKitWebContext *context, WebKitDownload *download)
{
    webkit_download_cancel(download);
}

/* The menu of the right button, less what would save a thing or open a window. */
static gboolean on_context_menu(WebKitWebView *view, WebKitContextMenu *menu)
{
    static const WebKitContextMenuAction kept[] = {
        WEBKIT_CONTEXT_MENU_ACTION_GO_BACK, WEBKIT_CONTEXT_MENU_ACTION_RELOAD,
        WEBKIT_CONTEXT_MENU_ACTION_COPY,    WEBKIT_CONTEXT_MENU_ACTION_CUT,
        WEBKIT_CONTEXT_MENU_ACTION_PASTE,   WEBKIT_CONTEXT_MENU_ACTION_SELECT_ALL};
    g_autoptr(GList) items = g_list_copy(webkit_context_menu_get_items(menu));

    for (GList *item = items; item != NULL; item = item->next) {
        gboolean keep = FALSE;
        for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
            keep |= webkit_context_menu_item_get_stock_action(item->data) == kept[i];
        if (!keep)
            webkit_context_menu_remove(menu, item->data);
    }
    return webkit_context_menu_get_n_items(menu) == 0;
}

/* --- all together ---------------------------------------------------------------------------- */

WebKitSettings *page_limits_settings(void)
{
    return g_object_new(
        WEBKIT_TYPE_SETTINGS, "enable-dns-prefetching", FALSE, "enable-webrtc", FALSE,
        "enable-media-stream", FALSE, "enable-media", FALSE, "enable-mediasource", FALSE,
        "enable-encrypted-media", FALSE, "enable-webaudio", FALSE, "enable-webgl", FALSE,
        "enable-fullscreen", FALSE, "enable-html5-database", FALSE, "enable-page-cache", FALSE,
        "enable-developer-extras", FALSE, "javascript-can-access-clipboard", FALSE,
        "hardware-acceleration-policy", WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER, NULL);
}

static void limits_free(gpointer data, GClosure *closure)
{
    g_free(data);
}

void page_limits_apply(WebKitWebView *view, void (*on_file)(gpointer user_data), gpointer user_data)
{
    static const struct {
        const char *name;
        GCallback handler;
    } handlers[] = {
        {"create", G_CALLBACK(on_create)},
        {"permission-request", G_CALLBACK(on_permission_request)},
        {"run-file-chooser", G_CALLBACK(on_file_chooser)},
        {"context-menu", G_CALLBACK(on_context_menu)},
        {"print", G_CALLBACK(refuse)},
        {"enter-fullscreen", G_CALLBACK(refuse)},
        {"show-notification", G_CALLBACK(refuse)},
    };
    Limits *limits = g_new0(Limits, 1);

    limits->on_file = on_file;
    limits->user_data = user_data;
    g_signal_connect_data(view, "decide-policy", G_CALLBACK(on_decide_policy), limits, limits_free,
                          0);
    for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
        g_signal_connect(view, handlers[i].name, handlers[i].handler, NULL);
    g_signal_connect(webkit_web_view_get_context(view), "download-started", G_CALLBACK(on_download),
                     NULL);
}
