/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A button stays where the user put it while the helper works, and goes back, with the reason, when
 * it is refused: "ended" is the moment to show what is so.
 */
#include "resolver_calls.h"

#include "confirmation.h"

#include <glib/gi18n.h>

struct _SottoResolverCalls {
    GObject parent_instance;
    SottoHelper *helper;
    Catalogue *catalogue;
    GCancellable *lifetime;
    char *pending;     /* the resolver that is being proved, to be chosen; NULL none */
    gboolean relaying; /* a way to a resolver is being proved */
};

G_DEFINE_FINAL_TYPE(SottoResolverCalls, sotto_resolver_calls, G_TYPE_OBJECT)

enum { SIGNAL_MESSAGE, SIGNAL_ENDED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void say(SottoResolverCalls *self, const char *text, gboolean failed)
{
    g_signal_emit(self, signals[SIGNAL_MESSAGE], 0, text, failed);
}

/* `error` NULL: it was done. */
static void end(SottoResolverCalls *self, const GError *error)
{
    if (error != NULL || (self->pending == NULL && !self->relaying)) /* else it still says so */
        say(self, error != NULL ? error->message : NULL, error != NULL);
    g_signal_emit(self, signals[SIGNAL_ENDED], 0);
    catalogue_refresh(self->catalogue); /* proving it measured it */
}

static void on_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoResolverCalls) self = data;
    g_autoptr(GError) error = NULL;

    sotto_helper_action_finish(SOTTO_HELPER(source), result, &error);
    if (!g_cancellable_is_cancelled(self->lifetime))
        end(self, error);
}

/* --- choosing ------------------------------------------------------------------------------ */

const char *sotto_resolver_calls_chosen(SottoResolverCalls *self)
{
    return self->pending != NULL ? self->pending : sotto_helper_resolver(self->helper);
}

static void on_proved(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoResolverCalls *self = data;

    g_clear_pointer(&self->pending, g_free);
    self->relaying = FALSE;
    on_ended(source, result, self);
}

/* One at a time: the helper would refuse another one. */
static gboolean is_proving(SottoResolverCalls *self)
{
    if (self->pending == NULL && !self->relaying)
        return FALSE;
    g_signal_emit(self, signals[SIGNAL_ENDED], 0);
    return TRUE;
}

void sotto_resolver_calls_choose(SottoResolverCalls *self, const char *id, const char *name)
{
    g_autofree char *text = g_strdup_printf(_("Trying %s…"), name);

    if (is_proving(self))
        return;
    self->pending = g_strdup(id);
    say(self, text, FALSE);
    sotto_helper_set_resolver_async(self->helper, id, NULL, on_proved, g_object_ref(self));
}

void sotto_resolver_calls_set_relay(SottoResolverCalls *self, const char *id, const char *relay)
{
    if (is_proving(self))
        return;
    self->relaying = TRUE;
    say(self, _("Trying this way…"), FALSE);
    sotto_helper_set_relay_async(self->helper, id, relay, NULL, on_proved, g_object_ref(self));
}

/* --- the rest ------------------------------------------------------------------------------ */

void sotto_resolver_calls_star(SottoResolverCalls *self, const char *id, gboolean favourite)
{
    say(self, NULL, FALSE);
    sotto_helper_set_favourite_async(self->helper, id, favourite, NULL, on_ended,
                                     g_object_ref(self));
}

typedef struct Removal {
    SottoResolverCalls *calls;
    char *id;
} Removal;

static void removal_free(gpointer data)
{
    Removal *removal = data;

    g_object_unref(removal->calls);
    g_free(removal->id);
    g_free(removal);
}

static void on_removal_confirmed(SottoApplication *application, gpointer data)
{
    Removal *removal = data;

    sotto_helper_remove_resolver_async(removal->calls->helper, removal->id, NULL, on_ended,
                                       g_object_ref(removal->calls));
}

static gboolean is_present(SottoApplication *application)
{
    return sotto_helper_presence(sotto_application_helper(application)) == SOTTO_PRESENCE_PRESENT;
}

void sotto_resolver_calls_remove(SottoResolverCalls *self, const char *id, const char *name)
{
    /* Translators: %s is the name of a resolver, such as Quad9. */
    g_autofree char *question = g_strdup_printf(_("Remove %s?"), name);
    Confirmation confirmation = {
        .question = question,
        .text = _("It was added on this computer, for all who use it. To have it back, it has to "
                  "be added again."),
        .confirm = _("_Remove"),
        .holds = is_present,
        .free_data = removal_free,
    };
    Removal *removal = g_new0(Removal, 1);

    *removal = (Removal){g_object_ref(self), g_strdup(id)};
    confirmation_ask(SOTTO_APPLICATION(g_application_get_default()), &confirmation,
                     on_removal_confirmed, removal);
}

/* --- the object ---------------------------------------------------------------------------- */

SottoResolverCalls *sotto_resolver_calls_new(SottoHelper *helper, Catalogue *catalogue)
{
    SottoResolverCalls *self = g_object_new(SOTTO_TYPE_RESOLVER_CALLS, NULL);

    self->helper = helper;
    self->catalogue = catalogue;
    return self;
}

void sotto_resolver_calls_abandon(SottoResolverCalls *self)
{
    g_cancellable_cancel(self->lifetime);
}

static void sotto_resolver_calls_finalize(GObject *object)
{
    SottoResolverCalls *self = SOTTO_RESOLVER_CALLS(object);

    g_object_unref(self->lifetime);
    g_free(self->pending);
    G_OBJECT_CLASS(sotto_resolver_calls_parent_class)->finalize(object);
}

static void sotto_resolver_calls_class_init(SottoResolverCallsClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_resolver_calls_finalize;
    signals[SIGNAL_MESSAGE] =
        g_signal_new("message", SOTTO_TYPE_RESOLVER_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
    signals[SIGNAL_ENDED] = g_signal_new("ended", SOTTO_TYPE_RESOLVER_CALLS, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_resolver_calls_init(SottoResolverCalls *self)
{
    self->lifetime = g_cancellable_new();
}
