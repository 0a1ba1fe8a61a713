/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which resolver is asked first, by which of its endpoints, and what follows when that fails.
 *
 * Each strategy gives every resolver a rank, lower is better; a few of the best are taken in rank
 * order, and the first of all may be drawn:
 *
 *   fastest  two are drawn, each with a chance of one over the square of its score (channel.c:
 *            latency, made worse by failures and load); the better one is asked. Nearly every
 *            question so goes to the fastest, and the others are asked just often enough to notice
 *            when one of them becomes it. To compare one must have measured, with clients' own
 *            questions only: one choice in EXPLORE_EVERY goes to a resolver that was never
 *            measured, not for long, or whose back-off has ended. The next is asked early beside
 *            it (hedge.c), so the client hardly waits.
 *   p2       two are drawn, all alike: the power of two choices (M. Mitzenmacher, 2001). Every
 *            resolver but the worst gets its share of the names.
 *   spread   by highest random weight (D. Thaler and C. Ravishankar, 1998): each site (site.c) has
 *            its own order of resolvers, which stays when others come or go.
 *
 * In every strategy shunned channels come behind all healthy ones but stay in the list: when all
 * are shunned, asking is still better than not asking.
 *
 * Of a resolver that was not heard on this network yet, the rungs of its ladder come in a row, one
 * of each protocol: what does not get through is found out before others are bothered. Of one that
 * answers, a failure is more likely the server's, so the next resolver comes before the next rung.
 */
#include "choose.h"

#include "hedge.h"
#include "site.h"

#include <sodium.h>

#define EXPLORE_EVERY   8
#define MEASURE_AGES_US (10 * 60 * (int64_t)1000000)
#define UNMEASURED_RANK (INT64_MAX / 4) /* behind everything that was measured */
#define CHOSEN_MAX      4               /* resolvers, of however many */
#define OWN_RUNGS       5               /* of the first one, before the others */
#define GROUP_SHUNNED   2
#define PLACES          1000 /* more than there are */
#define FEW             8    /* resolvers, as nearly everybody has */

G_STATIC_ASSERT(PLAN_SPREAD_KEY == crypto_shorthash_KEYBYTES);

/* A resolver that could be asked. */
typedef struct Option {
    Upstream *upstream;
    const Channel *best;
    bool shunned;
    int64_t score_us; /* 0 not measured */
    int64_t rank;
} Option;

typedef struct Choice {
    Chooser *chooser;
    const ChooseRequest *request;
    Option *options;
    unsigned count;
} Choice;

