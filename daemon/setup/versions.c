/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "versions.h"

#include "placing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST_LENGTH 64
#define FOLDER        "/versions/"

static gboolean fail(GError **error, const char *what, const char *path)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s cannot be %s: %s.", path, what,
                g_strerror(code));
    return FALSE;
}

gboolean versions_is_digest(const char *digest)
{
    return strlen(digest) == DIGEST_LENGTH && strspn(digest, "0123456789abcdef") == DIGEST_LENGTH;
}

/* On the disk before anything names it. */
static gboolean settle_on_disk(const char *tree, GError **error)
{
    int folder = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean done = folder >= 0 && syncfs(folder) == 0;

    if (!done)
        fail(error, "written", tree);
    if (folder >= 0)
        close(folder);
    return done;
}

/* One that is in use may be damaged, which is why it is installed again: the two change places. */
gboolean versions_place(const char *home, const char *tree, const char *digest, GError **error)
{
    g_autofree char *place = g_strconcat(home, FOLDER, digest, NULL);
    g_autofree char *in_use = versions_in_use(home);

    if (!settle_on_disk(tree, error) || !placing_make_way("", place, NULL, error))
        return FALSE;
    if (g_str_equal(in_use, digest) &&
        renameat2(AT_FDCWD, tree, AT_FDCWD, place, RENAME_EXCHANGE) == 0)
        return TRUE;
    return placing_clear(place, error) &&
           (rename(tree, place) == 0 || fail(error, "moved to its place", tree));
}

gboolean versions_use(const char *home, const char *digest, GError **error)
{
    g_autofree char *link = g_build_filename(home, "current", NULL);
    g_autofree char *fresh = g_build_filename(home, ".current", NULL);
    g_autofree char *target = g_strconcat("versions/", digest, NULL);

    (void)unlink(fresh);
    if (symlink(target, fresh) < 0)
        return fail(error, "made", fresh);
    return rename(fresh, link) == 0 || fail(error, "replaced", link);
}

char *versions_in_use(const char *home)
{
    g_autofree char *link = g_build_filename(home, "current", NULL);
    g_autofree char *target = g_file_read_link(link, NULL);
    const char *digest = target ? target + strlen("versions/") : "";

    if (!target || !g_str_has_prefix(target, "versions/") || !versions_is_digest(digest))
        return g_strdup("");
    return g_strdup(digest);
}

gboolean versions_prune(const char *home, const char *keep, const char *also, GError **error)
{
    g_autofree char *folder = g_strconcat(home, FOLDER, NULL);
    g_autoptr(GDir) entries = g_dir_open(folder, 0, error);
    const char *name;

    if (!entries)
        return FALSE;
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *place = g_strconcat(folder, name, NULL);

        if (!g_str_equal(name, keep) && !g_str_equal(name, also) && !placing_clear(place, error))
            return FALSE;
    }
    return TRUE;
}
