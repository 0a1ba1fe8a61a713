/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "identity.h"

#include <gio/gio.h>

/** "Who answers this machine's programs", compared with who answers Sotto. */
typedef struct HijackFinding {
    const char *code; /* "" the same resolver, "answered-elsewhere", HIJACK_UNKNOWN */
    char *detail;     /* one sentence (transfer full) */
} HijackFinding;

#define HIJACK_UNKNOWN "unknown"

/** `resolver`: Sotto's, by name. `reaches_here`: what programs ask was just seen to reach Sotto. */
HijackFinding hijack_judge(const Identity *identity, const char *resolver, bool reaches_here);

/** What was found the last time somebody looked while protection was off: the evidence "before". */
typedef struct HijackMemory HijackMemory;

HijackMemory *hijack_memory_new(void);
/** NULL is allowed. */
void hijack_memory_free(HijackMemory *memory);
/** Keeps a finding, on the network of that name; one that is not known replaces nothing. */
void hijack_memory_keep(HijackMemory *memory, const HijackFinding *finding, const char *network,
                        int64_t time_s);
/** a{sv} with time x, network s, code s, detail s; NULL when nobody looked. (floating) */
GVariant *hijack_memory_report(const HijackMemory *memory);
