/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** How a window was left: its size, and which page of it was open. */
typedef struct WindowMemory {
    int width, height; /* 0: the window's own wish */
    gboolean maximized;
    char *page; /* NULL: the first */
} WindowMemory;

/** From $XDG_STATE_HOME/sotto/window. Never fails: what is not there, or makes no sense, is zero.
 */
void window_memory_load(WindowMemory *memory);

/** Writes it, unless that is what is there. A failure is logged, and no more: nothing is lost but a
 * size. */
void window_memory_save(const WindowMemory *memory);

void window_memory_clear(WindowMemory *memory);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WindowMemory, window_memory_clear)
