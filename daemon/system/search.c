/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One proof tells little of a network that was just joined: the engine may try its transports in
 * the wrong order at first. So there are several, as long as the time lasts. Whoever hears of a
 * doubt may have found a better answer and cancel the search from inside.
 */
#include "search.h"

#define SLOW_US  INT64_C(1500000) /* a network that lets through answers within this */
#define PAUSE_US INT64_C(500000)  /* between proofs, where failure comes at once */

struct Search {
    Prober *prober;
    Loop *loop;
    Plan *plan;
    Settings *settings;
    SearchEvents events;
    void *owner;
    Proof *proof;
    LoopTimer slow, pause;
    int64_t ends_us;
    bool *gone; /* set by search_cancel while an event is under way */
};

static void search_free(Search *search)
{
    proof_cancel(search->proof);
    loop_timer_stop(&search->slow);
    loop_timer_stop(&search->pause);
    plan_unref(search->plan);
    settings_unref(search->settings);
    if (search->gone != NULL)
        *search->gone = true;
    g_free(search);
}

void search_cancel(Search *search)
{
    if (search != NULL)
        search_free(search);
}

static void end(Search *search, const ProofResult *result)
{
    SearchEvents events = search->events;
    void *owner = search->owner;
    search_free(search);
    events.ended(owner, result); /* the proof that calls us keeps what the result points to */
}

static void on_proof(void *owner, const ProofResult *result)
{
    Search *search = owner;
    bool gone = false;
    search->proof = NULL;
    if (!result->ok) {
        search->gone = &gone;
        search->events.doubt(search->owner, result);
        if (gone)
            return;
        search->gone = NULL;
    }
    if (result->ok || loop_now_us(search->loop) + PAUSE_US >= search->ends_us)
        end(search, result);
    else
        loop_timer_start(&search->pause, PAUSE_US);
}

static void prove(void *owner)
{
    Search *search = owner;
    search->proof =
        prober_try_plan(search->prober, search->plan, search->settings, on_proof, search);
}

static void on_slow(void *owner)
{
    Search *search = owner;
    search->events.doubt(search->owner, NULL);
}

Search *search_begin(Prober *prober, Loop *loop, Plan *plan, Settings *settings, int64_t limit_us,
                     const SearchEvents *events, void *owner)
{
    Search *search = g_new0(Search, 1);
    search->prober = prober;
    search->loop = loop;
    search->plan = plan_ref(plan);
    search->settings = settings_ref(settings);
    search->events = *events;
    search->owner = owner;
    search->ends_us = loop_now_us(loop) + limit_us;
    loop_timer_init(&search->slow, loop, on_slow, search);
    loop_timer_init(&search->pause, loop, prove, search);
    if (limit_us > 0)
        loop_timer_start(&search->slow, SLOW_US);
    prove(search);
    return search;
}
