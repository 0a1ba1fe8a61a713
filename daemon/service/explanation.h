/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <gio/gio.h>

/**
 * What would answer a question, as a{sv} of Explain (data/dbus). `type` as people write it, "" for
 * A. NULL with G_IO_ERROR_INVALID_ARGUMENT and a sentence for what is no name or no type.
 * (floating)
 */
GVariant *explanation_report(Engine *engine, const char *name, const char *type, GError **error);
