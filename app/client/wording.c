/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The service speaks English, since it speaks to everybody on this computer; here its sentences are
 * found among those that it is known to say, and said in the language of this user. A report to
 * paste and the output for scripts keep its own words.
 */
#include "wording.h"

#include <glib/gi18n.h>
#include <string.h>

#include "wording_private.h"

#define GAP          "%s"
#define SENTENCE_END ". "

/* Whether `text` is `pattern` with something in each gap; that is added to `found`. No name and no
 * number reaches over the end of a sentence. */
static gboolean match(const char *pattern, const char *text, GPtrArray *found)
{
    const char *gap = strstr(pattern, GAP);
    gsize before = gap != NULL ? (gsize)(gap - pattern) : 0;
    const char *limit;

    if (gap == NULL)
        return g_str_equal(pattern, text);
    if (strncmp(pattern, text, before) != 0)
        return FALSE;
    text += before;
    limit = strstr(text, SENTENCE_END);
    if (limit == NULL)
        limit = text + strlen(text);
    for (const char *end = text + 1; text[0] != '\0' && end <= limit; end++) {
        g_ptr_array_add(found, g_strndup(text, (gsize)(end - text)));
        if (match(gap + strlen(GAP), end, found))
            return TRUE;
        g_ptr_array_set_size(found, (gint)found->len - 1);
    }
    return FALSE;
}

/* Puts the words into the gaps, %s or %2$s (transfer full). */
static char *fill(const char *format, const GPtrArray *words)
{
    GString *text = g_string_new(NULL);
    guint next = 0;

    for (const char *c = format; *c != '\0'; c++) {
        char *after = NULL;
        guint64 place = *c == '%' ? g_ascii_strtoull(c + 1, &after, 10) : 0;
        if (*c == '%' && c[1] == 's') {
            place = ++next;
            c++;
        } else if (place > 0 && after[0] == '$' && after[1] == 's') {
            c = after + 1;
        } else {
            g_string_append_c(text, *c);
            continue;
        }
        if (place <= words->len)
            g_string_append(text, g_ptr_array_index(words, place - 1));
    }
    return g_string_free(text, FALSE);
}

static char *known(const char *text);

/* "3 names of a VPN, 2 certificate requests and 1 …": each by itself (transfer full). */
static char *word_list(const char *list)
{
    const char *comma = strstr(list, ", "), *last = strstr(list, " and ");
    gboolean more = comma != NULL && (last == NULL || comma < last);
    const char *end = more ? comma : last;
    g_autofree char *first = end != NULL ? g_strndup(list, (gsize)(end - list)) : g_strdup(list);
    g_autofree char *worded = known(first), *rest = NULL;
    const char *head = worded != NULL ? worded : first;

    if (end == NULL)
        return g_strdup(head);
    rest = word_list(end + (more ? strlen(", ") : strlen(" and ")));
    /* Translators: the beginning of a list, and the rest of it. */
    return more ? g_strdup_printf(C_("list", "%s, %s"), head, rest)
                /* Translators: the last two of a list. */
                : g_strdup_printf(C_("list", "%s and %s"), head, rest);
}

/* NULL: it says something else (transfer full). */
static char *use(const WordingPattern *pattern, const char *text)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

    if (!match(pattern->one, text, found) &&
        (pattern->many == NULL || !match(pattern->many, text, found)))
        return NULL;
    for (guint i = 0; pattern->kind != WORDING_PLAIN && i < found->len; i++) {
        g_autofree char *words = g_steal_pointer(&found->pdata[i]);
        char *worded = pattern->kind == WORDING_LIST ? word_list(words) : known(words);
        found->pdata[i] = worded != NULL ? worded : g_steal_pointer(&words);
    }
    if (pattern->many == NULL)
        return fill(_(pattern->one), found);
    return fill(g_dngettext(NULL, pattern->one, pattern->many,
                            (gulong)g_ascii_strtoull(g_ptr_array_index(found, 0), NULL, 10)),
                found);
}

/* NULL: no sentence of the service (transfer full). */
static char *known(const char *text)
{
    for (gsize i = 0; i < wording_sentence_count; i++)
        if (g_str_equal(text, wording_sentences[i]))
            return g_strdup(_(wording_sentences[i]));
    for (gsize i = 0; i < wording_pattern_count; i++) {
        char *words = use(&wording_patterns[i], text);
        if (words != NULL)
            return words;
    }
    return NULL;
}

char *sotto_wording(const char *text)
{
    char *whole = known(text);

    if (whole != NULL)
        return whole;
    for (const char *end = strstr(text, SENTENCE_END); end != NULL;
         end = strstr(end + 1, SENTENCE_END)) {
        g_autofree char *head = g_strndup(text, (gsize)(end + 1 - text));
        g_autofree char *worded = known(head);
        if (worded != NULL) {
            g_autofree char *rest = sotto_wording(end + strlen(SENTENCE_END));
            return g_strconcat(worded, " ", rest, NULL);
        }
    }
    return g_strdup(text);
}
