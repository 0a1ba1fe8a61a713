/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fdstore.h"

#include <glib.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static FdStore empty_store(void)
{
    return (FdStore){.fds = {-1, -1, -1, -1, -1, -1}};
}

/* Descriptors with consecutive numbers, as systemd passes them. */
static int open_row(int count)
{
    int first = 100;
    for (int i = 0; i < count; i++) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        g_assert_cmpint(dup2(fd, first + i), ==, first + i);
        close(fd);
    }
    return first;
}

static void test_names_decide(void)
{
    char *names[] = {(char *)"tcp6", (char *)"tun", (char *)"udp4"};
    FdStore store = empty_store();
    int first = open_row(3);
    fdstore_sort(&store, names, first, 3);
    g_assert_cmpint(store.fds[FD_TCP6], ==, first);
    g_assert_cmpint(store.fds[FD_TUN], ==, first + 1);
    g_assert_cmpint(store.fds[FD_UDP4], ==, first + 2);
    g_assert_cmpint(store.fds[FD_LEAK], ==, -1);
    fdstore_clear(&store);
}

static void test_unknown_names_are_closed(void)
{
    char *names[] = {(char *)"stored", (char *)"leak"};
    FdStore store = empty_store();
    int first = open_row(2);
    fdstore_sort(&store, names, first, 2);
    g_assert_cmpint(fcntl(first, F_GETFD), ==, -1);
    g_assert_cmpint(store.fds[FD_LEAK], ==, first + 1);
    fdstore_clear(&store);
}

static void test_second_of_a_name_is_closed(void)
{
    char *names[] = {(char *)"tun", (char *)"tun"};
    FdStore store = empty_store();
    int first = open_row(2);
    fdstore_sort(&store, names, first, 2);
    g_assert_cmpint(store.fds[FD_TUN], ==, first);
    g_assert_cmpint(fcntl(first + 1, F_GETFD), ==, -1);
    fdstore_clear(&store);
}

/* A service manager's socket, as sd_notify(3) finds it. */
static int open_manager(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *path = g_strdup_printf("%s/notify-%d", g_get_tmp_dir(), (int)getpid());
    unlink(path);
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    g_setenv("NOTIFY_SOCKET", path, TRUE);
    return fd;
}

/* One message; returns the descriptor that came with it, or -1. */
static int receive(int manager, char text[256])
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * 4)];
    struct iovec part = {.iov_base = text, .iov_len = 255};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(manager, &message, MSG_DONTWAIT);
    g_assert_cmpint(length, >, 0);
    text[length] = '\0';
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
        int fd;
        if (c->cmsg_type != SCM_RIGHTS)
            continue;
        memcpy(&fd, CMSG_DATA(c), sizeof(fd));
        return fd;
    }
    return -1;
}

static void test_put_and_drop_tell_systemd(void)
{
    char text[256];
    int manager = open_manager();
    FdStore store;
    fdstore_receive(&store);
    g_assert_true(store.kept);
    fdstore_put(&store, FD_UDP6, open("/dev/null", O_RDONLY | O_CLOEXEC));
    int copy = receive(manager, text);
    g_assert_cmpstr(text, ==, "FDSTORE=1\nFDNAME=udp6\nFDPOLL=0");
    g_assert_cmpint(copy, >=, 0);
    fdstore_drop(&store, FD_UDP6);
    g_assert_cmpint(receive(manager, text), ==, -1);
    g_assert_cmpstr(text, ==, "FDSTOREREMOVE=1\nFDNAME=udp6");
    g_assert_cmpint(store.fds[FD_UDP6], ==, -1);
    close(copy);
    close(manager);
    unlink(g_getenv("NOTIFY_SOCKET"));
    g_unsetenv("NOTIFY_SOCKET");
}

static void test_nobody_keeps_without_systemd(void)
{
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("FDSTORE");
    FdStore store;
    fdstore_receive(&store);
    g_assert_false(store.kept);
    g_assert_cmpint(fdstore_copy(&store, FD_TUN), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fdstore/names-decide", test_names_decide);
    g_test_add_func("/fdstore/unknown-names-are-closed", test_unknown_names_are_closed);
    g_test_add_func("/fdstore/second-of-a-name-is-closed", test_second_of_a_name_is_closed);
    g_test_add_func("/fdstore/put-and-drop-tell-systemd", test_put_and_drop_tell_systemd);
    g_test_add_func("/fdstore/nobody-keeps-without-systemd", test_nobody_keeps_without_systemd);
    return g_test_run();
}
