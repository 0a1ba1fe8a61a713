/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The address of one more host that a transport must reach beside its endpoint's, such as an
 * oblivious target whose key the relay does not fetch. A Bootstrap that is used once.
 */
#include "address_search.h"

#include "bootstrap.h"

typedef struct AddressSearch {
    Bootstrap bootstrap;
    uint16_t port;
    AddressFound found; /* NULL: it was told */
    void *asker;
} AddressSearch;

static void on_addresses(Bootstrap *bootstrap, Status status)
{
    AddressSearch *search = container_of(bootstrap, AddressSearch, bootstrap);
    AddressFound found = search->found;
    Address addresses[BOOTSTRAP_MAX];

    search->found = NULL;
    if (found == NULL)
        return;
    bool any = status == STATUS_OK && bootstrap_addresses(bootstrap, search->port, addresses) > 0;
    found(search->asker, any ? &addresses[0] : NULL);
}

static void end_search(void *data)
{
    AddressSearch *search = data;

    if (search == NULL)
        return;
    bootstrap_clear(&search->bootstrap);
    g_free(search);
}

static void *begin_search(void *owner, const char *host, uint16_t port, AddressFound found,
                          void *asker)
{
    ChannelPool *pool = owner;
    AddressSearch *search = g_new0(AddressSearch, 1);

    search->port = port;
    search->found = found;
    search->asker = asker;
    if (bootstrap_init(&search->bootstrap, container_of(pool, Engine, pool), host, on_addresses) !=
        STATUS_OK) {
        g_free(search);
        return NULL;
    }
    bootstrap_refresh(&search->bootstrap);
    return search;
}

AddressFinder address_search_finder(ChannelPool *pool)
{
    return (AddressFinder){.begin = begin_search, .end = end_search, .owner = pool};
}
