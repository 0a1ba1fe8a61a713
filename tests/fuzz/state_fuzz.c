/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that the helper keeps for itself, after whatever happened to them. Input: which (1), the
 * file. Each is read, changed a little, saved, and read again: what was whole is still there.
 */
#include "decisions.h"
#include "fuzz.h"
#include "fuzz_file.h"
#include "key_changes.h"
#include "known_networks.h"
#include "network_memory.h"
#include "own_entries.h"
#include "own_rules.h"
#include "state.h"

#include <string.h>

enum { NOW_S = 1795000000 };

static void read_state(const char *path)
{
    g_autoptr(State) state = state_load(path);

    g_assert_true(*state->resolver != '\0');
    g_assert_true(state_save(state, NULL));
    g_autoptr(State) again = state_load(path);
    g_assert_true(state->on == again->on && state->unknown_chosen == again->unknown_chosen);
    g_assert_cmpint(state->changed_at_s, ==, again->changed_at_s);
    g_assert_cmpstr(state->resolver, ==, again->resolver);
    g_assert_cmpstr(state->changed_by, ==, again->changed_by);
}

static void read_decisions(const char *path)
{
    g_autoptr(Settings) settings = settings_load(&(SettingsSources){.file = NULL}, NULL);
    Decisions *decisions = decisions_load(path);

    g_assert_nonnull(settings);
    decisions_give(decisions, settings);
    g_autofree char *choice = g_strdup(relays_choice(settings->relays));
    g_assert_true(decisions_set_relay(decisions, "one", RELAY_NONE, NULL));
    decisions_free(decisions);
    decisions = decisions_load(path);
    decisions_give(decisions, settings);
    g_assert_cmpstr(relays_choice(settings->relays), ==, choice);
    g_assert_cmpstr(relays_decision(settings->relays, "one"), ==, RELAY_NONE);
    decisions_free(decisions);
}

static void read_networks(const char *path)
{
    static const char id[] = "0123456789abcdef";
    KnownNetworks *networks = known_networks_new(path), *again;

    known_networks_joined(networks, id, "A hotel", "", NOW_S);
    g_assert_true(known_networks_decide(networks, id, NETWORK_LEAVE_ALONE, NULL));
    g_autoptr(GPtrArray) all = known_networks_list(networks);
    g_assert_cmpuint(all->len, <=, KNOWN_NETWORKS_MAX);
    again = known_networks_new(path);
    for (guint i = 0; i < all->len; i++) {
        const KnownNetwork *one = g_ptr_array_index(all, i);
        const KnownNetwork *other = known_networks_find(again, one->id);

        g_assert_nonnull(other);
        g_assert_cmpstr(one->name, ==, other->name);
        g_assert_cmpstr(one->ssid, ==, other->ssid);
        g_assert_true(one->decided == other->decided && one->policy == other->policy &&
                      one->portal == other->portal && one->last_seen_s == other->last_seen_s);
    }
    known_networks_free(again);
    known_networks_free(networks);
}

static void read_rules(const char *path)
{
    const OwnRuleWish wish = {
        .kind = "block", .name = "ads.example", .target = "", .who = "alice", .now_s = NOW_S};
    OwnRules *rules = own_rules_new(path), *again;

    own_names_unref(own_rules_names(rules));
    if (!own_rules_add(rules, &wish, NULL))
        g_assert_cmpuint(own_rules_all(rules)->len, ==, OWN_RULES_MAX);
    again = own_rules_new(path);
    g_assert_cmpuint(own_rules_all(again)->len, ==, own_rules_all(rules)->len);
    for (guint i = 0; i < own_rules_all(rules)->len; i++) {
        const OwnRule *one = g_ptr_array_index(own_rules_all(rules), i);
        const OwnRule *other = g_ptr_array_index(own_rules_all(again), i);

        g_assert_cmpstr(one->text, ==, other->text);
        g_assert_cmpstr(one->target, ==, other->target);
        g_assert_cmpstr(one->added_by, ==, other->added_by);
        g_assert_true(one->wish == other->wish && one->exact == other->exact);
    }
    own_rules_free(again);
    own_rules_free(rules);
}

static bool is_taken(void *owner, const char *id)
{
    GPtrArray *entries = owner;

    for (guint i = 0; i < entries->len; i++)
        if (g_str_equal(((Resolver *)g_ptr_array_index(entries, i))->id, id))
            return true;
    return false;
}

static void read_entries(const char *path)
{
    static const char spec[] = "tls://192.0.2.1#dns.example";
    g_autoptr(GPtrArray) entries = own_entries_load(path), again = NULL;
    g_autoptr(Resolver) added = own_entry_new(spec, "Mine", is_taken, entries, NULL);

    g_assert_nonnull(added);
    if (!own_entries_add(path, added, spec, NULL))
        return;
    again = own_entries_load(path);
    g_assert_true(is_taken(again, added->id));
    g_assert_true(own_entries_remove(path, added->id, NULL));
}

static void read_memory(const char *path)
{
    Loop *loop = loop_new_fake(G_USEC_PER_SEC, NOW_S);
    TlsContext *tls = tls_context_new(NULL);
    Engine *engine = engine_new(loop, tls);

    network_memory_load(engine, path);
    engine_network_changed(engine, "0123456789abcdef");
    g_autofree char *text = engine_save_networks(engine);
    engine_load_networks(engine, text);
    g_autofree char *again = engine_save_networks(engine);
    g_assert_cmpstr(text, ==, again);
    network_memory_save(engine, path);
    engine_free(engine);
    tls_context_free(tls);
    loop_free(loop);
}

static void read_changes(const char *path)
{
    g_autoptr(KeyChanges) changes = key_changes_load(path);
    g_autoptr(Resolver) resolver = resolver_new("one", "One");

    resolver->source = g_strdup("public-resolvers");
    (void)key_changes_forget(changes, resolver);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static void (*const readers[])(const char *path) = {read_state,  read_decisions, read_networks,
                                                        read_rules,  read_entries,   read_memory,
                                                        read_changes};
    FuzzInput input = {bytes, length};
    size_t which = fuzz_take_u8(&input) % G_N_ELEMENTS(readers);
    g_autofree char *path = fuzz_file_put("kept", input.bytes, input.left);

    readers[which](path);
    fuzz_file_remove("kept.damaged");
    return 0;
}
