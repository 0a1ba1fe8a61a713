/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network_item.h"

#include "dictionary.h"

static const char *const policy_words[] = {
    [SOTTO_POLICY_PROTECT] = "protect",
    [SOTTO_POLICY_ASK] = "ask",
    [SOTTO_POLICY_LEAVE_ALONE] = "leave-alone",
};

const char *sotto_policy_word(SottoPolicy policy)
{
    return policy_words[policy];
}

gboolean sotto_policy_parse(const char *word, SottoPolicy *policy)
{
    *policy = SOTTO_POLICY_PROTECT;
    for (size_t i = 0; i < G_N_ELEMENTS(policy_words); i++) {
        if (g_strcmp0(word, policy_words[i]) != 0)
            continue;
        *policy = (SottoPolicy)i;
        return TRUE;
    }
    return FALSE;
}

static void network_free(gpointer data)
{
    SottoNetwork *network = data;

    g_free(network->id);
    g_free(network->name);
    g_free(network->ssid);
    g_free(network);
}

static SottoNetwork *network_parse(GVariant *dictionary)
{
    SottoNetwork *network = g_new0(SottoNetwork, 1);
    g_autofree char *policy = sotto_dictionary_string(dictionary, "policy");

    network->id = sotto_dictionary_string(dictionary, "id");
    network->name = sotto_dictionary_string(dictionary, "name");
    network->ssid = sotto_dictionary_string(dictionary, "ssid");
    sotto_policy_parse(policy, &network->policy);
    g_variant_lookup(dictionary, "decided", "b", &network->decided);
    g_variant_lookup(dictionary, "current", "b", &network->current);
    g_variant_lookup(dictionary, "portal", "b", &network->portal);
    g_variant_lookup(dictionary, "last-seen", "x", &network->last_seen_s);
    return network;
}

GPtrArray *sotto_networks_parse(GVariant *list)
{
    GPtrArray *networks = g_ptr_array_new_with_free_func(network_free);

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) dictionary = g_variant_get_child_value(list, i);

        g_ptr_array_add(networks, network_parse(dictionary));
    }
    return networks;
}

const SottoNetwork *sotto_networks_find(const GPtrArray *networks, const char *id)
{
    for (guint i = 0; i < networks->len; i++) {
        const SottoNetwork *network = g_ptr_array_index(networks, i);

        if (g_str_equal(network->id, id))
            return network;
    }
    return NULL;
}
