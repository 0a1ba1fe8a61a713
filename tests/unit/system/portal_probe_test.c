/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe's program is played by shell scripts that say what a subverted one might. */
#include "portal_probe.h"

#include "address.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Scene {
    const char *program;
    GPtrArray *addresses;
    GMainLoop *loop;
    unsigned called;
    PortalVerdict verdict;
    char *address;
    int64_t date_s, left_s;
} Scene;

static void scene_set_up(Scene *scene, gconstpointer script)
{
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", (const char *)script);
    Address *address = g_new0(Address, 1);

    scene->program = g_getenv("SOTTO_PORTAL_PROBE");
    g_assert_true(g_file_set_contents(scene->program, text, -1, NULL));
    g_assert_cmpint(g_chmod(scene->program, 0755), ==, 0);
    g_assert_cmpint(address_parse("192.0.2.7", 53, address), ==, STATUS_OK);
    scene->addresses = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(scene->addresses, address);
    scene->loop = g_main_loop_new(NULL, FALSE);
}

static void scene_tear_down(Scene *scene, gconstpointer script)
{
    g_unlink(scene->program);
    g_free(scene->address);
    g_ptr_array_unref(scene->addresses);
    g_main_loop_unref(scene->loop);
}

static void on_answer(void *owner, const PortalAnswer *answer)
{
    Scene *scene = owner;

    scene->called++;
    scene->verdict = answer->verdict;
    g_free(scene->address);
    scene->address = g_strdup(answer->address);
    scene->date_s = answer->date_s;
    scene->left_s = answer->left_s;
    g_main_loop_quit(scene->loop);
}

static PortalProbe *begin(Scene *scene)
{
    PortalProbe *probe = portal_probe.begin(PORTAL_QUESTION_PAGE, "http://check.example/",
                                            scene->addresses, on_answer, scene);

    g_assert_cmpuint(scene->called, ==, 0); /* later */
    return probe;
}

static void ask(Scene *scene)
{
    begin(scene);
    g_main_loop_run(scene->loop);
    g_assert_cmpuint(scene->called, ==, 1);
}

static void test_found(Scene *scene, gconstpointer script)
{
    ask(scene);
    g_assert_cmpint(scene->verdict, ==, PORTAL_FOUND);
    g_assert_cmpstr(scene->address, ==, "http://portal.example/?a=b");
    g_assert_cmpint(scene->date_s, ==, 1700000000);
    g_assert_cmpint(scene->left_s, ==, 0);
}

static void test_open(Scene *scene, gconstpointer script)
{
    ask(scene);
    g_assert_cmpint(scene->verdict, ==, PORTAL_OPEN);
    g_assert_cmpstr(scene->address, ==, "");
    g_assert_cmpint(scene->left_s, ==, 60);
}

static void test_is_nothing(Scene *scene, gconstpointer script)
{
    ask(scene);
    g_assert_cmpint(scene->verdict, ==, PORTAL_UNREACHABLE);
    g_assert_cmpstr(scene->address, ==, "");
    g_assert_cmpint(scene->date_s, ==, 0);
}

static void test_missing_program(Scene *scene, gconstpointer script)
{
    g_unlink(scene->program);
    test_is_nothing(scene, script);
}

static gboolean on_pause(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

/* It is killed: what it would do later does not happen. */
static void test_cancel(Scene *scene, gconstpointer script)
{
    g_autofree char *mark = g_strconcat(scene->program, ".mark", NULL);
    PortalProbe *probe = begin(scene);

    g_timeout_add(100, on_pause, scene->loop);
    g_main_loop_run(scene->loop);
    portal_probe.cancel(probe);
    g_timeout_add(700, on_pause, scene->loop);
    g_main_loop_run(scene->loop);
    g_assert_cmpuint(scene->called, ==, 0);
    g_assert_cmpint(g_access(mark, F_OK), <, 0);
}

static void test_cancel_at_once(Scene *scene, gconstpointer script)
{
    portal_probe.cancel(begin(scene));
    g_unlink(scene->program);
    portal_probe.cancel(begin(scene));
    portal_probe.cancel(NULL);
    g_timeout_add(50, on_pause, scene->loop);
    g_main_loop_run(scene->loop);
    g_assert_cmpuint(scene->called, ==, 0);
}

#define SAY(address, date, left, verdict)                                                          \
    "printf 'verdict=" verdict "\\naddress=" address "\\ndate=" date "\\nleft=" left "\\n'"

typedef struct Case {
    const char *name, *script;
    void (*test)(Scene *, gconstpointer);
} Case;

static const Case cases[] = {
    {"found", SAY("http://portal.example/?a=b", "1700000000", "0", "found"), test_found},
    {"open", SAY("", "0", "60", "open"), test_open},
    {"arguments-are-words",
     "[ \"$*\" = 'page http://check.example/ 192.0.2.7' ] && " SAY("", "0", "60", "open"),
     test_open},
    {"environment-is-empty",
     "/usr/bin/env | /bin/grep -qv -e ^PWD= -e ^_= -e ^SHLVL= || " SAY("", "0", "60", "open"),
     test_open},
    {"descriptors-are-closed", "[ ! -e /proc/self/fd/77 ] && " SAY("", "0", "60", "open"),
     test_open},
    {"strange-verdict-is-nothing", SAY("", "0", "0", "maybe"), test_is_nothing},
    {"strange-address-is-nothing", SAY("file:///etc", "0", "0", "found"), test_is_nothing},
    {"blank-in-address-is-nothing", SAY("http://a/ b", "0", "0", "found"), test_is_nothing},
    {"negative-date-is-nothing", SAY("", "-5", "0", "open"), test_is_nothing},
    {"long-number-is-nothing", SAY("", "99999999999999999999", "0", "open"), test_is_nothing},
    {"missing-line-is-nothing", "printf 'verdict=open\\naddress=\\ndate=0\\n'", test_is_nothing},
    {"missing-end-is-nothing", "printf 'verdict=open\\naddress=\\ndate=0\\nleft=0'",
     test_is_nothing},
    {"more-lines-are-nothing", SAY("", "0", "0\\nmore=1", "open"), test_is_nothing},
    {"octet-zero-is-nothing", "printf 'verdict=open\\naddress=\\ndate=0\\nle\\000ft=0\\n'",
     test_is_nothing},
    {"silence-is-nothing", "exit 1", test_is_nothing},
    {"endless-talk-is-nothing", "exec /usr/bin/yes", test_is_nothing},
    {"missing-program-is-nothing", "", test_missing_program},
    {"cancelled-is-killed", "/bin/sleep 0.5; : > \"$0.mark\"", test_cancel},
    {"cancelled-at-once", "/bin/sleep 0.5", test_cancel_at_once},
};

int main(int argc, char **argv)
{
    g_autofree char *folder = g_dir_make_tmp("sotto-probe-XXXXXX", NULL);
    g_autofree char *program = g_build_filename(folder, "program", NULL);
    int code;

    g_test_init(&argc, &argv, NULL);
    g_setenv("SOTTO_PORTAL_PROBE", program, TRUE);
    g_assert_cmpint(dup2(STDERR_FILENO, 77), ==, 77); /* inheritable */
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/portal-probe/", cases[i].name, NULL);

        g_test_add(path, Scene, cases[i].script, scene_set_up, cases[i].test, scene_tear_down);
    }
    code = g_test_run();
    g_rmdir(folder);
    return code;
}
