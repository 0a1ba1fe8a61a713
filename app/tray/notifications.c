/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notifications, of which there are few, since each one interrupts somebody:
 *  - this network wants a sign-in;
 *  - protected, the first time on a network and after each sign-in, so that the first click in a
 *    hotel is confirmed once and the hundredth is not;
 *  - protection stopped though nobody turned it off: urgent, stays until it is cured;
 *  - protection goes on after a pause: silent.
 * Who does not want them is told the third alone: nobody is unprotected without a word.
 * Each is taken back as soon as it is no longer true. Beside them there is the answer to an action
 * that failed while no window was there to say so.
 *
 * Who wants to be asked on a network that blocks everything is asked by one more, once each time it
 * is joined. The helper vanishing is reported after a grace, because an upgrade restarts it within
 * a second or two.
 */
#include "notifications.h"

#include "announced_networks.h"
#include "presentation.h"
#include "sotto-build.h"

#include <glib/gi18n.h>
#include <string.h>

#define VANISHED_GRACE_S 5

#define ID_STATE   "state"
#define ID_SIGN_IN "sign-in"
#define ID_BLOCKED "blocked"
#define ID_FAILURE "failure"

/* On the way to "on": from where it set out, and so what is said at its end. */
typedef enum {
    WAY_PLAIN,
    WAY_SIGN_IN,
    WAY_RESUME,
} Way;

struct Notifications {
    GApplication *application;
    const Situation *situation;
    const Preferences *preferences;
    SottoHelper *helper;
    GCancellable *lifetime;
    gulong changed_handler, deployment_handler;
    Face last; /* what was shown before */
    Way way;
    gboolean was_protecting;
    guint grace_source;
    AnnouncedNetworks *announced;
    char *network;  /* at hand */
    gboolean asked; /* on it */
};

/* --- sending ------------------------------------------------------------------------------- */

static void send(Notifications *self, const char *id, GNotification *notification)
{
    g_notification_set_default_action(notification, "app.open");
    g_application_send_notification(self->application, id, notification);
}

static GNotification *notification_new(const char *title, const char *shape)
{
    g_autofree char *name = g_strdup_printf(SOTTO_APP_ID "-%s-symbolic", shape);
    g_autoptr(GIcon) icon = g_themed_icon_new(name);
    GNotification *notification = g_notification_new(title);

    g_notification_set_icon(notification, icon);
    return notification;
}

static void announce_sign_in(Notifications *self)
{
    const char *network = sotto_helper_network(self->helper);
    /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
    g_autofree char *title = g_strdup_printf(_("%s needs you to sign in"), network);
    g_autoptr(GNotification) notification = notification_new(
        network[0] != '\0' ? title : _("This Wi-Fi needs you to sign in"), "signin");

    g_notification_set_body(notification,
                            _("Lookups wait until you have; nothing goes out unprotected."));
    g_notification_add_button(notification, _("Sign In"), "app.sign-in");
    send(self, ID_SIGN_IN, notification);
}

static void announce_protected(Notifications *self, const char *title)
{
    const char *resolver = sotto_helper_resolver_in_use(self->helper);
    g_autoptr(GNotification) notification = notification_new(title, "on");
    g_autofree char *body = NULL;

    body = resolver[0] != '\0'
               ? g_strdup_printf(_("Your lookups are encrypted; %s answers them."), resolver)
               : g_strdup(_("Your lookups are encrypted."));
    g_notification_set_body(notification, body);
    send(self, ID_STATE, notification);
}

static void announce_resumed(Notifications *self)
{
    g_autoptr(GNotification) notification = notification_new(_("Protection is on again"), "on");

    g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_LOW);
    send(self, ID_STATE, notification);
}

/* Who just signed in was told to wait: only a look that went well is good news. */
static void on_checked(GObject *source, GAsyncResult *result, gpointer data)
{
    Notifications *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(SottoEvidence) evidence =
        sotto_helper_check_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the app is ending */
    if (evidence == NULL || !evidence->ok)
        g_message("after the sign-in: %s", evidence != NULL ? evidence->summary : error->message);
    else if (self->last == FACE_ON)
        announce_protected(self, _("You're online and protected"));
}

