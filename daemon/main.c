/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottod: the command line, then one of two lives. The forwarder is the engine on its own, as a
 * cache such as unbound would use it; it lives here. The service, on the system bus and beside
 * NetworkManager, is a program of its own that this one becomes: linked to their libraries, and to
 * those that these need, the forwarder would be twice as large and start half as fast.
 */
#include "forwarder.h"
#include "launch.h"
#include "log.h"
#include "sotto-build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVICE_PROGRAM "sottod-service"

/* Beside this one where it was built and in a bundle, else where it is installed. */
static char *find_service(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, SERVICE_PROGRAM, NULL) : NULL;

    if (beside && access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    return g_strdup(SOTTO_LIBEXECDIR "/" SERVICE_PROGRAM);
}

/* Keeps the process, and with it what systemd knows of it: its number, descriptors, privileges. */
static int become_service(Options *options, char **argv)
{
    g_autofree char *program = find_service();

    options_clear(options);
    execv(program, argv);
    log_error("%s cannot be started: %s", program, strerror(errno));
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    Options options;
    int code;

    if (!launch_begin(&options, argc, argv, &code))
        return code;
    return options.service ? become_service(&options, argv) : launch_run(&options, forwarder_run);
}
