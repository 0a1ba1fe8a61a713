/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/** What a line of the query log tells of. */
typedef enum {
    SOTTO_LOOKUP_BLOCKED,  /* by a rule */
    SOTTO_LOOKUP_CLOAKED,  /* a rule gave another answer */
    SOTTO_LOOKUP_SPECIAL,  /* answered without asking anybody */
    SOTTO_LOOKUP_CACHED,   /* kept from before */
    SOTTO_LOOKUP_STALE,    /* kept from before and expired, for want of a better one */
    SOTTO_LOOKUP_RESOLVED, /* by an encrypted resolver */
    SOTTO_LOOKUP_ROUTED,   /* by another server, because of its name: this network's, or a VPN's */
    SOTTO_LOOKUP_FAILED,   /* nobody answered */
    SOTTO_LOOKUP_REFUSED,  /* too many were under way */
    SOTTO_LOOKUP_OTHER,    /* in a way that only a later helper knows */
    SOTTO_LOOKUP_LOST,     /* no lookup: `count` of them came faster than they were read */
    SOTTO_LOOKUP_GARBLED   /* no lookup: `count` lines could not be read */
} SottoLookupKind;

/** One lookup of some program, as the query log has it; or a gap between two. Texts are "" for
 * none; they are shared between all that have the same. */
typedef struct SottoLookup {
    gint64 time_s; /* since 1970; of a gap, 0 */
    guint64 count; /* of a gap; else 0 */
    guint32 latency_us;
    SottoLookupKind kind;
    char *name, *type, *rcode, *resolver, *protocol, *rule; /* GRefString */
} SottoLookup;

/** Reads one line (NUL at its end); FALSE, and nothing written, when it is none of the contract's.
 * For sotto_lookup_clear(). */
gboolean sotto_lookup_parse(const char *line, SottoLookup *lookup);

/** A gap: SOTTO_LOOKUP_LOST or SOTTO_LOOKUP_GARBLED. */
void sotto_lookup_init_gap(SottoLookup *lookup, SottoLookupKind kind, guint64 count);

/** Another one with the same texts. */
void sotto_lookup_copy(const SottoLookup *lookup, SottoLookup *copy);
void sotto_lookup_clear(SottoLookup *lookup);

/** Whether it is a gap. */
gboolean sotto_lookup_is_gap(const SottoLookup *lookup);

/** The log's word for it, "rule"; of a gap, its key: "lost" (static). */
const char *sotto_lookup_kind_word(SottoLookupKind kind);