static void announce_on(Notifications *self)
{
    gboolean first = announced_networks_add(self->announced, sotto_helper_network(self->helper));
    g_autofree char *title = presentation_status_line(self->situation);

    switch (self->way) {
    case WAY_SIGN_IN:
        sotto_helper_check_async(self->helper, self->lifetime, on_checked, self);
        return;
    case WAY_RESUME:
        announce_resumed(self);
        return;
    case WAY_PLAIN:
        break;
    }
    if (first)
        announce_protected(self, title);
}

#define UNPROTECTED_S 900

/* Nothing opens by its buttons alone: the second one asks again, and says what would be seen. */
static void ask_about_block(Notifications *self)
{
    /* Translators: %s is the name of a network, such as Grand Hotel Wi-Fi. */
    g_autofree char *title = g_strdup_printf(_("%s blocks private lookups"), self->network);
    g_autoptr(GNotification) notification = notification_new(
        self->network[0] != '\0' ? title : _("This network blocks private lookups"), "warning");

    g_notification_set_body(notification,
                            _("Nothing goes out unprotected, and Sotto keeps trying."));
    g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_HIGH);
    g_notification_add_button(notification, _("Keep Trying"), "app.look-again");
    g_notification_add_button_with_target(notification, _("Allow Unprotected for 15 Minutes…"),
                                          "app.allow-unprotected", "u", UNPROTECTED_S);
    send(self, ID_BLOCKED, notification);
    self->asked = TRUE;
}

/* There is no helper, and there should be one. */
static gboolean is_away(Face face)
{
    return face == FACE_ABSENT || face == FACE_NO_BUS || face == FACE_FORBIDDEN;
}

static void announce_stopped(Notifications *self)
{
    const Presentation *shown = presentation_of(self->situation);
    g_autofree char *sentence = presentation_sentence(self->situation);
    g_autoptr(GNotification) notification = notification_new(_("Protection stopped"), "error");

    g_notification_set_body(notification, sentence);
    g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_URGENT);
    if (is_away(shown->face))
        g_notification_add_button(notification, _("Try Again"), "app.retry");
    else
        g_notification_add_button(notification, _("Turn On Again"), "app.turn-on");
    if (shown->face == FACE_TAKEN)
        g_notification_add_button(notification, _("Leave It"), "app.turn-off");
    send(self, ID_STATE, notification);
}

void notifications_failure(Notifications *self, const char *sentence)
{
    g_autoptr(GNotification) notification = notification_new(_("That did not work"), "warning");

    g_notification_set_body(notification, sentence);
    send(self, ID_FAILURE, notification);
}

/* --- watching ------------------------------------------------------------------------------ */

static gboolean on_grace_ended(gpointer data)
{
    Notifications *self = data;

    self->grace_source = 0;
    self->was_protecting = FALSE;
    announce_stopped(self);
    return G_SOURCE_REMOVE;
}

/* Protection ended: was it the user's doing? A helper that gives a reason says it was not. */
static gboolean is_involuntary(Notifications *self, Face face)
{
    return face == FACE_ERROR || face == FACE_TAKEN || face == FACE_OFF_CLOCK ||
           (face == FACE_OFF && sotto_helper_reason(self->helper)[0] != '\0');
}

/* States between here and "on" that say nothing of where the way began leave it as it is. */
static Way way_from(Way way, Face face)
{
    switch (face) {
    case FACE_SIGNIN:
    case FACE_SIGNIN_LATE:
    case FACE_SIGNING_IN:
        return WAY_SIGN_IN;
    case FACE_PAUSED:
    case FACE_PAUSED_HERE:
    case FACE_OPEN:
        return WAY_RESUME;
    case FACE_OFFLINE: /* on the way to the next network, where such a pause is over */
        return way == WAY_RESUME ? way : WAY_PLAIN;
    case FACE_STARTING:
    case FACE_SEEKING:
    case FACE_BLOCKED:
    case FACE_TAMPERED:
    case FACE_CLOCK:
    case FACE_SEARCHING:
    case FACE_ABSENT:
    case FACE_NO_BUS:
    case FACE_FORBIDDEN:
    case FACE_SETTING_UP:
    case FACE_TOO_NEW:
    case FACE_APP_OLD:
        return way;
    case FACE_OFF:
    case FACE_OFF_CLOCK:
    case FACE_ON:
    case FACE_ERROR:
    case FACE_TAKEN:
    case FACE_VPN:
    case FACE_LEFT_ALONE:
    case FACE_ASK:
    case FACE_NOT_SET_UP:
        return WAY_PLAIN;
    }
    return WAY_PLAIN;
}

