/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order matters: first the helper ends, which lets go of the device and so gives the network
 * its DNS back; then what would start it again; then the files; the record last, so that what was
 * interrupted can be done again. Only a helper that another one takes over from runs on.
 */
#include "removal.h"

#include "placing.h"
#include "units.h"

#include <unistd.h>

#define STATE_FOLDER    "/var/lib/sotto"
#define SETTINGS_FOLDER SOTTO_SYSCONFDIR
#define PACKAGES_FOLDER "/usr/share/"

static void stop_units(Host *host, gboolean hand_over)
{
    static const char *const units[] = {UNITS_FOLLOW_PATH, UNITS_HELPER, UNITS_BOOT};

    for (size_t i = 0; i < (hand_over ? 1 : G_N_ELEMENTS(units)); i++)
        host_run_job(host, "StopUnit", units[i], NULL); /* where it is not known there is nothing */
    host_disable(host, units_enabled(TRUE), NULL);
}

/* What we had to put among a package's files is the package's own by a hand-over. */
static gboolean delete_files(const Installed *installed, gboolean hand_over, GError **error)
{
    for (guint i = 0; i < installed->files->len; i++) {
        const char *path = g_ptr_array_index(installed->files, i);

        if (hand_over && g_str_has_prefix(path, PACKAGES_FOLDER))
            continue;
        if (unlink(path) < 0 && errno != ENOENT) {
            g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                        "%s cannot be deleted: %s.", path, g_strerror(errno));
            return FALSE;
        }
    }
    /* Innermost first; where somebody else put something meanwhile, it stays. */
    for (guint i = installed->folders->len; i > 0; i--)
        (void)rmdir(g_ptr_array_index(installed->folders, i - 1));
    return TRUE;
}

static gboolean delete_user(const Installed *installed, GError **error)
{
    static const char *const command[] = {"userdel", "sotto", NULL};

    return !installed->made_user || host_run(command, TRUE, error);
}

/* Settings are somebody's own words. */
static char *leave_settings(void)
{
    if (rmdir(SETTINGS_FOLDER) == 0 || errno == ENOENT)
        return g_strdup("");
    return g_strdup("The settings that somebody wrote into " SETTINGS_FOLDER " were left there.");
}

gboolean removal_erase(Host *host, const Installed *installed, gboolean keep_state, char **note,
                       GError **error)
{
    gboolean hand_over = keep_state && installed_native(installed);
    g_autofree char *left = NULL;

    stop_units(host, hand_over);
    if (!delete_files(installed, hand_over, error) || !placing_clear(SOTTO_BUNDLE_HOME, error))
        return FALSE;
    if (!keep_state) {
        if (!placing_clear(STATE_FOLDER, error) || !delete_user(installed, error))
            return FALSE;
        left = leave_settings();
    }
    if (!host_reload(host, error))
        return FALSE;
    host_forget_failure(host, UNITS_HELPER);
    if (note)
        *note = left ? g_steal_pointer(&left) : g_strdup("");
    return placing_clear(INSTALLED_FOLDER, error);
}

gboolean removal_run(gboolean keep_state, char **note, GError **error)
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
    return host && removal_erase(host, installed, keep_state, note, error);
}
