/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proxy's names come from the helper: it asks this network's own DNS for them, for as long as
 * the sign-in lasts, and for the one caller that began it.
 */
#include "helper_names.h"

#include "off_limits.h"

static void resolve_async(gpointer self, const char *name, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_resolve_for_sign_in_async(self, name, cancellable, callback, user_data);
}

static GPtrArray *resolve_finish(gpointer self, GAsyncResult *result, GError **error)
{
    g_auto(GStrv) words = sotto_helper_resolve_for_sign_in_finish(self, result, error);
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_object_unref);

    if (words == NULL)
        return NULL;
    for (char **word = words; *word != NULL; word++) {
        GInetAddress *address = g_inet_address_new_from_string(*word);
        if (address != NULL)
            g_ptr_array_add(addresses, address);
    }
    if (addresses->len > 0)
        return g_steal_pointer(&addresses);
    if (error != NULL)
        *error = sotto_error_new(words[0] == NULL ? SOTTO_ERROR_NOT_FOUND : SOTTO_ERROR_MALFORMED);
    return NULL;
}

SignInNames helper_names(SottoHelper *helper)
{
    return (SignInNames){resolve_async, resolve_finish, off_limits_include, helper};
}
