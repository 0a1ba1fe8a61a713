/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a command is put to systemd, and what its refusals mean.
 *
 * systemd puts variables into a command line, also into one that comes over the bus: each "$" is
 * doubled, which every version reads as one. The command's outputs are pipes of ours; homes are out
 * of its sight, for nothing in one is ever run as root.
 */
#include "setup_order.h"

#include "helper_error.h"

#include <glib/gi18n.h>

#define SYSTEMD "org.freedesktop.systemd1"

static GVariant *literal_words(const char *const *command)
{
    GVariantBuilder words;

    g_variant_builder_init(&words, G_VARIANT_TYPE_STRING_ARRAY);
    for (; *command != NULL; command++) {
        g_auto(GStrv) pieces = g_strsplit(*command, "$", -1);
        g_variant_builder_add_value(&words, g_variant_new_take_string(g_strjoinv("$$", pieces)));
    }
    return g_variant_builder_end(&words);
}

static void add_text(GVariantBuilder *properties, const char *name, const char *value)
{
    g_variant_builder_add(properties, "(sv)", name, g_variant_new_string(value));
}

GVariant *sotto_setup_order_parameters(const SottoSetupOrder *order, const int handles[3])
{
    static const char *const streams[] = {"StandardInputFileDescriptor",
                                          "StandardOutputFileDescriptor",
                                          "StandardErrorFileDescriptor"};
    GVariantBuilder properties, commands;

    g_variant_builder_init(&commands, G_VARIANT_TYPE("a(sasb)"));
    g_variant_builder_add(&commands, "(s@asb)", order->command[0], literal_words(order->command),
                          FALSE);
    g_variant_builder_init(&properties, G_VARIANT_TYPE("a(sv)"));
    add_text(&properties, "Description", order->description);
    add_text(&properties, "Type", "oneshot");
    add_text(&properties, "CollectMode", "inactive-or-failed");
    add_text(&properties, "ProtectHome", "yes");
    for (int i = 0; i < 3; i++)
        if (handles[i] >= 0)
            g_variant_builder_add(&properties, "(sv)", streams[i],
                                  g_variant_new_handle(handles[i]));
    g_variant_builder_add(&properties, "(sv)", "ExecStart", g_variant_builder_end(&commands));
    return g_variant_new("(ssa(sv)a(sa(sv)))", SOTTO_SETUP_UNIT, "fail", &properties, NULL);
}

static gboolean is_one_of(const char *name, const char *const *names)
{
    return name != NULL && g_strv_contains(names, name);
}

GError *sotto_setup_order_refusal(GError *error)
{
    static const char *const refused[] = {
        "org.freedesktop.DBus.Error.AccessDenied",
        "org.freedesktop.DBus.Error.AuthFailed",
        "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
        "org.freedesktop.DBus.Error.NoReply", /* of polkit to systemd: nobody answered the prompt */
        "org.freedesktop.DBus.Error.TimedOut",
        "org.freedesktop.DBus.Error.Timeout",
        "org.freedesktop.PolicyKit1.Error.Cancelled",
        "org.freedesktop.PolicyKit1.Error.Failed",
        "org.freedesktop.PolicyKit1.Error.NotAuthorized",
        "org.freedesktop.PolicyKit1.Error.NotSupported",
        NULL};
    static const char *const busy[] = {SYSTEMD ".UnitExists", SYSTEMD ".TransactionIsDestructive",
                                       SYSTEMD ".TransactionJobsConflicting", NULL};
    static const char *const unreachable[] = {"org.freedesktop.DBus.Error.ServiceUnknown",
                                              "org.freedesktop.DBus.Error.NameHasNoOwner", NULL};
    g_autoptr(GError) failure = error;
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    if (name == NULL) /* this side's: cancelled, or the bus is gone */
        return sotto_error_from_bus(g_steal_pointer(&failure));
    g_dbus_error_strip_remote_error(failure);
    g_debug("%s: %s", name, failure->message);
    if (is_one_of(name, refused))
        return sotto_error_new(SOTTO_ERROR_NOT_AUTHORIZED);
    if (is_one_of(name, unreachable))
        return sotto_error_new(SOTTO_ERROR_NO_SYSTEMD);
    if (is_one_of(name, busy))
        return g_error_new_literal(SOTTO_ERROR, SOTTO_ERROR_BUSY,
                                   _("The Sotto service is being installed or removed already; "
                                     "try again in a moment."));
    return g_error_new(SOTTO_ERROR, SOTTO_ERROR_FAILED, _("systemd refused to do it: %s"),
                       failure->message);
}
