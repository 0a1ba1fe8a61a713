/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "First time" outlives a restart: a file of hashes, not of names, remembers the networks.
 */
#include "announced_networks.h"

#include <gio/gio.h>

struct AnnouncedNetworks {
    GHashTable *known; /* hashes */
    char *path;
};

static void load(AnnouncedNetworks *self)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->path = g_build_filename(g_get_user_state_dir(), "sotto", "networks", NULL);
    if (!g_file_get_contents(self->path, &text, NULL, NULL))
        return; /* the first start */
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (**line != '\0')
            g_hash_table_add(self->known, g_strdup(*line));
}

static void save(AnnouncedNetworks *self)
{
    g_autofree char *folder = g_path_get_dirname(self->path);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    GHashTableIter iter;
    gpointer hash;

    g_hash_table_iter_init(&iter, self->known);
    while (g_hash_table_iter_next(&iter, &hash, NULL))
        g_string_append_printf(text, "%s\n", (const char *)hash);
    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents_full(self->path, text->str, (gssize)text->len,
                                  G_FILE_SET_CONTENTS_NONE, 0600, &error))
        g_message("the list of known networks is not kept: %s",
                  error != NULL ? error->message : g_strerror(errno));
}

gboolean announced_networks_add(AnnouncedNetworks *self, const char *network)
{
    char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, network, -1);

    if (!g_hash_table_add(self->known, hash))
        return FALSE;
    save(self);
    return TRUE;
}

AnnouncedNetworks *announced_networks_new(void)
{
    AnnouncedNetworks *self = g_new0(AnnouncedNetworks, 1);

    load(self);
    return self;
}

void announced_networks_free(AnnouncedNetworks *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->known);
    g_free(self->path);
    g_free(self);
}
