/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP sockets. There is no TCP in here: a line keeps order and loses nothing, as TCP looks from
 * above, and the ether decides how late things are. What shows is what the program can see: a
 * connection that is not made yet, a window that is full, an end, a reset, and (TCP_INFO) whether
 * the other side has stopped to acknowledge.
 */
#include "kernel_private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

enum { WINDOW = 64 * 1024 };

int __wrap_listen(int fd, int backlog);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);

/* ---- lines ---- */

static Line *line_new(const Address *near, const Address *far)
{
    Line *line = g_new0(Line, 1);

    line->references = 1;
    line->near = *near;
    line->far = *far;
    line->place = kernel.place;
    line->window = WINDOW;
    line->input = g_byte_array_new();
    return line;
}

Line *line_ref(Line *line)
{
    line->references++;
    return line;
}

void line_unref(Line *line)
{
    if (--line->references > 0)
        return;
    g_byte_array_unref(line->input);
    g_free(line);
}

/* Takes the reference over. */
static void hang_up(Line *line)
{
    bool unread = line->input->len > line->input_read;

    line->hung_up = true;
    kernel.events->hung_up(kernel.owner, line, unread);
    line_unref(line);
}

void line_file_close(KernelFile *file)
{
    if (file->line)
        hang_up(file->line);
}

uint32_t line_file_readiness(const KernelFile *file)
{
    const Line *line = file->line;
    uint32_t ready = 0;

    if (!line)
        return EPOLLHUP | EPOLLOUT;
    if (line->error || line->broken)
        return EPOLLHUP | EPOLLIN | EPOLLOUT | (line->error ? (uint32_t)EPOLLERR : 0u);
    if (line->connecting)
        return 0;
    if (line->input->len > line->input_read || line->ended)
        ready |= EPOLLIN;
    if (line->unacknowledged < line->window)
        ready |= EPOLLOUT;
    return ready;
}

int line_file_connect(KernelFile *file, const Address *peer)
{
    file->line = line_new(&file->local, peer);
    file->line->connecting = true;
    kernel.events->dialled(kernel.owner, file->line);
    return kernel_fail(EINPROGRESS);
}

void kernel_connect(Line *line)
{
    line->connecting = line->stalled = false;
}

/* ---- what comes ---- */

void kernel_line_bytes(Line *line, const uint8_t *bytes, size_t length)
{
    if (!line->hung_up && !line->ended)
        g_byte_array_append(line->input, bytes, (guint)length);
}

void kernel_line_end(Line *line)
{
    line->ended = true;
}

void kernel_line_reset(Line *line, int error)
{
    line->connecting = false;
    line->ended = line->broken = true;
    line->error = error;
}

void kernel_line_acknowledge(Line *line, size_t length)
{
    line->unacknowledged -= MIN(length, line->unacknowledged);
    line->stalled = false;
}

static int take_error(Line *line)
{
    int error = line->error;

    line->error = 0;
    return kernel_fail(error);
}

ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
    Line *line = kernel_file(fd)->line;
    size_t taken = MIN(line->input->len - line->input_read, length);

    if (taken > 0) {
        memcpy(bytes, line->input->data + line->input_read, taken);
        line->input_read += taken;
        if (line->input_read == line->input->len) {
            g_byte_array_set_size(line->input, 0);
            line->input_read = 0;
        }
        return (ssize_t)taken;
    }
    if (line->error)
        return take_error(line);
    return line->ended ? 0 : kernel_fail(EAGAIN);
}

/* ---- what goes ---- */

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
    Line *line = kernel_file(fd)->line;
    size_t taken;

    if (line->error)
        return take_error(line);
    if (line->broken)
        return kernel_fail(EPIPE);
    if (line->connecting)
        return kernel_fail(EAGAIN);
    taken = MIN(line->window - MIN(line->window, line->unacknowledged), length);
    if (taken == 0)
        return kernel_fail(EAGAIN);
    line->unacknowledged += taken;
    kernel.events->written(kernel.owner, line, bytes, taken);
    return (ssize_t)taken;
}

/* ---- listening ---- */

int __wrap_listen(int fd, int backlog)
{
    KernelFile *file = kernel_file(fd);

    file->kind = FILE_LISTENER;
    file->backlog = g_ptr_array_new();
    return 0;
}

void listener_file_close(KernelFile *file)
{
    for (guint i = 0; i < file->backlog->len; i++)
        hang_up(g_ptr_array_index(file->backlog, i));
    g_ptr_array_unref(file->backlog);
}

uint32_t listener_file_readiness(const KernelFile *file)
{
    return file->backlog->len > 0 ? EPOLLIN : 0;
}

/* The far end may talk at once, before it was accepted. */
Line *kernel_dial(const Address *from, const Address *to, void *far_end)
{
    for (unsigned i = 0; i < kernel.highest; i++) {
        KernelFile *file = kernel.files[i];

        if (file && file->kind == FILE_LISTENER && address_equal(&file->local, to)) {
            Line *line = line_new(to, from);

            line->by_client = true;
            line->far_end = far_end;
            g_ptr_array_add(file->backlog, line_ref(line));
            return line;
        }
    }
    return NULL;
}

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    KernelFile *listener = kernel_file(fd), *file;
    Line *line;
    int opened;

    if (listener->backlog->len == 0)
        return kernel_fail(EAGAIN);
    opened =
        socket(listener->local.socket.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened < 0)
        return -1;
    line = g_ptr_array_remove_index(listener->backlog, 0);
    file = kernel_file(opened);
    file->local = line->near;
    file->peer = line->far;
    file->line = line;
    *length = address_length(&line->far);
    memcpy(address, &line->far.socket, *length);
    return opened;
}
