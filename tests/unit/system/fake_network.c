/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_network.h"

#include "fake_upstream.h"

static void on_answer(void *owner)
{
    FakeNetwork *fake = owner;
    g_autoptr(GError) error = NULL;
    if (fake->refuse && fake->network.facts.pointed) {
        fake->network.facts.pointed = false;
        error = g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "It may not.");
    }
    NetworkDone done = fake->done;
    fake->done = NULL;
    if (done != NULL)
        done(fake->owner, error);
}

static void fake_answer(FakeNetwork *fake, NetworkDone done, void *owner)
{
    NetworkDone replaced = fake->done;
    void *replaced_owner = fake->owner;
    fake->done = done;
    fake->owner = owner;
    if (!fake->slow)
        loop_defer_schedule(&fake->answer);
    if (replaced != NULL) {
        g_autoptr(GError) error =
            g_error_new(G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was replaced by another.");
        replaced(replaced_owner, error);
    }
}

static void fake_point(Network *network, NetworkDone done, void *owner)
{
    FakeNetwork *fake = (FakeNetwork *)network;
    fake->points++;
    fake->network.facts.pointed = true;
    fake_answer(fake, done, owner);
}

static void fake_restore(Network *network, NetworkDone done, void *owner)
{
    FakeNetwork *fake = (FakeNetwork *)network;
    fake->restores++;
    fake->network.facts.pointed = false;
    fake_answer(fake, done, owner);
}

void fake_network_answer(FakeNetwork *fake)
{
    loop_defer_schedule(&fake->answer);
}

static const NetworkClass fake_class = {.point = fake_point, .restore = fake_restore};

FakePortal fake_portal;

struct PortalProbe {
    PortalProbeDone done;
    void *owner;
    guint source;
};

static gboolean on_portal_answer(gpointer data)
{
    PortalProbe *probe = data;
    const PortalAnswer answer = {
        .verdict = fake_portal.verdict,
        .address = fake_portal.address != NULL ? fake_portal.address : "",
        .date_s = fake_portal.date_s,
    };
    probe->source = 0;
    probe->done(probe->owner, &answer);
    g_free(probe);
    return G_SOURCE_REMOVE;
}

static PortalProbe *fake_portal_begin(PortalQuestion question, const char *url,
                                      const GPtrArray *addresses, PortalProbeDone done, void *owner)
{
    PortalProbe *probe = g_new0(PortalProbe, 1);
    *probe = (PortalProbe){.done = done, .owner = owner};
    fake_portal.looks++;
    if (!fake_portal.silent)
        probe->source = g_idle_add(on_portal_answer, probe);
    return probe;
}

static void fake_portal_cancel(PortalProbe *probe)
{
    if (probe == NULL)
        return;
    g_clear_handle_id(&probe->source, g_source_remove);
    g_free(probe);
}

const PortalProbeClass fake_portal_probe = {.begin = fake_portal_begin,
                                            .cancel = fake_portal_cancel};

NetworkLink *fake_network_add_link(FakeNetwork *fake, const char *server, const char *domains)
{
    NetworkLink *link = network_link_new("");
    Address address;
    g_assert_cmpint(address_parse(server, 53, &address), ==, STATUS_OK);
    g_ptr_array_add(link->servers, g_memdup2(&address, sizeof(address)));
    g_strfreev(link->domains);
    link->domains = g_strsplit(domains, ",", 0);
    g_ptr_array_add(fake->network.facts.links, link);
    return link;
}

void set_text(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

void fake_network_init(FakeNetwork *fake, Loop *loop)
{
    NetworkFacts *facts = &fake->network.facts;
    fake->network.class = &fake_class;
    network_facts_init(facts);
    list_init(&fake->network.listeners);
    facts->managed = facts->online = true;
    set_text(&facts->name, "Hotel");
    set_text(&facts->identity, "one");
    loop_defer_init(&fake->answer, loop, on_answer, fake);
    fake_portal = (FakePortal){.verdict = PORTAL_UNREACHABLE};
}

void fake_network_clear(FakeNetwork *fake)
{
    loop_defer_cancel(&fake->answer);
    network_facts_clear(&fake->network.facts);
}

Settings *fake_settings_new(void)
{
    Settings *settings = g_new0(Settings, 1);
    settings->references = 1;
    settings->own = g_hash_table_new(g_str_hash, g_str_equal);
    settings->listen = g_ptr_array_new();
    settings->chosen = g_ptr_array_new();
    settings->catalogue = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    settings->added = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_unref);
    settings->lists = g_ptr_array_new();
    for (unsigned i = 1; i <= 3; i++)
        g_ptr_array_add(settings->catalogue, fake_resolver(i));
    settings->template = plan_new();
    settings->relays = relays_new(settings->template->spread_key);
    settings->probe_names = g_strsplit("probe.example,other.example", ",", 0);
    settings->probe_budget_us = 4000000;
    settings->local_domains = settings->vpn_lookups = true;
    settings->favourites = g_strsplit("s1,s2", ",", 0);
    settings->networks =
        (NetworkSettings){.check_urls = g_strsplit("http://check.example/", ",", 0),
                          .time_servers = g_strsplit("time.example", ",", 0),
                          .sign_in_us = 300000000,
                          .probe_us = 2000000,
                          .search_us = 15000000};
    return settings;
}
