/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The probe is a program, sotto-portal-probe: it is installed below libexecdir, and lies beside
 * sottod where both were just built. Nothing of ours goes along: GSubprocess closes every
 * descriptor, the environment is empty, the capability we keep is not one that a program inherits.
 *
 * It reads what strangers say, so what it says is taken as if they had: four lines of a known form,
 * or nothing. It is killed when it has spoken, when nobody waits any more, and at the time limit.
 *
 * A probe that was cancelled is left by its owner at once, and freed when its last read returns.
 */
#include "portal_probe.h"

#include "address.h"
#include "log.h"
#include "sotto-build.h"
#include "trust_store.h"

#include <string.h>
#include <unistd.h>

#define PROGRAM       "sotto-portal-probe"
#define MAX_ADDRESSES 8
#define MAX_SAID      4096
#define MAX_PAGE      2048 /* the address of a sign-in page, octets */
#define LIMIT_MS      9500 /* it gives up by itself before */

struct PortalProbe {
    PortalProbeDone done; /* NULL: cancelled */
    void *owner;
    GSubprocess *process; /* NULL: could not be started */
    GCancellable *cancellable;
    guint limit;
    char said[MAX_SAID + 1];
};

/* ---- what it says ---- */

/* The value behind `key` at the start of `*at`, up to the line's end; moves on. NULL: not there. */
static char *take_value(char **at, const char *key)
{
    size_t length = strlen(key);
    char *value = *at + length, *end = strchr(*at, '\n');

    if (!end || strncmp(*at, key, length) != 0)
        return NULL;
    *end = '\0';
    *at = end + 1;
    return value;
}

static bool read_verdict(const char *word, PortalVerdict *verdict)
{
    static const char *const words[] = {
        [PORTAL_UNREACHABLE] = "unreachable", [PORTAL_OPEN] = "open", [PORTAL_FOUND] = "found"};

    for (size_t i = 0; word && i < G_N_ELEMENTS(words); i++) {
        if (g_str_equal(word, words[i])) {
            *verdict = (PortalVerdict)i;
            return true;
        }
    }
    return false;
}

static bool is_page_address(const char *text)
{
    if (!text || strlen(text) > MAX_PAGE)
        return false;
    for (const char *at = text; *at; at++)
        if (!g_ascii_isgraph(*at))
            return false;
    return !*text || g_str_has_prefix(text, "http://") || g_str_has_prefix(text, "https://");
}

static bool read_seconds(const char *text, int64_t *seconds)
{
    return text && g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, seconds, NULL);
}

bool portal_answer_read(char *said, PortalAnswer *answer)
{
    const char *verdict = take_value(&said, "verdict=");
    const char *address = verdict ? take_value(&said, "address=") : NULL;
    const char *date = address ? take_value(&said, "date=") : NULL;
    const char *left = date ? take_value(&said, "left=") : NULL;

    answer->address = address;
    return read_verdict(verdict, &answer->verdict) && is_page_address(address) &&
           read_seconds(date, &answer->date_s) && read_seconds(left, &answer->left_s) && !*said;
}

/* ---- its life ---- */

static void probe_free(PortalProbe *probe)
{
    g_clear_handle_id(&probe->limit, g_source_remove);
    if (probe->process)
        g_subprocess_force_exit(probe->process);
    g_clear_object(&probe->process);
    g_object_unref(probe->cancellable);
    g_free(probe);
}

static void probe_end(PortalProbe *probe)
{
    PortalAnswer answer = {0};

    if (probe->process && !portal_answer_read(probe->said, &answer)) {
        log_warning("the portal probe said nothing of use");
        answer = (PortalAnswer){0};
    }
    if (!answer.address)
        answer.address = "";
    probe->done(probe->owner, &answer);
    probe_free(probe);
}

static gboolean on_not_started(gpointer data)
{
    PortalProbe *probe = data;

    probe->limit = 0;
    probe_end(probe);
    return G_SOURCE_REMOVE;
}

/* A read that was cut short, by the limit too, leaves half an answer, which is none. */
static void on_said(GObject *stream, GAsyncResult *result, gpointer data)
{
    PortalProbe *probe = data;

    (void)g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, NULL, NULL);
    if (probe->done)
        probe_end(probe);
    else
        probe_free(probe);
}

static gboolean on_limit(gpointer data)
{
    PortalProbe *probe = data;

    probe->limit = 0;
    g_cancellable_cancel(probe->cancellable);
    return G_SOURCE_REMOVE;
}

static char *find_program(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, "probe", PROGRAM, NULL) : NULL;
    const char *other = g_getenv("SOTTO_PORTAL_PROBE"); /* the tests' */

    if (other)
        return g_strdup(other);
    if (beside && access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    return g_strdup(SOTTO_LIBEXECDIR "/" PROGRAM);
}

static GSubprocess *start(PortalQuestion question, const char *url, const GPtrArray *addresses,
                          GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_auto(GStrv) nothing = g_new0(char *, 1);
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const char *trust = SOTTO_BUNDLE ? trust_store_find(trust_store_places) : NULL;

    g_ptr_array_add(words, find_program());
    if (trust) {
        g_ptr_array_add(words, g_strdup("--trust"));
        g_ptr_array_add(words, g_strdup(trust));
    }
    g_ptr_array_add(words, g_strdup(question == PORTAL_QUESTION_API ? "api" : "page"));
    g_ptr_array_add(words, g_strdup(url));
    for (guint i = 0; i < addresses->len && i < MAX_ADDRESSES; i++) {
        char text[ADDRESS_MAX_TEXT];

        g_ptr_array_add(words,
                        g_strdup(address_format_host(g_ptr_array_index(addresses, i), text)));
    }
    g_ptr_array_add(words, NULL);
    g_subprocess_launcher_set_environ(launcher, nothing);
    return g_subprocess_launcher_spawnv(launcher, (const char *const *)words->pdata, error);
}

static PortalProbe *probe_begin(PortalQuestion question, const char *url,
                                const GPtrArray *addresses, PortalProbeDone done, void *owner)
{
    PortalProbe *probe = g_new0(PortalProbe, 1);
    g_autoptr(GError) error = NULL;

    probe->done = done;
    probe->owner = owner;
    probe->cancellable = g_cancellable_new();
    probe->process = start(question, url, addresses, &error);
    if (probe->process) {
        probe->limit = g_timeout_add(LIMIT_MS, on_limit, probe);
        g_input_stream_read_all_async(g_subprocess_get_stdout_pipe(probe->process), probe->said,
                                      MAX_SAID, G_PRIORITY_DEFAULT, probe->cancellable, on_said,
                                      probe);
    } else {
        log_warning("the portal probe cannot be started: %s", error->message);
        probe->limit = g_idle_add(on_not_started, probe);
    }
    return probe;
}

static void probe_cancel(PortalProbe *probe)
{
    if (!probe)
        return;
    probe->done = NULL;
    if (!probe->process) {
        probe_free(probe);
        return;
    }
    g_subprocess_force_exit(probe->process);
    g_cancellable_cancel(probe->cancellable);
}

const PortalProbeClass portal_probe = {.begin = probe_begin, .cancel = probe_cancel};
