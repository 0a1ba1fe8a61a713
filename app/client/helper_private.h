/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/** The proxy to call through (transfer none); NULL without a bus. For helper_calls.c alone. */
GDBusProxy *sotto_helper_proxy(SottoHelper *helper);
/** What sotto_helper_set_interactive() said. For helper_calls.c alone. */
gboolean sotto_helper_is_interactive(SottoHelper *helper);
