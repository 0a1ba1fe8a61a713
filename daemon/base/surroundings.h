/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/**
 * What a program of a bundle (flatpak/README.md) does before anything else, alone on its thread: it
 * runs with libraries of its own on a host that may have others, so that nothing of the host's may
 * be loaded into it, whatever the host's settings or the environment say. A program that belongs to
 * its system is left alone. `with_modules`: GIO may load the bundle's own, else none.
 */
void surroundings_enter(bool with_modules);

/** The same in any build; `modules` is the folder GIO may load from. */
void surroundings_close(const char *modules);
