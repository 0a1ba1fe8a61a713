/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dice.h"
#include "kernel.h"
#include "list.h"

#include <glib.h>
#include <sys/socket.h>

/* Shared by kernel.c (descriptors and epoll), kernel_datagrams.c and kernel_lines.c. */

enum { KERNEL_FILES = 1024, KERNEL_FIRST_FD = 1 << 20 };

typedef enum FileKind { FILE_EPOLL, FILE_DATAGRAMS, FILE_LISTENER, FILE_LINE } FileKind;

/** What was received and not read yet. */
typedef struct Parcel {
    ListNode node;
    Address from, to;
    size_t length;
    uint8_t bytes[];
} Parcel;

typedef struct KernelFile {
    FileKind kind;
    int fd;
    bool watched;
    uint32_t wanted; /* as epoll has it */
    uint64_t data;
    Address local, peer;
    unsigned place;

    List inbox;              /* FILE_DATAGRAMS */
    int error, queued_error; /* SO_ERROR, and on the error queue; 0 none */

    GPtrArray *backlog; /* FILE_LISTENER: Line*, not accepted yet */
    Line *line;         /* FILE_LINE; NULL: not connected */
} KernelFile;

typedef struct Kernel {
    const KernelEvents *events;
    void *owner;
    Dice dice;
    KernelFile *files[KERNEL_FILES];
    unsigned open, highest, limit, place, next_ready;
    bool offline;
} Kernel;

extern Kernel kernel;

/** NULL: no such descriptor of ours. */
KernelFile *kernel_file(int fd);
/** Fails with -1 and errno, as a system call does. */
int kernel_fail(int error);
/** A port that nobody has, of this machine where it is now. */
void kernel_name_socket(KernelFile *file, const Address *peer);

void datagrams_close(KernelFile *file);
uint32_t datagrams_readiness(const KernelFile *file);
void listener_file_close(KernelFile *file);
uint32_t listener_file_readiness(const KernelFile *file);
void line_file_close(KernelFile *file);
uint32_t line_file_readiness(const KernelFile *file);
int line_file_connect(KernelFile *file, const Address *peer);
