/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's text, as it is: it checks what it reads. Networks are numbers there, hashed from
 * NetworkManager's own, so that the file does not tell where its owner has been.
 */
#include "network_memory.h"

#include "kept_file.h"
#include "log.h"

#include <string.h>

#define MAX_LENGTH 65536 /* many times what the engine remembers */

void network_memory_load(Engine *engine, const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    size_t length = 0;

    if (!path)
        return;
    text = kept_file_read(path, MAX_LENGTH, &length, &error);
    if (!text) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            log_warning("what is known of networks cannot be read: %s", error->message);
        return;
    }
    if (strlen(text) == length)
        engine_load_networks(engine, text);
    else
        log_warning("what is known of networks is damaged and was forgotten: %s", path);
}

void network_memory_save(const Engine *engine, const char *path)
{
    g_autofree char *text = path ? engine_save_networks(engine) : NULL;
    g_autoptr(GError) error = NULL;

    if (path &&
        !g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        log_warning("what is known of networks cannot be saved: %s", error->message);
}
