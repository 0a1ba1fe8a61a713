/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GKeyFile again, one group a network, named by its id:
 *
 *     [3f1c09a2be47d655]
 *     Name=Grand Hotel
 *     Ssid=Grand Hotel
 *     Policy=leave-alone      only where the user has decided
 *     Portal=true             only where it asked for a sign-in
 *     LastSeen=1795000000
 *
 * Each group is read by itself, so that damage costs the networks that it hit and no others: a
 * network that is lost is an unknown one again, which is protected. A decision that cannot be saved
 * is not made, since it would be undone by the next start without a word.
 */
#include "known_networks.h"

#include "key_groups.h"
#include "log.h"

#include <string.h>

#define MAX_LENGTH      (1024 * 1024) /* of the file; several times what is ever written */
#define MAX_ID          64
#define MAX_NAME        256        /* bytes; what is longer is cut */
#define SAVE_SEEN_AFTER (6 * 3600) /* s: a visit alone is worth a write now and then */

struct KnownNetworks {
    char *path;       /* NULL: in memory only */
    GPtrArray *known; /* Entry */
    List listeners;   /* KnownNetworksListener */
};

typedef struct Entry {
    KnownNetwork network; /* first */
    int64_t saved_seen_s;
} Entry;

static void entry_free(gpointer data)
{
    Entry *entry = data;

    g_free(entry->network.id);
    g_free(entry->network.name);
    g_free(entry->network.ssid);
    g_free(entry);
}

static bool is_id(const char *id)
{
    size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789");

    return length > 0 && length <= MAX_ID && id[length] == '\0';
}

/* Names are other people's words, and a profile's may be as long as its writer liked. (transfer
 * full) */
static char *cut_name(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    size_t length = strlen(valid);

    if (length > MAX_NAME)
        length = (size_t)(g_utf8_find_prev_char(valid, valid + MAX_NAME + 1) - valid);
    return g_strndup(valid, length);
}

static Entry *find_entry(const KnownNetworks *networks, const char *id)
{
    for (guint i = 0; i < networks->known->len; i++) {
        Entry *entry = g_ptr_array_index(networks->known, i);

        if (g_str_equal(entry->network.id, id))
            return entry;
    }
    return NULL;
}

/* --- the file --- */

static char *get_text(GKeyFile *file, const char *group, const char *key)
{
    char *text = g_key_file_get_string(file, group, key, NULL);

    return text ? text : g_strdup("");
}

static bool read_policy(GKeyFile *file, const char *group, KnownNetwork *network)
{
    g_autofree char *word = g_key_file_get_string(file, group, "Policy", NULL);

    if (!word)
        return true;
    for (int i = 0; network_policy_words[i]; i++) {
        if (!g_str_equal(word, network_policy_words[i]))
            continue;
        network->policy = (NetworkPolicy)i;
        network->decided = true;
        return true;
    }
    return false;
}

/* False: it is damaged, or there are too many. */
static bool read_group(void *owner, GKeyFile *file, const char *id)
{
    KnownNetworks *networks = owner;
    KnownNetwork network = {0};

    if (networks->known->len == KNOWN_NETWORKS_MAX || !is_id(id) || find_entry(networks, id) ||
        !read_policy(file, id, &network))
        return false;
    Entry *entry = g_new0(Entry, 1);
    g_autofree char *name = get_text(file, id, "Name"), *ssid = get_text(file, id, "Ssid");
    entry->network = network;
    entry->network.id = g_strdup(id);
    entry->network.name = cut_name(name);
    entry->network.ssid = cut_name(ssid);
    entry->network.portal = g_key_file_get_boolean(file, id, "Portal", NULL);
    entry->network.last_seen_s = MAX(g_key_file_get_int64(file, id, "LastSeen", NULL), 0);
    entry->saved_seen_s = entry->network.last_seen_s;
    g_ptr_array_add(networks->known, entry);
    return true;
}

static void load(KnownNetworks *networks)
{
    key_groups_load(&(KeyGroups){.path = networks->path,
                                 .what = "known networks",
                                 .max_length = MAX_LENGTH,
                                 .read = read_group,
                                 .owner = networks});
}

static void write_group(GKeyFile *file, const KnownNetwork *network)
{
    g_key_file_set_string(file, network->id, "Name", network->name);
    g_key_file_set_string(file, network->id, "Ssid", network->ssid);
    if (network->decided)
        g_key_file_set_string(file, network->id, "Policy", network_policy_words[network->policy]);
    if (network->portal)
        g_key_file_set_boolean(file, network->id, "Portal", TRUE);
    g_key_file_set_int64(file, network->id, "LastSeen", network->last_seen_s);
}

static gboolean save(KnownNetworks *networks, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) failure = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (!networks->path)
        return TRUE;
    for (guint i = 0; i < networks->known->len; i++)
        write_group(file, g_ptr_array_index(networks->known, i));
    text = g_key_file_to_data(file, &length, NULL);
    if (!g_file_set_contents_full(networks->path, text, (gssize)length,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, &failure)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED,
                    "What is known of networks could not be saved: %s.", failure->message);
        return FALSE;
    }
    for (guint i = 0; i < networks->known->len; i++) {
        Entry *entry = g_ptr_array_index(networks->known, i);

        entry->saved_seen_s = entry->network.last_seen_s;
    }
    return TRUE;
}

