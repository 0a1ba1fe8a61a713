/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config_error.h"

G_DEFINE_QUARK(sotto - config - error - quark, config_error)
