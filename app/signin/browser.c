/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The web view of a sign-in.
 *
 * The page belongs to a network that nobody knows: it gets an ephemeral store that is gone with the
 * window, the proxy, and what page_limits.c lets it do.
 *
 * Names: WebKit would look some up early by the system's resolver when told to prefetch; that is
 * off, and all others go to the proxy as names, since SOCKS 5 carries them.
 *
 * Certificates are checked. An exception is for one host, one certificate and this window, and not
 * for a host that asked for strict transport (RFC 6797) while the window was open: being ephemeral
 * it knows of no other.
 */
#include "browser.h"

#include "page_limits.h"
#include "web_address.h"

#include <glib/gi18n.h>
#include <webkit2/webkit2.h>

struct _SottoBrowser {
    GtkBin parent_instance;
    WebKitWebContext *context;
    WebKitWebsiteDataManager *store;
    WebKitWebView *view;
    char *failed;   /* the address that did not load: the view forgets it; NULL: it did */
    gboolean mixed; /* a secure page shows insecure things */
    gboolean cleared;
};

G_DEFINE_FINAL_TYPE(SottoBrowser, sotto_browser, GTK_TYPE_BIN)

enum { SIGNAL_CHANGED, SIGNAL_CERTIFICATE_REFUSED, SIGNAL_FAILED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void on_changed(SottoBrowser *self)
{
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* --- facts ----------------------------------------------------------------------------------- */

/* NULL for nothing that is of the web. */
static const char *shown_address(SottoBrowser *self)
{
    const char *address = self->failed != NULL ? self->failed : webkit_web_view_get_uri(self->view);

    return address != NULL && web_address_is_valid(address) ? address : NULL;
}

char *sotto_browser_host(SottoBrowser *self)
{
    const char *address = shown_address(self);

    return address != NULL ? web_address_title(address) : g_strdup("");
}

BrowserSecurity sotto_browser_security(SottoBrowser *self)
{
    GTlsCertificate *certificate;
    GTlsCertificateFlags errors;

    if (self->failed != NULL || shown_address(self) == NULL)
        return BROWSER_NOTHING;
    if (!self->mixed && webkit_web_view_get_tls_info(self->view, &certificate, &errors) &&
        errors == 0)
        return BROWSER_SECURE;
    return BROWSER_INSECURE;
}

gboolean sotto_browser_can_go_back(SottoBrowser *self)
{
    return webkit_web_view_can_go_back(self->view);
}

double sotto_browser_progress(SottoBrowser *self)
{
    return webkit_web_view_is_loading(self->view)
               ? webkit_web_view_get_estimated_load_progress(self->view)
               : 1;
}

/* --- what the user does ---------------------------------------------------------------------- */

void sotto_browser_open(SottoBrowser *self, const char *address)
{
    self->cleared = FALSE;
    webkit_web_view_load_uri(self->view, address);
}

static void remember_failed(SottoBrowser *self, const char *address)
{
    g_free(self->failed);
    self->failed = g_strdup(address);
    on_changed(self);
}

void sotto_browser_reload(SottoBrowser *self)
{
    if (self->failed != NULL)
        webkit_web_view_load_uri(self->view, self->failed);
    else
        webkit_web_view_reload_bypass_cache(self->view);
}

void sotto_browser_go_back(SottoBrowser *self)
{
    webkit_web_view_go_back(self->view);
}

void sotto_browser_clear(SottoBrowser *self)
{
    self->cleared = TRUE;
    webkit_web_view_stop_loading(self->view);
    webkit_web_view_load_uri(self->view, "about:blank");
}

void sotto_browser_accept(SottoBrowser *self, const char *host, GTlsCertificate *certificate)
{
    webkit_web_context_allow_tls_certificate_for_host(self->context, certificate, host);
}

/* --- what goes wrong ------------------------------------------------------------------------- */

static void fail(SottoBrowser *self, const char *sentence)
{
    if (!self->cleared)
        g_signal_emit(self, signals[SIGNAL_FAILED], 0, sentence);
}

static void on_file(gpointer browser)
{
    fail(browser, _("That is a file. This window only shows pages, and keeps nothing."));
}

static const char *sentence_for(const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
        return _("This network knows no such page.");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED))
        return _("The page leads to your own computer, and Sotto does not let it in.");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return _("The sign-in page refuses to be opened.");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return _("The sign-in page does not answer.");
    return _("The sign-in page could not be opened.");
}

/* Ended by us, by another page, or by the policy above: nothing went wrong. */
static gboolean is_interruption(const GError *error)
{
    return g_error_matches(error, WEBKIT_NETWORK_ERROR, WEBKIT_NETWORK_ERROR_CANCELLED) ||
           error->domain == WEBKIT_POLICY_ERROR;
}

static gboolean on_load_failed(SottoBrowser *self, WebKitLoadEvent event, const char *address,
                               GError *error)
{
    if (!is_interruption(error)) {
        g_debug("the page did not load: %s", error->message);
        remember_failed(self, address);
        fail(self, sentence_for(error));
    }
    return TRUE;
}

static void on_terminated(SottoBrowser *self)
{
    fail(self, _("The page did something that ended it."));
}

/* --- certificates ---------------------------------------------------------------------------- */

/* A page that waits for what is known of its host. */
typedef struct Refusal {
    SottoBrowser *browser;
    char *host;
    GTlsCertificate *certificate;
    GTlsCertificateFlags errors;
} Refusal;

