/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * State, not a preference: nobody chose it, and it is nothing to carry to another computer, whose
 * screen is another. So it has a file of its own, which may be lost.
 */
#include "window_memory.h"

#define GROUP "Window"

/* A screen of today is no wider than that; a file may say anything. */
#define LARGEST 16384

static char *memory_path(void)
{
    return g_build_filename(g_get_user_state_dir(), "sotto", "window", NULL);
}

static int read_size(GKeyFile *file, const char *key)
{
    int size = g_key_file_get_integer(file, GROUP, key, NULL);

    return size > 0 && size <= LARGEST ? size : 0;
}

void window_memory_load(WindowMemory *memory)
{
    g_autofree char *path = memory_path();
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        g_debug("%s: nothing is remembered of the window", path);
    *memory = (WindowMemory){
        .width = read_size(file, "Width"),
        .height = read_size(file, "Height"),
        .maximized = g_key_file_get_boolean(file, GROUP, "Maximized", NULL),
        .page = g_key_file_get_string(file, GROUP, "Page", NULL),
    };
}

void window_memory_save(const WindowMemory *memory)
{
    g_autofree char *path = memory_path(), *folder = g_path_get_dirname(path);
    g_autofree char *text = NULL, *before = NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    g_key_file_set_integer(file, GROUP, "Width", memory->width);
    g_key_file_set_integer(file, GROUP, "Height", memory->height);
    g_key_file_set_boolean(file, GROUP, "Maximized", memory->maximized);
    if (memory->page != NULL)
        g_key_file_set_string(file, GROUP, "Page", memory->page);
    text = g_key_file_to_data(file, NULL, NULL);
    if (g_file_get_contents(path, &before, NULL, NULL) && g_str_equal(before, text))
        return;
    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error))
        g_message("the window's size is not kept: %s",
                  error != NULL ? error->message : g_strerror(errno));
}

void window_memory_clear(WindowMemory *memory)
{
    g_clear_pointer(&memory->page, g_free);
}
