/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An installation is a list of steps with one way back. What each step changed outside of the
 * program's own home is remembered by `placing`; the home itself changes by one link.
 */
#include "installation.h"

#include "host.h"
#include "installed.h"
#include "objections.h"
#include "placing.h"
#include "removal.h"
#include "units.h"
#include "versions.h"

#include <pwd.h>
#include <unistd.h>

#define STATE_FOLDER         "/var/lib/sotto"
#define ACTIONS_IN_ETC       "/etc/polkit-1/actions/"
#define ACTIONS_IN_USR       "/usr/share/polkit-1/actions/"
#define PRESENCE_LIMIT_MS    10000
#define PRESENCE_INTERVAL_MS 100

typedef struct Work {
    const Wanted *wanted;
    Host *host;
    Edition edition;
    Installed *before; /* NULL: nothing is installed */
    Installed *after;
    GPtrArray *sources; /* of the host's files: paths below the payload's host/ … */
    GPtrArray *targets; /* … and where each goes */
    Placing *placing;
    gboolean actions_in_usr;
    gboolean ran; /* the one before, when we began */
} Work;

static void work_clear(Work *work)
{
    host_free(work->host);
    edition_clear(&work->edition);
    installed_free(work->before);
    installed_free(work->after);
    g_clear_pointer(&work->sources, g_ptr_array_unref);
    g_clear_pointer(&work->targets, g_ptr_array_unref);
    placing_free(work->placing);
}

/* --- the record, before anything is done --- */

static char *target_of(const Work *work, const char *source)
{
    if (work->actions_in_usr && g_str_has_prefix(source, ACTIONS_IN_ETC))
        return g_strconcat(ACTIONS_IN_USR, source + strlen(ACTIONS_IN_ETC), NULL);
    return g_strdup(source);
}

static gboolean plan(Work *work, GError **error)
{
    g_autofree char *files = g_build_filename(work->wanted->payload, "host", NULL);

    work->sources = placing_list(files, error);
    if (!work->sources)
        return FALSE;
    work->targets = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < work->sources->len; i++)
        g_ptr_array_add(work->targets, target_of(work, g_ptr_array_index(work->sources, i)));
    work->after = work->before ? installed_copy(work->before) : installed_new();
    if (*work->wanted->flatpak)
        installed_note(work->after->flatpak, work->wanted->flatpak);
    if (work->after->uid < 0) /* an update takes nobody's right away */
        work->after->uid = work->wanted->uid;
    if (!work->before) {
        work->after->made_user = getpwnam("sotto") == NULL;
        work->after->had_state = g_file_test(STATE_FOLDER, G_FILE_TEST_IS_DIR);
    }
    for (guint i = 0; i < work->targets->len; i++)
        installed_note(work->after->files, g_ptr_array_index(work->targets, i));
    if (work->after->flatpak->len > 0)
        installed_note(work->after->files, UNITS_FOLLOWED_FILE);
    return TRUE;
}

static gboolean make_ways(Work *work, GError **error)
{
    for (guint i = 0; i < work->after->files->len; i++)
        if (!placing_make_way("", g_ptr_array_index(work->after->files, i), work->after->folders,
                              error))
            return FALSE;
    return TRUE;
}

/* --- the steps --- */

static gboolean place_host_files(Work *work, GError **error)
{
    for (guint i = 0; i < work->sources->len; i++) {
        g_autofree char *source =
            g_strconcat(work->wanted->payload, "/host", g_ptr_array_index(work->sources, i), NULL);

        if (!placing_put(work->placing, source, g_ptr_array_index(work->targets, i), error))
            return FALSE;
    }
    if (work->after->flatpak->len > 0) {
        g_autofree char *followed = units_followed_text(work->after->flatpak);

        return placing_put_text(work->placing, followed, UNITS_FOLLOWED_FILE, error);
    }
    return TRUE;
}

static gboolean place_program(Work *work, GError **error)
{
    g_autofree char *tree = g_build_filename(work->wanted->payload, "tree", NULL);

    return versions_place(SOTTO_BUNDLE_HOME, tree, work->wanted->digest, error) &&
           versions_use(SOTTO_BUNDLE_HOME, work->wanted->digest, error);
}

/* SELinux names by path what was made elsewhere and moved here. */
static gboolean label(const Work *work, GError **error)
{
    g_autoptr(GPtrArray) command = g_ptr_array_new();

    g_ptr_array_add(command, (char *)"restorecon");
    g_ptr_array_add(command, (char *)"-RF");
    g_ptr_array_add(command, (char *)SOTTO_BUNDLE_HOME);
    g_ptr_array_add(command, (char *)INSTALLED_FOLDER);
    g_ptr_array_extend(command, work->targets, NULL, NULL);
    g_ptr_array_add(command, NULL);
    return host_run((const char *const *)command->pdata, TRUE, error);
}

static gboolean make_user(GError **error)
{
    static const char *const command[] = {"systemd-sysusers", "/etc/sysusers.d/sotto.conf", NULL};

    return host_run(command, FALSE, error);
}

/* polkit watches the folders that it found when it started. */
static void wake_polkit(Work *work)
{
    for (guint i = 0; i < work->after->folders->len; i++) {
        const char *folder = g_ptr_array_index(work->after->folders, i);

        if (strstr(folder, "/polkit-1") &&
            !(work->before && installed_has(work->before->folders, folder))) {
            host_run_job(work->host, "TryRestartUnit", "polkit.service", NULL);
            return;
        }
    }
}

/* Nobody asked for it now, and somebody had stopped the helper: it stays so. */
static gboolean stays_stopped(const Work *work)
{
    return work->before && work->wanted->uid < 0 && !work->ran;
}

