/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs by the names of systemd's units.
 *
 * A desktop starts each application in a unit of its own. Names, by systemd's document "Desktop
 * Environments" (X stands for what makes the name unique):
 *
 *     app[-LAUNCHER]-ID-X.scope     app-gnome-org.gnome.Maps-1234.scope, app-flatpak-ID-1234.scope
 *     app[-LAUNCHER]-ID[@X].service app-firefox@1f2e.service
 *     snap.SNAP.ID-X.scope          snap.firefox.firefox-1f2e….scope
 *     dbus-:1.2-NAME@X.service      a program that the bus started
 *     docker-X.scope libpod-X.scope a container that shares this machine's network
 *     vte-spawn-X.scope             what runs in a terminal's window
 *
 * and systemd.unit(5): a "-" within a part, and what may not stand in a name, is written \xXX.
 */
#include "unit_name.h"

#include <glib.h>

#include <stdbool.h>
#include <string.h>

#define UUID_LENGTH         36
#define CONTAINER_ID_LENGTH 12 /* as docker ps shows it */
#define NAME_LENGTH         64 /* of what is shown; users may give units of theirs any name */

/* The part of the path that names a unit, the innermost; what a unit keeps below it is its own
 * affair. "" none. (transfer full) */
static char *find_unit(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (guint i = g_strv_length(parts); i > 0; i--) {
        const char *part = parts[i - 1];
        if (g_str_has_suffix(part, ".service") || g_str_has_suffix(part, ".scope"))
            return g_strdup(part);
    }
    return g_strdup("");
}

static void cut_at_last(char *text, char sign)
{
    char *at = strrchr(text, sign);
    if (at != NULL && at != text)
        *at = '\0';
}

/* \x2d → "-". What would not print is left as it is written. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        int high = from[0] == '\\' && from[1] == 'x' ? g_ascii_xdigit_value(from[2]) : -1;
        int low = high >= 0 ? g_ascii_xdigit_value(from[3]) : -1;
        char sign = low >= 0 ? (char)(high * 16 + low) : '\0';
        if (g_ascii_isprint(sign)) {
            *to++ = sign;
            from += 4;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/* "gnome-firefox" and "firefox" → "firefox": within an ID there is no bare "-". */
static char *after_launcher(const char *name)
{
    const char *dash = strrchr(name, '-');
    return g_strdup(dash != NULL && dash[1] != '\0' ? dash + 1 : name);
}

/* `name` is the unit's without "app-" and its ending. (transfer full) */
static char *application(char *name, bool is_scope)
{
    if (is_scope)
        cut_at_last(name, '-');
    else
        cut_at_last(name, '@');
    return after_launcher(name);
}

/* "snap.firefox.firefox-", and a UUID. (transfer full) */
static char *snap(char *name)
{
    size_t length = strlen(name);
    if (length > UUID_LENGTH + 1 && name[length - UUID_LENGTH - 1] == '-')
        name[length - UUID_LENGTH - 1] = '\0';
    const char *dot = strchr(name + strlen("snap."), '.');
    return g_strdup(dot != NULL ? dot + 1 : name);
}

/* "dbus-:1.2-org.gnome.Nautilus@0". (transfer full) */
static char *started_by_bus(char *name)
{
    const char *dash = strchr(name + strlen("dbus-"), '-');
    cut_at_last(name, '@');
    return g_strdup(dash != NULL ? dash + 1 : name);
}

static char *program(char *name, bool is_scope)
{
    if (g_str_has_prefix(name, "app-"))
        return application(name + strlen("app-"), is_scope);
    if (is_scope && g_str_has_prefix(name, "snap."))
        return snap(name);
    if (g_str_has_prefix(name, "dbus-:"))
        return started_by_bus(name);
    if (is_scope && g_str_has_prefix(name, "docker-"))
        return g_strdup_printf("container %.*s", CONTAINER_ID_LENGTH, name + strlen("docker-"));
    if (is_scope && g_str_has_prefix(name, "libpod-"))
        return g_strdup_printf("container %.*s", CONTAINER_ID_LENGTH, name + strlen("libpod-"));
    if (is_scope && g_str_has_prefix(name, "vte-spawn-"))
        return g_strdup("terminal");
    if (is_scope && g_str_equal(name, "init"))
        return g_strdup("systemd");
    if ((is_scope && g_str_has_prefix(name, "session-")) || g_str_has_prefix(name, "user@"))
        return g_strdup(""); /* anything that a user has started */
    return g_strdup(name);
}

char *unit_name_program(const char *cgroup_path)
{
    g_autofree char *unit = find_unit(cgroup_path);
    bool is_scope = g_str_has_suffix(unit, ".scope");
    cut_at_last(unit, '.');
    g_autofree char *name = program(unit, is_scope);
    unescape(name);
    for (char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isprint(*at))
            *at = '?';
    }
    return g_strndup(name, NAME_LENGTH);
}