static void refusal_free(Refusal *refusal)
{
    g_object_unref(refusal->browser);
    g_free(refusal->host);
    g_object_unref(refusal->certificate);
    g_free(refusal);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Refusal, refusal_free)

/* The host, or one above it: that it meant those below too is not told, so it is assumed. */
static gboolean is_covered(const char *host, const char *strict)
{
    return g_str_equal(host, strict) ||
           (g_str_has_suffix(host, strict) && host[strlen(host) - strlen(strict) - 1] == '.');
}

static void website_data_free(gpointer data)
{
    webkit_website_data_unref(data);
}

static void on_strict_hosts(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Refusal) refusal = data;
    g_autoptr(GError) error = NULL;
    GList *hosts = webkit_website_data_manager_fetch_finish(WEBKIT_WEBSITE_DATA_MANAGER(source),
                                                            result, &error);
    gboolean insists = error != NULL; /* not known: the safe side */

    for (GList *i = hosts; i != NULL; i = i->next)
        insists |= is_covered(refusal->host, webkit_website_data_get_name(i->data));
    g_list_free_full(hosts, website_data_free);
    if (!refusal->browser->cleared)
        g_signal_emit(refusal->browser, signals[SIGNAL_CERTIFICATE_REFUSED], 0, refusal->host,
                      refusal->certificate, refusal->errors, insists);
}

static gboolean on_load_failed_with_tls(SottoBrowser *self, const char *address,
                                        GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
    Refusal *refusal = g_new0(Refusal, 1);

    remember_failed(self, address);
    refusal->browser = g_object_ref(self);
    refusal->host = web_address_host(address);
    refusal->certificate = g_object_ref(certificate);
    refusal->errors = errors;
    webkit_website_data_manager_fetch(self->store, WEBKIT_WEBSITE_DATA_HSTS_CACHE, NULL,
                                      on_strict_hosts, refusal);
    return TRUE;
}

/* --- news ------------------------------------------------------------------------------------ */

static void on_load_changed(SottoBrowser *self, WebKitLoadEvent event)
{
    if (event == WEBKIT_LOAD_STARTED) {
        self->mixed = FALSE;
        g_clear_pointer(&self->failed, g_free);
    }
    on_changed(self);
}

static void on_insecure_content(SottoBrowser *self)
{
    self->mixed = TRUE;
    on_changed(self);
}

/* --- the object ------------------------------------------------------------------------------ */

static void connect_view(SottoBrowser *self)
{
    static const struct {
        const char *name;
        GCallback handler;
    } handlers[] = {
        {"load-failed", G_CALLBACK(on_load_failed)},
        {"load-failed-with-tls-errors", G_CALLBACK(on_load_failed_with_tls)},
        {"web-process-terminated", G_CALLBACK(on_terminated)},
        {"load-changed", G_CALLBACK(on_load_changed)},
        {"insecure-content-detected", G_CALLBACK(on_insecure_content)},
        {"notify::uri", G_CALLBACK(on_changed)},
        {"notify::estimated-load-progress", G_CALLBACK(on_changed)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
        g_signal_connect_object(self->view, handlers[i].name, handlers[i].handler, self,
                                G_CONNECT_SWAPPED);
}

GtkWidget *sotto_browser_new(const char *proxy, gboolean sandbox)
{
    SottoBrowser *self = g_object_new(SOTTO_TYPE_BROWSER, NULL);
    WebKitNetworkProxySettings *through = webkit_network_proxy_settings_new(proxy, NULL);
    g_autoptr(WebKitSettings) settings = page_limits_settings();

    self->store = webkit_website_data_manager_new_ephemeral();
    webkit_website_data_manager_set_network_proxy_settings(
        self->store, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, through);
    webkit_network_proxy_settings_free(through);
    webkit_website_data_manager_set_tls_errors_policy(self->store, WEBKIT_TLS_ERRORS_POLICY_FAIL);
    webkit_website_data_manager_set_persistent_credential_storage_enabled(self->store, FALSE);
    self->context = webkit_web_context_new_with_website_data_manager(self->store);
    webkit_web_context_set_sandbox_enabled(self->context, sandbox);
    webkit_web_context_set_cache_model(self->context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
    self->view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", self->context, "settings",
                              settings, "visible", TRUE, "hexpand", TRUE, "vexpand", TRUE, NULL);
    connect_view(self);
    page_limits_apply(self->view, on_file, self);
    gtk_container_add(GTK_CONTAINER(self), GTK_WIDGET(self->view));
    return GTK_WIDGET(self);
}

static void sotto_browser_dispose(GObject *object)
{
    SottoBrowser *self = SOTTO_BROWSER(object);

    self->cleared = TRUE;
    G_OBJECT_CLASS(sotto_browser_parent_class)->dispose(object);
}

static void sotto_browser_finalize(GObject *object)
{
    SottoBrowser *self = SOTTO_BROWSER(object);

    g_free(self->failed);
    g_clear_object(&self->context);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(sotto_browser_parent_class)->finalize(object);
}

static void sotto_browser_class_init(SottoBrowserClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = sotto_browser_dispose;
    object_class->finalize = sotto_browser_finalize;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", SOTTO_TYPE_BROWSER, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_CERTIFICATE_REFUSED] =
        g_signal_new("certificate-refused", SOTTO_TYPE_BROWSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_TLS_CERTIFICATE,
                     G_TYPE_TLS_CERTIFICATE_FLAGS, G_TYPE_BOOLEAN);
    signals[SIGNAL_FAILED] = g_signal_new("failed", SOTTO_TYPE_BROWSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void sotto_browser_init(SottoBrowser *self)
{
}
