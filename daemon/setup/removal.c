/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order matters. What would start the helper goes first, the bus's word for it included:
 * whoever asks it something now must not bring it back. Then it ends, which lets go of the device
 * and so gives the network its DNS back. This program and the record go last, so that what was
 * interrupted can be done again. Only a helper that a package's takes over from runs on.
 *
 * One thing that cannot be deleted keeps nothing else: it is named in the note.
 */
#include "removal.h"

#include "placing.h"
#include "units.h"

#include <pwd.h>
#include <unistd.h>

#define STATE_FOLDER    "/var/lib/sotto"
#define SETTINGS_FOLDER SOTTO_SYSCONFDIR
#define PACKAGES_FOLDER "/usr/share/"

static void add_note(GString *note, const char *sentence)
{
    if (note->len > 0)
        g_string_append_c(note, ' ');
    g_string_append(note, sentence);
}

static void disable_units(Host *host)
{
    host_run_job(host, "StopUnit", UNITS_FOLLOW_PATH,
                 NULL); /* where it is not known, there is none */
    host_disable(host, units_following, NULL);
    host_disable(host, units_helper, NULL);
}

/* What we had to put among a package's files is the package's own by a hand-over. */
static void delete_files(const Installed *installed, gboolean hand_over, GString *note)
{
    for (guint i = 0; i < installed->files->len; i++) {
        const char *path = g_ptr_array_index(installed->files, i);

        if (hand_over && g_str_has_prefix(path, PACKAGES_FOLDER))
            continue;
        if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR) {
            g_autofree char *sentence =
                g_strdup_printf("%s could not be deleted: %s.", path, g_strerror(errno));

            add_note(note, sentence);
        }
    }
    /* Innermost first; where somebody else put something meanwhile, it stays. */
    for (guint i = installed->folders->len; i > 0; i--)
        (void)rmdir(g_ptr_array_index(installed->folders, i - 1));
}

static gboolean end_helper(Host *host, gboolean hand_over, GError **error)
{
    if (!host_reload_bus(host, error))
        return FALSE;
    if (!hand_over) {
        host_run_job(host, "StopUnit", UNITS_HELPER, NULL);
        host_run_job(host, "StopUnit", UNITS_BOOT, NULL);
    }
    if (!host_reload(host, error))
        return FALSE;
    host_forget_failure(host, UNITS_HELPER);
    return TRUE;
}

static void delete_user(GString *note)
{
    static const char *const command[] = {"userdel", "sotto", NULL};
    g_autoptr(GError) error = NULL;

    if (getpwnam("sotto") && !host_run(command, TRUE, &error)) {
        add_note(note, "The system user \"sotto\" could not be deleted.");
        g_printerr("%s\n", error->message);
    }
}

/* Settings are somebody's own words. */
static void leave_settings(GString *note)
{
    if (rmdir(SETTINGS_FOLDER) < 0 && errno != ENOENT)
        add_note(note,
                 "The settings that somebody wrote into " SETTINGS_FOLDER " were left there.");
}

static gboolean delete_state(const Installed *installed, RemovalExtent extent, GString *note,
                             GError **error)
{
    if (extent == REMOVAL_KEEP_STATE)
        return TRUE;
    if (!(extent == REMOVAL_UNDO && installed->had_state) && !placing_clear(STATE_FOLDER, error))
        return FALSE;
    if (installed->made_user)
        delete_user(note);
    if (extent == REMOVAL_ALL)
        leave_settings(note);
    else
        (void)rmdir(SETTINGS_FOLDER); /* systemd makes it; in an empty one there is nothing */
    return TRUE;
}

gboolean removal_erase(Host *host, const Installed *installed, RemovalExtent extent, char **note,
                       GError **error)
{
    gboolean hand_over = extent == REMOVAL_KEEP_STATE && installed_native(installed);
    g_autoptr(GString) notes = g_string_new(NULL);

    disable_units(host);
    delete_files(installed, hand_over, notes);
    if (!end_helper(host, hand_over, error) || !delete_state(installed, extent, notes, error) ||
        !placing_clear(SOTTO_BUNDLE_HOME, error) || !placing_clear(INSTALLED_FOLDER, error))
        return FALSE;
    if (note)
        *note = g_strdup(notes->str);
    return TRUE;
}

gboolean removal_run(RemovalExtent extent, char **note, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Installed) installed = installed_load(INSTALLED_FILE, &unreadable);
    g_autoptr(Host) host = NULL;

    if (unreadable) {
        g_propagate_error(error, g_steal_pointer(&unreadable));
        return FALSE;
    }
    if (!installed) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            "No app has installed the Sotto service on this computer.");
        return FALSE;
    }
    host = host_new(error);
    return host && removal_erase(host, installed, extent, note, error);
}
