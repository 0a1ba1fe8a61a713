/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sign-in as the window lives through it.
 *
 * The helper decides everything: whether one may begin, when it ends, whether it came to something.
 * Here its state, which is the whole computer's, becomes this window's: "signin" before the try and
 * after it are one word there and two things here.
 *
 * A window's sign-in ends with its caller's connection to the bus, so nothing has to be undone when
 * this process ends, however it does.
 */
#include "signin_attempt.h"

#include "web_address.h"
#include "wording.h"

#include <glib/gi18n.h>

#define UNPROTECTED_S (15 * 60)

struct _SottoAttempt {
    GObject parent_instance;
    SottoHelper *helper;
    GCancellable *cancellable; /* of the call that is under way, if any */
    AttemptPhase phase;
    SottoSignIn how; /* as asked for */
    char *address, *network, *sentence;
    gint64 until_s; /* as told last while signing in; 0: not told yet */
};

G_DEFINE_FINAL_TYPE(SottoAttempt, sotto_attempt, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_REFUSED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static gint64 now_s(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

static void set_phase(SottoAttempt *self, AttemptPhase phase, const char *sentence)
{
    self->phase = phase;
    g_free(self->sentence);
    self->sentence = g_strdup(sentence);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static gboolean is_same_network(SottoAttempt *self)
{
    return g_str_equal(sotto_helper_network(self->helper), self->network);
}

/* --- why it ended ----------------------------------------------------------------------------- */

static char *sentence_of_reason(SottoAttempt *self)
{
    const char *reason = sotto_helper_reason(self->helper);

    return *reason != '\0' ? sotto_wording(reason)
                           : g_strdup(_("Sotto could not go on, and nobody said why."));
}

/* The state has left signing-in, for one that is neither success nor on the way to it; NULL where
 * the reason says more. */
static const char *sentence_of_end(SottoAttempt *self, SottoState state)
{
    if (state == SOTTO_STATE_OFFLINE || !is_same_network(self))
        return _("You have left the network that you were signing in to.");
    switch (state) {
    case SOTTO_STATE_SIGNIN:
        if (self->until_s > 0 && now_s() >= self->until_s - 1)
            return _(
                "The time for signing in is over, and the network still lets nothing through.");
        return _("The sign-in was ended before the network let anything through.");
    case SOTTO_STATE_OFF:
        return _("Protection was turned off, so the sign-in needs no help: use your browser.");
    case SOTTO_STATE_PAUSED:
    case SOTTO_STATE_ASK:
        return _(
            "This network's own DNS is in use, so the sign-in needs no help: use your browser.");
    case SOTTO_STATE_BLOCKED:
    case SOTTO_STATE_ERROR:
    case SOTTO_STATE_STARTING:
    case SOTTO_STATE_ON:
    case SOTTO_STATE_SIGNING_IN:
    case SOTTO_STATE_VPN:
    case SOTTO_STATE_OPEN:
    case SOTTO_STATE_OFFLINE:
        break;
    }
    return NULL;
}

/* --- what the helper says ----------------------------------------------------------------------
 */

static gboolean is_under_way(const SottoAttempt *self)
{
    return self->phase == ATTEMPT_IN_WINDOW || self->phase == ATTEMPT_IN_BROWSER ||
           self->phase == ATTEMPT_FINISHING || self->phase == ATTEMPT_BLOCKED;
}

/* States that say the same whatever was before; FALSE for the others. */
static gboolean follow_result(SottoAttempt *self, SottoState state)
{
    if (state == SOTTO_STATE_ON || state == SOTTO_STATE_VPN)
        set_phase(self, ATTEMPT_ONLINE, NULL);
    else if (state == SOTTO_STATE_OPEN)
        set_phase(self, ATTEMPT_OPEN, NULL);
    else
        return FALSE;
    return TRUE;
}

static void follow_signing_in(SottoAttempt *self)
{
    self->until_s = sotto_helper_until_s(self->helper);
    if (sotto_helper_sign_in(self->helper) == SOTTO_SIGN_IN_MACHINE)
        self->how = SOTTO_SIGN_IN_MACHINE; /* as chosen here, or by somebody else meanwhile */
    set_phase(self, self->how == SOTTO_SIGN_IN_MACHINE ? ATTEMPT_IN_BROWSER : ATTEMPT_IN_WINDOW,
              NULL);
}

static void end_in(SottoAttempt *self, SottoState state)
{
    const char *sentence = sentence_of_end(self, state);
    g_autofree char *reason = sentence_of_reason(self);

    set_phase(self, ATTEMPT_ENDED, sentence != NULL ? sentence : reason);
}

static void on_helper_changed(SottoAttempt *self)
{
    SottoState state = sotto_helper_state(self->helper);

    if (self->phase == ATTEMPT_BEGINNING)
        return; /* the call's answer comes first, and says more */
    if (sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT) {
        if (is_under_way(self))
            set_phase(self, ATTEMPT_ENDED, _("The Sotto service has stopped."));
        return;
    }
    if (follow_result(self, state) || !is_under_way(self))
        return;
    if (self->until_s == 0 && (state == SOTTO_STATE_SIGNIN || state == SOTTO_STATE_BLOCKED))
        return; /* still the state of before */
    if (state == SOTTO_STATE_SIGNING_IN)
        follow_signing_in(self);
    else if (state == SOTTO_STATE_STARTING)
        set_phase(self, ATTEMPT_FINISHING, NULL);
    else if (state == SOTTO_STATE_BLOCKED && is_same_network(self))
        set_phase(self, ATTEMPT_BLOCKED, NULL);
    else
        end_in(self, state);
}

/* --- what the user wants ------------------------------------------------------------------------
 */

static void forget_call(SottoAttempt *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
}

static void remember(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

static void on_begun(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoHelper *helper = SOTTO_HELPER(source);
    SottoAttempt *self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *address = sotto_helper_begin_sign_in_finish(helper, result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* `self` may be gone */
    g_clear_object(&self->cancellable);
    if (address == NULL) {
        if (!follow_result(self, sotto_helper_state(helper)))
            set_phase(self, ATTEMPT_ENDED, error->message);
    } else if (!web_address_is_valid(address)) {
        set_phase(self, ATTEMPT_ENDED, _("This network gave no sign-in page that can be opened."));
    } else {
        remember(&self->address, address);
        remember(&self->network, sotto_helper_network(helper));
        set_phase(self, self->how == SOTTO_SIGN_IN_MACHINE ? ATTEMPT_IN_BROWSER : ATTEMPT_IN_WINDOW,
                  NULL);
        on_helper_changed(self); /* what was told before the answer */
    }
}

void sotto_attempt_begin(SottoAttempt *self, SottoSignIn how)
{
    forget_call(self);
    self->cancellable = g_cancellable_new();
    self->how = how;
    self->until_s = 0;
    set_phase(self, ATTEMPT_BEGINNING, NULL);
    sotto_helper_begin_sign_in_async(self->helper, how, self->cancellable, on_begun, self);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoAttempt *self = data;
    g_autoptr(GError) error = NULL;

    if (sotto_helper_action_finish(SOTTO_HELPER(source), result, &error) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    g_signal_emit(self, signals[SIGNAL_REFUSED], 0, error->message);
}

void sotto_attempt_end(SottoAttempt *self)
{
    forget_call(self);
    self->cancellable = g_cancellable_new();
    sotto_helper_end_sign_in_async(self->helper, self->cancellable, on_done, self);
}

void sotto_attempt_allow_unprotected(SottoAttempt *self)
{
    forget_call(self);
    self->cancellable = g_cancellable_new();
    sotto_helper_allow_unprotected_async(self->helper, UNPROTECTED_S, self->cancellable, on_done,
                                         self);
}

/* --- facts -------------------------------------------------------------------------------------
 */

AttemptPhase sotto_attempt_phase(SottoAttempt *self)
{
    return self->phase;
}

/* As told when the sign-in began; else as the network tells, without one. */
const char *sotto_attempt_address(SottoAttempt *self)
{
    const char *told = sotto_helper_portal_address(self->helper);

    return self->address[0] == '\0' && web_address_is_valid(told) ? told : self->address;
}

gboolean sotto_attempt_is_open(SottoAttempt *self)
{
    if (sotto_helper_presence(self->helper) != SOTTO_PRESENCE_PRESENT)
        return FALSE; /* not known */
    switch (sotto_helper_state(self->helper)) {
    case SOTTO_STATE_OFF:
    case SOTTO_STATE_PAUSED:
    case SOTTO_STATE_OPEN:
    case SOTTO_STATE_ASK:
    case SOTTO_STATE_ERROR:
        return TRUE;
    case SOTTO_STATE_STARTING:
    case SOTTO_STATE_ON:
    case SOTTO_STATE_SIGNIN:
    case SOTTO_STATE_SIGNING_IN:
    case SOTTO_STATE_BLOCKED:
    case SOTTO_STATE_VPN:
    case SOTTO_STATE_OFFLINE:
        return FALSE;
    }
    return FALSE;
}

const char *sotto_attempt_network(SottoAttempt *self)
{
    const char *network = sotto_helper_network(self->helper);

    return *network != '\0' ? network : self->network;
}

const char *sotto_attempt_sentence(SottoAttempt *self)
{
    return self->sentence != NULL ? self->sentence : "";
}

gint64 sotto_attempt_until_s(SottoAttempt *self)
{
    return sotto_helper_until_s(self->helper);
}

gint64 sotto_attempt_seconds_left(SottoAttempt *self)
{
    gint64 until_s = sotto_helper_until_s(self->helper);

    return until_s > 0 ? MAX(until_s - now_s(), 0) : 0;
}

/* --- the object --------------------------------------------------------------------------------
 */

SottoAttempt *sotto_attempt_new(SottoHelper *helper)
{
    SottoAttempt *self = g_object_new(SOTTO_TYPE_ATTEMPT, NULL);

    self->helper = helper;
    g_signal_connect_object(helper, "changed", G_CALLBACK(on_helper_changed), self,
                            G_CONNECT_SWAPPED);
    return self;
}

static void sotto_attempt_dispose(GObject *object)
{
    forget_call(SOTTO_ATTEMPT(object));
    G_OBJECT_CLASS(sotto_attempt_parent_class)->dispose(object);
}

static void sotto_attempt_finalize(GObject *object)
{
    SottoAttempt *self = SOTTO_ATTEMPT(object);

    g_free(self->address);
    g_free(self->network);
    g_free(self->sentence);
    G_OBJECT_CLASS(sotto_attempt_parent_class)->finalize(object);
}

static void sotto_attempt_class_init(SottoAttemptClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = sotto_attempt_dispose;
    object_class->finalize = sotto_attempt_finalize;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", SOTTO_TYPE_ATTEMPT, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_REFUSED] = g_signal_new("refused", SOTTO_TYPE_ATTEMPT, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void sotto_attempt_init(SottoAttempt *self)
{
    self->phase = ATTEMPT_BEGINNING;
    self->address = g_strdup("");
    self->network = g_strdup("");
}
