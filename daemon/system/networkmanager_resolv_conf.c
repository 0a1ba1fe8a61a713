/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How NetworkManager brings DNS to programs: it writes its servers into /etc/resolv.conf, or the
 * address of a stub that it feeds with them (NetworkManager.conf(5), "dns", "rc-manager"). It does
 * not look whether the file stays as it wrote it, but writes it again when told to reload DNS: over
 * a file, and where there is none; a link that leads elsewhere it leaves alone.
 */
#include "networkmanager_resolv_conf.h"

typedef struct Rewrite {
    RewriteDone done;
    void *owner;
} Rewrite;

LocalStub nm_stub(NMClient *client)
{
    const char *mode = client != NULL ? nm_client_get_dns_mode(client) : NULL;
    const char *writer = client != NULL ? nm_client_get_dns_rc_manager(client) : NULL;
    if (g_strcmp0(mode, "systemd-resolved") == 0)
        return LOCAL_STUB_RESOLVED;
    if (g_strcmp0(mode, "dnsmasq") == 0)
        return LOCAL_STUB_DNSMASQ;
    /* Somebody else's file, by the administrator's will. What he has listen on this machine may
     * well ask us; the proof by lookup has seen it. */
    if (g_strcmp0(mode, "none") == 0 || g_strcmp0(writer, "unmanaged") == 0)
        return LOCAL_STUB_ANY;
    return LOCAL_STUB_NONE;
}

static void on_reloaded(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Rewrite *rewrite = data;
    g_autoptr(GError) error = NULL;
    if (!nm_client_reload_finish(NM_CLIENT(source), result, &error) &&
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    rewrite->done(rewrite->owner, error);
}

void nm_resolv_conf_rewrite(NMClient *client, GCancellable *cancellable, RewriteDone done,
                            void *owner)
{
    Rewrite *rewrite = g_new(Rewrite, 1);
    *rewrite = (Rewrite){.done = done, .owner = owner};
    nm_client_reload(client, NM_MANAGER_RELOAD_FLAG_DNS_RC, cancellable, on_reloaded, rewrite);
}
