/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "objections.h"

#include <pwd.h>
#include <unistd.h>

#define OLDEST_POLKIT    106 /* of rules in JavaScript; then counted as 0.106 */
#define POLKIT_READS_ETC 126 /* polkit 126, NEWS: actions from /etc and /run too */
#define ACTIONS_IN_USR   "/usr/share/polkit-1/actions/"
#define FIRST_PERSON     1000 /* systemd's and every distribution's SYS_UID_MAX ends below */

G_DEFINE_QUARK(sotto_setup, setup_error)

static gboolean is_native(const Installed *before, GError **error)
{
    const char *native = installed_native(before);

    if (!native)
        return FALSE;
    g_set_error(error, SETUP_ERROR, SETUP_ERROR_NATIVE,
                "This computer has the Sotto service from a package already (%s); it is used as it "
                "is.",
                native);
    return TRUE;
}

static gboolean is_older(const Edition *edition, const Installed *before, GError **error)
{
    if (!before || edition_compare(edition, &before->edition) >= 0)
        return FALSE;
    g_set_error(error, SETUP_ERROR, SETUP_ERROR_OLDER,
                "The Sotto service on this computer, %s, is newer than the one offered, %s. It is "
                "not replaced by an older one.",
                before->edition.version, edition->version);
    return TRUE;
}

/* Before 121, polkit counted 0.120. */
static guint64 count_polkit(const char *version)
{
    const char *number = version && g_str_has_prefix(version, "0.") ? version + 2 : version;

    return number ? g_ascii_strtoull(number, NULL, 10) : 0;
}

static gboolean polkit_is_too_old(Host *host, GError **error)
{
    g_autofree char *version = host_polkit_version(host);

    if (count_polkit(version) >= OLDEST_POLKIT)
        return FALSE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                "Sotto needs polkit 0.106 or later, which says who may change what; this computer "
                "has %s.",
                version ? version : "none");
    return TRUE;
}

gboolean objections_actions_in_usr(Host *host)
{
    g_autofree char *version = host_polkit_version(host);

    return count_polkit(version) < POLKIT_READS_ETC && access(ACTIONS_IN_USR, W_OK) == 0;
}

/* Whoever it is would own the helper and what it may do. */
static gboolean is_a_person(GError **error)
{
    const struct passwd *user = getpwnam("sotto");

    if (!user || user->pw_uid < FIRST_PERSON)
        return FALSE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                "The Sotto service runs as a system user \"sotto\", and on this computer a person "
                "has that name.");
    return TRUE;
}

/* That it can run on this computer at all is known before anything is touched: a restart that fails
 * would let go of what the one before holds. */
static gboolean runs(const char *payload, GError **error)
{
    g_autofree char *loader = g_build_filename(payload, "tree/bin/ld.so", NULL);
    g_autofree char *helper = g_build_filename(payload, "tree/bin/sottod", NULL);
    const char *const command[] = {loader, helper, "--version", NULL};

    if (host_run(command, FALSE, error))
        return TRUE;
    g_prefix_error(error, "The Sotto service does not run on this computer: ");
    return FALSE;
}

gboolean objections_none(Host *host, const char *payload, const Edition *edition,
                         const Installed *before, GError **error)
{
    return !is_native(before, error) && !is_older(edition, before, error) &&
           !polkit_is_too_old(host, error) && !is_a_person(error) && runs(payload, error);
}
