/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Going to the background the old way: fork, new session, fork again, so that no terminal can be
 * acquired (daemon(7)). The first process stays until the last one says that it is ready, so a
 * script that starts us learns of failure by the exit code and reads why.
 */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready_fd = -1;
static int null_fd = -1; /* opened before a change of root hides /dev */

/* In the original process: one byte means ready, the end of the pipe means that the child died. */
static _Noreturn void wait_for_child(int fd)
{
    char byte;
    ssize_t length;
    do {
        length = read(fd, &byte, 1);
    } while (length < 0 && errno == EINTR);
    _exit(length == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static Status detach(void)
{
    if (setsid() < 0)
        return status_from_errno(errno);
    pid_t child = fork();
    if (child < 0)
        return status_from_errno(errno);
    if (child > 0)
        _exit(EXIT_SUCCESS);
    return chdir("/") < 0 ? status_from_errno(errno) : STATUS_OK;
}

Status background_begin(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return status_from_errno(errno);
    pid_t child = fork();
    if (child < 0) {
        Status status = status_from_errno(errno);
        close(ends[0]);
        close(ends[1]);
        return status;
    }
    if (child > 0) {
        close(ends[1]);
        waitpid(child, NULL, 0); /* the one between; it ends at once */
        wait_for_child(ends[0]);
    }
    close(ends[0]);
    ready_fd = ends[1];
    null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null_fd < 0)
        return status_from_errno(errno);
    return detach();
}

void background_ready(void)
{
    if (ready_fd < 0)
        return;
    for (int fd = 0; fd <= 2; fd++)
        dup2(null_fd, fd);
    if (null_fd > 2)
        close(null_fd);
    null_fd = -1;
    ssize_t told = write(ready_fd, "1", 1);
    (void)told; /* where nobody waits any more there is nothing to tell */
    close(ready_fd);
    ready_fd = -1;
}

Status pid_file_open(const char *path, int *fd)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file < 0)
        return status_from_errno(errno);
    Status status = STATUS_OK;
    if (flock(file, LOCK_EX | LOCK_NB) < 0)
        status = errno == EWOULDBLOCK ? STATUS_ADDRESS_IN_USE : status_from_errno(errno);
    else if (ftruncate(file, 0) < 0 || dprintf(file, "%d\n", (int)getpid()) < 0)
        status = STATUS_IO;
    if (status != STATUS_OK) {
        close(file);
        return status;
    }
    *fd = file;
    return STATUS_OK;
}

void pid_file_close(const char *path, int fd)
{
    if (fd < 0)
        return;
    /* After a change of user or root the name may be out of reach; an empty file misleads nobody.
     */
    if (ftruncate(fd, 0) == 0)
        unlink(path);
    close(fd);
}
