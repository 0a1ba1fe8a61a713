/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

#include "sotto-build.h"

#include <sys/wait.h>

#define SYSTEMD         "org.freedesktop.systemd1"
#define SYSTEMD_PATH    "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD ".Manager"
#define CALL_LIMIT_MS   30000
#define JOB_LIMIT_S     60

struct Host {
    GDBusConnection *bus;
    guint jobs;        /* subscription */
    GHashTable *ended; /* path of a job → its result */
};

static void on_job_removed(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *signal, GVariant *parameters,
                           gpointer data)
{
    Host *host = data;
    const char *job, *result;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(uoss)")))
        return;
    g_variant_get(parameters, "(u&o&s&s)", NULL, &job, NULL, &result);
    g_hash_table_insert(host->ended, g_strdup(job), g_strdup(result));
}

static GVariant *call(Host *host, const char *name, const char *path, const char *interface,
                      const char *method, GVariant *parameters, const char *reply,
                      GDBusCallFlags flags, GError **error)
{
    return g_dbus_connection_call_sync(host->bus, name, path, interface, method, parameters,
                                       reply ? G_VARIANT_TYPE(reply) : NULL, flags, CALL_LIMIT_MS,
                                       NULL, error);
}

static GVariant *ask_systemd(Host *host, const char *method, GVariant *parameters,
                             const char *reply, GError **error)
{
    GVariant *answer = call(host, SYSTEMD, SYSTEMD_PATH, SYSTEMD_MANAGER, method, parameters, reply,
                            G_DBUS_CALL_FLAGS_NONE, error);

    if (!answer && error && *error)
        g_dbus_error_strip_remote_error(*error);
    return answer;
}

Host *host_new(GError **error)
{
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error);
    g_autoptr(GVariant) subscribed = NULL;
    g_autoptr(Host) host = NULL;

    if (!bus)
        return NULL;
    host = g_new0(Host, 1);
    host->bus = g_steal_pointer(&bus);
    host->ended = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_dbus_connection_set_exit_on_close(host->bus, FALSE);
    host->jobs = g_dbus_connection_signal_subscribe(
        host->bus, SYSTEMD, SYSTEMD_MANAGER, "JobRemoved", SYSTEMD_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_job_removed, host, NULL);
    subscribed = ask_systemd(host, "Subscribe", NULL, NULL, error);
    return subscribed ? g_steal_pointer(&host) : NULL;
}

void host_free(Host *host)
{
    if (!host)
        return;
    g_dbus_connection_signal_unsubscribe(host->bus, host->jobs);
    g_hash_table_unref(host->ended);
    g_object_unref(host->bus);
    g_free(host);
}

/* --- systemd and the bus --- */

gboolean host_reload_bus(Host *host, GError **error)
{
    g_autoptr(GVariant) done =
        call(host, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
             "ReloadConfig", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, error);

    return done != NULL;
}

gboolean host_reload(Host *host, GError **error)
{
    g_autoptr(GVariant) done =
        host_reload_bus(host, error) ? ask_systemd(host, "Reload", NULL, NULL, error) : NULL;

    return done != NULL;
}

gboolean host_enable(Host *host, const char *const *units, GError **error)
{
    g_autoptr(GVariant) done = ask_systemd(
        host, "EnableUnitFiles", g_variant_new("(^asbb)", units, FALSE, TRUE), NULL, error);

    return done != NULL;
}

gboolean host_disable(Host *host, const char *const *units, GError **error)
{
    g_autoptr(GVariant) done =
        ask_systemd(host, "DisableUnitFiles", g_variant_new("(^asb)", units, FALSE), NULL, error);

    return done != NULL;
}

static gboolean on_limit(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_CONTINUE; /* removed by who waited */
}

gboolean host_run_job(Host *host, const char *method, const char *unit, GError **error)
{
    g_autoptr(GVariant) reply =
        ask_systemd(host, method, g_variant_new("(ss)", unit, "replace"), "(o)", error);
    gboolean late = FALSE;
    const char *job, *result;
    guint limit;

    if (!reply)
        return FALSE;
    g_variant_get(reply, "(&o)", &job);
    limit = g_timeout_add_seconds(JOB_LIMIT_S, on_limit, &late);
    while (!(result = g_hash_table_lookup(host->ended, job)) && !late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(limit);
    if (result && g_str_equal(result, "done"))
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "%s of %s did not succeed (%s); journalctl -u %s says more.", method, unit,
                result ? result : "timeout", unit);
    return FALSE;
}

void host_forget_failure(Host *host, const char *unit)
{
    GVariant *done = ask_systemd(host, "ResetFailedUnit", g_variant_new("(s)", unit), NULL, NULL);

    g_clear_pointer(&done, g_variant_unref);
}

/* --- who else is there --- */

static char *text_property(Host *host, const char *name, const char *path, const char *interface,
                           const char *property, GDBusCallFlags flags)
{
    g_autoptr(GVariant) reply =
        call(host, name, path, "org.freedesktop.DBus.Properties", "Get",
             g_variant_new("(ss)", interface, property), "(v)", flags, NULL);
    g_autoptr(GVariant) value = NULL;

    if (!reply)
        return NULL;
    g_variant_get(reply, "(v)", &value);
    return g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string(value, NULL)
                                                              : NULL;
}

gboolean host_is_active(Host *host, const char *unit)
{
    g_autoptr(GVariant) reply =
        ask_systemd(host, "LoadUnit", g_variant_new("(s)", unit), "(o)", NULL);
    g_autofree char *state = NULL;
    const char *path;

    if (!reply)
        return FALSE;
    g_variant_get(reply, "(&o)", &path);
    state =
        text_property(host, SYSTEMD, path, SYSTEMD ".Unit", "ActiveState", G_DBUS_CALL_FLAGS_NONE);
    return g_strcmp0(state, "active") == 0 || g_strcmp0(state, "activating") == 0 ||
           g_strcmp0(state, "reloading") == 0;
}

char *host_helper_payload(Host *host)
{
    return text_property(host, SOTTO_HELPER_NAME, "/io/github/sottodns/Sotto1", SOTTO_HELPER_NAME,
                         "Payload", G_DBUS_CALL_FLAGS_NO_AUTO_START);
}

char *host_polkit_version(Host *host)
{
    return text_property(
        host, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
        "org.freedesktop.PolicyKit1.Authority", "BackendVersion", G_DBUS_CALL_FLAGS_NONE);
}

/* --- programs --- */

gboolean host_run(const char *const *command, gboolean optional, GError **error)
{
    g_autofree char *program = g_find_program_in_path(command[0]);
    g_autofree char *words = NULL;
    int status;

    if (!program && optional)
        return TRUE;
    if (!program) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "This computer has no %s.",
                    command[0]);
        return FALSE;
    }
    if (!g_spawn_sync(NULL, (char **)command, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &words,
                      &status, error))
        return FALSE;
    if (g_spawn_check_wait_status(status, NULL))
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s failed: %s", command[0],
                g_strstrip(words));
    return FALSE;
}
