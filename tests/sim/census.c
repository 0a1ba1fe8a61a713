/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The allocator of the whole process, counted: glibc's, under the names that it has beside malloc
 * and free for those who put their own in front. There is one thread.
 *
 * What the program maps by itself is counted too, and so is guarded memory (libsodium's, for keys),
 * by its calls.
 */
#include "census.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

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

void *__real_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t length);
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *at, size_t length);

void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
    void *mapped = __real_mmap64(at, length, protection, flags, fd, offset);

    blocks += mapped != MAP_FAILED;
    return mapped;
}

int __wrap_munmap(void *at, size_t length)
{
    blocks--;
    return __real_munmap(at, length);
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
