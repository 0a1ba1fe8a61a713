/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sign-in window: a header with the time that is left, a line that says whose page this is,
 * and below it one of three: the page, a certificate that does not hold, or a notice.
 *
 * The way out of it, the user's own browser, is always there. Since a browser has no proxy of ours,
 * that opens the whole computer's look-ups to the network, and is said before it is done.
 */
#include "signin_window.h"

#include "address_bar.h"
#include "certificate_page.h"
#include "consent_dialog.h"
#include "notice_view.h"

#include <glib/gi18n.h>

#define GOODBYE_MS 2000

struct _SottoSignInWindow {
    HdyApplicationWindow parent_instance;
    SottoAttempt *attempt;
    SottoBrowser *browser;
    char *failure;      /* why the page did not load; NULL: it did, or will */
    AttemptPhase phase; /* as shown */
    GtkWidget *dialog;  /* a question that waits for its answer; NULL: none */
    guint clock, goodbye;
    gboolean open_elsewhere; /* the user's browser is to be opened when the helper has agreed */

    GtkLabel *title, *time;
    SottoAddressBar *address_bar;
    GtkWidget *back_button, *reload_button, *browser_button;
    GtkInfoBar *error_bar;
    GtkLabel *error_label;
    GtkStack *stack;
    GtkBox *page;
    SottoCertificatePage *certificate_page;
    SottoNoticeView *notice_view;
};

G_DEFINE_FINAL_TYPE(SottoSignInWindow, sotto_signin_window, HDY_TYPE_APPLICATION_WINDOW)

/* --- the header ------------------------------------------------------------------------------ */

static gboolean is_timed(SottoSignInWindow *self)
{
    return self->phase == ATTEMPT_IN_WINDOW || self->phase == ATTEMPT_IN_BROWSER;
}

static void show_time(SottoSignInWindow *self)
{
    gint64 left_s = sotto_attempt_seconds_left(self->attempt);
    g_autofree char *text =
        g_strdup_printf(/* Translators: minutes and seconds. */ _("%d:%02d left"),
                        (int)(left_s / 60), (int)(left_s % 60));

    gtk_label_set_text(self->time, text);
    gtk_widget_set_visible(GTK_WIDGET(self->time), left_s > 0 && is_timed(self));
}

static gboolean on_second(gpointer data)
{
    show_time(data);
    return G_SOURCE_CONTINUE;
}

static void run_clock(SottoSignInWindow *self)
{
    if (!is_timed(self))
        g_clear_handle_id(&self->clock, g_source_remove);
    else if (self->clock == 0)
        self->clock = g_timeout_add_seconds(1, on_second, self);
    show_time(self);
}

static void show_title(SottoSignInWindow *self)
{
    const char *network = sotto_attempt_network(self->attempt);
    g_autofree char *title = *network != '\0' ? g_strdup_printf(_("Sign in to %s"), network)
                                              : g_strdup(_("Sign in to this network"));

    gtk_label_set_text(self->title, title);
    gtk_window_set_title(GTK_WINDOW(self), title);
}

/* --- the page, or what stands in its place -----------------------------------------------------
 */

static void show_notice(SottoSignInWindow *self, const Notice *notice)
{
    sotto_notice_view_show(self->notice_view, notice);
    gtk_stack_set_visible_child(self->stack, GTK_WIDGET(self->notice_view));
    sotto_notice_view_focus(self->notice_view);
}

static void show_failure(SottoSignInWindow *self)
{
    g_auto(Notice) notice = {0};

    notice_of_failure(self->failure, &notice);
    show_notice(self, &notice);
}

static void show_page(SottoSignInWindow *self)
{
    g_clear_pointer(&self->failure, g_free);
    gtk_stack_set_visible_child(self->stack, GTK_WIDGET(self->page));
    gtk_widget_child_focus(GTK_WIDGET(self->page), GTK_DIR_TAB_FORWARD);
}

static void show_error(SottoSignInWindow *self, const char *sentence)
{
    gtk_label_set_text(self->error_label, sentence);
    gtk_info_bar_set_revealed(self->error_bar, TRUE);
}

static void on_page_changed(SottoSignInWindow *self)
{
    gtk_widget_set_sensitive(self->back_button, sotto_browser_can_go_back(self->browser));
}

static void on_page_failed(SottoSignInWindow *self, const char *sentence)
{
    if (self->phase != ATTEMPT_IN_WINDOW)
        return;
    g_free(self->failure);
    self->failure = g_strdup(sentence);
    show_failure(self);
}

