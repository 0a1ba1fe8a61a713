/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WebKitGTK can run the process that reads a page's bytes in a sandbox of bubblewrap's, without the
 * user's files and without the network. A page that a stranger's network wrote is what that is for.
 *
 * It is off unless asked for, and once asked for, WebKit aborts the whole program where it does not
 * work: without the two programs, in a container, on a kernel that gives users no namespaces of
 * their own. So the same thing is tried first with a program that does nothing. Inside Flatpak,
 * WebKit asks Flatpak instead, which can always do it.
 */
#include "sandbox.h"

static void on_tried(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;

    if (!g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &error))
        g_debug("no sandbox for the page: %s", error->message);
    g_task_return_boolean(task, error == NULL);
}

void sandbox_probe_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_autofree char *bus_proxy = g_find_program_in_path("xdg-dbus-proxy");
    g_autoptr(GSubprocess) trial = NULL;
    g_autoptr(GError) error = NULL;

    if (g_file_test("/.flatpak-info", G_FILE_TEST_EXISTS)) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    if (bus_proxy != NULL)
        trial = g_subprocess_new(
            G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "bwrap",
            "--die-with-parent", "--unshare-all", "--ro-bind", "/", "/", "true", NULL);
    if (trial == NULL) {
        g_debug("no sandbox for the page: %s",
                error != NULL ? error->message : "there is no xdg-dbus-proxy");
        g_task_return_boolean(task, FALSE);
        return;
    }
    g_subprocess_wait_check_async(trial, cancellable, on_tried, g_object_ref(task));
}

gboolean sandbox_probe_finish(GAsyncResult *result)
{
    return g_task_propagate_boolean(G_TASK(result), NULL);
}
