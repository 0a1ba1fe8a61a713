/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sotto-portal-probe page|api URL ADDRESS...: one look at whether the web is there.
 *
 * Other people's HTTP, read where it can do no harm: a process of its own that has given away
 * everything, is told where to connect, and ends. The addresses are tried in order, the next one
 * beside those before it when nothing came for a moment (a family that leads nowhere costs a
 * second, not a timeout); the first answer that tells something is the answer. On standard output,
 * in one piece: a line each for verdict, address, date, left, "key=value".
 */
#include "confinement.h"
#include "look.h"
#include "surroundings.h"

#include <libsoup/soup.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_LOOKS     8
#define NEXT_AFTER_MS 1000
#define LIMIT_MS      8000

typedef struct Probe {
    LookQuestion question;
    GInetSocketAddress *addresses[MAX_LOOKS];
    size_t address_count, next, under_way;
    guint stagger;
    bool ended;
    int64_t date_s; /* of an answer that told nothing else */
    GMainLoop *loop;
} Probe;

static void probe_end(Probe *probe, const Finding *finding, int64_t date_s)
{
    static const char *const verdicts[] = {
        [FINDING_UNREACHABLE] = "unreachable", [FINDING_OPEN] = "open", [FINDING_FOUND] = "found"};

    if (probe->ended) /* in the same turn */
        return;
    probe->ended = true;
    printf("verdict=%s\naddress=%s\ndate=%" G_GINT64_FORMAT "\nleft=%" G_GINT64_FORMAT "\n",
           verdicts[finding->verdict], finding->address ? finding->address : "", date_s,
           finding->left_s);
    g_main_loop_quit(probe->loop);
}

static gboolean on_limit(gpointer data)
{
    Probe *probe = data;

    probe_end(probe, &(Finding){.verdict = FINDING_UNREACHABLE}, probe->date_s);
    return G_SOURCE_REMOVE;
}

static void begin_next(Probe *probe);

static gboolean on_stagger(gpointer data)
{
    Probe *probe = data;

    probe->stagger = 0;
    begin_next(probe);
    return G_SOURCE_REMOVE;
}

static void on_look(void *owner, const Finding *finding, int64_t date_s)
{
    Probe *probe = owner;

    probe->under_way--;
    if (date_s > 0)
        probe->date_s = date_s;
    if (finding->verdict != FINDING_UNREACHABLE ||
        (probe->under_way == 0 && probe->next == probe->address_count))
        probe_end(probe, finding, probe->date_s);
    else
        begin_next(probe);
}

static void begin_next(Probe *probe)
{
    g_clear_handle_id(&probe->stagger, g_source_remove);
    if (probe->next == probe->address_count)
        return;
    probe->under_way++;
    look_begin(&probe->question, probe->addresses[probe->next++], on_look, probe);
    probe->stagger = g_timeout_add(NEXT_AFTER_MS, on_stagger, probe);
}

static int port_of(GUri *url)
{
    if (g_uri_get_port(url) > 0)
        return g_uri_get_port(url);
    return g_str_equal(g_uri_get_scheme(url), "https") ? 443 : 80;
}

static bool read_question(Probe *probe, const char *kind, const char *url)
{
    GUri *uri = g_uri_parse(url, SOUP_HTTP_URI_FLAGS, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";

    probe->question.url = uri;
    probe->question.api = g_str_equal(kind, "api");
    return uri && (probe->question.api || g_str_equal(kind, "page")) && g_uri_get_host(uri) &&
           *g_uri_get_host(uri) &&
           (g_str_equal(scheme, "https") || (!probe->question.api && g_str_equal(scheme, "http")));
}

static bool read_trust(Probe *probe, const char *path)
{
    if (path)
        probe->question.trust = g_tls_file_database_new(path, NULL);
    return !path || probe->question.trust;
}

/* More than a few are not better. */
static bool read_addresses(Probe *probe, char **addresses)
{
    guint port = (guint)port_of(probe->question.url);

    for (size_t i = 0; addresses[i] && probe->address_count < MAX_LOOKS; i++) {
        GSocketAddress *address = g_inet_socket_address_new_from_string(addresses[i], port);

        if (!address)
            return false;
        probe->addresses[probe->address_count++] = G_INET_SOCKET_ADDRESS(address);
    }
    return probe->address_count > 0;
}

static _Noreturn void usage(void)
{
    fputs("Usage: sotto-portal-probe [--trust FILE] page|api URL ADDRESS...\n"
          "Asks URL at these addresses and says whether a sign-in page answers in its place.\n",
          stderr);
    _exit(2);
}

/* GIO would load what desktops need: proxies by settings, files by network. */
static void keep_gio_plain(void)
{
    g_setenv("GIO_USE_VFS", "local", TRUE);
    g_setenv("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
    g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
    g_setenv("SOUP_FORCE_HTTP1", "1", TRUE); /* one protocol less to read */
}

int main(int argc, char **argv)
{
    Probe probe = {0};
    char **words = argv + 1;
    const char *trust = NULL;

    surroundings_enter(true);
    if (argc > 2 && g_str_equal(words[0], "--trust")) {
        trust = words[1];
        words += 2;
    }
    confinement_begin(trust);
    keep_gio_plain();
    if (g_strv_length(words) < 3 || !read_question(&probe, words[0], words[1]) ||
        !read_addresses(&probe, words + 2) || !read_trust(&probe, trust))
        usage();
    probe.loop = g_main_loop_new(NULL, FALSE);
    g_timeout_add(LIMIT_MS, on_limit, &probe);
    begin_next(&probe);
    g_main_loop_run(probe.loop);
    /* Looks may be under way still, and threads of GIO's with them. */
    _exit(fflush(stdout) == 0 ? 0 : 1);
}