/* Once: what an administrator disables stays so. */
static gboolean enable(Work *work, GError **error)
{
    gboolean followed = work->after->flatpak->len > 0;

    if (!work->before && !host_enable(work->host, units_helper, error))
        return FALSE;
    if (!followed || (work->before && work->before->flatpak->len == work->after->flatpak->len))
        return TRUE;
    return ((work->before && work->before->flatpak->len > 0) ||
            host_enable(work->host, units_following, error)) &&
           host_run_job(work->host, "RestartUnit", UNITS_FOLLOW_PATH, error);
}

static gboolean start(Work *work, GError **error)
{
    wake_polkit(work);
    if (!host_reload(work->host, error))
        return FALSE;
    if (stays_stopped(work))
        return TRUE;
    if (!enable(work, error))
        return FALSE;
    host_forget_failure(work->host, UNITS_HELPER);
    return host_run_job(work->host, "RestartUnit", UNITS_HELPER, error);
}

/* Who answers is the one that was installed. */
static gboolean prove(Work *work, GError **error)
{
    g_autofree char *payload = NULL;

    if (stays_stopped(work))
        return TRUE;
    for (guint waited = 0; waited < PRESENCE_LIMIT_MS; waited += PRESENCE_INTERVAL_MS) {
        g_free(payload);
        payload = host_helper_payload(work->host);
        if (g_strcmp0(payload, work->wanted->digest) == 0)
            return TRUE;
        g_usleep(PRESENCE_INTERVAL_MS * 1000);
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "The Sotto service was installed and does not answer on the system bus%s; "
                "everything was put back as it was.",
                payload ? " as the one that was installed" : "");
    return FALSE;
}

/* --- the end --- */

/* What only the one before needed. */
static gboolean take_leftovers(Work *work, GError **error)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < work->after->files->len; i++) {
        const char *file = g_ptr_array_index(work->after->files, i);

        if (installed_has(work->targets, file) || g_str_equal(file, UNITS_FOLLOWED_FILE))
            installed_note(kept, file);
        else if (!placing_take(work->placing, file, error))
            return FALSE;
    }
    g_ptr_array_unref(work->after->files);
    work->after->files = g_steal_pointer(&kept);
    return TRUE;
}

static gboolean settle(Work *work, GError **error)
{
    Installed *after = work->after;

    if (!take_leftovers(work, error))
        return FALSE;
    if (!g_str_equal(after->digest, work->wanted->digest))
        installed_set(&after->previous, after->digest);
    installed_set(&after->digest, work->wanted->digest);
    installed_set(&after->edition.version, work->edition.version);
    after->edition.build_time_s = work->edition.build_time_s;
    return installed_save(after, INSTALLED_FILE, error) &&
           versions_prune(SOTTO_BUNDLE_HOME, after->digest, after->previous, error);
}

static gboolean run_the_one_before(Work *work, GError **error)
{
    if (!versions_use(SOTTO_BUNDLE_HOME, work->before->digest, error) ||
        !installed_save(work->before, INSTALLED_FILE, error) || !host_reload(work->host, error))
        return FALSE;
    host_forget_failure(work->host, UNITS_HELPER);
    return host_run_job(work->host, work->ran ? "RestartUnit" : "StopUnit", UNITS_HELPER, error) &&
           versions_prune(SOTTO_BUNDLE_HOME, work->before->digest, work->before->previous, error);
}

/* As it was: the one before runs again, or nothing is left that was not there. */
static void put_back(Work *work)
{
    g_autoptr(GError) error = NULL;

    if (!work->before)
        removal_erase(work->host, work->after, REMOVAL_UNDO, NULL, &error);
    placing_undo(work->placing);
    if (work->before && !error)
        run_the_one_before(work, &error);
    if (error)
        g_printerr("Putting everything back did not succeed: %s\n", error->message);
}

/* The record of before. One that names no program is of an installation that was interrupted. */
static gboolean look_back(Work *work, GError **error)
{
    g_autoptr(GError) unreadable = NULL;

    work->before = installed_load(INSTALLED_FILE, &unreadable);
    if (unreadable) {
        g_propagate_error(error, g_steal_pointer(&unreadable));
        return FALSE;
    }
    if (work->before && *work->before->digest == '\0') {
        if (!removal_erase(work->host, work->before, REMOVAL_UNDO, NULL, error))
            return FALSE;
        g_clear_pointer(&work->before, installed_free);
    }
    work->ran = work->before && host_is_active(work->host, UNITS_HELPER);
    return TRUE;
}

static gboolean allowed(Work *work, GError **error)
{
    g_autofree char *conf = g_build_filename(work->wanted->payload, "bundle.conf", NULL);

    if (!look_back(work, error) || !edition_load(&work->edition, conf, error) ||
        !objections_none(work->host, work->wanted->payload, &work->edition, work->before, error))
        return FALSE;
    work->actions_in_usr = objections_actions_in_usr(work->host);
    return TRUE;
}

static gboolean carry_out(Work *work, GError **error)
{
    return make_ways(work, error) && installed_save(work->after, INSTALLED_FILE, error) &&
           place_program(work, error) && place_host_files(work, error) && label(work, error) &&
           make_user(error) && start(work, error) && prove(work, error) && settle(work, error);
}

gboolean installation_run(const Wanted *wanted, GError **error)
{
    Work work = {.wanted = wanted, .placing = placing_new("")};
    gboolean done;

    work.host = host_new(error);
    done = work.host && allowed(&work, error) && plan(&work, error);
    if (done && !carry_out(&work, error)) {
        put_back(&work);
        done = FALSE;
    }
    work_clear(&work);
    return done;
}
