/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl monitor: a line for every change of state, and one for every second's counters, until
 * interrupted (or for --count seconds). It outlives the helper: while that is away the lines say
 * so, and no call is made, since a call would start a helper that somebody stopped.
 *
 * With --json each line is one object with an "event": "state" (the keys of `status`) or
 * "statistics" (the counters' growth in that second; gauges and times as they are).
 */
#include "command.h"
#include "console.h"
#include "report.h"
#include "wording.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#define HEAD_EVERY    20 /* lines */
#define NUMBER_WIDTH  9  /* in columns of a terminal */
#define NUMBER_LENGTH 24 /* in bytes */

typedef struct Monitor {
    Session *session;
    GMainLoop *loop;
    char *last_state; /* what was printed last, to print it only when it changes */
    SottoStatistics before;
    gboolean has_before, asking;
    guint lines;
    gint left; /* seconds of counters still to print; -1: until interrupted */
} Monitor;

static int option_count = -1;

static gint64 now_s(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* --- state --------------------------------------------------------------------------------- */

static void print_state_json(Monitor *monitor)
{
    g_autoptr(JsonBuilder) document = document_new();
    SottoHelper *helper = monitor->session->helper;

    document_add_string(document, "event", "state");
    document_add_number(document, "time", now_s());
    document_add_flag(document, "present", sotto_helper_presence(helper) == SOTTO_PRESENCE_PRESENT);
    report_add_json(document, helper);
    document_print(document, DOCUMENT_ONE_LINE);
}

static void print_state_words(Monitor *monitor, const char *sentence)
{
    SottoHelper *helper = monitor->session->helper;
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *clock = g_date_time_format(now, "%H:%M:%S  ");
    g_autofree char *resolver = report_resolver(helper);
    g_autofree char *reason = sotto_wording(sotto_helper_reason(helper));

    console_print(TONE_QUIET, clock);
    console_print(report_tone(helper), sentence);
    if (sotto_helper_state(helper) == SOTTO_STATE_ON && resolver[0] != '\0')
        g_print(" · %s", resolver);
    if (reason[0] != '\0')
        g_print(" · %s", reason);
    g_print("\n");
    monitor->lines = 0;
}

static void show_state(Monitor *monitor)
{
    SottoHelper *helper = monitor->session->helper;
    g_autofree char *sentence = report_sentence(helper);
    g_autofree char *resolver = report_resolver(helper);
    g_autofree char *state =
        g_strjoin("\n", sentence, resolver, sotto_helper_reason_code(helper), NULL);

    if (g_strcmp0(state, monitor->last_state) == 0)
        return;
    g_free(monitor->last_state);
    monitor->last_state = g_steal_pointer(&state);
    if (monitor->session->json)
        print_state_json(monitor);
    else
        print_state_words(monitor, sentence);
}

/* --- counters ------------------------------------------------------------------------------ */

/* Counters grow, gauges do not: these are told as they are. */
static gboolean is_gauge(const char *key)
{
    static const char *const gauges[] = {
        "cache-entries", "cache-bytes",  "in-flight", "latency-p50",
        "latency-p95",   "longest-turn", NULL};

    return g_strv_contains(gauges, key);
}

static void add_total(const char *key, guint64 value, gpointer totals)
{
    g_hash_table_insert(totals, (char *)key, GSIZE_TO_POINTER((gsize)value));
}

typedef struct {
    JsonBuilder *document;
    GHashTable *before;
} Growth;

static void add_growth(const char *key, guint64 value, gpointer data)
{
    const Growth *growth = data;
    guint64 before = GPOINTER_TO_SIZE(g_hash_table_lookup(growth->before, key));

    document_add_number(growth->document, key,
                        (gint64)(is_gauge(key) ? value : value - MIN(before, value)));
}

static void print_counters_json(Monitor *monitor, const SottoStatistics *now)
{
    g_autoptr(JsonBuilder) document = document_new();
    g_autoptr(GHashTable) before = g_hash_table_new(g_str_hash, g_str_equal);
    Growth growth = {document, before};

    document_add_string(document, "event", "statistics");
    document_add_number(document, "time", now_s());
    sotto_statistics_visit(&monitor->before, add_total, before);
    sotto_statistics_visit(now, add_growth, &growth);
    document_print(document, DOCUMENT_ONE_LINE);
}

/* Cells below each other, as wide as numbers or their title need, whichever is wider. */
static void print_cells(Tone tone, const char *const *cells, const char *const *titles)
{
    for (gsize i = 0; titles[i] != NULL; i++) {
        gint width = MAX(console_width(titles[i]), NUMBER_WIDTH);
        g_print("%s%*s", i > 0 ? " " : "", width - console_width(cells[i]), "");
        console_print(tone, cells[i]);
    }
    g_print("\n");
}

static void print_counters_words(Monitor *monitor, const SottoStatistics *now)
{
    const SottoStatistics *before = &monitor->before;
    /* Translators: titles above numbers, each at most 9 letters wide: lookups, those encrypted,
     * answered from the cache, failed, gone around Sotto, still waited for, and the median time
     * in milliseconds. */
    const char *const titles[] = {C_("column", "lookups"), C_("column", "encrypted"),
                                  C_("column", "cached"),  C_("column", "failed"),
                                  C_("column", "around"),  C_("column", "pending"),
                                  C_("column", "p50 ms"),  NULL};
    const guint64 counts[] = {
        now->queries - before->queries,       now->encrypted - before->encrypted,
        now->cache_hits - before->cache_hits, now->failed - before->failed,
        now->leaked - before->leaked,         now->in_flight};
    char texts[G_N_ELEMENTS(titles) - 1][NUMBER_LENGTH];
    const char *cells[G_N_ELEMENTS(texts)];

    for (gsize i = 0; i < G_N_ELEMENTS(cells); i++)
        cells[i] = texts[i];
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
        g_snprintf(texts[i], NUMBER_LENGTH, "%" G_GUINT64_FORMAT, counts[i]);
    g_snprintf(texts[G_N_ELEMENTS(counts)], NUMBER_LENGTH, "%.1f",
               (double)now->latency_p50_us / 1000.0);
    if (monitor->lines++ % HEAD_EVERY == 0)
        print_cells(TONE_QUIET, titles, titles);
    print_cells(TONE_PLAIN, cells, titles);
}

static void show_counters(Monitor *monitor, const SottoStatistics *now)
{
    /* a new helper counts from zero again: there is nothing to subtract from */
    if (monitor->has_before && monitor->before.since_s == now->since_s) {
        if (monitor->session->json)
            print_counters_json(monitor, now);
        else
            print_counters_words(monitor, now);
        if (monitor->left > 0 && --monitor->left == 0)
            g_main_loop_quit(monitor->loop);
    }
    monitor->before = *now;
    monitor->has_before = TRUE;
}

static void on_statistics(GObject *source, GAsyncResult *result, gpointer data)
{
    Monitor *monitor = data;
    g_autoptr(GError) error = NULL;
    SottoStatistics now;

    monitor->asking = FALSE;
    if (sotto_helper_get_statistics_finish(SOTTO_HELPER(source), result, &now, &error))
        show_counters(monitor, &now);
    else if (error->domain == SOTTO_ERROR && error->code != SOTTO_ERROR_VANISHED)
        console_complain(error->message);
}

static gboolean on_second(gpointer data)
{
    Monitor *monitor = data;
    SottoHelper *helper = monitor->session->helper;

    if (!monitor->asking && sotto_helper_presence(helper) == SOTTO_PRESENCE_PRESENT) {
        monitor->asking = TRUE;
        sotto_helper_get_statistics_async(helper, NULL, on_statistics, monitor);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_interrupted(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_CONTINUE;
}

/* --- the command --------------------------------------------------------------------------- */

static CliExit run_monitor(Session *session, char **parameters)
{
    Monitor monitor = {.session = session, .left = option_count};
    guint sources[3];

    if (option_count == 0 || option_count < -1)
        return session_misuse(_("--count needs a number of seconds above zero."));
    monitor.loop = g_main_loop_new(NULL, FALSE);
    g_signal_connect_swapped(session->helper, "changed", G_CALLBACK(show_state), &monitor);
    sources[0] = g_unix_signal_add(SIGINT, on_interrupted, monitor.loop);
    sources[1] = g_unix_signal_add(SIGTERM, on_interrupted, monitor.loop);
    sources[2] = g_timeout_add_seconds(1, on_second, &monitor);
    show_state(&monitor);
    on_second(&monitor);
    g_main_loop_run(monitor.loop);

    g_signal_handlers_disconnect_by_data(session->helper, &monitor);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    while (monitor.asking) /* its callback points at this frame */
        g_main_context_iteration(NULL, TRUE);
    g_free(monitor.last_state);
    g_main_loop_unref(monitor.loop);
    return CLI_OK;
}

static const GOptionEntry options[] = {
    {"count", 'n', 0, G_OPTION_ARG_INT, &option_count, N_("End after this many seconds"), "N"},
    G_OPTION_ENTRY_NULL,
};

const Command monitor_command = {
    .name = "monitor",
    .parameters = "",
    .summary = N_("Show changes of state and every second's counters until interrupted"),
    .options = options,
    .run = run_monitor,
};