static void on_certificate_refused(SottoSignInWindow *self, const char *host,
                                   GTlsCertificate *certificate, GTlsCertificateFlags errors,
                                   gboolean insists)
{
    if (self->phase != ATTEMPT_IN_WINDOW)
        return;
    sotto_certificate_page_show(self->certificate_page, host, certificate, errors, insists);
    gtk_stack_set_visible_child(self->stack, GTK_WIDGET(self->certificate_page));
}

static void on_go_on(SottoSignInWindow *self)
{
    sotto_browser_accept(self->browser, sotto_certificate_page_host(self->certificate_page),
                         sotto_certificate_page_certificate(self->certificate_page));
    show_page(self);
    sotto_browser_reload(self->browser);
}

/* --- news of the attempt ------------------------------------------------------------------------
 */

static void open_user_browser(SottoSignInWindow *self)
{
    const char *address = sotto_attempt_address(self->attempt);
    g_autoptr(GError) error = NULL;

    if (address[0] == '\0') {
        show_error(self, _("This network does not say where its sign-in page is. Open any page in "
                           "your browser to get there."));
        return;
    }
    if (gtk_show_uri_on_window(GTK_WINDOW(self), address, GDK_CURRENT_TIME, &error))
        return;
    g_debug("no browser: %s", error->message);
    show_error(self, _("No browser could be opened. Open one yourself, and go to any page."));
}

static gboolean on_goodbye(gpointer data)
{
    SottoSignInWindow *self = data;

    self->goodbye = 0;
    gtk_window_close(GTK_WINDOW(self));
    return G_SOURCE_REMOVE;
}

static void enter_phase(SottoSignInWindow *self, AttemptPhase phase)
{
    if (self->dialog != NULL)
        gtk_widget_destroy(self->dialog); /* it asked about another state of things */
    if (phase == ATTEMPT_IN_WINDOW && self->phase != ATTEMPT_FINISHING)
        sotto_browser_open(self->browser, sotto_attempt_address(self->attempt));
    else if (phase != ATTEMPT_IN_WINDOW && phase != ATTEMPT_FINISHING)
        sotto_browser_clear(self->browser); /* nothing of it runs behind a notice */
    g_clear_handle_id(&self->goodbye, g_source_remove);
    if (phase == ATTEMPT_ONLINE)
        self->goodbye = g_timeout_add(GOODBYE_MS, on_goodbye, self);
    if (phase == ATTEMPT_IN_BROWSER && self->open_elsewhere)
        open_user_browser(self);
    if (phase != ATTEMPT_BEGINNING)
        self->open_elsewhere = FALSE;
    self->phase = phase;
}

static void show_attempt(SottoSignInWindow *self)
{
    gboolean in_window = self->phase == ATTEMPT_IN_WINDOW;
    g_auto(Notice) notice = {0};

    gtk_widget_set_visible(GTK_WIDGET(self->address_bar), in_window);
    gtk_widget_set_visible(self->back_button, in_window);
    gtk_widget_set_visible(self->reload_button, in_window);
    gtk_widget_set_visible(self->browser_button, in_window);
    if (notice_of_attempt(self->attempt, &notice))
        show_notice(self, &notice);
    else
        show_page(self);
}

static void on_attempt_changed(SottoSignInWindow *self)
{
    AttemptPhase phase = sotto_attempt_phase(self->attempt);

    if (phase != self->phase) {
        enter_phase(self, phase);
        show_attempt(self);
    }
    show_title(self);
    run_clock(self);
}

static void on_attempt_refused(SottoSignInWindow *self, const char *sentence)
{
    show_error(self, sentence);
}

/* --- what the user does --------------------------------------------------------------------------
 */

static void close_window(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    gtk_window_close(window);
}

static void reload(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoSignInWindow *self = window;

    if (self->phase != ATTEMPT_IN_WINDOW)
        return;
    show_page(self);
    sotto_browser_reload(self->browser);
}

static void back(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoSignInWindow *self = window;

    if (self->phase != ATTEMPT_IN_WINDOW || !sotto_browser_can_go_back(self->browser))
        return;
    show_page(self);
    sotto_browser_go_back(self->browser);
}

static void try_again(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoSignInWindow *self = window;

    gtk_info_bar_set_revealed(self->error_bar, FALSE);
    sotto_attempt_begin(self->attempt, SOTTO_SIGN_IN_WINDOW);
}

static void stop(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    sotto_attempt_end(SOTTO_SIGNIN_WINDOW(window)->attempt);
}

static void ask(SottoSignInWindow *self, const char *question, const char *sentence,
                const char *yes, ConsentGiven given)
{
    self->dialog = consent_dialog_ask(GTK_WINDOW(self), question, sentence, yes, given);
    g_signal_connect(self->dialog, "destroy", G_CALLBACK(gtk_widget_destroyed), &self->dialog);
}

