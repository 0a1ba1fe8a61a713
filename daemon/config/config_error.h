/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/**
 * What was wrong, for those who tell a user or a program of it; the sentence is in the message. A
 * domain of its own, since naming GIO's would load GIO into the forwarder, which has no use for it.
 * The numbers are those of GIOErrorEnum, so that the service may take them for it.
 */
typedef enum ConfigError {
    CONFIG_ERROR_FAILED = 0,
    CONFIG_ERROR_NOT_FOUND = 1,
    CONFIG_ERROR_INVALID_ARGUMENT = 13, /* said by somebody just now */
    CONFIG_ERROR_NOT_SUPPORTED = 15,
    CONFIG_ERROR_CANCELLED = 19,
    CONFIG_ERROR_INVALID_DATA = 35, /* in a file */
} ConfigError;

#define CONFIG_ERROR config_error_quark()
GQuark config_error_quark(void);
