/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of the two ways to switch DNS is in use.
 *
 * NetworkManager is, from the start and as long as nothing speaks against it. A restart of it takes
 * a moment in which nobody has its name: only when that lasts, and systemd-resolved is there, it is
 * asked in its place. Where the helper was started on a machine without NetworkManager our device
 * has its address already (privileged.c), and there is nothing to wait for.
 *
 * What is wanted goes over to the new way. The one left behind is kept until DNS is given back, and
 * does so too: its settings stay in force so that nothing leaves in clear between the two.
 */
#include "desktop_network.h"

#include "log.h"
#include "network_attempt.h"
#include "resolved.h"
#include "tun.h"

#define MANAGER_NAME "org.freedesktop.NetworkManager"
#define GONE_AFTER_S 7 /* before NetworkManager's way gives up what is asked of it meanwhile */

typedef struct DesktopNetwork {
    Network network; /* first; its facts are a copy of `current`'s */
    Bus *bus;
    BusListener listener;
    NetworkManagerOptions options;
    Network *manager;  /* NetworkManager's way */
    Network *resolved; /* NULL: never needed */
    Network *current;  /* one of the two */
    NetworkListener listening, resolved_listening;
    bool wanted;
    bool gone; /* NetworkManager, for longer than a restart of it takes */
    NetworkAttempt attempt;
    guint name_watch, gone_source;
} DesktopNetwork;

static void take_facts(DesktopNetwork *desktop)
{
    NetworkFacts old = desktop->network.facts;
    network_facts_copy(&desktop->current->facts, &desktop->network.facts);
    network_facts_clear(&old);
}

static void on_changed(void *owner)
{
    DesktopNetwork *desktop = owner;
    take_facts(desktop);
    network_tell(&desktop->network);
}

static void on_done(void *owner, const GError *error)
{
    DesktopNetwork *desktop = owner;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* asked again, by us */
    take_facts(desktop);
    network_attempt_end(&desktop->attempt, error);
}

static void use(DesktopNetwork *desktop, Network *network)
{
    if (desktop->current == network)
        return;
    network_unlisten(&desktop->listening);
    desktop->current = network;
    network_listen(network, &desktop->listening);
    log_info("DNS is switched by %s",
             network == desktop->manager ? "NetworkManager" : "systemd-resolved");
    if (desktop->wanted)
        network_point(network, on_done, desktop);
    else if (network_attempt_is_awaited(&desktop->attempt))
        network_restore(network, on_done, desktop);
    on_changed(desktop);
}

static void on_resolved_changed(void *owner)
{
    DesktopNetwork *desktop = owner;
    if (desktop->gone && desktop->resolved->facts.managed)
        use(desktop, desktop->resolved);
}

static gboolean on_gone(gpointer data)
{
    DesktopNetwork *desktop = data;
    const Address own[] = {desktop->options.address4, desktop->options.address6};
    desktop->gone_source = 0;
    desktop->gone = true;
    if (desktop->resolved == NULL) {
        desktop->resolved = resolved_new(desktop->bus, own);
        network_listen(desktop->resolved, &desktop->resolved_listening);
        if (desktop->wanted) /* or it would take back what the process before had set */
            network_point(desktop->resolved, NULL, NULL);
    }
    on_resolved_changed(desktop);
    return G_SOURCE_REMOVE;
}

static void on_appeared(GDBusConnection *connection, const char *name, const char *owner,
                        gpointer data)
{
    DesktopNetwork *desktop = data;
    g_clear_handle_id(&desktop->gone_source, g_source_remove);
    desktop->gone = false;
    use(desktop, desktop->manager);
}

static void on_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    DesktopNetwork *desktop = data;
    bool never_here = desktop->resolved == NULL && !desktop->manager->facts.managed &&
                      tun_carries(&desktop->options.address4);
    g_clear_handle_id(&desktop->gone_source, g_source_remove);
    if (connection != NULL && desktop->current == desktop->manager)
        desktop->gone_source = never_here ? g_idle_add(on_gone, desktop)
                                          : g_timeout_add_seconds(GONE_AFTER_S, on_gone, desktop);
}

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    DesktopNetwork *desktop = owner;
    desktop->name_watch = g_bus_watch_name_on_connection(connection, MANAGER_NAME,
                                                         G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                                         on_appeared, on_vanished, desktop, NULL);
}

static void on_bus_down(void *owner)
{
    DesktopNetwork *desktop = owner;
    g_clear_handle_id(&desktop->name_watch, g_bus_unwatch_name);
    g_clear_handle_id(&desktop->gone_source, g_source_remove);
}

/* --- the Network --- */

static void desktop_point(Network *network, NetworkDone done, void *owner)
{
    DesktopNetwork *desktop = (DesktopNetwork *)network;
    desktop->wanted = true;
    network_attempt_begin(&desktop->attempt, done, owner);
    network_point(desktop->current, on_done, desktop);
}

static void desktop_restore(Network *network, NetworkDone done, void *owner)
{
    DesktopNetwork *desktop = (DesktopNetwork *)network;
    Network *other = desktop->current == desktop->manager ? desktop->resolved : desktop->manager;
    desktop->wanted = false;
    network_attempt_begin(&desktop->attempt, done, owner);
    if (other != NULL)
        network_restore(other, NULL, NULL);
    network_restore(desktop->current, on_done, desktop);
}

static void desktop_free(Network *network)
{
    DesktopNetwork *desktop = (DesktopNetwork *)network;
    bus_unlisten(&desktop->listener);
    on_bus_down(desktop);
    network_attempt_clear(&desktop->attempt);
    network_unlisten(&desktop->listening);
    network_unlisten(&desktop->resolved_listening);
    network_free(desktop->manager);
    network_free(desktop->resolved);
    network_facts_clear(&desktop->network.facts);
    g_free(desktop);
}

static const NetworkClass desktop_class = {
    .point = desktop_point,
    .restore = desktop_restore,
    .free = desktop_free,
};

Network *desktop_network_new(Bus *bus, const NetworkManagerOptions *options)
{
    DesktopNetwork *desktop = g_new0(DesktopNetwork, 1);
    desktop->network.class = &desktop_class;
    list_init(&desktop->network.listeners);
    desktop->bus = bus;
    desktop->options = *options;
    desktop->manager = desktop->current = networkmanager_new(bus, options);
    desktop->listening = (NetworkListener){.changed = on_changed, .owner = desktop};
    desktop->resolved_listening =
        (NetworkListener){.changed = on_resolved_changed, .owner = desktop};
    network_listen(desktop->manager, &desktop->listening);
    network_facts_init(&desktop->network.facts);
    network_attempt_init(&desktop->attempt, NULL, NULL); /* who does the work has a limit */
    desktop->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = desktop};
    bus_listen(bus, &desktop->listener);
    return &desktop->network;
}
