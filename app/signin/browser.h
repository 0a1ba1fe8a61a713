/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** How much the address of the page is worth. */
typedef enum {
    BROWSER_NOTHING,  /* no page yet */
    BROWSER_INSECURE, /* anyone on the network can read and change it */
    BROWSER_SECURE    /* it proved its name, and so did all that it shows */
} BrowserSecurity;

/**
 * A web page and nothing more: it keeps nothing, and may do nothing but be read and filled in.
 *
 * Signal "changed" (no arguments): one of the facts below has another value.
 * Signal "certificate-refused" (host, GTlsCertificate, GTlsCertificateFlags, insists): the page was
 * not loaded, since it could not prove its name. `insists` (boolean): it said before that it always
 * can (RFC 6797), and there is no way around.
 * Signal "failed" (sentence): the page was not loaded.
 */
#define SOTTO_TYPE_BROWSER (sotto_browser_get_type())
G_DECLARE_FINAL_TYPE(SottoBrowser, sotto_browser, SOTTO, BROWSER, GtkBin)

/** Everything goes through `proxy` ("socks5://…"); `sandbox` where sandbox.h says that it works. */
GtkWidget *sotto_browser_new(const char *proxy, gboolean sandbox);

/** See web_address.h for what can be opened. */
void sotto_browser_open(SottoBrowser *browser, const char *address);
void sotto_browser_reload(SottoBrowser *browser);
void sotto_browser_go_back(SottoBrowser *browser);
/** Shows an empty page: nothing runs any more. */
void sotto_browser_clear(SottoBrowser *browser);
/** From now on, and until this object ends, `host` may show this certificate. */
void sotto_browser_accept(SottoBrowser *browser, const char *host, GTlsCertificate *certificate);

/** "host", or "host:port" where that is not the usual one; "" for no page (transfer full). In the
 * form of the wire: no foreign letters that look like others. */
char *sotto_browser_host(SottoBrowser *browser);
BrowserSecurity sotto_browser_security(SottoBrowser *browser);
gboolean sotto_browser_can_go_back(SottoBrowser *browser);
/** 0 to 1 while a page is loading; 1 else. */
double sotto_browser_progress(SottoBrowser *browser);
