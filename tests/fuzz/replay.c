/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gives a target every file of the folders that are named, once: for compilers without libFuzzer,
 * and for `./dev test`. The name of each is printed before, so that of a failure the last one is at
 * fault. A folder without a file is a failure too: it would test nothing.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static bool replay_file(const char *path)
{
    g_autofree char *contents = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;

    printf("%s\n", path);
    if (!g_file_get_contents(path, &contents, &length, &error)) {
        printf("%s\n", error->message);
        return false;
    }
    g_autofree uint8_t *bytes = g_memdup2(contents, length); /* without GLib's NUL behind it */
    LLVMFuzzerTestOneInput(bytes, length);
    return true;
}

/* How many files it has; -1: it cannot be read. */
static int replay_folder(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
    const char *name;
    int count = 0;

    if (!folder) {
        printf("%s\n", error->message);
        return -1;
    }
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        if (!replay_file(file))
            return -1;
        count++;
    }
    if (count == 0)
        printf("%s holds no input.\n", path);
    return count;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        bool is_folder = g_file_test(argv[i], G_FILE_TEST_IS_DIR);

        if (is_folder ? replay_folder(argv[i]) <= 0 : !replay_file(argv[i]))
            return EXIT_FAILURE;
    }
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
