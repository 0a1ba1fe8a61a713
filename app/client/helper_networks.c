/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of the contract's fourth interface: signing in, ways through a network that blocks,
 * and what is done on which network.
 */
#include "helper_private.h"
#include "sotto-build.h"

#define METHOD(name) SOTTO_HELPER_NAME ".Networks." name

void sotto_helper_begin_sign_in_async(SottoHelper *self, SottoSignIn how, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("BeginSignIn"), g_variant_new("(s)", sotto_sign_in_word(how)),
                      cancellable, callback, user_data);
}

char *sotto_helper_begin_sign_in_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    char *address = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(s)", &address);
    return address;
}

void sotto_helper_end_sign_in_async(SottoHelper *self, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("EndSignIn"), NULL, cancellable, callback, user_data);
}

void sotto_helper_resolve_for_sign_in_async(SottoHelper *self, const char *name,
                                            GCancellable *cancellable, GAsyncReadyCallback callback,
                                            gpointer user_data)
{
    sotto_helper_call(self, METHOD("ResolveForSignIn"), g_variant_new("(s)", name), cancellable,
                      callback, user_data);
}

char **sotto_helper_resolve_for_sign_in_finish(SottoHelper *self, GAsyncResult *result,
                                               GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    char **addresses = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(^as)", &addresses);
    return addresses;
}

void sotto_helper_look_again_async(SottoHelper *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("LookAgain"), NULL, cancellable, callback, user_data);
}

void sotto_helper_allow_unprotected_async(SottoHelper *self, guint seconds,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data)
{
    sotto_helper_call(self, METHOD("AllowUnprotected"), g_variant_new("(u)", seconds), cancellable,
                      callback, user_data);
}

void sotto_helper_list_networks_async(SottoHelper *self, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListNetworks"), NULL, cancellable, callback, user_data);
}

GPtrArray *sotto_helper_list_networks_finish(SottoHelper *self, GAsyncResult *result,
                                             GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    g_autoptr(GVariant) list = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;

    return list != NULL ? sotto_networks_parse(list) : NULL;
}

void sotto_helper_set_policy_async(SottoHelper *self, const char *id, SottoPolicy policy,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
    sotto_helper_call(self, METHOD("SetPolicy"),
                      g_variant_new("(ss)", id, sotto_policy_word(policy)), cancellable, callback,
                      user_data);
}

void sotto_helper_forget_network_async(SottoHelper *self, const char *id, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("Forget"), g_variant_new("(s)", id), cancellable, callback,
                      user_data);
}

void sotto_helper_set_unknown_networks_async(SottoHelper *self, SottoPolicy policy,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("SetUnknownNetworks"),
                      g_variant_new("(s)", sotto_policy_word(policy)), cancellable, callback,
                      user_data);
}
