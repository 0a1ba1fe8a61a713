/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lists are taken into use, which are refused, and how they are kept on disk. */
#include "sources_scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void list_is_taken_into_use(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    Resolver *one = sources_scene_find(scene, "one");

    g_assert_cmpstr(one->source, ==, "public");
    g_assert_cmpstr(one->operator_name, ==, "dns.example");
    g_assert_cmpstr(one->description, ==, "The first.");
    g_assert_null(one->key_changed);
    g_assert_cmpint(sources_scene_list(scene, 0)->copy->signed_at_s, ==, SCENE_LIST_S);
    g_assert_cmpint(sources_scene_list(scene, 0)->checked_at_s, ==, SCENE_WALL_S);
    g_assert_cmpuint(scene->changes, >, 0);
}

static void newer_list_replaces_it(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "list.md", SCENE_LIST_S + 1);
    sources_scene_refresh(scene);
    g_assert_nonnull(sources_scene_find(scene, "two"));
}

/* --- refused: the old one stays, and it is said why --- */

static void assert_refused(SourcesScene *scene, const char *sentence)
{
    g_autofree char *all = g_strconcat("public: ", sentence, NULL);

    sources_scene_refresh(scene);
    g_assert_cmpstr(scene->failure, ==, all);
    g_assert_cmpstr(sources_scene_list(scene, 0)->failure, ==, sentence);
    g_assert_nonnull(sources_scene_find(scene, "one"));
    g_assert_null(sources_scene_find(scene, "two"));
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
    g_assert_null(sources_scene_find(scene, "two"));
}

static void wrong_signature_is_refused(SourcesScene *scene, gconstpointer data)
{
    g_autoptr(GBytes) other = g_bytes_new_static("x", 1);

    sources_scene_hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, g_bytes_new_static(LIST_NEW, strlen(LIST_NEW)),
                        list_signer_sign_file(&scene->signer, other, "list.md", SCENE_WALL_S));
    assert_refused(scene, "It does not match its signature: it was changed or cut short.");
}

static void wrong_key_is_refused(SourcesScene *scene, gconstpointer data)
{
    GBytes *text = g_bytes_new_static(LIST_NEW, strlen(LIST_NEW));
    ListSigner other;

    sources_scene_hold_old(scene);
    list_signer_init(&other, 8);
    sources_scene_serve(scene, SCENE_URL, text,
                        list_signer_sign_file(&other, text, "list.md", SCENE_WALL_S));
    list_signer_clear(&other);
    assert_refused(scene, "It was signed with another key.");
}

static void older_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "list.md", SCENE_LIST_S - 86400);
    assert_refused(scene, "It was signed on 20 September 2026 and is older than the one in use, of "
                          "21 September 2026.");
}

static void older_list_is_refused_after_a_restart(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_restart(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "list.md", SCENE_LIST_S - 1);
    sources_scene_refresh(scene);
    g_assert_nonnull(scene->failure);
    g_assert_null(sources_scene_find(scene, "two"));
}

static void swapped_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, "## two\n" STAMP_RELAY "\n", "relays.md",
                             SCENE_WALL_S);
    assert_refused(scene, "The signature is for a file named \"relays.md\", not for \"list.md\".");
}

static void truncated_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    g_autoptr(GBytes) whole = g_bytes_new_static(LIST_NEW, strlen(LIST_NEW));

    sources_scene_hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, g_bytes_new_from_bytes(whole, 0, strlen(LIST_NEW) - 20),
                        list_signer_sign_file(&scene->signer, whole, "list.md", SCENE_WALL_S));
    assert_refused(scene, "It does not match its signature: it was changed or cut short.");
}

static void truncated_signature_is_refused(SourcesScene *scene, gconstpointer data)
{
    GBytes *text = g_bytes_new_static(LIST_NEW, strlen(LIST_NEW));
    g_autoptr(GBytes) whole = list_signer_sign_file(&scene->signer, text, "list.md", SCENE_WALL_S);

    sources_scene_hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, text,
                        g_bytes_new_from_bytes(whole, 0, g_bytes_get_size(whole) - 10));
    assert_refused(scene, "The signature file is cut short.");
}

