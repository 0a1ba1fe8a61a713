/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Favourites as they are written, as they are decided, and what comes of both.
 *
 * Users may choose from the signed lists, whose entries come and go: an id that is not known now is
 * passed over and kept, as long as there is room for it behind those that are.
 */
#include "favourites.h"

#include <string.h>

#define MAX_KEPT 32 /* known and unknown */

gboolean favourites_read(Settings *settings, const Keys *keys, const Keys *builtin, GError **error)
{
    g_auto(GStrv) wanted = keys_get_list(keys, "Protection", "Favourites");
    g_autoptr(GStrvBuilder) known = g_strv_builder_new();
    bool own = wanted && *wanted;
    size_t count = 0;

    if (!own) {
        g_strfreev(g_steal_pointer(&wanted));
        wanted = keys_get_list(builtin, "Defaults", "Favourites");
    }
    for (size_t i = 0; wanted && wanted[i] && count < FAVOURITES_MAX; i++) {
        if (settings_find_resolver(settings, wanted[i])) {
            g_strv_builder_add(known, wanted[i]);
            count++;
        } else if (own) {
            keys_set_error(error, keys, "Protection", "Favourites", wanted[i],
                           "No resolver has this id.");
            return FALSE;
        }
    }
    settings->favourites = g_strv_builder_end(known);
    return TRUE;
}

static void add_known(const Settings *settings, char **ids, GPtrArray *list)
{
    for (size_t i = 0; ids != NULL && ids[i] != NULL && list->len < FAVOURITES_MAX; i++) {
        Resolver *resolver = settings_find_resolver(settings, ids[i]);

        if (resolver != NULL && !g_ptr_array_find(list, resolver, NULL))
            g_ptr_array_add(list, resolver);
    }
}

GPtrArray *favourites_list(const Settings *settings)
{
    GPtrArray *list = g_ptr_array_new();

    add_known(settings, settings->decided_favourites, list);
    if (list->len == 0)
        add_known(settings, settings->favourites, list);
    return list;
}

static const char *what_is_wrong(const GPtrArray *list, const Resolver *resolver, bool favourite)
{
    if (favourite && list->len >= FAVOURITES_MAX)
        return "There are five favourites already; remove one of them first.";
    if (!favourite && list->len == 1 && list->pdata[0] == resolver)
        return "The last favourite stays, since the automatic choice is made among them.";
    return NULL;
}

/* What was decided and is not known now, but for `id`. */
static void add_unknown(const Settings *settings, const char *id, GPtrArray *ids)
{
    char **decided = settings->decided_favourites;

    for (size_t i = 0; decided != NULL && decided[i] != NULL && ids->len < MAX_KEPT; i++)
        if (settings_find_resolver(settings, decided[i]) == NULL && !g_str_equal(decided[i], id))
            g_ptr_array_add(ids, g_strdup(decided[i]));
}

char **favourites_change(const Settings *settings, const char *id, bool favourite, GError **error)
{
    g_autoptr(GPtrArray) list = favourites_list(settings);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    Resolver *resolver = settings_find_resolver(settings, id);
    bool is_one = resolver != NULL && g_ptr_array_find(list, resolver, NULL);
    const char *wrong = is_one == favourite ? NULL : what_is_wrong(list, resolver, favourite);

    if (resolver == NULL) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT,
                    "No resolver is called \"%s\".", id);
        return NULL;
    }
    if (wrong != NULL) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_ARGUMENT, wrong);
        return NULL;
    }
    for (guint i = 0; i < list->len; i++)
        if (favourite || list->pdata[i] != resolver)
            g_ptr_array_add(ids, g_strdup(((Resolver *)list->pdata[i])->id));
    if (favourite && !is_one)
        g_ptr_array_add(ids, g_strdup(id));
    add_unknown(settings, id, ids);
    g_ptr_array_add(ids, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&ids), FALSE);
}
