/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "privileges.h"

#include <glib.h>

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIND_ONLY  "0000000000000400" /* 1 << CAP_NET_BIND_SERVICE */
#define ADMIN_ONLY "0000000000001000" /* 1 << CAP_NET_ADMIN */
#define NONE       "0000000000000000"

/* The value of a "CapPrm:" line and the like in /proc/self/status. */
static gboolean status_is(const char *key, const char *value)
{
    g_autofree char *text = NULL;
    g_autofree char *line = g_strdup_printf("\n%s:\t%s\n", key, value);
    g_assert_true(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
    if (strstr(text, line) != NULL)
        return TRUE;
    g_test_message("%s is not %s", key, value);
    return FALSE;
}

/* What is given away is gone for good: each test runs in a child. */
static void run_in_child(gboolean (*test)(void))
{
    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    pid_t child = fork();
    if (child == 0)
        _exit(test() ? EXIT_SUCCESS : EXIT_FAILURE);
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
}

static gboolean drop(void)
{
    return privileges_drop() == STATUS_OK && status_is("CapPrm", BIND_ONLY) &&
           status_is("CapEff", BIND_ONLY) && status_is("CapInh", NONE) &&
           status_is("CapAmb", NONE) && status_is("NoNewPrivs", "1");
}

static gboolean become_nobody(void)
{
    const struct passwd *nobody = getpwnam("nobody");
    uid_t uid = nobody->pw_uid;
    return privileges_become("nobody", FALSE) == STATUS_OK && getuid() == uid && geteuid() == uid &&
           status_is("CapPrm", NONE) && status_is("CapEff", NONE) && setuid(0) < 0;
}

static gboolean become_service(void)
{
    return privileges_become_service("nobody") == STATUS_OK && getuid() != 0 &&
           status_is("CapPrm", BIND_ONLY) && status_is("CapEff", BIND_ONLY) &&
           status_is("CapInh", NONE) && status_is("CapAmb", NONE);
}

static gboolean keep_network(void)
{
    return privileges_keep_network("nobody") == STATUS_OK && getuid() != 0 &&
           status_is("CapPrm", ADMIN_ONLY) && status_is("CapEff", ADMIN_ONLY) &&
           status_is("CapInh", NONE) && status_is("CapAmb", NONE);
}

/* Debian's games lives in /usr/games, which is there and empty of secrets. */
static gboolean confine(void)
{
    if (getpwnam("games") == NULL || access("/usr/games", X_OK) < 0)
        return TRUE;
    return privileges_become("games", TRUE) == STATUS_OK && access("/etc/passwd", F_OK) < 0;
}

static gboolean unknown_user(void)
{
    return privileges_become("no-such-user-here", FALSE) == STATUS_INVALID && geteuid() == 0;
}

static void test_drop(void)
{
    run_in_child(drop);
}

static void test_become(void)
{
    run_in_child(become_nobody);
}

static void test_become_service(void)
{
    run_in_child(become_service);
}

static void test_keep_network(void)
{
    run_in_child(keep_network);
}

static void test_confine(void)
{
    run_in_child(confine);
}

static void test_unknown_user(void)
{
    run_in_child(unknown_user);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/privileges/drop-leaves-bind-only", test_drop);
    g_test_add_func("/privileges/become-is-for-good", test_become);
    g_test_add_func("/privileges/service-keeps-bind", test_become_service);
    g_test_add_func("/privileges/keeper-keeps-network", test_keep_network);
    g_test_add_func("/privileges/home-becomes-the-root", test_confine);
    g_test_add_func("/privileges/unknown-user-is-refused", test_unknown_user);
    return g_test_run();
}