static void huge_list_is_refused(SourcesScene *scene, gconstpointer data)
{
    gsize size = 100 << 20;
    GBytes *text = g_bytes_new_take(g_malloc0(size), size);

    sources_scene_hold_old(scene);
    sources_scene_serve(scene, SCENE_URL, text, g_bytes_new_static("", 0));
    assert_refused(scene, "It is larger than a list may be.");
}

static void signed_nonsense_is_refused(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, "# nothing\n", "list.md", SCENE_WALL_S);
    assert_refused(scene, "It holds no entry that can be used.");
}

static void missing_list_is_told(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    g_hash_table_remove(scene->served, SCENE_URL);
    assert_refused(scene, "Nothing is there.");
}

static void mirror_helps_out(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_serve_text(scene, SCENE_URL, LIST_NEW, "other.md", SCENE_WALL_S);
    sources_scene_serve_text(scene, SCENE_MIRROR, LIST_NEW, "list.md", SCENE_WALL_S);
    sources_scene_refresh(scene);
    g_assert_null(scene->failure);
    g_assert_nonnull(sources_scene_find(scene, "two"));
}

/* --- on disk --- */

static char *kept(const SourcesScene *scene, const char *name)
{
    return g_build_filename(scene->folder, "lists", name, NULL);
}

static void kept_list_is_read_at_the_start(SourcesScene *scene, gconstpointer data)
{
    sources_scene_hold_old(scene);
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
    g_assert_cmpint(sources_scene_list(scene, 0)->copy->signed_at_s, ==, SCENE_LIST_S);
}

static void damaged_copy_is_not_used(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *path = kept(scene, "public.md");

    sources_scene_hold_old(scene);
    g_assert_true(g_file_set_contents(path, LIST_NEW, -1, NULL));
    sources_scene_restart(scene);
    g_assert_null(sources_scene_find(scene, "one"));
    g_assert_cmpstr(sources_scene_list(scene, 0)->failure, ==,
                    "The copy on disk cannot be used. It does not match its signature: it was "
                    "changed or cut short.");
}

static void huge_copy_is_not_read(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *path = kept(scene, "public.md");

    sources_scene_hold_old(scene);
    g_assert_cmpint(truncate(path, 100 << 20), ==, 0);
    sources_scene_restart(scene);
    g_assert_cmpstr(sources_scene_list(scene, 0)->failure, ==,
                    "The copy on disk cannot be used. It is larger than a list may be.");
}

/* The power went after the list and before the signature had taken its place. */
static void half_a_replacement_is_whole(SourcesScene *scene, gconstpointer data)
{
    g_autofree char *now = kept(scene, "public.minisig"), *new = kept(scene, "public.minisig.new");

    sources_scene_hold_old(scene);
    g_assert_cmpint(g_rename(now, new), ==, 0);
    g_assert_true(g_file_set_contents(now, "of the list before", -1, NULL));
    sources_scene_restart(scene);
    g_assert_nonnull(sources_scene_find(scene, "one"));
}

int main(int argc, char **argv)
{
    static const SourcesCase cases[] = {
        {"/sources/list-is-taken-into-use", list_is_taken_into_use},
        {"/sources/newer-list-replaces-it", newer_list_replaces_it},
        {"/sources/wrong-signature-is-refused", wrong_signature_is_refused},
        {"/sources/wrong-key-is-refused", wrong_key_is_refused},
        {"/sources/older-list-is-refused", older_list_is_refused},
        {"/sources/older-list-is-refused-after-a-restart", older_list_is_refused_after_a_restart},
        {"/sources/swapped-list-is-refused", swapped_list_is_refused},
        {"/sources/truncated-list-is-refused", truncated_list_is_refused},
        {"/sources/truncated-signature-is-refused", truncated_signature_is_refused},
        {"/sources/huge-list-is-refused", huge_list_is_refused},
        {"/sources/signed-nonsense-is-refused", signed_nonsense_is_refused},
        {"/sources/missing-list-is-told", missing_list_is_told},
        {"/sources/mirror-helps-out", mirror_helps_out},
        {"/sources/kept-list-is-read-at-the-start", kept_list_is_read_at_the_start},
        {"/sources/damaged-copy-is-not-used", damaged_copy_is_not_used},
        {"/sources/huge-copy-is-not-read", huge_copy_is_not_read},
        {"/sources/half-a-replacement-is-whole", half_a_replacement_is_whole},
    };

    return sources_scene_run(argc, argv, cases, G_N_ELEMENTS(cases));
}
