/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting at login, by the Desktop Application Autostart Specification: a launcher in
 * $XDG_CONFIG_HOME/autostart. The file is the truth, since desktops have settings of their own that
 * take it away or switch it off within ("Hidden", and GNOME's key).
 *
 * In a sandbox that folder is another one than the session looks at. The Background portal writes
 * the launcher there, and tells what it did, but never what is there now: the last answer is kept
 * among the preferences. What somebody does in the desktop's own settings later is not seen here.
 */
#include "autostart.h"

#include "background_portal.h"
#include "permissions.h"
#include "sotto-build.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define GNOME_KEY "X-GNOME-Autostart-enabled"

struct _SottoAutostart {
    GObject parent_instance;
    Preferences *preferences;
    char *path; /* of the launcher */
    char *sentence;
    GCancellable *lifetime;
    gboolean asking;
};

G_DEFINE_FINAL_TYPE(SottoAutostart, sotto_autostart, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void set_sentence(SottoAutostart *self, const char *sentence)
{
    g_free(self->sentence);
    self->sentence = g_strdup(sentence);
}

/* --- the launcher ---------------------------------------------------------------------------- */

static gboolean has(GKeyFile *file, const char *key, gboolean otherwise)
{
    g_autoptr(GError) error = NULL;
    gboolean value = g_key_file_get_boolean(file, G_KEY_FILE_DESKTOP_GROUP, key, &error);

    return error == NULL ? value : otherwise;
}

/* A file that no session could read starts nothing. */
static gboolean launcher_is_on(const char *path)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    return g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL) &&
           g_key_file_has_key(file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_EXEC, NULL) &&
           !has(file, G_KEY_FILE_DESKTOP_KEY_HIDDEN, FALSE) && has(file, GNOME_KEY, TRUE);
}

static gboolean launcher_write(const char *path, GError **error)
{
    static const char text[] = "[Desktop Entry]\n"
                               "Type=Application\n"
                               "Name=Sotto\n"
                               "Exec=sotto --background\n"
                               "Icon=" SOTTO_APP_ID "\n"
                               "Terminal=false\n"
                               "StartupNotify=false\n" GNOME_KEY "=true\n";
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error_literal(error, G_FILE_ERROR, g_file_error_from_errno(errno), g_strerror(errno));
        return FALSE;
    }
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

static gboolean launcher_remove(const char *path, GError **error)
{
    if (g_unlink(path) == 0 || errno == ENOENT)
        return TRUE;
    g_set_error_literal(error, G_FILE_ERROR, g_file_error_from_errno(errno), g_strerror(errno));
    return FALSE;
}

static void set_launcher(SottoAutostart *self, gboolean on)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sentence = NULL;

    if (on ? launcher_write(self->path, &error) : launcher_remove(self->path, &error)) {
        set_sentence(self, "");
        return;
    }
    /* Translators: the reason, as the system gives it. */
    sentence = g_strdup_printf(_("The setting could not be kept: %s"), error->message);
    set_sentence(self, sentence);
}

/* --- the portal ------------------------------------------------------------------------------ */

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoAutostart *self = data;
    g_autoptr(GError) error = NULL;
    gboolean on = FALSE;

    if (background_portal_request_finish(result, &on, &error))
        preferences_set(self->preferences, PREFERENCE_START_AT_LOGIN, on, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* this is gone */
    self->asking = FALSE;
    set_sentence(self, error != NULL ? error->message : "");
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* --- both ------------------------------------------------------------------------------------ */

gboolean sotto_autostart_is_on(SottoAutostart *self)
{
    return permissions_are_limited() ? preferences_get(self->preferences, PREFERENCE_START_AT_LOGIN)
                                     : launcher_is_on(self->path);
}

gboolean sotto_autostart_is_asking(SottoAutostart *self)
{
    return self->asking;
}

const char *sotto_autostart_sentence(SottoAutostart *self)
{
    return self->sentence;
}

void sotto_autostart_set(SottoAutostart *self, gboolean on)
{
    if (self->asking)
        return;
    if (permissions_are_limited()) {
        self->asking = TRUE;
        set_sentence(self, "");
        background_portal_request_async(on, self->lifetime, on_answer, self);
    } else {
        set_launcher(self, on);
    }
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* --- the object ------------------------------------------------------------------------------ */

SottoAutostart *sotto_autostart_new(Preferences *preferences)
{
    SottoAutostart *self = g_object_new(SOTTO_TYPE_AUTOSTART, NULL);

    self->preferences = preferences;
    return self;
}

static void sotto_autostart_finalize(GObject *object)
{
    SottoAutostart *self = SOTTO_AUTOSTART(object);

    g_cancellable_cancel(self->lifetime);
    g_object_unref(self->lifetime);
    g_free(self->path);
    g_free(self->sentence);
    G_OBJECT_CLASS(sotto_autostart_parent_class)->finalize(object);
}

static void sotto_autostart_class_init(SottoAutostartClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_autostart_finalize;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", SOTTO_TYPE_AUTOSTART, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_autostart_init(SottoAutostart *self)
{
    self->lifetime = g_cancellable_new();
    self->sentence = g_strdup("");
    self->path =
        g_build_filename(g_get_user_config_dir(), "autostart", SOTTO_APP_ID ".desktop", NULL);
}
