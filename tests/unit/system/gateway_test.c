/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's own neighbour table, in a network namespace in which nobody answers. */
#include "gateway.h"

#include "network_namespace.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define GATEWAY4 "192.0.2.1"
#define GATEWAY6 "fe80::1"
#define MAC      "02:00:00:00:00:01"
#define OTHER    "02:00:00:00:00:02"

typedef struct Scene {
    Gateway *gateway;
    int interface;
    unsigned changes;
} Scene;

static void on_changed(void *owner)
{
    Scene *scene = owner;

    scene->changes++;
}

static bool scene_init(Scene *scene)
{
    *scene = (Scene){0};
    if (!network_namespace_enter())
        return false;
    g_assert_true(network_namespace_run("ip link add wl0 type veth peer name far"));
    g_assert_true(network_namespace_run("ip link set far arp off up"));
    g_assert_true(network_namespace_run("ip link set wl0 up"));
    g_assert_true(network_namespace_run("ip address add 192.0.2.2/24 dev wl0"));
    scene->interface = (int)if_nametoindex("wl0");
    scene->gateway = gateway_new(on_changed, scene);
    return true;
}

static void follow(Scene *scene, const char *text, const char *occasion)
{
    Address address;

    g_assert_cmpint(address_parse(text, 0, &address), ==, STATUS_OK);
    gateway_follow(scene->gateway, &address, scene->interface, occasion);
}

static void neighbour(const char *host, const char *hardware, const char *state)
{
    g_autofree char *command =
        g_strdup_printf("ip neigh replace %s lladdr %s dev wl0 nud %s", host, hardware, state);

    g_assert_true(network_namespace_run(command));
}

static gboolean on_late(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

/* Runs the main context until a change, or for so long. */
static void wait_for_change(Scene *scene, unsigned milliseconds)
{
    unsigned before = scene->changes;
    bool late = false;
    guint source = g_timeout_add(milliseconds, on_late, &late);

    while (scene->changes == before && !late)
        g_main_context_iteration(NULL, TRUE);
    if (!late)
        g_source_remove(source);
}

static void no_gateway_has_no_address(void)
{
    Scene scene = {0};

    scene.gateway = gateway_new(on_changed, &scene);
    gateway_follow(scene.gateway, NULL, 0, "hotel");
    g_assert_null(gateway_hardware(scene.gateway)); /* it may come yet */
    wait_for_change(&scene, 3 * GATEWAY_WAIT_MS);
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, "");
    gateway_free(scene.gateway);
}

static void a_confirmed_one_is_known_at_once(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    neighbour(GATEWAY4, MAC, "reachable");
    neighbour("192.0.2.7", OTHER, "reachable");
    follow(&scene, GATEWAY4, "hotel");
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, MAC);
    g_assert_cmpuint(scene.changes, ==, 0);
    gateway_free(scene.gateway);
}

static void of_ipv6_too(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    neighbour(GATEWAY6, MAC, "reachable");
    follow(&scene, GATEWAY6, "hotel");
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, MAC);
    gateway_free(scene.gateway);
}

static void one_that_shows_itself_later_is_told(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    follow(&scene, GATEWAY4, "hotel");
    g_assert_null(gateway_hardware(scene.gateway));
    neighbour("192.0.2.7", OTHER, "reachable");
    neighbour(GATEWAY4, MAC, "reachable");
    wait_for_change(&scene, 500);
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, MAC);
    g_assert_cmpuint(scene.changes, ==, 1);
    gateway_free(scene.gateway);
}

static void a_silent_one_is_none_after_a_while(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    gint64 begin = g_get_monotonic_time();
    follow(&scene, GATEWAY4, "hotel");
    wait_for_change(&scene, 3 * GATEWAY_WAIT_MS);
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, "");
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 2 * GATEWAY_WAIT_MS * 1000);
    gateway_free(scene.gateway);
}

/* It may be what the network before this one left behind. */
static void an_old_entry_counts_only_after_a_while(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    neighbour(GATEWAY4, MAC, "stale");
    follow(&scene, GATEWAY4, "hotel");
    g_assert_null(gateway_hardware(scene.gateway));
    wait_for_change(&scene, 3 * GATEWAY_WAIT_MS);
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, MAC);
    gateway_free(scene.gateway);
}

