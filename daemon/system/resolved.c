/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The switch, by systemd-resolved alone.
 *
 * Our device is a link like any other: told by the bus that its servers are us and that every name
 * is its own (org.freedesktop.resolve1(5), SetLinkDNS, SetLinkDomains), resolved asks us and nobody
 * else. It forgets that when the device vanishes, so that here, too, the machine's DNS follows the
 * life of a descriptor; over its own restart it remembers it. It asks a server only on a link that
 * has an address, which privileged.c gave it.
 *
 * As in networkmanager.c there is one wish and one function that compares it with what is.
 * resolved sends no signal when its settings change, but they are in files below /run: these, the
 * kernel's news and the owner of the bus name lead to a fresh look, one for a burst.
 */
#include "resolved.h"

#include "attempt.h"
#include "file_watch.h"
#include "link_watch.h"
#include "log.h"
#include "resolved_facts.h"
#include "takeover.h"
#include "tun.h"

#define NAME          "org.freedesktop.resolve1"
#define PATH          "/org/freedesktop/resolve1"
#define INTERFACE     NAME ".Manager"
#define SETTLE_MS     200
#define CALL_LIMIT_MS 5000
#define RETRY_FIRST_S 1
#define RETRY_LAST_S  60

typedef struct Resolved {
    Network network; /* first */
    BusListener listener;
    Address own[2];
    GDBusConnection *connection; /* borrowed; NULL while there is no bus */
    GCancellable *cancellable;   /* of one connection's calls */
    guint name_watch;
    bool running;
    GVariant *properties; /* of the manager object, as read last; NULL none */
    bool reading, read_again;

    LinkWatch *links;
    FileWatch *settings[2];
    Takeover *takeover;
    Gateway *gateway;

    bool wanted;             /* DNS is to point at us */
    bool restoring;          /* somebody waits until it does not */
    const struct Step *step; /* the call under way; NULL none */
    GError *failure;
    Attempt attempt;
    guint refresh_source, settle_source, retry_source;
    unsigned retry_s;
} Resolved;

/* Where resolved writes (if only to find that nothing differs) when a program told it something,
 * and networkd, whom it follows. */
static const char *const settings_folders[] = {"/run/systemd/resolve/",
                                               "/run/systemd/netif/links/"};

static void refresh_later(Resolved *resolved);

static void on_change(void *owner)
{
    refresh_later(owner);
}

static gboolean on_settled(gpointer data)
{
    Resolved *resolved = data;
    resolved->settle_source = 0;
    refresh_later(resolved);
    return G_SOURCE_REMOVE;
}

/* The files may be written a moment before what they say is in force. */
static void on_settings(void *owner)
{
    Resolved *resolved = owner;
    if (resolved->settle_source == 0)
        resolved->settle_source = g_timeout_add(SETTLE_MS, on_settled, resolved);
}

/* --- the calls that change it --- */

typedef GVariant *(*MakeArguments)(const Resolved *resolved);

static GVariant *make_servers(const Resolved *resolved)
{
    GVariantBuilder servers;
    g_variant_builder_init(&servers, G_VARIANT_TYPE("a(iay)"));
    for (gsize i = 0; i < G_N_ELEMENTS(resolved->own); i++) {
        const Address *own = &resolved->own[i];
        bool v4 = own->socket.any.sa_family == AF_INET;
        const void *bytes =
            v4 ? (const void *)&own->socket.v4.sin_addr : (const void *)&own->socket.v6.sin6_addr;
        if (!tun_carries(own))
            continue; /* where IPv6 is off */
        g_variant_builder_add(
            &servers, "(i@ay)", v4 ? AF_INET : AF_INET6,
            g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, v4 ? 4 : 16, 1));
    }
    return g_variant_new("(ia(iay))", tun_interface(), &servers);
}

static GVariant *make_domains(const Resolved *resolved)
{
    GVariantBuilder domains;
    g_variant_builder_init(&domains, G_VARIANT_TYPE("a(sb)"));
    g_variant_builder_add(&domains, "(sb)", ".", TRUE);
    return g_variant_new("(ia(sb))", tun_interface(), &domains);
}

static GVariant *make_yes(const Resolved *resolved)
{
    return g_variant_new("(ib)", tun_interface(), TRUE);
}

static GVariant *make_no_tls(const Resolved *resolved)
{
    return g_variant_new("(is)", tun_interface(), "no");
}

static GVariant *make_link(const Resolved *resolved)
{
    return g_variant_new("(i)", tun_interface());
}

typedef struct Step {
    const char *method;
    MakeArguments make;
} Step;

/* The servers come last: until then the link is nobody's choice. It is this machine, so that TLS,
 * which the administrator may want for all links, is not for this one. */
static const Step point_steps[] = {
    {"SetLinkDNSOverTLS", make_no_tls},
    {"SetLinkDefaultRoute", make_yes},
    {"SetLinkDomains", make_domains},
    {"SetLinkDNS", make_servers},
    {NULL, NULL},
};
static const Step revert_steps[] = {{"RevertLink", make_link}, {NULL, NULL}};

