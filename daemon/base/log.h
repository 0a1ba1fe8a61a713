/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

#include <stdbool.h>

/**
 * The log: one line an event, `key=value` pairs after the sentence. Query names and secrets are
 * never given to it. Sinks: standard error (with syslog levels when systemd reads it), a file, or
 * syslog.
 */
typedef enum LogLevel {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
} LogLevel;

/** The sink is standard error until one of these. Appends to `path` (created 0640).
 * STATUS_PERMISSION, STATUS_IO: the sink stays what it was. */
Status log_to_file(const char *path) must_check;
/** Logs to syslog, facility daemon. */
void log_to_syslog(void);
/** Closes and opens the log file again (after rotation); nothing for the other sinks. */
void log_reopen(void);

/** What GLib and those who are built on it have to say goes to this log, too, wherever that is.
 * GLib ends the process where there is no memory left: this is the last word of it. */
void log_adopt_glib(void);

void log_set_level(LogLevel level);
bool log_is_enabled(LogLevel level);

void log_write(LogLevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)                                                                             \
    do {                                                                                           \
        if (log_is_enabled(LOG_LEVEL_DEBUG))                                                       \
            log_write(LOG_LEVEL_DEBUG, __VA_ARGS__);                                               \
    } while (0)

/** For states that cannot be: logs the place and makes the enclosing function return `value`. */
#define require(condition, value)                                                                  \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            log_write(LOG_LEVEL_ERROR, "impossible state at %s:%d: %s", __FILE__, __LINE__,        \
                      #condition);                                                                 \
            return value;                                                                          \
        }                                                                                          \
    } while (0)
