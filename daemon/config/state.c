/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GKeyFile again, written with g_file_set_contents_full: a new file is made beside the old one,
 * flushed, and renamed over it, so that a power cut leaves one or the other.
 */
#include "state.h"

#include "kept_file.h"
#include "log.h"

#define GROUP            "State"
#define DEFAULT_RESOLVER "auto"
#define WHAT             "the saved state"
#define MAX_LENGTH       65536 /* ours is a hundredth of that */

bool state_read_unknown(const char *word, NetworkPolicy *unknown)
{
    static const NetworkPolicy possible[] = {NETWORK_PROTECT, NETWORK_ASK};

    for (size_t i = 0; i < G_N_ELEMENTS(possible); i++) {
        if (!g_str_equal(word, network_policy_words[possible[i]]))
            continue;
        *unknown = possible[i];
        return true;
    }
    return false;
}

/* NULL: nothing can be read. (transfer full) */
static GKeyFile *load(const char *path)
{
    g_autoptr(GError) error = NULL;
    GKeyFile *file = kept_file_read_keys(path, MAX_LENGTH, WHAT, &error);

    if (!file)
        log_warning("%s cannot be read, starting with the defaults: %s: %s", WHAT, path,
                    error->message);
    return file;
}

static void read_state(State *state, GKeyFile *file)
{
    g_autofree char *unknown = g_key_file_get_string(file, GROUP, "UnknownNetworks", NULL);

    state->on = g_key_file_get_boolean(file, GROUP, "On", NULL);
    state->resolver = g_key_file_get_string(file, GROUP, "Resolver", NULL);
    state->changed_by = g_key_file_get_string(file, GROUP, "ChangedBy", NULL);
    state->changed_at_s = g_key_file_get_int64(file, GROUP, "ChangedAt", NULL);
    state->unknown_chosen = unknown && state_read_unknown(unknown, &state->unknown);
}

/* Whether the file says so; it need not be there. */
static bool says_whether_on(GKeyFile *file, const char *path)
{
    g_autoptr(GError) error = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    (void)g_key_file_get_boolean(file, GROUP, "On", &error);
    return error == NULL;
}

State *state_load(const char *path)
{
    State *state = g_new0(State, 1);
    g_autoptr(GKeyFile) file = path ? load(path) : NULL;

    state->path = g_strdup(path);
    state->lost = path && !(file && says_whether_on(file, path));
    if (file)
        read_state(state, file);
    if (!state->resolver || !*state->resolver) {
        g_free(state->resolver);
        state->resolver = g_strdup(DEFAULT_RESOLVER);
    }
    if (!state->changed_by)
        state->changed_by = g_strdup("");
    return state;
}

gboolean state_save(const State *state, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *data = NULL;
    gsize length;

    if (!state->path)
        return TRUE;
    g_key_file_set_boolean(file, GROUP, "On", state->on);
    g_key_file_set_string(file, GROUP, "Resolver", state->resolver);
    g_key_file_set_string(file, GROUP, "ChangedBy", state->changed_by);
    g_key_file_set_int64(file, GROUP, "ChangedAt", state->changed_at_s);
    if (state->unknown_chosen)
        g_key_file_set_string(file, GROUP, "UnknownNetworks", network_policy_words[state->unknown]);
    data = g_key_file_to_data(file, &length, NULL);
    return g_file_set_contents_full(state->path, data, (gssize)length,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error);
}

void state_free(State *state)
{
    if (!state)
        return;
    g_free(state->path);
    g_free(state->resolver);
    g_free(state->changed_by);
    g_free(state);
}
