/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/**
 * Says that a page could not prove who it is, and what it showed instead.
 *
 * Signal "go-on" (no arguments): the user wants to see the page all the same.
 */
#define SOTTO_TYPE_CERTIFICATE_PAGE (sotto_certificate_page_get_type())
G_DECLARE_FINAL_TYPE(SottoCertificatePage, sotto_certificate_page, SOTTO, CERTIFICATE_PAGE, GtkBin)

/** What is shown next; `insists` leaves no way on. */
void sotto_certificate_page_show(SottoCertificatePage *page, const char *host,
                                 GTlsCertificate *certificate, GTlsCertificateFlags errors,
                                 gboolean insists);

/** What it was told last (transfer none). */
const char *sotto_certificate_page_host(SottoCertificatePage *page);
GTlsCertificate *sotto_certificate_page_certificate(SottoCertificatePage *page);
