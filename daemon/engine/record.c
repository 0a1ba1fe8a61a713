/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who sees what becomes of queries: the proof that a lookup went through here, the state machine
 * that counts failures, the query log.
 *
 * The engine keeps one mask of what all observers together want, so that the way of a cache hit has
 * one test in it and builds no record for nobody.
 */
#include "record.h"

#include "engine_state.h"

const char *record_source_name(RecordSource source)
{
    static const char *const names[RECORD_SOURCES] = {
        [RECORD_RULE] = "rule",           [RECORD_CLOAK] = "cloak", [RECORD_SPECIAL] = "special",
        [RECORD_CACHE] = "cache",         [RECORD_STALE] = "stale", [RECORD_RESOLVER] = "resolver",
        [RECORD_COALESCED] = "coalesced", [RECORD_ROUTE] = "route", [RECORD_FAILED] = "failed",
        [RECORD_LIMIT] = "limit",
    };

    return (unsigned)source < RECORD_SOURCES ? names[source] : "";
}

static void sum_interests(Engine *engine)
{
    engine->interests = 0;
    list_for_each (node, &engine->observers) {
        engine->interests |= container_of(node, EngineObserver, node)->interest;
    }
}

void engine_observe(Engine *engine, EngineObserver *observer)
{
    list_init(&observer->node);
    list_append(&engine->observers, &observer->node);
    sum_interests(engine);
}

void engine_unobserve(Engine *engine, EngineObserver *observer)
{
    if (!observer->node.next) /* it never began */
        return;
    list_remove(&observer->node);
    sum_interests(engine);
}

void engine_tell(Engine *engine, const QueryRecord *record)
{
    list_for_each (node, &engine->observers) {
        const EngineObserver *observer = container_of(node, EngineObserver, node);

        if (observer->interest & 1u << record->source)
            observer->observed(observer->owner, record);
    }
}