static gboolean on_retry(gpointer data)
{
    Resolved *resolved = data;
    resolved->retry_source = 0;
    refresh_later(resolved);
    return G_SOURCE_REMOVE;
}

/* `reason`: a whole sentence. */
static void change_failed(Resolved *resolved, const char *reason)
{
    log_warning("systemd-resolved's settings are not changed again-in-s=%u reason=%s",
                resolved->retry_s, reason);
    g_clear_error(&resolved->failure);
    resolved->failure = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, reason);
    g_clear_handle_id(&resolved->retry_source, g_source_remove);
    resolved->retry_source = g_timeout_add_seconds(resolved->retry_s, on_retry, resolved);
    resolved->retry_s = MIN(resolved->retry_s * 2, RETRY_LAST_S);
    if (!resolved->restoring)
        attempt_end(&resolved->attempt, resolved->failure);
}

static void run_step(Resolved *resolved, const Step *step);

static void on_step_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the network is gone, or its connection */
    Resolved *resolved = data;
    const Step *next = resolved->step + 1;
    resolved->step = NULL;
    if (reply == NULL) {
        g_dbus_error_strip_remote_error(error);
        g_autofree char *reason = g_strdup_printf(
            "systemd-resolved refused to change the DNS settings: %s.", error->message);
        change_failed(resolved, reason);
        return;
    }
    if (next->method != NULL)
        run_step(resolved, next);
    else
        refresh_later(resolved);
}

static void run_step(Resolved *resolved, const Step *step)
{
    resolved->step = step;
    g_dbus_connection_call(resolved->connection, NAME, PATH, INTERFACE, step->method,
                           step->make(resolved), NULL, G_DBUS_CALL_FLAGS_NONE, CALL_LIMIT_MS,
                           resolved->cancellable, on_step_done, resolved);
}

/* A wish that turns round while calls are under way is seen by the look after them. */
static void change(Resolved *resolved)
{
    if (resolved->wanted && !tun_carries(&resolved->own[0])) {
        change_failed(resolved, "The device " TUN_NAME " has no address yet. Restart the helper as "
                                "an administrator (sudo systemctl restart sotto), and try again.");
        return;
    }
    run_step(resolved, resolved->wanted ? point_steps : revert_steps);
}

/* --- wish and fact --- */

static bool is_set(const Resolved *resolved)
{
    int interface = tun_interface();
    return interface > 0 && resolved_has_servers(resolved->properties, interface);
}

static void reconcile(Resolved *resolved)
{
    if (!resolved->running || resolved->step != NULL || resolved->retry_source != 0 ||
        resolved->properties == NULL)
        return;
    if (resolved->wanted ? !resolved->network.facts.pointed : is_set(resolved))
        change(resolved);
}

static void answer_if_reached(Resolved *resolved)
{
    const NetworkFacts *facts = &resolved->network.facts;
    if (!attempt_is_awaited(&resolved->attempt) || resolved->step != NULL || !resolved->running)
        return;
    if (resolved->restoring) {
        if (!is_set(resolved))
            attempt_end(&resolved->attempt, NULL);
    } else if (facts->taken) {
        g_autofree char *sentence = takeover_explain(resolved->takeover);
        g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, sentence);
        attempt_end(&resolved->attempt, error);
    } else if (facts->pointed && takeover_leads_here(resolved->takeover)) {
        attempt_end(&resolved->attempt, NULL);
    }
}

static void read_facts(Resolved *resolved, NetworkFacts *facts)
{
    int interface = tun_interface();
    g_autofree char *rival = resolved_find_rival(resolved->properties, interface);
    Uplink uplink;
    uplink_read(&uplink);
    uplink_fill(&uplink, resolved->gateway, facts);
    facts->managed = resolved->running;
    facts->pointed = resolved_asks(resolved->properties, resolved->own, interface) &&
                     tun_carries(&resolved->own[0]);
    facts->taken = takeover_judge(resolved->takeover, facts->pointed, LOCAL_STUB_RESOLVED, rival);
    resolved_read_links(resolved->properties, interface, &uplink, facts->links);
}

static void look(Resolved *resolved)
{
    NetworkFacts facts = {0}, old = resolved->network.facts;
    network_facts_init(&facts);
    read_facts(resolved, &facts);
    resolved->network.facts = facts;
    bool differs = !network_facts_equal(&facts, &old);
    network_facts_clear(&old);
    if (facts.pointed == resolved->wanted)
        resolved->retry_s = RETRY_FIRST_S;
    reconcile(resolved);
    answer_if_reached(resolved);
    if (differs)
        network_tell(&resolved->network);
}

static void on_properties(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    Resolved *resolved = data;
    resolved->reading = false;
    if (reply == NULL) { /* it is going, or coming: the name tells */
        log_debug("systemd-resolved did not answer reason=%s", error->message);
    } else {
        g_clear_pointer(&resolved->properties, g_variant_unref);
        g_variant_get(reply, "(@a{sv})", &resolved->properties);
    }
    if (resolved->read_again)
        refresh_later(resolved);
    resolved->read_again = false;
    look(resolved);
}

