/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The switch, by NetworkManager.
 *
 * DNS is pointed at us by a volatile connection on our TUN, which lives in NetworkManager's memory
 * only and vanishes with the device. There is one wish (`wanted`) and one function that compares it
 * with what is (`reconcile`); whatever libnm reports leads there, by way of one idle call, so that
 * a burst of signals is one look. What somebody else undoes is thus done again: networking off and
 * on drops our connection, a restarted NetworkManager brings new objects.
 *
 * A new process finds the connection of the old one on the kept TUN, and has nothing to do.
 *
 * libnm does no blocking call here, and gets our own bus connection: the shared one would end the
 * process when the bus goes.
 */
#include "networkmanager.h"

#include "gateway.h"
#include "log.h"
#include "network_attempt.h"
#include "networkmanager_facts.h"
#include "networkmanager_guard.h"
#include "networkmanager_profile.h"
#include "networkmanager_resolv_conf.h"
#include "networkmanager_search.h"
#include "networkmanager_watch.h"
#include "resolved_facts.h"
#include "resolved_settings.h"
#include "takeover.h"
#include "tun.h"

#include <NetworkManager.h>
#include <string.h>

#define RETRY_FIRST_S 1
#define RETRY_LAST_S  60

typedef struct NetworkManager {
    Network network; /* first */
    Bus *bus;
    BusListener listener;
    NetworkManagerOptions options;
    NMClient *client; /* NULL while there is no bus */
    GCancellable *cancellable;
    NmWatch watch;
    Takeover *takeover;
    ResolvedSettings *resolved; /* NULL: not in use */
    Gateway *gateway;           /* of the network at hand */
    NmGuard guard;

    NMActiveConnection *active; /* the one we asked for, or found */
    char **search;              /* the domains that it carries, NULL not known */

    bool wanted;     /* DNS is to point at us */
    bool restoring;  /* somebody waits until it does not */
    bool busy;       /* an activation or deactivation is under way */
    bool rewriting;  /* resolv.conf is, on our demand */
    GError *failure; /* of the last activation */
    NetworkAttempt attempt;
    guint refresh_source, retry_source;
    unsigned retry_s;
} NetworkManager;

static void refresh_later(NetworkManager *manager);

/* --- who waits --- */

static void attempt_over(NetworkManager *manager, const GError *error)
{
    manager->restoring = false;
    network_attempt_end(&manager->attempt, error);
}

static void on_late(void *owner)
{
    NetworkManager *manager = owner;
    g_autoptr(GError) error = NULL;
    if (manager->failure != NULL)
        error = g_error_copy(manager->failure);
    else if (manager->client == NULL || !nm_client_get_nm_running(manager->client))
        error = g_error_new(G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "NetworkManager is not running.");
    else
        error = g_error_new(G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                            "NetworkManager did not change the DNS settings in time.");
    attempt_over(manager, error);
}

static void wish(NetworkManager *manager, bool wanted, NetworkDone done, void *owner)
{
    network_attempt_begin(&manager->attempt, done, owner);
    manager->wanted = wanted;
    manager->restoring = !wanted;
    g_clear_error(&manager->failure);
    g_clear_handle_id(&manager->retry_source, g_source_remove);
    refresh_later(manager);
}

/* --- wish and fact --- */

static gboolean on_retry(gpointer data)
{
    NetworkManager *manager = data;
    manager->retry_source = 0;
    refresh_later(manager);
    return G_SOURCE_REMOVE;
}

static void change_failed(NetworkManager *manager, GError *error)
{
    g_dbus_error_strip_remote_error(error);
    log_warning("NetworkManager did not change the DNS settings reason=%s again-in-s=%u",
                error->message, manager->retry_s);
    g_clear_error(&manager->failure);
    manager->failure =
        g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED,
                    "NetworkManager refused to change the DNS settings: %s.", error->message);
    g_clear_handle_id(&manager->retry_source, g_source_remove);
    manager->retry_source = g_timeout_add_seconds(manager->retry_s, on_retry, manager);
    manager->retry_s = MIN(manager->retry_s * 2, RETRY_LAST_S);
}

