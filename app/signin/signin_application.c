/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program around the window: it holds the helper, the proxy and the attempt, and is gone with
 * the window, and the sign-in with it.
 *
 * A program of its own, so that a web engine is in memory only while somebody signs in, and that
 * what a page does to the engine never takes the tray icon along. A second start shows the window
 * that is there, and tries again where that has come to an end.
 */
#include "signin_application.h"

#include "browser.h"
#include "helper_names.h"
#include "proxy.h"
#include "sandbox.h"
#include "signin_window.h"
#include "sotto-build.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

struct _SottoSignInApplication {
    GtkApplication parent_instance;
    SottoHelper *helper;
    SignInProxy *proxy;
    SottoAttempt *attempt;
    gboolean preparing; /* the window comes as soon as the sandbox is known */
    gboolean failed;    /* there was never a window */
    guint terminate_source, interrupt_source;
};

G_DEFINE_FINAL_TYPE(SottoSignInApplication, sotto_signin_application, GTK_TYPE_APPLICATION)

/* The end of the session, or Ctrl+C. */
static gboolean on_signal(gpointer application)
{
    g_application_quit(application);
    return G_SOURCE_CONTINUE;
}

static void add_accelerators(GtkApplication *application)
{
    static const struct {
        const char *action, *keys[3];
    } accelerators[] = {
        {"win.close", {"Escape", "<Control>w"}},
        {"win.reload", {"F5", "<Control>r"}},
        {"win.back", {"<Alt>Left"}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(application, accelerators[i].action,
                                              accelerators[i].keys);
}

static void add_style(void)
{
    g_autoptr(GtkCssProvider) css = gtk_css_provider_new();

    hdy_style_manager_set_color_scheme(hdy_style_manager_get_default(),
                                       HDY_COLOR_SCHEME_PREFER_LIGHT);
    gtk_css_provider_load_from_resource(css, "/io/github/sottodns/Sotto/SignIn/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void sotto_signin_application_startup(GApplication *application)
{
    SottoSignInApplication *self = SOTTO_SIGNIN_APPLICATION(application);

    G_APPLICATION_CLASS(sotto_signin_application_parent_class)->startup(application);
    hdy_init();
    add_style();
    add_accelerators(GTK_APPLICATION(self));
    gtk_window_set_default_icon_name(SOTTO_APP_ID);
    self->terminate_source = g_unix_signal_add(SIGTERM, on_signal, self);
    self->interrupt_source = g_unix_signal_add(SIGINT, on_signal, self);
    self->helper = sotto_helper_new();
    self->attempt = sotto_attempt_new(self->helper);
}

static void open_window(SottoSignInApplication *self, gboolean sandbox)
{
    GtkWidget *browser = sotto_browser_new(signin_proxy_uri(self->proxy), sandbox);
    SottoSignInWindow *window =
        sotto_signin_window_new(GTK_APPLICATION(self), self->attempt, browser);

    gtk_window_present(GTK_WINDOW(window));
    sotto_attempt_begin(self->attempt, SOTTO_SIGN_IN_WINDOW);
}

static void on_sandbox_known(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoSignInApplication) self = data;
    gboolean sandbox = sandbox_probe_finish(result);

    open_window(self, sandbox);
    g_application_release(G_APPLICATION(self));
}

static void sotto_signin_application_activate(GApplication *application)
{
    SottoSignInApplication *self = SOTTO_SIGNIN_APPLICATION(application);
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(self));
    const SignInNames names = helper_names(self->helper);
    g_autoptr(GError) error = NULL;

    if (window != NULL) {
        gtk_window_present(window);
        if (sotto_attempt_phase(self->attempt) == ATTEMPT_ENDED)
            sotto_attempt_begin(self->attempt, SOTTO_SIGN_IN_WINDOW);
    }
    if (self->preparing)
        return; /* or done */
    self->preparing = TRUE;
    self->proxy = signin_proxy_new(&names, &error);
    if (self->proxy == NULL) { /* this computer has no loopback, or no memory left */
        g_printerr("sotto-signin: %s\n", error->message);
        self->failed = TRUE;
        return;
    }
    g_application_hold(application);
    sandbox_probe_async(NULL, on_sandbox_known, g_object_ref(self));
}

static void sotto_signin_application_shutdown(GApplication *application)
{
    SottoSignInApplication *self = SOTTO_SIGNIN_APPLICATION(application);

    g_clear_handle_id(&self->terminate_source, g_source_remove);
    g_clear_handle_id(&self->interrupt_source, g_source_remove);
    G_APPLICATION_CLASS(sotto_signin_application_parent_class)->shutdown(application);
    g_clear_pointer(&self->proxy, signin_proxy_free);
    g_clear_object(&self->attempt);
    g_clear_object(&self->helper);
}

static void sotto_signin_application_class_init(SottoSignInApplicationClass *class)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(class);

    application_class->startup = sotto_signin_application_startup;
    application_class->activate = sotto_signin_application_activate;
    application_class->shutdown = sotto_signin_application_shutdown;
}

static void sotto_signin_application_init(SottoSignInApplication *self)
{
}

SottoSignInApplication *sotto_signin_application_new(void)
{
    return g_object_new(SOTTO_TYPE_SIGNIN_APPLICATION, "application-id", SOTTO_APP_ID ".SignIn",
                        NULL);
}

int sotto_signin_application_run(SottoSignInApplication *self, int argc, char **argv)
{
    int status = g_application_run(G_APPLICATION(self), argc, argv);

    return self->failed ? EXIT_FAILURE : status;
}
