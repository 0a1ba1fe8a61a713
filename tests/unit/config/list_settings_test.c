/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list_settings.h"

#define KEY "RWR/Yn26HWubURu5aaBPLV5mI+Pu83J+4Jgb/nphITBTofFEsdBqKFVy"

static Keys *keys_from(const char *text)
{
    Keys *keys = keys_new();

    g_assert_true(g_key_file_load_from_data(keys->file, text, (gsize)-1, G_KEY_FILE_NONE, NULL));
    return keys;
}

static GPtrArray *read_lists(const char *own, const char *builtin, GError **error)
{
    g_autoptr(Keys) upper = keys_from(own), lower = keys_from(builtin);
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)list_spec_free);

    return list_settings_read(upper, lower, lists, error) ? g_steal_pointer(&lists) : NULL;
}

static void list_is_read(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) lists = read_lists(
        "[List mine]\nURL=https://lists.example:8443/a/list.md;https://192.0.2.1/other.md\n"
        "Key=" KEY "\nKind=relays\nRefreshHours=5\n",
        "", &error);

    g_assert_no_error(error);
    g_assert_cmpuint(lists->len, ==, 1);
    const ListSpec *spec = lists->pdata[0];

    g_assert_cmpstr(spec->name, ==, "mine");
    g_assert_cmpint(spec->kind, ==, LIST_RELAYS);
    g_assert_cmpstr(spec->file, ==, "list.md"); /* mirrors may call it otherwise */
    g_assert_cmpint(spec->refresh_s, ==, 5 * 3600);
}

static void builtin_keys_are_replaced_one_by_one(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) lists = read_lists("[List a]\nRefreshHours=1\n[List b]\nEnabled=false\n",
                                            "[List a]\nURL=https://x.example/a.md\nKey=" KEY
                                            "\n[List b]\nURL=https://x.example/b.md\n"
                                            "Key=" KEY "\n",
                                            &error);

    g_assert_no_error(error);
    g_assert_cmpuint(lists->len, ==, 1);
    g_assert_cmpint(((const ListSpec *)lists->pdata[0])->refresh_s, ==, 3600);
}

static void bad_values_are_refused(void)
{
    static const char *const wrong[] = {
        "[List a]\nKey=" KEY "\n",
        "[List a]\nURL=https://x.example/a.md\n",
        "[List a]\nURL=https://x.example/a.md\nKey=RW\n",
        "[List a]\nURL=http://x.example/a.md\nKey=" KEY "\n",
        "[List a]\nURL=https://x.example/\nKey=" KEY "\n",
        "[List a]\nURL=https://user@x.example/a.md\nKey=" KEY "\n",
        "[List a]\nURL=https://x.example/a.md?b\nKey=" KEY "\n",
        "[List a]\nURL=https://x.example/a.md\nKey=" KEY "\nKind=other\n",
        "[List a]\nURL=https://x.example/a.md\nKey=" KEY "\nRefreshHours=0\n",
        "[List ../a]\nURL=https://x.example/a.md\nKey=" KEY "\n",
        "[List .]\nURL=https://x.example/a.md\nKey=" KEY "\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(read_lists(wrong[i], "", &error));
        g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/list-settings/list-is-read", list_is_read);
    g_test_add_func("/list-settings/builtin-keys-are-replaced-one-by-one",
                    builtin_keys_are_replaced_one_by_one);
    g_test_add_func("/list-settings/bad-values-are-refused", bad_values_are_refused);
    return g_test_run();
}