/* `active` and `failure` (transfer full), one of them NULL. */
static void activation_ended(NetworkManager *manager, NMActiveConnection *active, GError *failure)
{
    g_autoptr(GError) error = failure;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the manager is gone, or its client */
    manager->busy = false;
    g_clear_object(&manager->active);
    manager->active = active;
    if (active == NULL) {
        change_failed(manager, error);
        if (!manager->restoring)
            attempt_over(manager, manager->failure);
    }
    refresh_later(manager);
}

static void on_added(GObject *source, GAsyncResult *result, gpointer data)
{
    GError *error = NULL;
    NMActiveConnection *active =
        nm_client_add_and_activate_connection2_finish(NM_CLIENT(source), result, NULL, &error);
    activation_ended(data, active, error);
}

static void on_activated(GObject *source, GAsyncResult *result, gpointer data)
{
    GError *error = NULL;
    NMActiveConnection *active =
        nm_client_activate_connection_finish(NM_CLIENT(source), result, &error);
    activation_ended(data, active, error);
}

static void add(NetworkManager *manager, NMDevice *device)
{
    g_auto(GStrv) search = nm_facts_search(manager->client);
    g_autoptr(NMConnection) profile = nm_profile_new(
        &manager->options.address4, &manager->options.address6, (const char *const *)search);
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_variant_dict_insert(&options, "persist", "s", "volatile");
    if (manager->options.bound_to_process)
        g_variant_dict_insert(&options, "bind-activation", "s", "dbus-client");
    manager->busy = true;
    nm_client_add_and_activate_connection2(manager->client, profile, device, NULL,
                                           g_variant_dict_end(&options), manager->cancellable,
                                           on_added, manager);
    g_strfreev(manager->search);
    manager->search = g_steal_pointer(&search);
}

static void activate(NetworkManager *manager, NMDevice *device)
{
    NMRemoteConnection *known = nm_facts_own_profile(manager->client, &manager->options.address4);
    if (known == NULL) {
        add(manager, device);
        return;
    }
    manager->busy = true;
    nm_client_activate_connection_async(manager->client, NM_CONNECTION(known), device, NULL,
                                        manager->cancellable, on_activated, manager);
}

