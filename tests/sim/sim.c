/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sim [--schedules N] [--seed S] [--junit FILE] [--loud]
 *
 * Runs N schedules with the seeds S, S + 1, ... A seed is all that a schedule is made of, so
 * `--seed S --schedules 1` runs it again. Every family has a process of its own, so that a crash
 * ends no other, and its seed is known; one schedule in a thousand is run twice, which must go the
 * same way to the last bit.
 *
 * The program's own randomness (IDs, ports, nonces, keys) is libsodium's, which is given dice here.
 */
#include "census.h"
#include "chance.h"
#include "chronicle.h"
#include "families.h"
#include "log.h"
#include "papers.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TWICE_EVERY = 1000, WARM_UP = 10, SENTENCE_MAX = 256 };

#define CERTIFICATES_START_S 2400000000u
#define CERTIFICATES_END_S   2600000000u

/* What a family's process tells its parent, also when it dies. */
typedef struct Report {
    uint64_t seed; /* of the schedule that runs, or ran last */
    uint64_t done;
    WorldTally tally;
    char sentence[SENTENCE_MAX];
} Report;

typedef struct Options {
    uint64_t schedules, seed;
    const char *junit;
    bool loud;
} Options;

static Report *report; /* of this process */

/* ---- randomness ---- */

static Dice program_dice;

static const char *random_name(void)
{
    return "dice";
}

static uint32_t random_number(void)
{
    return (uint32_t)(dice_throw(&program_dice) >> 32);
}

static void random_buffer(void *buffer, size_t size)
{
    uint8_t *at = buffer;

    for (size_t i = 0; i < size; i += 8) {
        uint64_t value = dice_throw(&program_dice);

        memcpy(at + i, &value, MIN(size - i, sizeof value));
    }
}

static struct randombytes_implementation random_dice = {
    .implementation_name = random_name, .random = random_number, .buf = random_buffer};

/* ---- schedules ---- */

static void on_fault(const char *sentence)
{
    g_strlcpy(report->sentence, sentence, sizeof report->sentence);
}

/* The program's stock of random bytes is empty again. */
static void use_up_chance(void)
{
    uint8_t all[256];

    chance_draw(all, sizeof all);
}

static uint64_t run_once(uint64_t seed, bool loud)
{
    Dice dice = {seed};
    Trouble trouble;

    use_up_chance();
    report->seed = seed;
    chronicle_begin(seed, loud);
    program_dice.state = dice_throw(&dice);
    family_draw(seed, &trouble);
    world_run(dice_throw(&dice), &trouble, &report->tally);
    return chronicle_hash();
}

/* What a library keeps when it is first used is no leak: it is kept once. */
static void run_schedule(uint64_t seed, bool loud)
{
    size_t blocks = census_blocks();
    uint64_t hash;
    bool grown;

    if (loud)
        log_set_level(LOG_LEVEL_DEBUG);
    hash = run_once(seed, loud);
    grown = census_blocks() != blocks;

    if (seed % TWICE_EVERY != 0 && !grown)
        return;
    blocks = census_blocks();
    if (run_once(seed, false) != hash)
        chronicle_fault("it did not go the same way a second time");
    if (census_blocks() != blocks)
        chronicle_fault("%zd blocks of memory are left behind",
                        (ssize_t)(census_blocks() - blocks));
}

/* Tables that the program fills by chance once, such as the key of a hash, are always the same. */
static void warm_up(unsigned family)
{
    for (uint64_t i = 0; i < WARM_UP; i++)
        run_once(family + i * family_count, false);
}

static int run_family(const Options *options, unsigned family)
{
    warm_up(family);
    for (uint64_t i = 0; i < options->schedules; i++) {
        uint64_t seed = options->seed + i;

        if (family_of(seed) != &families[family])
            continue;
        run_schedule(seed, options->loud);
        report->done++;
    }
    return 0;
}

/* ---- families ---- */

static unsigned count_descriptors(void)
{
    GDir *folder = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned count = 0;

    while (folder && g_dir_read_name(folder))
        count++;
    g_clear_pointer(&folder, g_dir_close);
    return count;
}

static _Noreturn void live_as_child(const Options *options, unsigned family)
{
    unsigned descriptors = count_descriptors();
    int code = run_family(options, family);

    if (count_descriptors() != descriptors)
        chronicle_fault("real descriptors are left behind");
    fflush(NULL);
    exit(code); /* not _exit: the leak check of a sanitizer comes at the end */
}

