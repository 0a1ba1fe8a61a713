/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line between header and page. */
#include "address_bar.h"

#include <glib/gi18n.h>

struct _SottoAddressBar {
    GtkBin parent_instance;
    GtkImage *lock;
    GtkLabel *host, *trust;
    GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE(SottoAddressBar, sotto_address_bar, GTK_TYPE_BIN)

static void show_trust(SottoAddressBar *self, BrowserSecurity security)
{
    GtkStyleContext *lock = gtk_widget_get_style_context(GTK_WIDGET(self->lock));
    gboolean secure = security == BROWSER_SECURE;

    gtk_widget_set_visible(GTK_WIDGET(self->lock), security != BROWSER_NOTHING);
    gtk_widget_set_visible(GTK_WIDGET(self->trust), security != BROWSER_NOTHING);
    gtk_image_set_from_icon_name(self->lock,
                                 secure ? "channel-secure-symbolic" : "channel-insecure-symbolic",
                                 GTK_ICON_SIZE_MENU);
    gtk_label_set_text(self->trust, secure ? _("Secure") : _("Not secure"));
    gtk_widget_set_tooltip_text(
        GTK_WIDGET(self),
        secure
            ? _("The page has proved its name, and nobody on the way can read it.")
            : _("Others on this network can read and change this page, and what you type in it."));
    if (secure)
        gtk_style_context_add_class(lock, "good");
    else
        gtk_style_context_remove_class(lock, "good");
}

static void on_changed(SottoAddressBar *self, SottoBrowser *browser)
{
    g_autofree char *host = sotto_browser_host(browser);
    double progress = sotto_browser_progress(browser);

    gtk_label_set_text(self->host, *host != '\0' ? host : _("No page yet"));
    show_trust(self, sotto_browser_security(browser));
    gtk_progress_bar_set_fraction(self->progress, progress);
    gtk_widget_set_opacity(GTK_WIDGET(self->progress), progress < 1 ? 1 : 0);
}

void sotto_address_bar_follow(SottoAddressBar *self, SottoBrowser *browser)
{
    g_signal_connect_object(browser, "changed", G_CALLBACK(on_changed), self, G_CONNECT_SWAPPED);
    on_changed(self, browser);
}

static void sotto_address_bar_class_init(SottoAddressBarClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/SignIn/address-bar.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoAddressBar, lock);
    gtk_widget_class_bind_template_child(widget_class, SottoAddressBar, host);
    gtk_widget_class_bind_template_child(widget_class, SottoAddressBar, trust);
    gtk_widget_class_bind_template_child(widget_class, SottoAddressBar, progress);
}

static void sotto_address_bar_init(SottoAddressBar *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
