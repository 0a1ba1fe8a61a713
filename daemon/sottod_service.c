/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sottod-service: what `sottod --service` becomes (main.c). It is not meant to be started by hand,
 * but takes the same command line.
 */
#include "launch.h"
#include "machine.h"

int main(int argc, char **argv)
{
    Options options;
    int code;

    return launch_begin(&options, argc, argv, &code) ? launch_run(&options, machine_run) : code;
}
