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
 * "First time" outlives a restart: a file of hashes, not of names, remembers the networks. The
 * helper vanishing is reported after a grace, because an upgrade restarts it within a second or
 * two.
 */
#include "notifications.h"

#include "presentation.h"
#include "sotto-build.h"

#include <glib/gi18n.h>
#include <string.h>

#define VANISHED_GRACE_S 5

#define ID_STATE   "state"
#define ID_SIGN_IN "sign-in"
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
    GHashTable *known; /* hashes of networks that were announced */
    char *known_path;
};

/* --- networks seen before ------------------------------------------------------------------ */

static void load_known(Notifications *self)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->known_path = g_build_filename(g_get_user_state_dir(), "sotto", "networks", NULL);
    if (!g_file_get_contents(self->known_path, &text, NULL, NULL))
        return; /* the first start */
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (**line != '\0')
            g_hash_table_add(self->known, g_strdup(*line));
}

static void save_known(Notifications *self)
{
    g_autofree char *folder = g_path_get_dirname(self->known_path);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    GHashTableIter iter;
    gpointer hash;

    g_hash_table_iter_init(&iter, self->known);
    while (g_hash_table_iter_next(&iter, &hash, NULL))
        g_string_append_printf(text, "%s\n", (const char *)hash);
    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents_full(self->known_path, text->str, (gssize)text->len,
                                  G_FILE_SET_CONTENTS_NONE, 0600, &error))
        g_message("the list of known networks is not kept: %s",
                  error != NULL ? error->message : g_strerror(errno));
}

/* Whether this network is announced for the first time; from now on it is known. */
static gboolean is_first_time(Notifications *self, const char *network)
{
    char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, network, -1);

    if (!g_hash_table_add(self->known, hash))
        return FALSE;
    save_known(self);
    return TRUE;
}

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
    gboolean first = is_first_time(self, sotto_helper_network(self->helper));
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
    else if (self->was_protecting && is_involuntary(self, face))
        announce_stopped(self);
}

static void on_changed(Notifications *self)
{
    const Presentation *shown = presentation_of(self->situation);
    Face last = self->last;

    if (shown->face == FACE_SEARCHING || shown->face == FACE_SETTING_UP || shown->face == last)
        return; /* what it leads to is the news */
    self->last = shown->face;
    if (is_away(shown->face)) {
        if (self->was_protecting && self->grace_source == 0)
            self->grace_source = g_timeout_add_seconds(VANISHED_GRACE_S, on_grace_ended, self);
        return;
    }
    g_clear_handle_id(&self->grace_source, g_source_remove);
    g_application_withdraw_notification(self->application, ID_STATE);
    g_application_withdraw_notification(self->application, ID_SIGN_IN);
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
    load_known(self);
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
    g_hash_table_unref(self->known);
    g_free(self->known_path);
    g_free(self);
}
