/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file that programs read against what is said to be in force.
 *
 * Whoever runs the network writes the file and says so in two steps, and a reconnect may take it
 * through a few contents: only what stays wrong for a while is somebody else's work. The file is
 * read whenever it changed (file_watch.c) and whenever there is a question.
 */
#include "takeover.h"

#include "file_watch.h"

#include <fcntl.h>
#include <glib.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SETTLE_MS 500
#define STUB_FILE "../run/systemd/resolve/stub-resolv.conf" /* systemd-resolved(8) */

struct Takeover {
    char *path;
    Address own[2];
    FileWatch *watch;
    LocalStub stub;
    char *rival;
    bool wrong; /* it was at the last look */
    bool taken;
    guint settle_source;
    void (*changed)(void *owner);
    void *owner;
};

static void on_file_changed(void *owner)
{
    Takeover *takeover = owner;
    takeover->changed(takeover->owner);
}

static gboolean on_settled(gpointer data)
{
    Takeover *takeover = data;
    takeover->settle_source = 0;
    takeover->taken = takeover->wrong;
    takeover->changed(takeover->owner);
    return G_SOURCE_REMOVE;
}

bool takeover_leads_here(const Takeover *takeover)
{
    ResolvConf conf;
    resolv_conf_read(takeover->path, &conf);
    return takeover->rival == NULL && resolv_conf_leads_to(&conf, takeover->own, takeover->stub);
}

bool takeover_judge(Takeover *takeover, bool pointed, LocalStub stub, const char *rival)
{
    takeover->stub = stub;
    g_free(takeover->rival);
    takeover->rival = g_strdup(rival);
    takeover->wrong = pointed && !takeover_leads_here(takeover);
    if (!takeover->wrong) {
        g_clear_handle_id(&takeover->settle_source, g_source_remove);
        takeover->taken = false;
    } else if (!takeover->taken && takeover->settle_source == 0) {
        takeover->settle_source = g_timeout_add(SETTLE_MS, on_settled, takeover);
    }
    return takeover->taken;
}

static bool is_immutable(const char *path)
{
    int flags = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    bool known = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
    close(fd);
    return known && (flags & FS_IMMUTABLE_FL) != 0;
}

char *takeover_explain(const Takeover *takeover)
{
    const char *path = takeover->path;
    g_autofree char *target = g_file_read_link(path, NULL);
    if (takeover->rival != NULL)
        return g_strdup_printf("systemd-resolved was told to ask %s about every name, too. Undo "
                               "that as an administrator (resolvectl shows it), and turn "
                               "protection on again.",
                               takeover->rival);
    if (takeover->stub == LOCAL_STUB_RESOLVED)
        return g_strdup_printf(
            "Another program keeps its own DNS servers in %s. Make it "
            "systemd-resolved's again as an administrator (sudo ln -sf " STUB_FILE
            " %s), and turn protection on again.",
            path, path);
    if (target != NULL)
        return g_strdup_printf("Another program made %s a link to %s. Remove the link as an "
                               "administrator (sudo rm %s), and turn protection on again.",
                               path, target, path);
    if (is_immutable(path))
        return g_strdup_printf("The file %s is locked against changes. Unlock it as an "
                               "administrator (sudo chattr -i %s), and turn protection on again.",
                               path, path);
    return g_strdup_printf("Another program keeps its own DNS servers in %s. Quit it or turn its "
                           "DNS off, and turn protection on again.",
                           path);
}

Takeover *takeover_new(const char *path, const Address own[2], void (*changed)(void *owner),
                       void *owner)
{
    Takeover *takeover = g_new0(Takeover, 1);
    takeover->path = g_strdup(path);
    takeover->own[0] = own[0];
    takeover->own[1] = own[1];
    takeover->changed = changed;
    takeover->owner = owner;
    takeover->watch = file_watch_new(path, on_file_changed, takeover);
    return takeover;
}

void takeover_free(Takeover *takeover)
{
    if (takeover == NULL)
        return;
    g_clear_handle_id(&takeover->settle_source, g_source_remove);
    file_watch_free(takeover->watch);
    g_free(takeover->path);
    g_free(takeover->rival);
    g_free(takeover);
}
