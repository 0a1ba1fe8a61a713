/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a Flatpak of this app brings for the host, and who looks after that Flatpak.
 *
 * Every sandbox of Flatpak's has /.flatpak-info (flatpak-metadata(5)); its [Instance] app-path is
 * the deployed app on the host, "/var/lib/flatpak/app/ID/ARCH/BRANCH/COMMIT/files". The folder
 * before "/app/ID/" is the installation. That file does not say whether the installation is the
 * system's, and the path alone cannot: FLATPAK_USER_DIR and /etc/flatpak/installations.d put both
 * kinds anywhere. The owner can: files of a user's installation are his (Flatpak writes them as
 * him), and those of the system's are root's, which the sandbox's user namespace shows as somebody
 * else than him. That is also what the host demands before it takes an update from there without
 * asking. A user who is root owns both kinds; of his only what lies outside of his home is the
 * system's.
 *
 * All of it is small, read-only for us and read once; an update of the app deploys another folder,
 * which this process never sees.
 */
#include "setup_payload.h"

#include "build-time.h"
#include "helper_error.h"
#include "sotto-build.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#define INFO_FILE     "/.flatpak-info"
#define APP_FOLDER    "/app"
#define FOLDER        APP_FOLDER "/share/sotto"
#define DIGEST_LENGTH 64

static char *read_digest(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "helper.digest", NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return g_strdup("");
    g_strchomp(text);
    if (strlen(text) != DIGEST_LENGTH || strspn(text, "0123456789abcdef") != DIGEST_LENGTH)
        return g_strdup("");
    return g_steal_pointer(&text);
}

static char *read_installation(GKeyFile *info)
{
    g_autofree char *path = g_key_file_get_string(info, "Instance", "app-path", NULL);
    char *end = path != NULL ? g_strrstr(path, "/app/" SOTTO_APP_ID "/") : NULL;

    return end != NULL ? g_strndup(path, (gsize)(end - path)) : g_strdup("");
}

static gboolean lies_in_home(const char *path)
{
    const char *home = g_get_home_dir();

    return g_str_has_prefix(path, home) && path[strlen(home)] == '/';
}

static gboolean is_system_wide(const char *app_folder, const char *installation)
{
    struct stat facts;

    if (installation[0] != '/' || stat(app_folder, &facts) != 0)
        return FALSE;
    return (facts.st_uid != getuid() || getuid() == 0) && !lies_in_home(installation);
}

SottoSetupPayload *sotto_setup_payload_read(const char *root)
{
    g_autoptr(GKeyFile) info = g_key_file_new();
    g_autofree char *info_path = g_strconcat(root, INFO_FILE, NULL);
    g_autofree char *app_folder = g_strconcat(root, APP_FOLDER, NULL);
    g_autofree char *folder = g_strconcat(root, FOLDER, NULL);
    g_autofree char *tar = g_build_filename(folder, "helper.tar", NULL);
    SottoSetupPayload *payload;

    if (!g_key_file_load_from_file(info, info_path, G_KEY_FILE_NONE, NULL) ||
        access(tar, F_OK) != 0)
        return NULL;
    payload = g_new0(SottoSetupPayload, 1);
    payload->installation = read_installation(info);
    payload->follows = is_system_wide(app_folder, payload->installation);
    payload->digest = read_digest(folder);
    payload->folder = g_steal_pointer(&folder);
    return payload;
}

void sotto_setup_payload_free(SottoSetupPayload *payload)
{
    g_free(payload->folder);
    g_free(payload->installation);
    g_free(payload->digest);
    g_free(payload);
}

static void set_damaged(GError **error, const char *what, const char *why)
{
    g_debug("%s: %s", what, why);
    g_set_error_literal(
        error, SOTTO_ERROR, SOTTO_ERROR_FAILED,
        _("What this app brings for the Sotto service is damaged; please install the app anew."));
}

int sotto_setup_payload_open(const SottoSetupPayload *payload, GError **error)
{
    g_autofree char *path = g_build_filename(payload->folder, "helper.tar", NULL);
    int file = -1;

    if (payload->digest[0] == '\0')
        set_damaged(error, "helper.digest", "it is not a SHA-256");
    else if ((file = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        set_damaged(error, path, g_strerror(errno));
    return file;
}

char *sotto_setup_payload_script(const SottoSetupPayload *payload, GError **error)
{
    g_autofree char *path = g_build_filename(payload->folder, "setup", NULL);
    g_autoptr(GError) failure = NULL;
    char *script = NULL;

    if (!g_file_get_contents(path, &script, NULL, &failure))
        set_damaged(error, path, failure->message);
    return script;
}

int sotto_setup_compare_versions(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        char *end_a, *end_b;
        guint64 number_a = g_ascii_strtoull(a, &end_a, 10);
        guint64 number_b = g_ascii_strtoull(b, &end_b, 10);

        if (number_a != number_b)
            return number_a < number_b ? -1 : 1;
        if (*end_a != '.' && *end_b != '.')
            break; /* the end of both, or of what is a number in them */
        a = *end_a == '.' ? end_a + 1 : "";
        b = *end_b == '.' ? end_b + 1 : "";
    }
    return 0;
}

gboolean sotto_setup_is_older(const char *version, gint64 build_time_s)
{
    int order = sotto_setup_compare_versions(version, SOTTO_VERSION);

    return order < 0 || (order == 0 && build_time_s < SOTTO_BUILD_TIME_S);
}