static bool has_schedules(const Options *options, unsigned family)
{
    for (uint64_t i = 0; i < MIN(options->schedules, family_count); i++) {
        if (family_of(options->seed + i) == &families[family])
            return true;
    }
    return false;
}

/* Whether all went well. */
static bool see_family(const Options *options, unsigned family, Report *shared)
{
    int status = 0;
    pid_t child;

    report = shared;
    fflush(NULL);
    child = fork();
    if (child == 0)
        live_as_child(options, family);
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return false;
    if (status == 0)
        return true;
    if (!*shared->sentence)
        g_snprintf(shared->sentence, sizeof shared->sentence, "the process ended with %s %d",
                   WIFSIGNALED(status) ? "signal" : "code",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    printf("%s: schedule %" G_GUINT64_FORMAT " broke: %s\n", families[family].name, shared->seed,
           shared->sentence);
    printf("  again, with all that happens: SOTTO_SIM_SEED=%" G_GUINT64_FORMAT
           " SOTTO_SIM_SCHEDULES=1 SOTTO_SIM_LOUD=1 ./dev test sim\n",
           shared->seed);
    return false;
}

static void write_junit(const Options *options, const Report *reports, const int64_t *took_us)
{
    g_autoptr(GString) text = g_string_new("<testsuite name=\"sim\">\n");
    g_autoptr(GError) error = NULL;

    for (unsigned i = 0; i < family_count; i++) {
        g_autofree char *sentence = g_markup_escape_text(reports[i].sentence, -1);

        if (!has_schedules(options, i))
            continue;
        g_string_append_printf(text, "<testcase classname=\"sim\" name=\"%s\" time=\"%.3f\">",
                               families[i].name, (double)took_us[i] / 1e6);
        if (*sentence)
            g_string_append_printf(text,
                                   "<failure message=\"schedule %" G_GUINT64_FORMAT ": %s\"/>",
                                   reports[i].seed, sentence);
        g_string_append(text, "</testcase>\n");
    }
    g_string_append(text, "</testsuite>\n");
    if (!g_file_set_contents(options->junit, text->str, -1, &error))
        g_printerr("%s\n", error->message);
}

static int run_all(const Options *options)
{
    size_t size = family_count * sizeof(Report);
    Report *reports = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_autofree int64_t *took_us = g_new0(int64_t, family_count);
    WorldTally sum = {0};
    uint64_t done = 0;
    bool good = true;

    if (reports == MAP_FAILED) {
        perror("mmap");
        return 2;
    }
    for (unsigned i = 0; i < family_count; i++) {
        int64_t began_us = g_get_monotonic_time();

        if (!has_schedules(options, i))
            continue;
        good = see_family(options, i, &reports[i]) && good;
        took_us[i] = g_get_monotonic_time() - began_us;
        done += reports[i].done;
        sum.asked += reports[i].tally.asked;
        sum.right += reports[i].tally.right;
        sum.failed += reports[i].tally.failed;
    }
    if (options->junit)
        write_junit(options, reports, took_us);
    printf("%" G_GUINT64_FORMAT " questions, %" G_GUINT64_FORMAT " answered, %" G_GUINT64_FORMAT
           " failed, the others given up or cut\n",
           sum.asked, sum.right, sum.failed);
    printf("%" G_GUINT64_FORMAT " schedules from seed %" G_GUINT64_FORMAT ": %s\n", done,
           options->seed, good ? "no fault" : "FAULTS, see above");
    munmap(reports, size);
    return good ? 0 : 1;
}

/* ---- options ---- */

static bool read_options(int argc, char **argv, Options *options)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (strcmp(argv[i], "--loud") == 0) {
            options->loud = true;
            continue;
        }
        if (!value)
            return false;
        if (strcmp(argv[i], "--schedules") == 0)
            options->schedules = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            options->seed = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--junit") == 0)
            options->junit = value;
        else
            return false;
        i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    Options options = {.schedules = 1000, .seed = 1};

    if (!read_options(argc, argv, &options)) {
        fputs("sim [--schedules N] [--seed S] [--junit FILE] [--loud]\n", stderr);
        return 2;
    }
    g_setenv("G_SLICE", "always-malloc", TRUE); /* or its caches would be counted as left behind */
    if (randombytes_set_implementation(&random_dice) != 0 || sodium_init() < 0)
        return 2;
    log_set_level(LOG_LEVEL_ERROR);
    papers_make(CERTIFICATES_START_S, CERTIFICATES_END_S);
    chronicle_on_fault(on_fault);
    return run_all(&options);
}
