/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz_file.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder;

/* In place of libc's. */
int fsync(int fd)
{
    return 0;
}

static void remove_folder(void)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        fuzz_file_remove(name);
    g_rmdir(folder);
    g_free(folder);
}

/* In memory, where the system has such a place. */
static void make_folder(void)
{
    const char *parent = g_access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();

    folder = g_build_filename(parent, "sotto-fuzz-XXXXXX", NULL);
    if (g_mkdtemp(folder) == NULL)
        g_error("no folder can be made in %s", parent);
    atexit(remove_folder);
}

char *fuzz_file_path(const char *name)
{
    if (folder == NULL)
        make_folder();
    return g_build_filename(folder, name, NULL);
}

char *fuzz_file_put(const char *name, const void *bytes, size_t length)
{
    char *path = fuzz_file_path(name);
    FILE *file = fopen(path, "we");

    if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        g_error("%s cannot be written", path);
    return path;
}

char *fuzz_file_put_text(const char *name, const char *text)
{
    return fuzz_file_put(name, text, strlen(text));
}

void fuzz_file_remove(const char *name)
{
    g_autofree char *path = fuzz_file_path(name);

    (void)g_unlink(path);
}
