/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What could bring code of the host into a process of a bundle, and what keeps it out:
 *
 * - the loader: its copy in the bundle knows no folder of the host (flatpak/bundle), and the unit
 *   takes the loader's own variables away;
 * - the environment: variables of glibc, GLib, GnuTLS and p11-kit name files to load. What is not
 *   known to be wanted goes;
 * - GIO: its modules are those of one folder, settings and files need none;
 * - NSS: /etc/nsswitch.conf names modules. Here there are the files and DNS, both inside glibc
 * since 2.34, and nscd is not asked once this has been said;
 * - iconv: GLib converts nothing when it takes text to be UTF-8, and glibc's copy in the bundle
 *   finds no modules to do it with.
 *
 * So a name that only LDAP or a home server knows is shown as a number.
 */
#include "surroundings.h"

#include "log.h"
#include "sotto-build.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <nss.h>
#endif

#define NOWHERE "/nonexistent"

/* What systemd tells a service, and what a person may have set for it. */
static const char *const kept[] = {
    "DBUS_SYSTEM_BUS_ADDRESS",
    "FDSTORE",
    "HOME",
    "JOURNAL_STREAM",
    "LISTEN_FDNAMES",
    "LISTEN_FDS",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
    "PATH",
    "STATE_DIRECTORY",
    "TZ",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
};

static void reduce_environment(void)
{
    char *values[G_N_ELEMENTS(kept)];

    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
        values[i] = g_strdup(g_getenv(kept[i]));
    clearenv();
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        if (values[i])
            g_setenv(kept[i], values[i], TRUE);
        g_free(values[i]);
    }
}

static void look_names_up_ourselves(void)
{
#ifdef __GLIBC__
    static const char *const databases[] = {
        "aliases", "ethers",    "group",     "gshadow", "initgroups", "netgroup", "networks",
        "passwd",  "protocols", "publickey", "rpc",     "services",   "shadow",
    };
    bool done = __nss_configure_lookup("hosts", "files dns") == 0;

    for (size_t i = 0; i < G_N_ELEMENTS(databases); i++)
        done = __nss_configure_lookup(databases[i], "files") == 0 && done;
    if (!done)
        log_warning("the name services of this machine cannot be left out: %s", strerror(errno));
#endif
}

void surroundings_close(const char *modules)
{
    reduce_environment();
    g_setenv("CHARSET", "UTF-8", TRUE);
    g_setenv("GIO_MODULE_DIR", modules, TRUE);
    g_setenv("GIO_USE_VFS", "local", TRUE);
    g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
    g_setenv("OPENSSL_CONF", NOWHERE, TRUE); /* of a GIO whose TLS is OpenSSL's */
    look_names_up_ourselves();
}

/* Beside this very program, and not by way of "current", which an update may have changed since. */
static char *own_modules(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;

    return folder ? g_build_filename(folder, "..", "lib", "gio", "modules", NULL)
                  : g_strdup(NOWHERE);
}

void surroundings_enter(bool with_modules)
{
    g_autofree char *modules = NULL;

    if (!SOTTO_BUNDLE)
        return;
    modules = with_modules ? own_modules() : g_strdup(NOWHERE);
    surroundings_close(modules);
}
