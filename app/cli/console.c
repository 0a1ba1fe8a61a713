/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output for people. A tone becomes an escape sequence only on a terminal, never in a pipe, and not
 * where NO_COLOR is set; so nothing that matters may be told by tone alone.
 */
#include "console.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#define LABEL_WIDTH 11
#define COLUMN_GAP  2

struct Table {
    guint columns;
    GPtrArray *rows; /* char**, with one cell more than columns: NULL */
    GArray *tones;   /* Tone of each row */
    gint *widths;
};

static gboolean shows_colour(void)
{
    static int answer = -1;

    if (answer < 0) {
        const char *refused = g_getenv("NO_COLOR"), *term = g_getenv("TERM");
        answer = isatty(STDOUT_FILENO) && (refused == NULL || refused[0] == '\0') &&
                 g_strcmp0(term, "dumb") != 0;
    }
    return answer != 0;
}

static const char *tone_escape(Tone tone)
{
    switch (tone) {
    case TONE_PLAIN:
        return "";
    case TONE_GOOD:
        return "\033[32m";
    case TONE_WARNING:
        return "\033[33m";
    case TONE_BAD:
        return "\033[31m";
    case TONE_QUIET:
        return "\033[2m";
    case TONE_STRONG:
        return "\033[1m";
    }
    return "";
}

void console_print(Tone tone, const char *text)
{
    if (tone != TONE_PLAIN && shows_colour())
        g_print("%s%s\033[0m", tone_escape(tone), text);
    else
        g_print("%s", text);
}

void console_complain(const char *sentence)
{
    fflush(stdout);
    g_printerr("%s: %s\n", g_get_prgname(), sentence);
}

gint console_width(const char *text)
{
    gint width = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar letter = g_utf8_get_char(text);
        width += g_unichar_iszerowidth(letter) ? 0 : g_unichar_iswide(letter) ? 2 : 1;
    }
    return width;
}

static void print_spaces(gint count)
{
    g_print("%*s", MAX(count, 0), "");
}

void console_print_fact(const char *label, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    console_print(TONE_QUIET, label);
    print_spaces(MAX(LABEL_WIDTH - console_width(label), 1));
    g_print("%s\n", value);
}

Table *table_new(guint columns)
{
    Table *table = g_new0(Table, 1);

    table->columns = columns;
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    table->tones = g_array_new(FALSE, FALSE, sizeof(Tone));
    table->widths = g_new0(gint, columns);
    return table;
}

void table_add(Table *table, Tone tone, const char *const *cells)
{
    char **row = g_new0(char *, table->columns + 1);

    for (guint i = 0; i < table->columns; i++) {
        row[i] = g_strdup(cells[i]);
        table->widths[i] = MAX(table->widths[i], console_width(row[i]));
    }
    g_ptr_array_add(table->rows, row);
    g_array_append_val(table->tones, tone);
}

/* How many cells the row has up to its last one with words: a line ends there. */
static guint cells_with_words(const Table *table, char **row)
{
    guint count = table->columns;

    while (count > 0 && row[count - 1][0] == '\0')
        count--;
    return count;
}

void table_print(Table *table)
{
    for (guint r = 0; r < table->rows->len; r++) {
        char **row = g_ptr_array_index(table->rows, r);
        guint count = cells_with_words(table, row);
        for (guint i = 0; i < count; i++) {
            console_print(g_array_index(table->tones, Tone, r), row[i]);
            if (i + 1 < count)
                print_spaces(table->widths[i] - console_width(row[i]) + COLUMN_GAP);
        }
        g_print("\n");
    }
}

void table_free(Table *table)
{
    g_ptr_array_unref(table->rows);
    g_array_unref(table->tones);
    g_free(table->widths);
    g_free(table);
}

char *console_clock(gint64 time_s)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(time_s);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    gboolean today;

    if (then == NULL)
        return g_strdup("");
    today = g_date_time_get_year(then) == g_date_time_get_year(now) &&
            g_date_time_get_day_of_year(then) == g_date_time_get_day_of_year(now);
    return g_date_time_format(then, today ? "%H:%M" : "%Y-%m-%d %H:%M");
}

char *console_milliseconds(guint64 time_us)
{
    /* Translators: milliseconds. */
    return g_strdup_printf(_("%.1f ms"), (double)time_us / 1000.0);
}
