/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sottod: the command line, then one of two lives. `forwarder` is the engine on its own, as a cache
 * such as unbound would use it; `machine` is the service, on the system bus and beside
 * NetworkManager. Neither is entered before the settings were read and found good.
 */
#include "forwarder.h"
#include "log.h"
#include "machine.h"
#include "options.h"
#include "sotto-build.h"
#include "surroundings.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
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

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;
    Options options;
    int code;

    surroundings_enter(false);
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    if (sodium_init() < 0) {
        log_error("libsodium cannot start on this machine");
        return 1;
    }
    if (!options_parse(&options, argc, argv, &error)) {
        log_error("%s", error->message);
        options_clear(&options);
        return EXIT_USAGE;
    }
    if (options.version) {
        printf("sottod %s\n", SOTTO_VERSION);
        options_clear(&options);
        return 0;
    }
    settings = options_load_settings(&options, &error);
    if (!settings) {
        log_error("%s", error->message);
        options_clear(&options);
        return EXIT_USAGE;
    }
    code = options.service ? machine_run(&options, settings) : forwarder_run(&options, settings);
    options_clear(&options);
    return code;
}