/* What was seen, not decided: it holds until the next start, saved or not. */
static void save_or_log(KnownNetworks *networks)
{
    g_autoptr(GError) error = NULL;

    if (!save(networks, &error))
        log_warning("%s", error->message);
}

/* --- changes --- */

static void tell(KnownNetworks *networks)
{
    list_for_each (node, &networks->listeners) {
        KnownNetworksListener *listener = container_of(node, KnownNetworksListener, node);

        listener->changed(listener->owner);
    }
}

/* What the user said is kept before what was only seen. */
static bool is_before(const KnownNetwork *a, const KnownNetwork *b)
{
    return a->decided != b->decided ? !a->decided : a->last_seen_s < b->last_seen_s;
}

static void make_room(KnownNetworks *networks)
{
    guint first = 0;

    if (networks->known->len < KNOWN_NETWORKS_MAX)
        return;
    for (guint i = 1; i < networks->known->len; i++) {
        if (is_before(g_ptr_array_index(networks->known, i),
                      g_ptr_array_index(networks->known, first)))
            first = i;
    }
    g_ptr_array_remove_index(networks->known, first);
}

/* Takes over what `text` is cut to, when it differs. */
static bool replace_name(char **name, const char *text)
{
    g_autofree char *cut = cut_name(text);

    if (g_strcmp0(*name, cut) == 0)
        return false;
    g_free(*name);
    *name = g_steal_pointer(&cut);
    return true;
}

void known_networks_joined(KnownNetworks *networks, const char *id, const char *name,
                           const char *ssid, int64_t now_s)
{
    require(is_id(id), );
    Entry *entry = find_entry(networks, id);
    bool differs = !entry;

    if (!entry) {
        make_room(networks);
        entry = g_new0(Entry, 1);
        entry->network.id = g_strdup(id);
        g_ptr_array_add(networks->known, entry);
    }
    differs |= replace_name(&entry->network.name, name);
    differs |= replace_name(&entry->network.ssid, ssid);
    entry->network.last_seen_s = now_s;
    if (!differs && ABS(now_s - entry->saved_seen_s) < SAVE_SEEN_AFTER)
        return;
    save_or_log(networks);
    tell(networks);
}

static Entry *find_or_fail(const KnownNetworks *networks, const char *id, GError **error)
{
    Entry *entry = find_entry(networks, id);

    if (!entry)
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_NOT_FOUND,
                            "No network with this id is known.");
    return entry;
}

gboolean known_networks_decide(KnownNetworks *networks, const char *id, NetworkPolicy policy,
                               GError **error)
{
    Entry *entry = find_or_fail(networks, id, error);

    if (!entry)
        return FALSE;
    bool decided = entry->network.decided;
    NetworkPolicy before = entry->network.policy;
    if (decided && before == policy)
        return TRUE;
    entry->network.decided = true;
    entry->network.policy = policy;
    if (!save(networks, error)) {
        entry->network.decided = decided;
        entry->network.policy = before;
        return FALSE;
    }
    tell(networks);
    return TRUE;
}

gboolean known_networks_forget(KnownNetworks *networks, const char *id, GError **error)
{
    Entry *entry = find_or_fail(networks, id, error);
    guint index;

    if (!entry || !g_ptr_array_find(networks->known, entry, &index))
        return FALSE;
    g_ptr_array_steal_index(networks->known, index);
    if (!save(networks, error)) {
        g_ptr_array_insert(networks->known, (int)index, entry);
        return FALSE;
    }
    entry_free(entry);
    tell(networks);
    return TRUE;
}

void known_networks_set_portal(KnownNetworks *networks, const char *id, bool portal)
{
    Entry *entry = find_entry(networks, id);

    if (!entry || entry->network.portal == portal)
        return;
    entry->network.portal = portal;
    save_or_log(networks);
    tell(networks);
}

/* --- the rest --- */

const KnownNetwork *known_networks_find(const KnownNetworks *networks, const char *id)
{
    Entry *entry = find_entry(networks, id);

    return entry ? &entry->network : NULL;
}

static int by_last_seen(gconstpointer a, gconstpointer b)
{
    const KnownNetwork *one = *(KnownNetwork *const *)a, *other = *(KnownNetwork *const *)b;

    return (one->last_seen_s < other->last_seen_s) - (one->last_seen_s > other->last_seen_s);
}

GPtrArray *known_networks_list(const KnownNetworks *networks)
{
    GPtrArray *list = g_ptr_array_sized_new(networks->known->len);

    for (guint i = 0; i < networks->known->len; i++)
        g_ptr_array_add(list, g_ptr_array_index(networks->known, i));
    g_ptr_array_sort(list, by_last_seen);
    return list;
}

KnownNetworks *known_networks_new(const char *path)
{
    KnownNetworks *networks = g_new0(KnownNetworks, 1);

    networks->path = g_strdup(path);
    networks->known = g_ptr_array_new_with_free_func(entry_free);
    list_init(&networks->listeners);
    if (path)
        load(networks);
    return networks;
}

void known_networks_free(KnownNetworks *networks)
{
    if (!networks)
        return;
    g_ptr_array_unref(networks->known);
    g_free(networks->path);
    g_free(networks);
}

void known_networks_listen(KnownNetworks *networks, KnownNetworksListener *listener)
{
    list_append(&networks->listeners, &listener->node);
}

void known_networks_unlisten(KnownNetworksListener *listener)
{
    if (listener->node.next)
        list_remove(&listener->node);
}
