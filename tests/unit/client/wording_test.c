/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service says in English is said in the user's language, here one of a few made-up words.
 */
#include "wording.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>

static const char catalogue[] =
    "msgid \"\"\n"
    "msgstr \"Content-Type: text/plain; charset=UTF-8\\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n"
    "msgid \"Lookups are encrypted.\"\n"
    "msgstr \"Verschlüsselt.\"\n"
    "msgid \"Nobody answers now.\"\n"
    "msgstr \"Keiner.\"\n"
    "msgid \"%s answers.\"\n"
    "msgstr \"Es antwortet %s.\"\n"
    "msgid \"It calls itself %s.\"\n"
    "msgstr \"Es nennt sich %s.\"\n"
    "msgid \"%s is asked of %s, by %s.\"\n"
    "msgstr \"Über %3$s wird %2$s nach %1$s gefragt.\"\n"
    "msgid \"Someone on this network tried to answer for %s. Sotto refused.\"\n"
    "msgstr \"Jemand gab sich als %s aus.\"\n"
    "msgid \"%s left in clear, as they may.\"\n"
    "msgstr \"Offen: %s.\"\n"
    "msgid \"No lookup of a program went around Sotto.\"\n"
    "msgstr \"Vorbei: keine.\"\n"
    "msgid \"%s name of a VPN\"\n"
    "msgid_plural \"%s names of a VPN\"\n"
    "msgstr[0] \"%s Name\"\n"
    "msgstr[1] \"%s Namen\"\n"
    "msgid \"%s certificate request\"\n"
    "msgid_plural \"%s certificate requests\"\n"
    "msgstr[0] \"%s Bitte\"\n"
    "msgstr[1] \"%s Bitten\"\n"
    "msgctxt \"list\"\n"
    "msgid \"%s and %s\"\n"
    "msgstr \"%s und %s\"\n";

static void is_said(const char *text, const char *expected)
{
    g_autofree char *words = sotto_wording(text);

    g_assert_cmpstr(words, ==, expected);
}

static void a_sentence_is_translated(void)
{
    is_said("Lookups are encrypted.", "Verschlüsselt.");
}

static void a_name_stays(void)
{
    is_said("Quad9 answers.", "Es antwortet Quad9.");
}

static void gaps_change_places(void)
{
    is_said("example.org is asked of quad9, by DoT.",
            "Über DoT wird quad9 nach example.org gefragt.");
}

static void a_name_ends_with_its_sentence(void)
{
    is_said("Quad9 answers. It calls itself fra1.", "Es antwortet Quad9. Es nennt sich fra1.");
}

static void two_sentences_can_be_one_message(void)
{
    is_said("Someone on this network tried to answer for Quad9. Sotto refused.",
            "Jemand gab sich als Quad9 aus.");
}

static void lists_are_translated_with_their_numbers(void)
{
    is_said("1 name of a VPN and 3 certificate requests left in clear, as they may. No lookup of a "
            "program went around Sotto.",
            "Offen: 1 Name und 3 Bitten. Vorbei: keine.");
    is_said("4 names of a VPN, 1 certificate request and 2 others left in clear, as they may. No "
            "lookup of a program went around Sotto.",
            "Offen: 4 Namen, 1 Bitte und 2 others. Vorbei: keine.");
}

static void the_unknown_stays_as_it_is(void)
{
    is_said("", "");
    is_said("A newer service says this, 100 %s of it.", "A newer service says this, 100 %s of it.");
    is_said("Nobody answers now. Which is new.", "Keiner. Which is new.");
}

/* Compiles the catalogue where gettext looks for it. */
static void install_catalogue(const char *folder)
{
    g_autofree char *place = g_build_filename(folder, "xx", "LC_MESSAGES", NULL);
    g_autofree char *source = g_build_filename(folder, "xx.po", NULL);
    g_autofree char *compiled = g_build_filename(place, "sotto.mo", NULL);
    const char *const command[] = {"msgfmt", "-o", compiled, source, NULL};
    int status = 0;

    g_assert_cmpint(g_mkdir_with_parents(place, 0700), ==, 0);
    g_assert_true(g_file_set_contents(source, catalogue, -1, NULL));
    g_assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
    bindtextdomain("sotto", folder);
    bind_textdomain_codeset("sotto", "UTF-8");
    textdomain("sotto");
    g_assert_cmpint(g_remove(source), ==, 0);
}

static void remove_catalogue(const char *folder)
{
    static const char *const parts[] = {"xx/LC_MESSAGES/sotto.mo", "xx/LC_MESSAGES", "xx", "."};

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *path = g_build_filename(folder, parts[i], NULL);
        (void)g_remove(path);
    }
    (void)g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_autofree char *folder = NULL;
    int status;

    /* gettext minds LANGUAGE in every locale but "C" itself */
    g_setenv("LANGUAGE", "xx", TRUE);
    g_assert_nonnull(setlocale(LC_ALL, "C.UTF-8"));
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("wording-XXXXXX", NULL);
    g_assert_nonnull(folder);
    install_catalogue(folder);
    g_test_add_func("/wording/a-sentence-is-translated", a_sentence_is_translated);
    g_test_add_func("/wording/a-name-stays", a_name_stays);
    g_test_add_func("/wording/gaps-change-places", gaps_change_places);
    g_test_add_func("/wording/a-name-ends-with-its-sentence", a_name_ends_with_its_sentence);
    g_test_add_func("/wording/two-sentences-can-be-one-message", two_sentences_can_be_one_message);
    g_test_add_func("/wording/lists-are-translated-with-their-numbers",
                    lists_are_translated_with_their_numbers);
    g_test_add_func("/wording/the-unknown-stays-as-it-is", the_unknown_stays_as_it_is);
    status = g_test_run();
    remove_catalogue(folder);
    return status;
}
