/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page between the user and a certificate that does not hold.
 *
 * Many hotels have such certificates, and so has everybody who only pretends to be the hotel. So
 * nothing is decided here: the safe way is the button, and the other is there for who looks at the
 * facts first. They are two clicks away, never one.
 */
#include "certificate_page.h"

#include <glib/gi18n.h>

struct _SottoCertificatePage {
    GtkBin parent_instance;
    char *host;
    GTlsCertificate *certificate;

    GtkLabel *sentence, *problems, *strict;
    GtkExpander *details;
    GtkLabel *subject, *issuer, *since, *until, *fingerprint;
    GtkButton *go_on;
};

G_DEFINE_FINAL_TYPE(SottoCertificatePage, sotto_certificate_page, GTK_TYPE_BIN)

enum { SIGNAL_GO_ON, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static char *problems_of(GTlsCertificateFlags errors)
{
    static const struct {
        GTlsCertificateFlags flag;
        const char *sentence;
    } known[] = {
        {G_TLS_CERTIFICATE_UNKNOWN_CA,
         N_("Its certificate is signed by nobody this computer knows.")},
        {G_TLS_CERTIFICATE_BAD_IDENTITY, N_("Its certificate is made out to another name.")},
        {G_TLS_CERTIFICATE_EXPIRED, N_("Its certificate has expired.")},
        {G_TLS_CERTIFICATE_NOT_ACTIVATED, N_("Its certificate is not valid yet.")},
        {G_TLS_CERTIFICATE_REVOKED, N_("Its certificate was revoked.")},
        {G_TLS_CERTIFICATE_INSECURE, N_("Its certificate is too weak to prove anything.")},
    };
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (errors & known[i].flag)
            g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", _(known[i].sentence));
    if (text->len == 0)
        g_string_append(text, _("Its certificate is not valid."));
    return g_string_free(text, FALSE);
}

static char *date_text(GDateTime *date)
{
    g_autoptr(GDateTime) local = date != NULL ? g_date_time_to_local(date) : NULL;

    return local != NULL ? g_date_time_format(local, "%-d %B %Y") : g_strdup(_("not told"));
}

/* SHA-256 of the certificate, as browsers show it: two lines of sixteen bytes. */
static char *fingerprint_of(GTlsCertificate *certificate)
{
    g_autoptr(GByteArray) der = NULL;
    g_autofree char *hex = NULL;
    GString *text = g_string_new(NULL);

    g_object_get(certificate, "certificate", &der, NULL);
    hex = der != NULL ? g_compute_checksum_for_data(G_CHECKSUM_SHA256, der->data, der->len)
                      : g_strdup("");
    for (size_t i = 0; hex[i] != '\0'; i += 2) {
        if (i > 0)
            g_string_append_c(text, i == 32 ? '\n' : ' ');
        g_string_append_c(text, g_ascii_toupper(hex[i]));
        g_string_append_c(text, g_ascii_toupper(hex[i + 1]));
    }
    return g_string_free(text, FALSE);
}

/* A subject that is empty or longer than anybody reads is cut: it is somebody else's words. */
static void show_name(GtkLabel *label, char *name)
{
    g_autofree char *owned = name;

    gtk_label_set_text(label, owned != NULL && *owned != '\0' ? owned : _("not told"));
}

static void show_facts(SottoCertificatePage *self)
{
    g_autoptr(GDateTime) since = g_tls_certificate_get_not_valid_before(self->certificate);
    g_autoptr(GDateTime) until = g_tls_certificate_get_not_valid_after(self->certificate);
    g_autofree char *since_text = date_text(since);
    g_autofree char *until_text = date_text(until);
    g_autofree char *fingerprint = fingerprint_of(self->certificate);

    show_name(self->subject, g_tls_certificate_get_subject_name(self->certificate));
    show_name(self->issuer, g_tls_certificate_get_issuer_name(self->certificate));
    gtk_label_set_text(self->since, since_text);
    gtk_label_set_text(self->until, until_text);
    gtk_label_set_text(self->fingerprint, fingerprint);
}

void sotto_certificate_page_show(SottoCertificatePage *self, const char *host,
                                 GTlsCertificate *certificate, GTlsCertificateFlags errors,
                                 gboolean insists)
{
    g_autofree char *sentence = g_strdup_printf(
        _("Whoever answered may be %s, or anyone on this network who says so."), host);
    g_autofree char *problems = problems_of(errors);
    g_autofree char *go_on = g_strdup_printf(_("Go On to %s All the Same"), host);

    g_free(self->host);
    self->host = g_strdup(host);
    g_set_object(&self->certificate, certificate);
    gtk_label_set_text(self->sentence, sentence);
    gtk_label_set_text(self->problems, problems);
    gtk_button_set_label(self->go_on, go_on);
    gtk_widget_set_visible(GTK_WIDGET(self->go_on), !insists);
    gtk_widget_set_visible(GTK_WIDGET(self->strict), insists);
    gtk_expander_set_expanded(self->details, FALSE);
    show_facts(self);
}

const char *sotto_certificate_page_host(SottoCertificatePage *self)
{
    return self->host;
}

GTlsCertificate *sotto_certificate_page_certificate(SottoCertificatePage *self)
{
    return self->certificate;
}

static void on_go_on(GtkButton *button, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_GO_ON], 0);
}

static void sotto_certificate_page_finalize(GObject *object)
{
    SottoCertificatePage *self = SOTTO_CERTIFICATE_PAGE(object);

    g_free(self->host);
    g_clear_object(&self->certificate);
    G_OBJECT_CLASS(sotto_certificate_page_parent_class)->finalize(object);
}

static void sotto_certificate_page_class_init(SottoCertificatePageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_certificate_page_finalize;
    signals[SIGNAL_GO_ON] = g_signal_new("go-on", SOTTO_TYPE_CERTIFICATE_PAGE, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/sottodns/Sotto/SignIn/certificate-page.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, sentence);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, problems);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, strict);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, details);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, subject);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, issuer);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, since);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, until);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, fingerprint);
    gtk_widget_class_bind_template_child(widget_class, SottoCertificatePage, go_on);
    gtk_widget_class_bind_template_callback(widget_class, on_go_on);
}

static void sotto_certificate_page_init(SottoCertificatePage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
