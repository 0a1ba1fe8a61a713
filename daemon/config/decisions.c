/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GKeyFile again, in the words of sotto.conf, so that what was decided here reads like what could
 * have been written there:
 *
 *     [Sotto]
 *     Favourites=quad9;mullvad     only once somebody chose them
 *     Relay=*                      of all resolvers that have none of their own
 *     [Resolver quad9]
 *     Relay=anon-cs-fr
 *
 * A resolver or a relay may vanish with the list it came from, and come back; what was decided of
 * it stays. A decision that cannot be saved is not made, since it would be undone by the next start
 * without a word.
 */
#include "decisions.h"

#include "kept_file.h"
#include "log.h"

#include <string.h>

#define WHAT            "what was decided about resolvers"
#define GROUP           "Sotto"
#define RESOLVER_PREFIX "Resolver "
#define FAVOURITES      "Favourites"
#define RELAY           "Relay"
#define MAX_LENGTH      (1024 * 1024) /* a thousand times what is ever written */

struct Decisions {
    char *path; /* NULL: in memory only */
    GKeyFile *file;
};

Decisions *decisions_load(const char *path)
{
    Decisions *decisions = g_new0(Decisions, 1);
    g_autoptr(GError) error = NULL;

    decisions->path = g_strdup(path);
    if (path != NULL)
        decisions->file = kept_file_read_keys(path, MAX_LENGTH, WHAT, &error);
    if (error != NULL)
        log_warning("%s cannot be read, and is forgotten: %s: %s", WHAT, path, error->message);
    if (decisions->file == NULL)
        decisions->file = g_key_file_new();
    return decisions;
}

void decisions_free(Decisions *decisions)
{
    if (decisions == NULL)
        return;
    g_key_file_unref(decisions->file);
    g_free(decisions->path);
    g_free(decisions);
}

/* (transfer full) of `changed`, which is what counts once it is saved. */
static gboolean save(Decisions *decisions, GKeyFile *changed, GError **error)
{
    g_autoptr(GKeyFile) file = changed;
    g_autoptr(GError) failure = NULL;
    gsize length;
    g_autofree char *text = g_key_file_to_data(file, &length, NULL);

    if (decisions->path != NULL &&
        !g_file_set_contents_full(decisions->path, text, (gssize)length,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, &failure)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED, "The choice could not be saved: %s.",
                    failure->message);
        return FALSE;
    }
    g_key_file_unref(decisions->file);
    decisions->file = g_steal_pointer(&file);
    return TRUE;
}

/* What is kept, to be changed and saved. (transfer full) */
static GKeyFile *copy(const Decisions *decisions)
{
    GKeyFile *file = g_key_file_new();
    gsize length;
    g_autofree char *text = g_key_file_to_data(decisions->file, &length, NULL);

    g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL);
    return file;
}

gboolean decisions_set_favourites(Decisions *decisions, const char *const *ids, GError **error)
{
    GKeyFile *file = copy(decisions);

    g_key_file_set_string_list(file, GROUP, FAVOURITES, ids, g_strv_length((char **)ids));
    return save(decisions, file, error);
}

gboolean decisions_set_relay(Decisions *decisions, const char *id, const char *relay,
                             GError **error)
{
    GKeyFile *file = copy(decisions);
    g_autofree char *group = *id != '\0' ? g_strconcat(RESOLVER_PREFIX, id, NULL) : g_strdup(GROUP);

    if (*relay != '\0')
        g_key_file_set_string(file, group, RELAY, relay);
    else if (*id != '\0')
        g_key_file_remove_group(file, group, NULL);
    else
        g_key_file_remove_key(file, group, RELAY, NULL);
    return save(decisions, file, error);
}

static void give_relay(const Decisions *decisions, const char *group, Settings *settings)
{
    g_autofree char *relay = g_key_file_get_string(decisions->file, group, RELAY, NULL);

    if (relay == NULL)
        return;
    if (g_str_equal(group, GROUP))
        relays_decide(settings->relays, "", relay);
    else if (g_str_has_prefix(group, RESOLVER_PREFIX))
        relays_decide(settings->relays, group + strlen(RESOLVER_PREFIX), relay);
}

void decisions_give(const Decisions *decisions, Settings *settings)
{
    g_auto(GStrv) groups = g_key_file_get_groups(decisions->file, NULL);
    g_auto(GStrv) favourites =
        g_key_file_get_string_list(decisions->file, GROUP, FAVOURITES, NULL, NULL);

    g_strfreev(settings->decided_favourites);
    settings->decided_favourites = g_steal_pointer(&favourites);
    relays_forget_decisions(settings->relays);
    for (size_t i = 0; groups[i] != NULL; i++)
        give_relay(decisions, groups[i], settings);
}
