/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottoctl log: the query log, turned on and off, and read.
 *
 * The helper gives a pipe with what the log holds and then each query as it comes. How much it
 * holds now is not told, so without --follow the end is a silence: everything held is in the pipe
 * at once, or comes as fast as it is read.
 */
#include "command.h"
#include "console.h"
#include "document.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define SILENCE_MS 300

static gboolean wants_follow;

static const GOptionEntry log_options[] = {
    {"follow", 'f', 0, G_OPTION_ARG_NONE, &wants_follow,
     N_("Go on with each lookup as it is answered, until interrupted"), NULL},
    G_OPTION_ENTRY_NULL,
};

/* --- on and off --- */

static CliExit switch_log(Session *session, gboolean on)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    sotto_helper_set_logging_async(session->helper, on, NULL, session_keep, &result);
    session_await(&result);
    if (!sotto_helper_action_finish(session->helper, result, &error))
        return session_fail(session, error);
    if (session->json) {
        g_autoptr(JsonBuilder) document = document_new();
        document_add_flag(document, "logging", on);
        document_print(document, DOCUMENT_READABLE);
    } else {
        g_print("%s\n", on ? _("The lookups of everybody on this computer are logged now, in "
                               "memory, for an hour each.")
                           : _("The query log is off, and what it held is forgotten."));
    }
    return CLI_OK;
}

/* --- lines --- */

static const char *member(JsonObject *object, const char *key)
{
    return json_object_get_string_member_with_default(object, key, "");
}

/* "14:32:05" (transfer full) */
static char *clock_words(gint64 time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_s);

    return time != NULL ? g_date_time_format(time, "%H:%M:%S") : g_strdup("");
}

static void print_query(JsonObject *object)
{
    g_autofree char *time = clock_words(json_object_get_int_member_with_default(object, "time", 0));
    gint64 latency_us = json_object_get_int_member_with_default(object, "latency", 0);
    g_autofree char *latency =
        latency_us > 0 ? console_milliseconds((guint64)latency_us) : g_strdup("");
    g_autoptr(GString) by = g_string_new(member(object, "source"));
    const char *const more[] = {member(object, "resolver"), member(object, "protocol"), latency,
                                member(object, "rule")};

    for (gsize i = 0; i < G_N_ELEMENTS(more); i++)
        if (more[i][0] != '\0')
            g_string_append_printf(by, "  %s", more[i]);
    g_print("%s  %-6s %-9s %s  ", time, member(object, "type"), member(object, "rcode"),
            member(object, "name"));
    console_print(TONE_QUIET, by->str);
    g_print("\n");
}

/* A line that is no JSON comes from a helper of another age, and is shown as it is. */
static void print_line(const char *line)
{
    g_autoptr(JsonNode) node = json_from_string(line, NULL);
    JsonObject *object =
        node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

    if (object == NULL) {
        g_print("%s\n", line);
    } else if (json_object_has_member(object, "lost")) {
        gint64 lost = json_object_get_int_member_with_default(object, "lost", 0);
        g_autofree char *sentence = g_strdup_printf(
            ngettext("(%lu line was lost here)\n", "(%lu lines were lost here)\n", (gulong)lost),
            (gulong)lost);
        console_print(TONE_WARNING, sentence);
    } else {
        print_query(object);
    }
}

/* Prints the whole lines in `text` and leaves what follows them. */
static void print_lines(Session *session, GString *text)
{
    char *end;

    while ((end = memchr(text->str, '\n', text->len)) != NULL) {
        *end = '\0';
        if (session->json)
            g_print("%s\n", text->str);
        else
            print_line(text->str);
        g_string_erase(text, 0, end - text->str + 1);
    }
}

static void copy_lines(Session *session, int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    char bytes[4096];
    gssize length;

    while (wants_follow || poll(&waiting, 1, SILENCE_MS) > 0) {
        length = read(fd, bytes, sizeof bytes);
        if (length <= 0)
            break;
        g_string_append_len(text, bytes, length);
        print_lines(session, text);
    }
}

static CliExit read_log(Session *session)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;
    int fd;

    sotto_helper_follow_log_async(session->helper, NULL, session_keep, &result);
    session_await(&result);
    fd = sotto_helper_follow_log_finish(session->helper, result, &error);
    if (fd < 0)
        return session_fail(session, error);
    copy_lines(session, fd);
    close(fd);
    return CLI_OK;
}

static CliExit run_log(Session *session, char **parameters)
{
    if (parameters[0] == NULL)
        return read_log(session);
    if (g_str_equal(parameters[0], "on"))
        return switch_log(session, TRUE);
    if (g_str_equal(parameters[0], "off"))
        return switch_log(session, FALSE);
    return session_misuse(_("“%s” is neither “on” nor “off”."), parameters[0]);
}

const Command log_command = {
    .name = "log",
    .parameters = "[on|off]",
    .summary = N_("Show the query log, or turn it on or off"),
    .options = log_options,
    .most = 1,
    .run = run_log,
};