/* splitmix64: even, and quick. Nothing secret depends on it. */
static uint64_t draw_number(Chooser *chooser)
{
    uint64_t value = chooser->random += 0x9e3779b97f4a7c15u;

    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

/* From 0 up to, not including, 1. */
static double draw_fraction(Chooser *chooser)
{
    return (double)(draw_number(chooser) >> 11) / (double)(UINT64_C(1) << 53);
}

static int64_t spread_rank(const ChooseRequest *request, const Upstream *upstream)
{
    uint8_t hash[crypto_shorthash_BYTES], text[NAME_MAX_WIRE + 256];
    size_t length = site_of(request->name, text);
    size_t id_length = MIN(strlen(upstream->resolver->id), sizeof text - NAME_MAX_WIRE);
    uint64_t weight;

    memcpy(text + length, upstream->resolver->id, id_length);
    crypto_shorthash(hash, text, length + id_length, request->spread_key);
    memcpy(&weight, hash, sizeof weight);
    return (int64_t)(weight >> 1);
}

static int64_t rank(const Choice *choice, const Option *option, unsigned position)
{
    unsigned count = choice->request->upstreams->len;

    switch (choice->request->strategy) {
    case STRATEGY_FASTEST:
    case STRATEGY_P2:
        return option->score_us > 0 ? option->score_us : UNMEASURED_RANK + position;
    case STRATEGY_FIRST:
        break;
    case STRATEGY_ROUND_ROBIN:
        return (position + count - choice->chooser->turn % count) % count;
    case STRATEGY_RANDOM:
        return (int64_t)(draw_number(choice->chooser) >> 1);
    case STRATEGY_SPREAD:
        return spread_rank(choice->request, option->upstream);
    }
    return position;
}

static void gather_options(Choice *choice)
{
    const GPtrArray *upstreams = choice->request->upstreams;

    for (unsigned i = 0; i < upstreams->len; i++) {
        Option *option = &choice->options[choice->count];

        option->upstream = g_ptr_array_index(upstreams, i);
        option->best = upstream_best(option->upstream);
        if (!option->best)
            continue;
        option->shunned = channel_is_shunned(option->best);
        option->score_us = channel_score_us(option->best);
        option->rank = rank(choice, option, i);
        choice->count++;
    }
}

/* Whether one should know better how it fares. */
static bool is_unknown(const Choice *choice, const Option *option)
{
    return option->score_us == 0 || channel_is_doubtful(option->best) ||
           choice->request->now_us - option->best->measured_us > MEASURE_AGES_US;
}

static Option *find_unknown(const Choice *choice)
{
    for (unsigned i = 0; i < choice->count; i++) {
        if (!choice->options[i].shunned && is_unknown(choice, &choice->options[i]))
            return &choice->options[i];
    }
    return NULL;
}

/* The chance of being drawn, relative to others'. */
static double weight(const Choice *choice, const Option *option, const Option *other_than)
{
    double score = (double)option->score_us;

    if (option->shunned || option == other_than)
        return 0;
    if (choice->request->strategy == STRATEGY_P2)
        return 1;
    return option->score_us > 0 ? 1 / (score * score) : 0;
}

static Option *draw(const Choice *choice, const Option *other_than)
{
    Option *drawn = NULL;
    double sum = 0, point;

    for (unsigned i = 0; i < choice->count; i++)
        sum += weight(choice, &choice->options[i], other_than);
    point = draw_fraction(choice->chooser) * sum;
    for (unsigned i = 0; i < choice->count && point >= 0; i++) {
        double share = weight(choice, &choice->options[i], other_than);

        if (share > 0)
            drawn = &choice->options[i];
        point -= share;
    }
    return drawn;
}

/* One that is not measured yet has score 0, so whoever draws it tries it. */
static void draw_first(const Choice *choice)
{
    Option *first = NULL, *second;

    if (choice->request->strategy == STRATEGY_FASTEST &&
        choice->chooser->turn % EXPLORE_EVERY == EXPLORE_EVERY - 1)
        first = find_unknown(choice);
    if (!first) {
        first = draw(choice, NULL);
        second = first ? draw(choice, first) : NULL;
        if (second && second->score_us < first->score_us)
            first = second;
    }
    if (first)
        first->rank = -1;
}

static bool is_before(const Option *a, const Option *b)
{
    return a->shunned != b->shunned ? b->shunned : a->rank < b->rank;
}

/* Brings the best few to the front, in order. */
static unsigned sort_best(Choice *choice)
{
    unsigned chosen = MIN(choice->count, CHOSEN_MAX);

    for (unsigned i = 0; i < chosen; i++) {
        unsigned best = i;
        Option swapped = choice->options[i];

        for (unsigned j = i + 1; j < choice->count; j++) {
            if (is_before(&choice->options[j], &choice->options[best]))
                best = j;
        }
        choice->options[i] = choice->options[best];
        choice->options[best] = swapped;
    }
    return chosen;
}

/* A rung of one of the chosen, with its place in the queue. */
typedef struct Step {
    Upstream *upstream;
    Channel *channel;
    unsigned place;
} Step;

/* `rung` counts from 0 within its resolver, `position` is the resolver's. */
static unsigned place_of(unsigned position, unsigned rung, bool own_first)
{
    if (own_first && position == 0 && rung < OWN_RUNGS)
        return rung;
    return OWN_RUNGS + rung * CHOSEN_MAX + position;
}

/* Puts it before those of a higher place, and drops the last when there are too many. */
static unsigned insert_step(Step *steps, unsigned count, Step step)
{
    unsigned at = count;

    if (count == CANDIDATES_MAX && steps[count - 1].place <= step.place)
        return count;
    if (count == CANDIDATES_MAX)
        at = count - 1;
    else
        count++;
    for (; at > 0 && steps[at - 1].place > step.place; at--)
        steps[at] = steps[at - 1];
    steps[at] = step;
    return count;
}

/* The rungs of one resolver: healthy ones first, of each health the first of every protocol before
 * the others, else in the ladder's order. */
static unsigned climb(Upstream *upstream, Step steps[CANDIDATES_MAX])
{
    unsigned seen[2] = {0}, count = 0;

    for (size_t i = 0; i < upstream->channel_count; i++) {
        Channel *channel = upstream->channels[i];
        unsigned kind = 1u << channel->endpoint->kind;
        bool shunned;

        if (channel->unsupported)
            continue;
        shunned = channel_is_shunned(channel);
        count = insert_step(
            steps, count,
            (Step){upstream, channel, (shunned ? GROUP_SHUNNED : 0) + !!(seen[shunned] & kind)});
        seen[shunned] |= kind;
    }
    return count;
}

static size_t write_candidates(const Choice *choice, unsigned chosen, Candidate *candidates)
{
    bool own_first = chosen > 0 && (!hedge_may_cross(choice->request->strategy) ||
                                    choice->options[0].best->samples == 0);
    Step steps[CANDIDATES_MAX], rungs[CANDIDATES_MAX];
    unsigned count = 0;

    for (unsigned position = 0; position < chosen; position++) {
        unsigned rung_count = climb(choice->options[position].upstream, rungs);

        for (unsigned i = 0; i < rung_count; i++) {
            bool shunned = rungs[i].place >= GROUP_SHUNNED;

            rungs[i].place = place_of(position, i, own_first) + (shunned ? PLACES : 0);
            count = insert_step(steps, count, rungs[i]);
        }
    }
    for (unsigned i = 0; i < count; i++)
        candidates[i] =
            (Candidate){.upstream = upstream_ref(steps[i].upstream), .channel = steps[i].channel};
    return count;
}

size_t choose_candidates(Chooser *chooser, const ChooseRequest *request,
                         Candidate candidates[CANDIDATES_MAX])
{
    Option few[FEW];
    Choice choice = {.chooser = chooser, .request = request, .options = few};
    size_t count;

    if (request->upstreams->len > FEW)
        choice.options = g_new(Option, request->upstreams->len);
    gather_options(&choice);
    if (request->strategy == STRATEGY_FASTEST || request->strategy == STRATEGY_P2)
        draw_first(&choice);
    count = write_candidates(&choice, sort_best(&choice), candidates);
    chooser->turn += request->upstreams->len > 1; /* where there is no choice nobody has a turn */
    if (choice.options != few)
        g_free(choice.options);
    return count;
}
