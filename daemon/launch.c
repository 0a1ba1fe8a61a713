/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launch.h"

#include "log.h"
#include "sotto-build.h"
#include "surroundings.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define EXIT_USAGE         2
#define DESCRIPTORS_WANTED 8192 /* a thousand TCP clients, and many connections to resolvers */

/* The lower of the two limits is low for programs that use select(2), which we do not. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
        return;
    limit.rlim_cur = MIN(limit.rlim_max, DESCRIPTORS_WANTED);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        log_debug("no more files can be open at once than before");
}

/* Keys live in memory: no dump of it, should we end by a signal. */
static void keep_memory_to_ourselves(void)
{
    if (setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) < 0)
        log_debug("memory may be dumped when this process crashes");
}

bool launch_begin(Options *options, int argc, char **argv, int *code)
{
    g_autoptr(GError) error = NULL;

    surroundings_enter(false);
    log_adopt_glib();
    keep_memory_to_ourselves();
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    if (sodium_init() < 0) {
        log_error("libsodium cannot start on this machine");
        *code = EXIT_FAILURE;
        return false;
    }
    if (options_parse(options, argc, argv, &error) && !options->version)
        return true;
    if (error)
        log_error("%s", error->message);
    else
        printf("sottod %s\n", SOTTO_VERSION);
    *code = error ? EXIT_USAGE : EXIT_SUCCESS;
    options_clear(options);
    return false;
}

/* Neither life is entered before the settings were read and found good. */
int launch_run(Options *options, int (*life)(const Options *options, Settings *settings))
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = options_load_settings(options, &error);
    int code = EXIT_USAGE;

    if (settings)
        code = life(options, settings);
    else
        log_error("%s", error->message);
    options_clear(options);
    return code;
}
