/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sotto-setup: puts the helper that an app brings on this computer, and takes it away. Root runs
 * it: the transient unit that an administrator allowed, sotto-follow.service, or by hand
 * (flatpak/README.md). A sentence on standard error when it fails, a note worth telling on standard
 * output.
 */
#include "follow.h"
#include "installation.h"
#include "removal.h"
#include "sotto-build.h"
#include "surroundings.h"
#include "versions.h"

#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK "/run/sotto-setup.lock"

#define EXIT_FAILED 1
#define EXIT_USAGE  2
#define EXIT_OLDER  3
#define EXIT_NATIVE 4

static int usage(void)
{
    fputs("Usage: sotto-setup install DIGEST UID INSTALLATION  (from an unpacked payload)\n"
          "       sotto-setup follow\n"
          "       sotto-setup remove [--keep-state]\n",
          stderr);
    return EXIT_USAGE;
}

static int report(const GError *error)
{
    if (!error)
        return 0;
    fprintf(stderr, "%s\n", error->message);
    if (g_error_matches(error, SETUP_ERROR, SETUP_ERROR_OLDER))
        return EXIT_OLDER;
    if (g_error_matches(error, SETUP_ERROR, SETUP_ERROR_NATIVE))
        return EXIT_NATIVE;
    return EXIT_FAILED;
}

/* --- what comes with the command line --- */

/* This program, or the loader beside it that runs it, is in tree/bin of the unpacked payload. */
static char *payload_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = program ? g_path_get_dirname(program) : g_strdup("/");
    g_autofree char *tree = g_path_get_dirname(bin);

    return g_path_get_dirname(tree);
}

/* It goes into a unit file and a record: one line, and a folder. */
static gboolean is_installation(const char *path)
{
    g_autofree char *plain = g_canonicalize_filename(path, "/");

    if (*path == '\0')
        return TRUE;
    for (const char *at = path; *at; at++)
        if (g_ascii_iscntrl(*at))
            return FALSE;
    return g_utf8_validate(path, -1, NULL) && g_str_equal(plain, path) && !g_str_equal(path, "/");
}

static int install(char **words)
{
    g_autofree char *payload = payload_folder();
    g_autoptr(GError) error = NULL;
    guint64 uid = 0;
    Wanted wanted = {.payload = payload, .digest = words[0], .uid = -1, .flatpak = words[2]};

    if (!versions_is_digest(words[0]) || !is_installation(words[2]))
        return usage();
    if (*words[1] && !g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXUINT32 - 1, &uid, NULL))
        return usage();
    if (*words[1])
        wanted.uid = (gint64)uid;
    installation_run(&wanted, &error);
    return report(error);
}

static int take_away(RemovalExtent extent)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;

    if (removal_run(extent, &note, &error) && *note)
        printf("%s\n", note);
    return report(error);
}

static int follow(void)
{
    g_autoptr(GError) error = NULL;

    follow_run(&error);
    return report(error);
}

/* Two of us would undo each other's work. It ends with the process. */
static gboolean take_turn(void)
{
    int lock = open(LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    return lock >= 0 && flock(lock, LOCK_EX) == 0;
}

int main(int argc, char **argv)
{
    surroundings_enter(false);
    umask(022);
    if (argc < 2)
        return usage();
    if (geteuid() != 0) {
        fputs("Only an administrator can do this: run it with sudo.\n", stderr);
        return EXIT_FAILED;
    }
    if (!take_turn()) {
        fputs("Another set-up of Sotto cannot be waited for.\n", stderr);
        return EXIT_FAILED;
    }
    if (g_str_equal(argv[1], "install") && argc == 5)
        return install(argv + 2);
    if (g_str_equal(argv[1], "follow") && argc == 2)
        return follow();
    if (g_str_equal(argv[1], "remove") && argc == 2)
        return take_away(REMOVAL_ALL);
    if (g_str_equal(argv[1], "remove") && argc == 3 && g_str_equal(argv[2], "--keep-state"))
        return take_away(REMOVAL_KEEP_STATE);
    return usage();
}
