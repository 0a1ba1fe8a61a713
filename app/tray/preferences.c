/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One small key file, mode 0600, replaced as a whole: after a crash or on a full disk there is the
 * old one or the new one. Keys of a later version of the app stay as they are.
 *
 * Not GSettings: its schema has to be compiled into a folder that GLib searches, which a program
 * that runs from where it was built does not have, and without a schema GSettings ends the program.
 * In a Flatpak it would be a key file below the same $XDG_CONFIG_HOME anyway; elsewhere it is
 * dconf, and on a desktop without dconf it is a memory that forgets at logout, without a word. A
 * file says when it could not be written.
 */
#include "preferences.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#define GROUP "App"

struct Preferences {
    char *path;
    char *damage;
    gboolean values[PREFERENCES];
};

static const struct {
    const char *key;
    gboolean value; /* unless the file says otherwise */
} defaults[PREFERENCES] = {
    [PREFERENCE_NOTIFICATIONS] = {"Notifications", TRUE},
    [PREFERENCE_START_AT_LOGIN] = {"StartAtLogin", FALSE},
    [PREFERENCE_COLOUR_ICON] = {"ColourIcon", FALSE},
    [PREFERENCE_ASK_BLOCKED] = {"AskWhenBlocked", FALSE},
};

static void read_value(Preferences *self, GKeyFile *file, guint preference)
{
    const char *key = defaults[preference].key;
    g_autoptr(GError) error = NULL;
    gboolean value = g_key_file_get_boolean(file, GROUP, key, &error);

    if (error == NULL)
        self->values[preference] = value;
    else if (error->code == G_KEY_FILE_ERROR_INVALID_VALUE && self->damage[0] == '\0') {
        g_free(self->damage);
        /* Translators: the name of a setting, and of the file it is in. */
        self->damage = g_strdup_printf(_("“%s” in %s is neither true nor false, so it is as it "
                                         "was at first."),
                                       key, self->path);
    }
}

/* NULL: there is none, or none that can be read; `error` says which. */
static GKeyFile *load(const Preferences *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (!g_key_file_load_from_file(file, self->path, G_KEY_FILE_KEEP_COMMENTS, error))
        return NULL;
    return g_steal_pointer(&file);
}

static void read_all(Preferences *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GKeyFile) file = load(self, &error);

    if (file != NULL) {
        for (guint preference = 0; preference < PREFERENCES; preference++)
            read_value(self, file, preference);
    } else if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_message("%s: %s", self->path, error->message);
        g_free(self->damage);
        /* Translators: %s is the name of a file. */
        self->damage = g_strdup_printf(
            _("%s cannot be read, so the settings are as they were at first."), self->path);
    }
}

Preferences *preferences_new(const char *path)
{
    Preferences *self = g_new0(Preferences, 1);

    self->path = path != NULL
                     ? g_strdup(path)
                     : g_build_filename(g_get_user_config_dir(), "sotto", "app.conf", NULL);
    self->damage = g_strdup("");
    for (guint preference = 0; preference < PREFERENCES; preference++)
        self->values[preference] = defaults[preference].value;
    read_all(self);
    return self;
}

void preferences_free(Preferences *self)
{
    if (self == NULL)
        return;
    g_free(self->path);
    g_free(self->damage);
    g_free(self);
}

const char *preferences_damage(const Preferences *self)
{
    return self->damage;
}

gboolean preferences_get(const Preferences *self, Preference preference)
{
    return self->values[preference];
}

static gboolean write_file(const Preferences *self, GKeyFile *file, GError **error)
{
    gsize length;
    g_autofree char *folder = g_path_get_dirname(self->path);
    g_autofree char *text = g_key_file_to_data(file, &length, NULL);
    g_autoptr(GError) failure = NULL;

    if (g_mkdir_with_parents(folder, 0700) != 0)
        failure =
            g_error_new_literal(G_FILE_ERROR, g_file_error_from_errno(errno), g_strerror(errno));
    else if (g_file_set_contents_full(self->path, text, (gssize)length,
                                      G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failure))
        return TRUE;
    /* Translators: the reason, as the system gives it. */
    g_set_error(error, failure->domain, failure->code, _("The setting could not be kept: %s"),
                failure->message);
    return FALSE;
}

/* The file is read again, since somebody may have written into it meanwhile. A damaged one is
 * written anew. */
gboolean preferences_set(Preferences *self, Preference preference, gboolean value, GError **error)
{
    g_autoptr(GKeyFile) file = load(self, NULL);

    if (file == NULL)
        file = g_key_file_new();
    for (guint i = 0; i < PREFERENCES; i++) {
        gboolean now = i == preference ? value : self->values[i];
        if (i == preference || preferences_damage(self)[0] != '\0')
            g_key_file_set_boolean(file, GROUP, defaults[i].key, now);
    }
    if (!write_file(self, file, error))
        return FALSE;
    self->values[preference] = value;
    g_free(self->damage);
    self->damage = g_strdup("");
    return TRUE;
}
