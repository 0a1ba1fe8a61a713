/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "minisign.h"

#include "list_signer.h"

#include <string.h>

#define TIME INT64_C(1790000000)

/* Made with minisign 0.11: a key, and a file signed with it in both ways. */
static const char tool_key[] = "RWR/Yn26HWubURu5aaBPLV5mI+Pu83J+4Jgb/nphITBTofFEsdBqKFVy";
static const char tool_content[] =
    "# A list of our own\n\n## one\n\nFirst.\n\nsdns://gRExOTIuMC4yLjE6NDQz\n";
static const char tool_hashed[] =
    "untrusted comment: signature from minisign secret key\n"
    "RUR/Yn26HWubUcS0JWWo4KmeULSwK0tDltlNO6TB+LqEMEBUylxpT+880rhLS9Ttmy7GlUpCtrQ6I7cyJPkKjPXB5eJa"
    "uXvBrAQ=\n"
    "trusted comment: timestamp:1790000000\tfile:small.md\thashed\n"
    "8C+I6ESkdAt4TyL7H8zbOkamSt52OySBkj2vHxpdukvxdf00feA+VkzmX0joUQc3WmKGjeisRBvTroSz4aY9AA==\n";
static const char tool_legacy[] =
    "untrusted comment: signature from minisign secret key\n"
    "RWR/Yn26HWubUffkZ55iL00Wy+R3xj7O5tD4VcsSSkFIhl2865poN0HqsJJIUO8NuaZfAiI+BhDniVDLoVcexeOsiraQ"
    "5EjijwQ=\n"
    "trusted comment: timestamp:1790000000\tfile:small.md\n"
    "bsuH5i/ug+ZFvHih599NBoXmAMcneorq7hKNB36yYRaEZ0Lr8vDwCVTPL2VtQxQW4E4gB7PIyfB9YQmIPZmkBw==\n";

typedef struct Scene {
    ListSigner signer;
    MinisignKey key;
    GBytes *content;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
    list_signer_init(&scene->signer, 7);
    g_assert_true(minisign_key_parse(scene->signer.public_text, &scene->key, NULL));
    scene->content = g_bytes_new_static("## a list\n", 10);
}

static void tear_down(Scene *scene, gconstpointer data)
{
    g_bytes_unref(scene->content);
    list_signer_clear(&scene->signer);
}

static GBytes *bytes(const char *text)
{
    return g_bytes_new_static(text, strlen(text));
}

static void accepts_tool(const char *signature_text)
{
    g_autoptr(GBytes) content = bytes(tool_content), signature = bytes(signature_text);
    g_autoptr(GError) error = NULL;
    MinisignKey key;
    int64_t signed_at_s = 0;

    g_assert_true(minisign_key_parse(tool_key, &key, &error));
    g_assert_true(minisign_verify(&key, content, signature, "small.md", 0, &signed_at_s, &error));
    g_assert_no_error(error);
    g_assert_cmpint(signed_at_s, ==, TIME);
}

static void hashed_signature_is_accepted(Scene *scene, gconstpointer data)
{
    accepts_tool(tool_hashed);
}

static void legacy_signature_is_accepted(Scene *scene, gconstpointer data)
{
    accepts_tool(tool_legacy);
}

/* Refused with this code, with a sentence, and with the time left alone. (transfer full) of
 * signature */
static void refused(Scene *scene, GBytes *content, GBytes *signature, int64_t held_s,
                    MinisignError code)
{
    g_autoptr(GBytes) owned = signature;
    g_autoptr(GError) error = NULL;
    int64_t signed_at_s = 42;

    g_assert_false(
        minisign_verify(&scene->key, content, owned, "list.md", held_s, &signed_at_s, &error));
    g_assert_error(error, MINISIGN_ERROR, (int)code);
    g_assert_true(g_str_has_suffix(error->message, "."));
    g_assert_cmpint(signed_at_s, ==, 42);
}

static void other_content_is_refused(Scene *scene, gconstpointer data)
{
    g_autoptr(GBytes) other = bytes("## another list\n");

    refused(scene, other, list_signer_sign_file(&scene->signer, scene->content, "list.md", TIME), 0,
            MINISIGN_ERROR_SIGNATURE);
}

static void truncated_content_is_refused(Scene *scene, gconstpointer data)
{
    g_autoptr(GBytes) part = g_bytes_new_from_bytes(scene->content, 0, 9);

    refused(scene, part, list_signer_sign_file(&scene->signer, scene->content, "list.md", TIME), 0,
            MINISIGN_ERROR_SIGNATURE);
}

static void other_key_is_refused(Scene *scene, gconstpointer data)
{
    ListSigner other;

    list_signer_init(&other, 8);
    refused(scene, scene->content, list_signer_sign_file(&other, scene->content, "list.md", TIME),
            0, MINISIGN_ERROR_KEY);
    memcpy(other.id, scene->signer.id, sizeof other.id); /* the id is not what proves it */
    refused(scene, scene->content, list_signer_sign_file(&other, scene->content, "list.md", TIME),
            0, MINISIGN_ERROR_SIGNATURE);
    list_signer_clear(&other);
}