static void on_deactivated(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    bool gone = nm_client_deactivate_connection_finish(NM_CLIENT(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    NetworkManager *manager = data;
    manager->busy = false;
    if (!gone)
        change_failed(manager, error);
    refresh_later(manager);
}

static void deactivate(NetworkManager *manager, NMActiveConnection *active)
{
    manager->busy = true;
    nm_client_deactivate_connection_async(manager->client, active, manager->cancellable,
                                          on_deactivated, manager);
}

/* An object that NetworkManager dropped keeps its last state, but belongs to no client any more. */
static bool is_alive(NMActiveConnection *active)
{
    if (active == NULL || nm_object_get_client(NM_OBJECT(active)) == NULL)
        return false;
    NMActiveConnectionState state = nm_active_connection_get_state(active);
    return state == NM_ACTIVE_CONNECTION_STATE_ACTIVATING ||
           state == NM_ACTIVE_CONNECTION_STATE_ACTIVATED;
}

/* What we asked for takes a moment to appear on the device; what an earlier process asked for is
 * there already. */
static NMActiveConnection *find_alive(NetworkManager *manager)
{
    if (is_alive(manager->active))
        return manager->active;
    g_clear_object(&manager->active);
    NMActiveConnection *found = nm_facts_own_connection(manager->client);
    if (!is_alive(found))
        return NULL;
    manager->active = g_object_ref(found);
    g_clear_pointer(&manager->search, g_strfreev);
    return found;
}

static bool says_otherwise(NetworkManager *manager, NMActiveConnection *active)
{
    NMRemoteConnection *connection = nm_active_connection_get_connection(active);
    return connection != NULL &&
           !nm_profile_fits(NM_CONNECTION(connection), &manager->options.address4);
}

/*
 * A restarted NetworkManager finds our address on the device and its profile below /run, and takes
 * both over by itself. Asking for a connection while it does would cost the moment without our DNS
 * that this avoids.
 */
static bool is_taken_over(NetworkManager *manager)
{
    return nm_client_get_startup(manager->client) && tun_carries(&manager->options.address4);
}

static void on_search_kept(void *owner)
{
    NetworkManager *manager = owner;
    manager->busy = false;
    refresh_later(manager);
}

static void keep_search(NetworkManager *manager, NMDevice *device)
{
    NMActiveConnection *primary = nm_client_get_primary_connection(manager->client);
    if (!manager->network.facts.pointed || primary == NULL ||
        nm_active_connection_get_state(primary) != NM_ACTIVE_CONNECTION_STATE_ACTIVATED)
        return; /* between two networks the old list does no harm */
    g_auto(GStrv) search = nm_facts_search(manager->client);
    if (manager->search != NULL &&
        g_strv_equal((const char *const *)manager->search, (const char *const *)search))
        return;
    g_strfreev(manager->search);
    manager->search = g_steal_pointer(&search);
    manager->busy = true;
    nm_search_apply(device, (const char *const *)manager->search, manager->cancellable,
                    on_search_kept, manager);
}

static void reconcile(NetworkManager *manager)
{
    if (manager->client == NULL || !nm_client_get_nm_running(manager->client) || manager->busy)
        return;
    NMActiveConnection *active = find_alive(manager);
    if (manager->retry_source != 0)
        return; /* its timer leads here again */
    if (!manager->wanted) {
        if (active != NULL)
            deactivate(manager, active);
        return;
    }
    NMDevice *device = nm_client_get_device_by_iface(manager->client, TUN_NAME);
    if (device == NULL || !nm_client_networking_get_enabled(manager->client))
        return; /* and so does the signal that ends this */
    if (active == NULL && !is_taken_over(manager))
        activate(manager, device);
    else if (active == NULL)
        return;
    else if (says_otherwise(manager, active))
        add(manager, device);
    else
        keep_search(manager, device);
}

static void on_rewritten(void *owner, const GError *refusal)
{
    NetworkManager *manager = owner;
    manager->rewriting = false;
    if (!network_attempt_is_awaited(&manager->attempt) || manager->restoring ||
        takeover_leads_here(manager->takeover)) {
        refresh_later(manager);
        return;
    }
    if (refusal != NULL)
        log_warning("NetworkManager did not write resolv.conf again reason=%s", refusal->message);
    g_autofree char *sentence = takeover_explain(manager->takeover);
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, sentence);
    attempt_over(manager, error);
}

static void answer_if_reached(NetworkManager *manager)
{
    const NetworkFacts *facts = &manager->network.facts;
    if (!network_attempt_is_awaited(&manager->attempt) || manager->busy || manager->rewriting)
        return;
    if (manager->restoring) {
        if (manager->active == NULL && !facts->pointed)
            attempt_over(manager, NULL);
    } else if (facts->taken) {
        manager->rewriting = true;
        nm_resolv_conf_rewrite(manager->client, manager->cancellable, on_rewritten, manager);
    } else if (facts->pointed && takeover_leads_here(manager->takeover)) {
        attempt_over(manager, NULL);
    }
}

/* --- what libnm reports, and other programs write --- */

static void on_change(void *owner)
{
    refresh_later(owner);
}

/* Where lookups go by systemd-resolved, others may tell it things, too. */
static bool is_taken(NetworkManager *manager, bool pointed)
{
    LocalStub stub = nm_stub(manager->client);
    g_autofree char *rival = NULL;
    if (stub == LOCAL_STUB_RESOLVED && manager->resolved == NULL)
        manager->resolved = resolved_settings_new(manager->bus, on_change, manager);
    if (stub == LOCAL_STUB_RESOLVED && resolved_settings_are_there(manager->resolved))
        rival = resolved_find_rival(resolved_settings_get(manager->resolved), tun_interface());
    return takeover_judge(manager->takeover, pointed, stub, rival);
}

static void guard(NetworkManager *manager)
{
    bool ending = manager->active != NULL && !is_alive(manager->active);
    bool pointed = manager->network.facts.pointed && !ending;
    if (nm_guard_judge(&manager->guard, manager->client, manager->wanted, pointed))
        g_clear_handle_id(&manager->retry_source, g_source_remove); /* now it may go well */
    nm_guard_follow(&manager->guard, manager->active);
}

static gboolean on_refresh(gpointer data)
{
    NetworkManager *manager = data;
    manager->refresh_source = 0;
    NetworkFacts facts = {0}, old = manager->network.facts;
    network_facts_init(&facts);
    nm_facts_read(manager->client, &manager->options.address4, manager->gateway, &facts);
    facts.taken = is_taken(manager, facts.pointed);
    manager->network.facts = facts;
    bool differs = !network_facts_equal(&facts, &old);
    network_facts_clear(&old);
    nm_watch_all(&manager->watch, manager->client, manager->active);
    guard(manager);
    reconcile(manager);
    if (facts.pointed)
        manager->retry_s = RETRY_FIRST_S;
    answer_if_reached(manager);
    if (differs)
        network_tell(&manager->network);
    return G_SOURCE_REMOVE;
}

static void refresh_later(NetworkManager *manager)
{
    if (manager->refresh_source == 0)
        manager->refresh_source = g_idle_add(on_refresh, manager);
}

/* --- the client's life --- */

static void on_client(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    bool made = g_async_initable_init_finish(G_ASYNC_INITABLE(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_object_unref(source);
        return;
    }
    NetworkManager *manager = data;
    if (!made) {
        log_error("NetworkManager cannot be asked reason=%s", error->message);
        g_object_unref(source);
        return;
    }
    manager->client = NM_CLIENT(source);
    g_signal_connect_swapped(manager->client, "device-added", G_CALLBACK(refresh_later), manager);
    refresh_later(manager);
}

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    NetworkManager *manager = owner;
    manager->cancellable = g_cancellable_new();
    nm_guard_listen(&manager->guard, connection);
    GObject *client = g_object_new(NM_TYPE_CLIENT, NM_CLIENT_DBUS_CONNECTION, connection, NULL);
    g_async_initable_init_async(G_ASYNC_INITABLE(client), G_PRIORITY_DEFAULT, manager->cancellable,
                                on_client, manager);
}

static void on_bus_down(void *owner)
{
    NetworkManager *manager = owner;
    g_cancellable_cancel(manager->cancellable);
    g_clear_object(&manager->cancellable);
    nm_guard_leave(&manager->guard);
    nm_watch_clear(&manager->watch);
    manager->busy = manager->rewriting = false;
    if (manager->client != NULL)
        g_signal_handlers_disconnect_by_data(manager->client, manager);
    g_clear_object(&manager->active);
    g_clear_pointer(&manager->search, g_strfreev);
    g_clear_object(&manager->client);
    refresh_later(manager);
}

/* --- the Network --- */

static void manager_point(Network *network, NetworkDone done, void *owner)
{
    wish((NetworkManager *)network, true, done, owner);
}

static void manager_restore(Network *network, NetworkDone done, void *owner)
{
    wish((NetworkManager *)network, false, done, owner);
}

static void manager_free(Network *network)
{
    NetworkManager *manager = (NetworkManager *)network;
    bus_unlisten(&manager->listener);
    on_bus_down(manager);
    g_clear_handle_id(&manager->refresh_source, g_source_remove);
    g_clear_handle_id(&manager->retry_source, g_source_remove);
    network_attempt_clear(&manager->attempt);
    g_clear_error(&manager->failure);
    takeover_free(manager->takeover);
    resolved_settings_free(manager->resolved);
    gateway_free(manager->gateway);
    network_facts_clear(&manager->network.facts);
    g_free(manager);
}

static const NetworkClass manager_class = {
    .point = manager_point,
    .restore = manager_restore,
    .free = manager_free,
};

Network *networkmanager_new(Bus *bus, const NetworkManagerOptions *options)
{
    const Address own[] = {options->address4, options->address6};
    NetworkManager *manager = g_new0(NetworkManager, 1);
    manager->network.class = &manager_class;
    network_facts_init(&manager->network.facts);
    list_init(&manager->network.listeners);
    manager->bus = bus;
    manager->options = *options;
    manager->retry_s = RETRY_FIRST_S;
    network_attempt_init(&manager->attempt, on_late, manager);
    nm_watch_init(&manager->watch, on_change, manager);
    nm_guard_init(&manager->guard, options->barrier);
    manager->takeover = takeover_new(RESOLV_CONF_PATH, own, on_change, manager);
    manager->gateway = gateway_new(on_change, manager);
    manager->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = manager};
    bus_listen(bus, &manager->listener);
    return &manager->network;
}
