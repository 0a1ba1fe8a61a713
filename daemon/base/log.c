/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One process, one log. Lines are made in a buffer and written by one call each, so that they never
 * mix. On standard error they carry a syslog level ("<6>") when systemd reads them (JOURNAL_STREAM,
 * sd-daemon(3)); in a file they carry the time.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LENGTH 1024

typedef enum Sink { SINK_STDERR, SINK_FILE, SINK_SYSLOG } Sink;

static struct {
    Sink sink;
    LogLevel level;
    int fd;
    char *path;
} state = {.level = LOG_LEVEL_INFO, .fd = -1};

static void leave_sink(void)
{
    if (state.fd >= 0)
        close(state.fd);
    if (state.sink == SINK_SYSLOG)
        closelog();
    g_clear_pointer(&state.path, g_free);
    state.fd = -1;
    state.sink = SINK_STDERR;
}

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0640);
}

Status log_to_file(const char *path)
{
    g_autofree char *copy = g_strdup(path);
    int fd = open_file(path);

    if (fd < 0)
        return status_from_errno(errno);
    leave_sink();
    state.sink = SINK_FILE;
    state.fd = fd;
    state.path = g_steal_pointer(&copy);
    return STATUS_OK;
}

void log_to_syslog(void)
{
    leave_sink();
    state.sink = SINK_SYSLOG;
    openlog("sottod", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void log_reopen(void)
{
    int fd;

    if (state.sink != SINK_FILE)
        return;
    fd = open_file(state.path);
    if (fd < 0) {
        log_error("cannot open the log file again, keeping the old one: %s", g_strerror(errno));
        return;
    }
    close(state.fd);
    state.fd = fd;
}

void log_set_level(LogLevel level)
{
    state.level = level;
}

bool log_is_enabled(LogLevel level)
{
    return level <= state.level;
}

static int syslog_level(LogLevel level)
{
    static const int levels[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

    return levels[level];
}

static void write_line(int fd, const char *prefix, const char *text)
{
    char line[LINE_MAX_LENGTH + 64];
    int length = snprintf(line, sizeof line, "%s%s\n", prefix, text);

    length = MIN(length, (int)sizeof line - 1);
    line[length - 1] = '\n';
    /* A log that cannot be written (disk full, pipe gone) must not stop lookups. */
    if (write(fd, line, (size_t)length) < 0)
        return;
}

/* What came from a file or a peer may be quoted in it: an event stays one line of text. */
static void blot_out_controls(char *text)
{
    for (char *at = text; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            *at = '?';
}

void log_write(LogLevel level, const char *format, ...)
{
    char text[LINE_MAX_LENGTH], prefix[48] = "";
    va_list arguments;

    if (!log_is_enabled(level))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    blot_out_controls(text);

    if (state.sink == SINK_SYSLOG) {
        syslog(syslog_level(level), "%s", text);
    } else if (state.sink == SINK_FILE) {
        time_t now = time(NULL);
        struct tm parts;

        strftime(prefix, sizeof prefix, "%Y-%m-%dT%H:%M:%SZ ", gmtime_r(&now, &parts));
        write_line(state.fd, prefix, text);
    } else {
        if (g_getenv("JOURNAL_STREAM"))
            snprintf(prefix, sizeof prefix, "<%d>", syslog_level(level));
        write_line(STDERR_FILENO, prefix, text);
    }
}

/* Nothing is allocated here. */
static void on_glib(const char *domain, GLogLevelFlags flags, const char *message, gpointer data)
{
    if (flags & G_LOG_LEVEL_ERROR)
        log_error("ends at once, and has to be started again: %s", message);
    else if (flags & G_LOG_LEVEL_CRITICAL)
        log_error("%s: CRITICAL: %s", domain ? domain : "sotto", message);
    else if (flags & G_LOG_LEVEL_WARNING)
        log_warning("%s: %s", domain ? domain : "sotto", message);
    else
        log_debug("%s: %s", domain ? domain : "sotto", message);
}

void log_adopt_glib(void)
{
    g_log_set_default_handler(on_glib, NULL);
}
