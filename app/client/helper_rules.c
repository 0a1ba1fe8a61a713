/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of the contract's fifth interface: rules about names, and the files of names.
 */
#include "helper_private.h"
#include "sotto-build.h"

#define METHOD(name) SOTTO_HELPER_NAME ".Rules." name

void sotto_helper_list_rules_async(SottoHelper *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListRules"), NULL, cancellable, callback, user_data);
}

GPtrArray *sotto_helper_list_rules_finish(SottoHelper *self, GAsyncResult *result, GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    g_autoptr(GVariant) list = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;

    return list != NULL ? sotto_rules_parse(list) : NULL;
}

void sotto_helper_add_rule_async(SottoHelper *self, SottoRuleKind kind, const char *name,
                                 const char *target, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("AddRule"),
                      g_variant_new("(sss)", sotto_rule_kind_word(kind), name, target), cancellable,
                      callback, user_data);
}

void sotto_helper_remove_rule_async(SottoHelper *self, const char *name, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("RemoveRule"), g_variant_new("(s)", name), cancellable, callback,
                      user_data);
}

void sotto_helper_list_name_lists_async(SottoHelper *self, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data)
{
    sotto_helper_call(self, METHOD("ListNameLists"), NULL, cancellable, callback, user_data);
}

GPtrArray *sotto_helper_list_name_lists_finish(SottoHelper *self, GAsyncResult *result,
                                               GError **error)
{
    g_autoptr(GVariant) reply = sotto_helper_call_finish(self, result, error);
    g_autoptr(GVariant) list = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;

    return list != NULL ? sotto_name_lists_parse(list) : NULL;
}