static gboolean on_refresh(gpointer data)
{
    Resolved *resolved = data;
    resolved->refresh_source = 0;
    if (!resolved->running) {
        look(resolved);
    } else if (resolved->reading) {
        resolved->read_again = true;
    } else {
        resolved->reading = true;
        g_dbus_connection_call(resolved->connection, NAME, PATH, "org.freedesktop.DBus.Properties",
                               "GetAll", g_variant_new("(s)", INTERFACE), G_VARIANT_TYPE("(a{sv})"),
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_LIMIT_MS,
                               resolved->cancellable, on_properties, resolved);
    }
    return G_SOURCE_REMOVE;
}

static void refresh_later(Resolved *resolved)
{
    if (resolved->refresh_source == 0)
        resolved->refresh_source = g_idle_add(on_refresh, resolved);
}

/* --- its life on the bus --- */

static void on_appeared(GDBusConnection *connection, const char *name, const char *owner,
                        gpointer data)
{
    Resolved *resolved = data;
    resolved->running = true;
    refresh_later(resolved);
}

static void on_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    Resolved *resolved = data;
    resolved->running = false;
    refresh_later(resolved);
}

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    Resolved *resolved = owner;
    resolved->connection = connection;
    resolved->cancellable = g_cancellable_new();
    resolved->name_watch =
        g_bus_watch_name_on_connection(connection, NAME, G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                       on_appeared, on_vanished, resolved, NULL);
}

static void on_bus_down(void *owner)
{
    Resolved *resolved = owner;
    g_clear_handle_id(&resolved->name_watch, g_bus_unwatch_name);
    g_cancellable_cancel(resolved->cancellable);
    g_clear_object(&resolved->cancellable);
    resolved->connection = NULL;
    resolved->running = resolved->reading = resolved->read_again = false;
    resolved->step = NULL;
    refresh_later(resolved);
}

/* --- the Network --- */

static void on_late(void *owner)
{
    Resolved *resolved = owner;
    g_autoptr(GError) error =
        resolved->failure != NULL ? g_error_copy(resolved->failure)
        : !resolved->running
            ? g_error_new(G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "systemd-resolved is not running.")
            : g_error_new(G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                          "systemd-resolved did not change the DNS settings in time.");
    attempt_end(&resolved->attempt, error);
}

static void wish(Resolved *resolved, bool wanted, NetworkDone done, void *owner)
{
    attempt_begin(&resolved->attempt, done, owner);
    resolved->wanted = wanted;
    resolved->restoring = !wanted;
    g_clear_error(&resolved->failure);
    g_clear_handle_id(&resolved->retry_source, g_source_remove);
    refresh_later(resolved);
}

static void resolved_point(Network *network, NetworkDone done, void *owner)
{
    wish((Resolved *)network, true, done, owner);
}

static void resolved_restore(Network *network, NetworkDone done, void *owner)
{
    wish((Resolved *)network, false, done, owner);
}

static void resolved_free(Network *network)
{
    Resolved *resolved = (Resolved *)network;
    bus_unlisten(&resolved->listener);
    if (resolved->connection != NULL)
        on_bus_down(resolved);
    attempt_clear(&resolved->attempt);
    g_clear_handle_id(&resolved->refresh_source, g_source_remove);
    g_clear_handle_id(&resolved->settle_source, g_source_remove);
    g_clear_handle_id(&resolved->retry_source, g_source_remove);
    link_watch_free(resolved->links);
    for (gsize i = 0; i < G_N_ELEMENTS(resolved->settings); i++)
        file_watch_free(resolved->settings[i]);
    takeover_free(resolved->takeover);
    gateway_free(resolved->gateway);
    g_clear_error(&resolved->failure);
    g_clear_pointer(&resolved->properties, g_variant_unref);
    network_facts_clear(&resolved->network.facts);
    g_free(resolved);
}

static const NetworkClass resolved_class = {
    .point = resolved_point,
    .restore = resolved_restore,
    .free = resolved_free,
};

Network *resolved_new(Bus *bus, const Address own[2])
{
    Resolved *resolved = g_new0(Resolved, 1);
    resolved->network.class = &resolved_class;
    network_facts_init(&resolved->network.facts);
    list_init(&resolved->network.listeners);
    resolved->own[0] = own[0];
    resolved->own[1] = own[1];
    resolved->retry_s = RETRY_FIRST_S;
    attempt_init(&resolved->attempt, on_late, resolved);
    resolved->links = link_watch_new(on_change, resolved);
    for (gsize i = 0; i < G_N_ELEMENTS(resolved->settings); i++)
        resolved->settings[i] = file_watch_new(settings_folders[i], on_settings, resolved);
    resolved->takeover = takeover_new(RESOLV_CONF_PATH, own, on_change, resolved);
    resolved->gateway = gateway_new(on_change, resolved);
    resolved->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = resolved};
    bus_listen(bus, &resolved->listener);
    return &resolved->network;
}
