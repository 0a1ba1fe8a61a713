/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The allocator of the whole process, counted: glibc's, under the names that it has beside malloc
 * and free for those who put their own in front. There is one thread.
 *
 * What is in guarded memory (libsodium's, for keys) comes from mmap, and is counted by its calls.
 */
#include "census.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

static size_t blocks;

size_t census_blocks(void)
{
    return blocks;
}

static void *counted(void *block)
{
    blocks += block != NULL;
    return block;
}

void *__real_sodium_malloc(size_t size);
void __real_sodium_free(void *block);
void *__wrap_sodium_malloc(size_t size);
void __wrap_sodium_free(void *block);

void *__wrap_sodium_malloc(size_t size)
{
    return counted(__real_sodium_malloc(size));
}

void __wrap_sodium_free(void *block)
{
    blocks -= block != NULL;
    __real_sodium_free(block);
}

#if !defined(__SANITIZE_ADDRESS__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

void *malloc(size_t size)
{
    return counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    void *moved = __libc_realloc(block, size);

    if (!block)
        counted(moved);
    else if (size == 0 && !moved)
        blocks--;
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

void *memalign(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

void free(void *block)
{
    blocks -= block != NULL;
    __libc_free(block);
}

#endif
