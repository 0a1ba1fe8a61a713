/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "console.h"
#include "document.h"
#include "session.h"

/** The state of protection in words and in JSON, for every command that ends by showing it. */

/** Lookups are private now: the state is "on", or the user's VPN carries them. */
gboolean report_is_protected(SottoHelper *helper);
/** "Protected on Grand Hotel Wi-Fi" (transfer full). */
char *report_sentence(SottoHelper *helper);
Tone report_tone(SottoHelper *helper);
/** "Quad9, chosen automatically" (transfer full). */
char *report_resolver(SottoHelper *helper);

/** state, protected, network, resolver, resolver-in-use, reason-code, reason, until, changed-by,
 * changed-at, version, build-time, payload. */
void report_add_json(JsonBuilder *document, SottoHelper *helper);

/** The whole of it, as the session wants it. */
void report_print(Session *session);
