/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each test is a process of its own: what the surroundings were is not to be had back. */
#include "surroundings.h"

#include <glib.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULES "/somewhere/modules"

static void close_them(void)
{
    g_setenv("LD_PRELOAD", "/usr/lib/libevil.so", TRUE);
    g_setenv("GIO_MODULE_DIR", "/usr/lib/gio/modules", TRUE);
    g_setenv("GIO_EXTRA_MODULES", "/usr/lib/gio/modules", TRUE);
    g_setenv("GCONV_PATH", "/usr/lib/gconv", TRUE);
    g_setenv("SSLKEYLOGFILE", "/tmp/keys", TRUE);
    g_setenv("NOTIFY_SOCKET", "/run/systemd/notify", TRUE);
    g_setenv("WATCHDOG_USEC", "60000000", TRUE);
    surroundings_close(MODULES);
}

static void run_alone(gconstpointer data)
{
    void (*test)(void) = *(void (*const *)(void))data;
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        test();
        _exit(EXIT_SUCCESS);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
}

static void modules_are_those_of_one_folder(void)
{
    close_them();
    g_assert_cmpstr(g_getenv("GIO_MODULE_DIR"), ==, MODULES);
    g_assert_null(g_getenv("GIO_EXTRA_MODULES"));
}

static void what_names_code_to_load_goes(void)
{
    close_them();
    g_assert_null(g_getenv("LD_PRELOAD"));
    g_assert_null(g_getenv("GCONV_PATH"));
    g_assert_null(g_getenv("SSLKEYLOGFILE"));
}

static void what_systemd_says_stays(void)
{
    close_them();
    g_assert_cmpstr(g_getenv("NOTIFY_SOCKET"), ==, "/run/systemd/notify");
    g_assert_cmpstr(g_getenv("WATCHDOG_USEC"), ==, "60000000");
}

static void text_is_utf8(void)
{
    close_them();
    g_assert_cmpstr(g_getenv("CHARSET"), ==, "UTF-8");
}

static void users_of_the_files_are_known(void)
{
    close_them();
    g_assert_nonnull(getpwnam("root"));
}

static void native_program_is_left_alone(void)
{
    g_setenv("GIO_EXTRA_MODULES", "/usr/lib/gio/modules", TRUE);
    surroundings_enter(false);
    g_assert_cmpstr(g_getenv("GIO_EXTRA_MODULES"), ==, "/usr/lib/gio/modules");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(void);
    } tests[] = {
        {"/surroundings/modules-are-those-of-one-folder", modules_are_those_of_one_folder},
        {"/surroundings/what-names-code-to-load-goes", what_names_code_to_load_goes},
        {"/surroundings/what-systemd-says-stays", what_systemd_says_stays},
        {"/surroundings/text-is-utf8", text_is_utf8},
        {"/surroundings/users-of-the-files-are-known", users_of_the_files_are_known},
        {"/surroundings/native-program-is-left-alone", native_program_is_left_alone},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].test, run_alone);
    return g_test_run();
}