static void a_replaced_one_is_noticed(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    neighbour(GATEWAY4, MAC, "reachable");
    follow(&scene, GATEWAY4, "hotel");
    neighbour(GATEWAY4, OTHER, "reachable");
    wait_for_change(&scene, 500);
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, OTHER);
    gateway_free(scene.gateway);
}

static void another_occasion_begins_anew(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    neighbour(GATEWAY4, MAC, "reachable");
    follow(&scene, GATEWAY4, "hotel");
    g_assert_true(network_namespace_run("ip neigh flush dev wl0"));
    follow(&scene, GATEWAY4, "hotel");
    g_assert_cmpstr(gateway_hardware(scene.gateway), ==, MAC);
    follow(&scene, GATEWAY4, "hotel again");
    g_assert_null(gateway_hardware(scene.gateway));
    gateway_free(scene.gateway);
}

static void no_network_is_not_waited_for(void)
{
    Scene scene;

    if (!scene_init(&scene))
        return;
    follow(&scene, GATEWAY4, "hotel");
    gateway_forget(scene.gateway);
    wait_for_change(&scene, 2 * GATEWAY_WAIT_MS);
    g_assert_cmpuint(scene.changes, ==, 0);
    g_assert_null(gateway_hardware(scene.gateway));
    gateway_free(scene.gateway);
}

/* What leaves by the link meanwhile: ARP for the gateway, and no datagram at all. */
static void asks_by_arp_alone(void)
{
    static const uint8_t asked[] = {192, 0, 2, 1};
    bool seen = false;
    uint8_t frame[2048];
    Scene scene;

    if (!scene_init(&scene))
        return;
    int fd = socket(AF_PACKET, SOCK_DGRAM, g_htons(ETH_P_ALL));
    struct sockaddr_ll far = {.sll_family = AF_PACKET,
                              .sll_protocol = g_htons(ETH_P_ALL),
                              .sll_ifindex = (int)if_nametoindex("far")};
    g_assert_cmpint(bind(fd, (struct sockaddr *)&far, sizeof far), ==, 0);
    follow(&scene, GATEWAY4, "hotel");
    wait_for_change(&scene, 3 * GATEWAY_WAIT_MS);
    for (;;) {
        socklen_t length = sizeof far;
        ssize_t size =
            recvfrom(fd, frame, sizeof frame, MSG_DONTWAIT, (struct sockaddr *)&far, &length);
        if (size < 0)
            break;
        g_assert_cmpint(g_ntohs(far.sll_protocol), !=, ETH_P_IP);
        seen |= far.sll_protocol == g_htons(ETH_P_ARP) && size >= 28 &&
                memcmp(frame + 24, asked, sizeof asked) == 0;
    }
    g_assert_true(seen);
    close(fd);
    gateway_free(scene.gateway);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gateway/no-gateway-has-no-address", no_gateway_has_no_address);
    g_test_add_func("/gateway/a-confirmed-one-is-known-at-once", a_confirmed_one_is_known_at_once);
    g_test_add_func("/gateway/of-ipv6-too", of_ipv6_too);
    g_test_add_func("/gateway/one-that-shows-itself-later-is-told",
                    one_that_shows_itself_later_is_told);
    g_test_add_func("/gateway/a-silent-one-is-none-after-a-while",
                    a_silent_one_is_none_after_a_while);
    g_test_add_func("/gateway/an-old-entry-counts-only-after-a-while",
                    an_old_entry_counts_only_after_a_while);
    g_test_add_func("/gateway/a-replaced-one-is-noticed", a_replaced_one_is_noticed);
    g_test_add_func("/gateway/another-occasion-begins-anew", another_occasion_begins_anew);
    g_test_add_func("/gateway/no-network-is-not-waited-for", no_network_is_not_waited_for);
    g_test_add_func("/gateway/asks-by-arp-alone", asks_by_arp_alone);
    return g_test_run();
}
