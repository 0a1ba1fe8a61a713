/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Its files belong to whoever runs it, who for these tests is "root": without that there would be
 * nothing that is ever accepted. */
#include "deployed.h"

#include "setup_tree.h"

#include <fcntl.h>

#define FILE_INSIDE "/flatpak/app/x86_64/stable/abc/files/helper.tar"

/* What is read, or NULL with `error`. */
static char *read_inside(Tree *tree, const char *inside, GError **error)
{
    int top = open(tree->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int file = deployed_open(top, inside, error);
    char text[16] = "";

    close(top);
    if (file < 0)
        return NULL;
    g_assert_cmpint(read(file, text, sizeof text - 1), >, 0);
    close(file);
    return g_strdup(text);
}

static void assert_read(Tree *tree, const char *inside)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = read_inside(tree, inside, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, "payload");
}

static void assert_refused(Tree *tree, const char *inside, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = read_inside(tree, inside, &error);

    g_assert_null(text);
    g_assert_nonnull(error);
    if (!strstr(error->message, why))
        g_error("\"%s\" does not say \"%s\"", error->message, why);
}

static void change(Tree *tree, const char *inside, int mode)
{
    g_autofree char *path = tree_path(tree, inside);

    g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

static void deploy(Tree *tree)
{
    tree_write(tree, FILE_INSIDE, "payload");
    tree_link(tree, "/flatpak/app/current", "x86_64/stable");
    tree_link(tree, "/flatpak/app/x86_64/stable/active", "abc");
}

static gboolean skip_unless_root(void)
{
    if (geteuid() == 0)
        return FALSE;
    g_test_skip("only root owns what is accepted");
    return TRUE;
}

static void test_links_of_roots(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    assert_read(tree, "/flatpak/app/current/active/files/helper.tar");
}

static void test_folder_others_write(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    change(tree, "/flatpak/app/x86_64", 0775);
    assert_refused(tree, "/flatpak/app/current/active/files/helper.tar", "other than root");
}

static void test_file_others_write(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    change(tree, FILE_INSIDE, 0666);
    assert_refused(tree, FILE_INSIDE, "other than root");
}

static void test_link_of_another(Tree *tree, gconstpointer data)
{
    g_autofree char *link = tree_path(tree, "/flatpak/app/current");

    if (skip_unless_root())
        return;
    deploy(tree);
    g_assert_cmpint(lchown(link, 12345, 12345), ==, 0);
    assert_refused(tree, "/flatpak/app/current/active/files/helper.tar", "other than root");
}

static void test_sticky_folder(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    change(tree, "/flatpak", 01777);
    assert_refused(tree, FILE_INSIDE, "other than root");
}

static void test_absolute_link(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    tree_link(tree, "/elsewhere", "/flatpak/app/../app");
    assert_read(tree, "/elsewhere/current/active/files/helper.tar");
}

static void test_links_in_a_circle(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    tree_link(tree, "/a", "b");
    tree_link(tree, "/b", "a");
    assert_refused(tree, "/a", "on and on");
}

static void test_above_the_top(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    assert_read(tree, "/../../.." FILE_INSIDE);
}

static void test_no_plain_file(Tree *tree, gconstpointer data)
{
    if (skip_unless_root())
        return;
    deploy(tree);
    assert_refused(tree, "/flatpak/app", "no plain file");
    assert_refused(tree, FILE_INSIDE "/more", "no plain file");
}

static void test_nothing_there(Tree *tree, gconstpointer data)
{
    assert_refused(tree, "/flatpak", "cannot be opened");
}

static void test_gone_or_unknown(Tree *tree, gconstpointer data)
{
    g_assert_cmpint(deployed_look(tree->root), ==, DEPLOYED_UNKNOWN);
    tree_write(tree, "/repo/config", "");
    g_assert_cmpint(deployed_look(tree->root), ==, DEPLOYED_GONE);
    tree_write(tree, "/app/io.github.sottodns.Sotto/current", "");
    g_assert_cmpint(deployed_look(tree->root), ==, DEPLOYED_THERE);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Tree *tree, gconstpointer data);
    } tests[] = {
        {"/deployed/links-of-roots", test_links_of_roots},
        {"/deployed/folder-others-write", test_folder_others_write},
        {"/deployed/file-others-write", test_file_others_write},
        {"/deployed/link-of-another", test_link_of_another},
        {"/deployed/sticky-folder", test_sticky_folder},
        {"/deployed/absolute-link", test_absolute_link},
        {"/deployed/links-in-a-circle", test_links_in_a_circle},
        {"/deployed/above-the-top", test_above_the_top},
        {"/deployed/no-plain-file", test_no_plain_file},
        {"/deployed/nothing-there", test_nothing_there},
        {"/deployed/gone-or-unknown", test_gone_or_unknown},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Tree, NULL, tree_make, tests[i].run, tree_delete);
    return g_test_run();
}