static void announce(Notifications *self, Face face, Face last)
{
    gboolean wanted = preferences_get(self->preferences, PREFERENCE_NOTIFICATIONS);

    if (face == FACE_ON && wanted)
        announce_on(self);
    else if (face == FACE_SIGNIN && last != FACE_SIGNING_IN && wanted)
        announce_sign_in(self); /* unless the user just closed it */
    else if (face == FACE_BLOCKED && !self->asked &&
             preferences_get(self->preferences, PREFERENCE_ASK_BLOCKED))
        ask_about_block(self);
    else if (self->was_protecting && is_involuntary(self, face))
        announce_stopped(self);
}

/* Whether another network is at hand than before; on that one nobody was asked yet. */
static gboolean follow_network(Notifications *self)
{
    const char *network = sotto_helper_network(self->helper);

    if (g_str_equal(network, self->network))
        return FALSE;
    g_free(self->network);
    self->network = g_strdup(network);
    self->asked = FALSE;
    return TRUE;
}

static void on_changed(Notifications *self)
{
    const Presentation *shown = presentation_of(self->situation);
    Face last = self->last;
    gboolean moved = follow_network(self);

    if (shown->face == FACE_SEARCHING || shown->face == FACE_SETTING_UP)
        return; /* what it leads to is the news */
    if (shown->face == last && !(moved && last == FACE_BLOCKED))
        return;
    self->last = shown->face;
    if (shown->face == FACE_OFFLINE)
        self->asked = FALSE;
    if (is_away(shown->face)) {
        if (self->was_protecting && self->grace_source == 0)
            self->grace_source = g_timeout_add_seconds(VANISHED_GRACE_S, on_grace_ended, self);
        return;
    }
    g_clear_handle_id(&self->grace_source, g_source_remove);
    g_application_withdraw_notification(self->application, ID_STATE);
    g_application_withdraw_notification(self->application, ID_SIGN_IN);
    g_application_withdraw_notification(self->application, ID_BLOCKED);
    announce(self, shown->face, last);
    self->way = way_from(self->way, shown->face);
    if (shown->face != FACE_STARTING && shown->face != FACE_SEEKING) /* not before it is so */
        self->was_protecting = shown->protecting;
}

Notifications *notifications_new(GApplication *application, const Situation *situation,
                                 const Preferences *preferences)
{
    Notifications *self = g_new0(Notifications, 1);

    self->application = application;
    self->situation = situation;
    self->preferences = preferences;
    self->helper = situation->helper;
    self->lifetime = g_cancellable_new();
    self->last = FACE_SEARCHING;
    self->announced = announced_networks_new();
    self->network = g_strdup("");
    self->changed_handler =
        g_signal_connect_swapped(self->helper, "changed", G_CALLBACK(on_changed), self);
    self->deployment_handler =
        g_signal_connect_swapped(situation->deployment, "changed", G_CALLBACK(on_changed), self);
    return self;
}

void notifications_free(Notifications *self)
{
    if (self == NULL)
        return;
    g_cancellable_cancel(self->lifetime);
    g_object_unref(self->lifetime);
    g_clear_handle_id(&self->grace_source, g_source_remove);
    g_signal_handler_disconnect(self->helper, self->changed_handler);
    g_signal_handler_disconnect(self->situation->deployment, self->deployment_handler);
    announced_networks_free(self->announced);
    g_free(self->network);
    g_free(self);
}
