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
 * As in networkmanager.c there is one wish and one function that compares it with what is. News of
 * resolved's settings, of the kernel's network and of resolv.conf lead there, by one idle call.
 */
#include "resolved.h"

#include "link_watch.h"
#include "log.h"
#include "network_attempt.h"
#include "resolved_facts.h"
#include "resolved_settings.h"
#include "takeover.h"
#include "tun.h"

#define NAME          "org.freedesktop.resolve1"
#define PATH          "/org/freedesktop/resolve1"
#define INTERFACE     NAME ".Manager"
#define CALL_LIMIT_MS 5000
#define RETRY_FIRST_S 1
#define RETRY_LAST_S  60

typedef struct Resolved {
    Network network; /* first */
    BusListener listener;
    Address own[2];
    GDBusConnection *connection; /* borrowed; NULL while there is no bus */
    GCancellable *cancellable;   /* of one connection's calls */

    ResolvedSettings *settings;
    LinkWatch *links;
    Takeover *takeover;
    Gateway *gateway;

    bool wanted;             /* DNS is to point at us */
    bool restoring;          /* somebody waits until it does not */
    const struct Step *step; /* the call under way; NULL none */
    bool changed;            /* all calls went well, and what came of them was not seen yet */
    GError *failure;
    NetworkAttempt attempt;
    guint look_source, retry_source;
    unsigned retry_s;
} Resolved;

static void look_later(Resolved *resolved);

static void on_change(void *owner)
{
    look_later(owner);
}

static GVariant *properties_of(const Resolved *resolved)
{
    return resolved_settings_get(resolved->settings);
}

static bool is_running(const Resolved *resolved)
{
    return resolved_settings_are_there(resolved->settings);
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
    look_later(resolved);
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
        network_attempt_end(&resolved->attempt, resolved->failure);
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
    if (next->method != NULL) {
        run_step(resolved, next);
        return;
    }
    resolved->changed = true;
    resolved_settings_read(resolved->settings); /* and look */
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
    return interface > 0 && resolved_has_servers(properties_of(resolved), interface);
}

static void reconcile(Resolved *resolved)
{
    if (resolved->step != NULL || resolved->retry_source != 0 ||
        resolved_settings_are_old(resolved->settings) || !is_running(resolved))
        return;
    bool reached = resolved->wanted ? resolved->network.facts.pointed : !is_set(resolved);
    bool in_vain = resolved->changed && !reached;
    resolved->changed = false;
    if (reached)
        resolved->retry_s = RETRY_FIRST_S;
    else if (in_vain)
        change_failed(resolved, "systemd-resolved did not keep the new DNS settings.");
    else
        change(resolved);
}

static void answer_if_reached(Resolved *resolved)
{
    const NetworkFacts *facts = &resolved->network.facts;
    if (!network_attempt_is_awaited(&resolved->attempt) || resolved->step != NULL ||
        resolved_settings_are_old(resolved->settings) || !is_running(resolved))
        return;
    if (resolved->restoring) {
        if (!is_set(resolved))
            network_attempt_end(&resolved->attempt, NULL);
    } else if (facts->taken) {
        g_autofree char *sentence = takeover_explain(resolved->takeover);
        g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, sentence);
        network_attempt_end(&resolved->attempt, error);
    } else if (facts->pointed && takeover_leads_here(resolved->takeover)) {
        network_attempt_end(&resolved->attempt, NULL);
    }
}

static void read_facts(Resolved *resolved, NetworkFacts *facts)
{
    int interface = tun_interface();
    g_autofree char *rival = resolved_find_rival(properties_of(resolved), interface);
    Uplink uplink;
    uplink_read(&uplink);
    uplink_fill(&uplink, resolved->gateway, facts);
    facts->managed = is_running(resolved);
    facts->pointed = resolved_asks(properties_of(resolved), resolved->own, interface) &&
                     tun_carries(&resolved->own[0]);
    facts->taken = takeover_judge(resolved->takeover, facts->pointed, LOCAL_STUB_RESOLVED, rival);
    resolved_read_links(properties_of(resolved), interface, &uplink, facts->links);
}

static void look(Resolved *resolved)
{
    NetworkFacts facts = {0}, old = resolved->network.facts;
    network_facts_init(&facts);
    read_facts(resolved, &facts);
    resolved->network.facts = facts;
    bool differs = !network_facts_equal(&facts, &old);
    network_facts_clear(&old);
    reconcile(resolved);
    answer_if_reached(resolved);
    if (differs)
        network_tell(&resolved->network);
}

static gboolean on_look(gpointer data)
{
    Resolved *resolved = data;
    resolved->look_source = 0;
    look(resolved);
    return G_SOURCE_REMOVE;
}

static void look_later(Resolved *resolved)
{
    if (resolved->look_source == 0)
        resolved->look_source = g_idle_add(on_look, resolved);
}

/* --- its life on the bus --- */

static void on_bus_up(void *owner, GDBusConnection *connection)
{
    Resolved *resolved = owner;
    resolved->connection = connection;
    resolved->cancellable = g_cancellable_new();
}

static void on_bus_down(void *owner)
{
    Resolved *resolved = owner;
    g_cancellable_cancel(resolved->cancellable);
    g_clear_object(&resolved->cancellable);
    resolved->connection = NULL;
    resolved->step = NULL;
}

/* --- the Network --- */

static void on_late(void *owner)
{
    Resolved *resolved = owner;
    g_autoptr(GError) error =
        resolved->failure != NULL ? g_error_copy(resolved->failure)
        : !is_running(resolved)
            ? g_error_new(G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "systemd-resolved is not running.")
            : g_error_new(G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                          "systemd-resolved did not change the DNS settings in time.");
    network_attempt_end(&resolved->attempt, error);
}

static void wish(Resolved *resolved, bool wanted, NetworkDone done, void *owner)
{
    network_attempt_begin(&resolved->attempt, done, owner);
    resolved->wanted = wanted;
    resolved->restoring = !wanted;
    g_clear_error(&resolved->failure);
    g_clear_handle_id(&resolved->retry_source, g_source_remove);
    look_later(resolved);
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
    network_attempt_clear(&resolved->attempt);
    g_clear_handle_id(&resolved->look_source, g_source_remove);
    g_clear_handle_id(&resolved->retry_source, g_source_remove);
    link_watch_free(resolved->links);
    resolved_settings_free(resolved->settings);
    takeover_free(resolved->takeover);
    gateway_free(resolved->gateway);
    g_clear_error(&resolved->failure);
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
    network_attempt_init(&resolved->attempt, on_late, resolved);
    resolved->links = link_watch_new(on_change, resolved);
    resolved->settings = resolved_settings_new(bus, on_change, resolved);
    resolved->takeover = takeover_new(RESOLV_CONF_PATH, own, on_change, resolved);
    resolved->gateway = gateway_new(on_change, resolved);
    resolved->listener = (BusListener){.up = on_bus_up, .down = on_bus_down, .owner = resolved};
    bus_listen(bus, &resolved->listener);
    return &resolved->network;
}
