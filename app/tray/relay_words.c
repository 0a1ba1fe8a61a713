/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways to a resolver in words. A relay that is not listed any more is called by its id. */
#include "relay_words.h"

#include "resolver_item.h"

#include <glib/gi18n.h>

static char *find_name(const char *id, GVariant *relays)
{
    GVariantIter iter;
    GVariant *entry;
    const char *found, *name;

    if (relays == NULL)
        return g_strdup(id);
    g_variant_iter_init(&iter, relays);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        g_autoptr(GVariant) relay = entry;

        if (g_variant_lookup(relay, "id", "&s", &found) && g_str_equal(found, id) &&
            g_variant_lookup(relay, "name", "&s", &name))
            return g_strdup(name);
    }
    return g_strdup(id);
}

char *relay_words_name(const char *choice, GVariant *relays)
{
    if (choice[0] == '\0' || g_str_equal(choice, SOTTO_RELAY_NONE))
        return g_strdup(C_("relay", "None"));
    if (g_str_equal(choice, SOTTO_RELAY_ANY))
        return g_strdup(C_("relay", "Picked for me"));
    return find_name(choice, relays);
}

char *relay_words_of_resolver(const char *choice, const char *for_all, GVariant *relays)
{
    g_autofree char *name = relay_words_name(choice[0] != '\0' ? choice : for_all, relays);

    if (choice[0] != '\0')
        return g_steal_pointer(&name);
    /* Translators: %s is a way to the resolvers, such as “None” or the name of a relay. */
    return g_strdup_printf(_("As for all resolvers: %s"), name);
}

const char *relay_words_explanation(void)
{
    return _("A relay learns who asks and not what, the resolver what is asked and not by whom. "
             "Relays pass on DNSCrypt and Oblivious DoH.");
}