static void begin_in_browser(GtkWindow *window)
{
    SottoSignInWindow *self = SOTTO_SIGNIN_WINDOW(window);

    self->open_elsewhere = TRUE;
    sotto_attempt_begin(self->attempt, SOTTO_SIGN_IN_MACHINE);
}

static void open_in_browser(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    SottoSignInWindow *self = window;

    gtk_info_bar_set_revealed(self->error_bar, FALSE);
    if (self->phase == ATTEMPT_IN_BROWSER || sotto_attempt_is_open(self->attempt))
        open_user_browser(self); /* it was agreed to, or opens nothing */
    else
        ask(self, _("Sign in with your browser?"),
            _("Until you have signed in, and for a few minutes at most, this network can read "
              "and change what this computer looks up. Then everything is private again by "
              "itself."),
            _("_Open Browser"), begin_in_browser);
}

static void allow_unprotected(GtkWindow *window)
{
    sotto_attempt_allow_unprotected(SOTTO_SIGNIN_WINDOW(window)->attempt);
}

static void use_unprotected(GSimpleAction *action, GVariant *parameter, gpointer window)
{
    ask(window, _("Use this network unprotected for 15 minutes?"),
        _("Until then this network can read and change what this computer looks up. It ends by "
          "itself then, or as soon as you leave this network."),
        _("_Use Unprotected"), allow_unprotected);
}

static void on_dismiss(GtkButton *button, gpointer data)
{
    SottoSignInWindow *self = data;

    gtk_info_bar_set_revealed(self->error_bar, FALSE);
}

/* --- the object ------------------------------------------------------------------------------ */

SottoSignInWindow *sotto_signin_window_new(GtkApplication *application, SottoAttempt *attempt,
                                           GtkWidget *browser)
{
    SottoSignInWindow *self =
        g_object_new(SOTTO_TYPE_SIGNIN_WINDOW, "application", application, NULL);

    self->attempt = attempt; /* the application's, which outlives its window */
    self->browser = SOTTO_BROWSER(browser);
    gtk_widget_show(browser);
    gtk_container_add(GTK_CONTAINER(self->page), browser);
    sotto_address_bar_follow(self->address_bar, self->browser);
    g_signal_connect_object(browser, "changed", G_CALLBACK(on_page_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(browser, "failed", G_CALLBACK(on_page_failed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(browser, "certificate-refused", G_CALLBACK(on_certificate_refused),
                            self, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->certificate_page, "go-on", G_CALLBACK(on_go_on), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(attempt, "changed", G_CALLBACK(on_attempt_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(attempt, "refused", G_CALLBACK(on_attempt_refused), self,
                            G_CONNECT_SWAPPED);
    show_attempt(self);
    on_attempt_changed(self);
    return self;
}

static void sotto_signin_window_dispose(GObject *object)
{
    SottoSignInWindow *self = SOTTO_SIGNIN_WINDOW(object);

    g_clear_handle_id(&self->clock, g_source_remove);
    g_clear_handle_id(&self->goodbye, g_source_remove);
    G_OBJECT_CLASS(sotto_signin_window_parent_class)->dispose(object);
}

static void sotto_signin_window_finalize(GObject *object)
{
    SottoSignInWindow *self = SOTTO_SIGNIN_WINDOW(object);

    g_free(self->failure);
    G_OBJECT_CLASS(sotto_signin_window_parent_class)->finalize(object);
}

static void sotto_signin_window_class_init(SottoSignInWindowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = sotto_signin_window_dispose;
    G_OBJECT_CLASS(class)->finalize = sotto_signin_window_finalize;
    g_type_ensure(SOTTO_TYPE_ADDRESS_BAR);
    g_type_ensure(SOTTO_TYPE_CERTIFICATE_PAGE);
    g_type_ensure(SOTTO_TYPE_NOTICE_VIEW);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/sottodns/Sotto/SignIn/signin-window.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, title);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, time);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, address_bar);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, back_button);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, reload_button);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, browser_button);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, error_bar);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, error_label);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, stack);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, page);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, certificate_page);
    gtk_widget_class_bind_template_child(widget_class, SottoSignInWindow, notice_view);
    gtk_widget_class_bind_template_callback(widget_class, on_dismiss);
}

static void sotto_signin_window_init(SottoSignInWindow *self)
{
    static const GActionEntry entries[] = {
        {"close", close_window},
        {"reload", reload},
        {"back", back},
        {"try-again", try_again},
        {"stop", stop},
        {"open-in-browser", open_in_browser},
        {"use-unprotected", use_unprotected},
    };

    gtk_widget_init_template(GTK_WIDGET(self));
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    self->phase = ATTEMPT_BEGINNING;
}
