/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into a program by a test: its translations are read from the folder that SOTTO_WORDS
 * names, not from where they are installed.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef char *(*Bind)(const char *domain, const char *folder);

__attribute__((visibility("default"))) char *bindtextdomain(const char *domain, const char *folder);

char *bindtextdomain(const char *domain, const char *folder)
{
    void *found = dlsym(RTLD_NEXT, "bindtextdomain");
    const char *other = getenv("SOTTO_WORDS");
    Bind real;

    memcpy(&real, &found, sizeof real); /* ISO C has no cast for it */
    return real(domain, strcmp(domain, "sotto") == 0 && other ? other : folder);
}