static void other_file_is_refused(Scene *scene, gconstpointer data)
{
    refused(scene, scene->content,
            list_signer_sign_file(&scene->signer, scene->content, "relays.md", TIME), 0,
            MINISIGN_ERROR_FILE);
    refused(scene, scene->content,
            list_signer_sign(&scene->signer, scene->content, "ED", "timestamp:1790000000"), 0,
            MINISIGN_ERROR_FILE);
}

static void older_time_is_refused(Scene *scene, gconstpointer data)
{
    refused(scene, scene->content,
            list_signer_sign_file(&scene->signer, scene->content, "list.md", TIME), TIME + 1,
            MINISIGN_ERROR_TIME);
    refused(scene, scene->content,
            list_signer_sign(&scene->signer, scene->content, "ED", "file:list.md"), 0,
            MINISIGN_ERROR_TIME);
    refused(scene, scene->content,
            list_signer_sign(&scene->signer, scene->content, "ED", "timestamp:-5\tfile:list.md"), 0,
            MINISIGN_ERROR_TIME);
}

static void same_time_is_accepted(Scene *scene, gconstpointer data)
{
    g_autoptr(GBytes) signature =
        list_signer_sign_file(&scene->signer, scene->content, "list.md", TIME);
    int64_t signed_at_s;

    g_assert_true(minisign_verify(&scene->key, scene->content, signature, "list.md", TIME,
                                  &signed_at_s, NULL));
}

/* The comment of one signature under the content of another. */
static void changed_comment_is_refused(Scene *scene, gconstpointer data)
{
    g_autoptr(GBytes) signature =
        list_signer_sign_file(&scene->signer, scene->content, "list.md", TIME);
    g_autoptr(GString) text = g_string_new(g_bytes_get_data(signature, NULL));

    g_string_replace(text, "timestamp:1790000000", "timestamp:1790000001", 1);
    refused(scene, scene->content, g_bytes_new(text->str, text->len), 0, MINISIGN_ERROR_SIGNATURE);
}

static void truncated_signature_is_refused(Scene *scene, gconstpointer data)
{
    g_autoptr(GBytes) signature =
        list_signer_sign_file(&scene->signer, scene->content, "list.md", TIME);
    gsize length = g_bytes_get_size(signature);

    for (gsize kept = 0; kept + 1 < length; kept++) { /* the last byte is a newline */
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(signature, 0, kept);
        g_autoptr(GError) error = NULL;
        int64_t signed_at_s;

        g_assert_false(
            minisign_verify(&scene->key, scene->content, part, "list.md", 0, &signed_at_s, &error));
        g_assert_true(g_error_matches(error, MINISIGN_ERROR, MINISIGN_ERROR_TRUNCATED) ||
                      g_error_matches(error, MINISIGN_ERROR, MINISIGN_ERROR_FORMAT));
    }
}

static void other_files_are_no_signatures(Scene *scene, gconstpointer data)
{
    static const char zeros[100] = "untrusted comment: \0";
    g_autofree char *large = g_strnfill(1 << 20, 'x');

    refused(scene, scene->content, g_bytes_new_static("", 0), 0, MINISIGN_ERROR_FORMAT);
    refused(scene, scene->content, bytes("<!DOCTYPE html>\n\n\n\n"), 0, MINISIGN_ERROR_FORMAT);
    refused(scene, scene->content, bytes(large), 0, MINISIGN_ERROR_FORMAT);
    refused(scene, scene->content, g_bytes_new_static(zeros, sizeof zeros), 0,
            MINISIGN_ERROR_FORMAT);
}

static void other_text_is_no_key(Scene *scene, gconstpointer data)
{
    static const char *const wrong[] = {"", "RW",
                                        "untrusted comment: minisign public key 519B6B1DBA7D627F",
                                        "RUR/Yn26HWubURu5aaBPLV5mI+Pu83J+4Jgb/nphITBTofFEsdBqKFVy",
                                        "RWR/Yn26HWubURu5aaBPLV5mI+Pu83J+4Jgb/nphITBTofFEsdBqKFV*"};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(minisign_key_parse(wrong[i], &scene->key, &error));
        g_assert_error(error, MINISIGN_ERROR, MINISIGN_ERROR_FORMAT);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(Scene *scene, gconstpointer data);
    } tests[] = {
        {"/minisign/hashed-signature-is-accepted", hashed_signature_is_accepted},
        {"/minisign/legacy-signature-is-accepted", legacy_signature_is_accepted},
        {"/minisign/other-content-is-refused", other_content_is_refused},
        {"/minisign/truncated-content-is-refused", truncated_content_is_refused},
        {"/minisign/other-key-is-refused", other_key_is_refused},
        {"/minisign/other-file-is-refused", other_file_is_refused},
        {"/minisign/older-time-is-refused", older_time_is_refused},
        {"/minisign/same-time-is-accepted", same_time_is_accepted},
        {"/minisign/changed-comment-is-refused", changed_comment_is_refused},
        {"/minisign/truncated-signature-is-refused", truncated_signature_is_refused},
        {"/minisign/other-files-are-no-signatures", other_files_are_no_signatures},
        {"/minisign/other-text-is-no-key", other_text_is_no_key},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Scene, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
