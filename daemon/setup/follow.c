/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "follow.h"

#include "deployed.h"
#include "installed.h"
#include "placing.h"
#include "removal.h"
#include "units.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACTIVE_FILES "/app/" SOTTO_APP_ID "/current/active/files/share/sotto/"
#define PAYLOAD      ACTIVE_FILES "helper.tar"
#define UNPACK       SOTTO_DATADIR "/unpack.sh"

/* --- who is still there --- */

/* The installations that no longer have the app; one that cannot be seen may still have it. */
static GPtrArray *find_gone(const Installed *installed)
{
    GPtrArray *gone = g_ptr_array_new();

    for (guint i = 0; i < installed->flatpak->len; i++) {
        char *installation = g_ptr_array_index(installed->flatpak, i);

        if (deployed_look(installation) == DEPLOYED_GONE)
            g_ptr_array_add(gone, installation);
    }
    return gone;
}

/* They are no longer watched, and their return is an installation anew. */
static gboolean forget(Installed *installed, const GPtrArray *gone, GError **error)
{
    g_autoptr(Placing) placing = placing_new("");
    g_autoptr(Host) host = NULL;
    g_autofree char *followed = NULL;

    if (gone->len == 0)
        return TRUE;
    for (guint i = 0; i < gone->len; i++)
        g_ptr_array_remove(installed->flatpak, g_ptr_array_index(gone, i));
    followed = units_followed_text(installed->flatpak);
    host = host_new(error);
    return host && placing_put_text(placing, followed, UNITS_FOLLOWED_FILE, error) &&
           installed_save(installed, INSTALLED_FILE, error) && host_reload(host, error) &&
           host_run_job(host, "RestartUnit", UNITS_FOLLOW_PATH, error);
}

/* --- what is newer --- */

/* bundle.conf, the first file of the payload; tar reads, we judge. */
static gboolean read_edition(int payload, Edition *edition, GError **error)
{
    static const char *const command[] = {"tar",      "--extract",   "--to-stdout",
                                          "--file=-", "bundle.conf", NULL};
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autoptr(GSubprocess) tar = NULL;
    g_autoptr(GBytes) text = NULL;
    gsize length;
    const char *data;

    g_subprocess_launcher_take_stdin_fd(launcher, fcntl(payload, F_DUPFD_CLOEXEC, 3));
    tar = g_subprocess_launcher_spawnv(launcher, command, error);
    if (!tar || !g_subprocess_communicate(tar, NULL, NULL, &text, NULL, error) ||
        !g_subprocess_wait_check(tar, NULL, error))
        return FALSE;
    data = g_bytes_get_data(text, &length);
    return edition_parse(edition, data, length, error);
}

static char *read_digest(int payload)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    unsigned char buffer[65536];
    ssize_t length;

    if (lseek(payload, 0, SEEK_SET) < 0)
        return NULL;
    while ((length = read(payload, buffer, sizeof buffer)) > 0)
        g_checksum_update(sum, buffer, length);
    return length < 0 || lseek(payload, 0, SEEK_SET) < 0 ? NULL
                                                         : g_strdup(g_checksum_get_string(sum));
}

/* The new payload installs itself, as the first one did: it knows best what belongs to it. Returns
 * only when it cannot even begin; the lock goes with the old program. */
static gboolean hand_over(int payload, const char *digest, const char *installation, GError **error)
{
    if (dup2(payload, STDIN_FILENO) >= 0)
        execl("/bin/sh", "sh", UNPACK, digest, "install", "", installation, (char *)NULL);
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                "The update of the Sotto service cannot begin: %s.", g_strerror(errno));
    return FALSE;
}

/* TRUE when there is nothing to do. */
static gboolean take_newer(const Installed *installed, const char *installation, int payload,
                           GError **error)
{
    g_auto(Edition) edition = {0};
    g_autofree char *digest = NULL;
    int order;

    if (!read_edition(payload, &edition, error))
        return FALSE;
    order = edition_compare(&edition, &installed->edition);
    if (order < 0) {
        g_printerr("%s has version %s, which is older than what is installed, %s: it stays.\n",
                   installation, edition.version, installed->edition.version);
    }
    if (order <= 0)
        return TRUE;
    digest = read_digest(payload);
    if (!digest) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "The payload in %s cannot be read.",
                    installation);
        return FALSE;
    }
    return hand_over(payload, digest, installation, error);
}

static gboolean update_from(const Installed *installed, const char *installation, GError **error)
{
    g_autofree char *path = g_strconcat(installation, PAYLOAD, NULL);
    int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int payload = deployed_open(top, path, error);
    gboolean done = payload >= 0 && take_newer(installed, installation, payload, error);

    if (payload >= 0)
        close(payload);
    close(top);
    return done;
}

/* What changed in these installations, as far as Flatpak's marks tell: another text when any did.
 */
static char *stamps(const GPtrArray *installations)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < installations->len; i++) {
        g_autofree char *mark =
            g_build_filename(g_ptr_array_index(installations, i), ".changed", NULL);
        struct stat status = {0};

        (void)stat(mark, &status);
        g_string_append_printf(text, "%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%ld;",
                               (guint64)status.st_ino, (gint64)status.st_mtim.tv_sec,
                               status.st_mtim.tv_nsec);
    }
    return g_string_free(text, FALSE);
}

static void update(const Installed *installed)
{
    for (guint i = 0; i < installed->flatpak->len; i++) {
        const char *installation = g_ptr_array_index(installed->flatpak, i);
        g_autoptr(GError) refused = NULL;

        /* What is in a home is nobody's fault: its app asks the administrator. */
        if (deployed_is_roots(installation) && !update_from(installed, installation, &refused))
            g_printerr("%s\n", refused->message);
    }
}

static gboolean follow_once(Installed *installed, gboolean *removed, GError **error)
{
    g_autoptr(GPtrArray) gone = find_gone(installed);
    g_autofree char *note = NULL;

    if (gone->len > 0 && gone->len == installed->flatpak->len) {
        g_printerr("The app that brought the Sotto service is gone, and so is the service.\n");
        *removed = TRUE;
        return removal_run(REMOVAL_ALL, &note, error);
    }
    if (!forget(installed, gone, error))
        return FALSE;
    update(installed);
    return TRUE;
}

/* systemd does not watch while we work, so that what changes meanwhile is ours to see. */
gboolean follow_run(GError **error)
{
    for (gboolean removed = FALSE; !removed;) {
        g_autoptr(GError) unreadable = NULL;
        g_autoptr(Installed) installed = installed_load(INSTALLED_FILE, &unreadable);
        g_autofree char *before = NULL, *after = NULL;

        if (unreadable) {
            g_propagate_error(error, g_steal_pointer(&unreadable));
            return FALSE;
        }
        if (!installed)
            return TRUE;
        before = stamps(installed->flatpak);
        if (!follow_once(installed, &removed, error))
            return FALSE;
        after = stamps(installed->flatpak);
        if (g_str_equal(before, after))
            return TRUE;
    }
    return TRUE;
}
