/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One domain for everything that can go wrong on the way to the helper.
 *
 * GDBus reports trouble in four domains (its own, GIO's, the remote's by registered name, and
 * remote names nobody registered), with texts such as
 * "GDBus.Error:org.freedesktop.DBus.Error.NoReply: Message recipient disconnected from message bus
 * without replying". People see these messages in the window and in the terminal, so here, once,
 * they become codes to decide by and sentences to read. What the helper itself says is a sentence
 * already and is passed on.
 */
#include "helper_error.h"

#include "sotto-build.h"
#include "wording.h"

#include <glib/gi18n.h>

static const GDBusErrorEntry remote_errors[] = {
    {SOTTO_ERROR_NOT_AUTHORIZED, SOTTO_HELPER_NAME ".Error.NotAuthorized"},
    {SOTTO_ERROR_INVALID_ARGUMENT, SOTTO_HELPER_NAME ".Error.InvalidArgument"},
    {SOTTO_ERROR_NOT_FOUND, SOTTO_HELPER_NAME ".Error.NotFound"},
    {SOTTO_ERROR_BUSY, SOTTO_HELPER_NAME ".Error.Busy"},
    {SOTTO_ERROR_FAILED, SOTTO_HELPER_NAME ".Error.Failed"},
};

GQuark sotto_error_quark(void)
{
    static gsize quark;

    g_dbus_error_register_error_domain("sotto-error", &quark, remote_errors,
                                       G_N_ELEMENTS(remote_errors));
    return (GQuark)quark;
}

static gboolean matches_any(const GError *error, GQuark domain, const int *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (g_error_matches(error, domain, codes[i]))
            return TRUE;
    return FALSE;
}

static SottoError code_for(const GError *error)
{
    static const int absent[] = {
        G_DBUS_ERROR_SERVICE_UNKNOWN,    G_DBUS_ERROR_NAME_HAS_NO_OWNER,
        G_DBUS_ERROR_SPAWN_EXEC_FAILED,  G_DBUS_ERROR_SPAWN_FAILED,
        G_DBUS_ERROR_SPAWN_CHILD_EXITED, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND};
    static const int refused[] = {G_DBUS_ERROR_ACCESS_DENIED, G_DBUS_ERROR_AUTH_FAILED};
    static const int silent[] = {G_DBUS_ERROR_TIMEOUT, G_DBUS_ERROR_TIMED_OUT};
    static const int too_new[] = {G_DBUS_ERROR_UNKNOWN_METHOD, G_DBUS_ERROR_UNKNOWN_INTERFACE,
                                  G_DBUS_ERROR_UNKNOWN_OBJECT};
    static const int closed[] = {G_IO_ERROR_CLOSED, G_IO_ERROR_BROKEN_PIPE,
                                 G_IO_ERROR_CONNECTION_CLOSED};

    if (matches_any(error, G_DBUS_ERROR, absent, G_N_ELEMENTS(absent)))
        return SOTTO_ERROR_ABSENT;
    if (matches_any(error, G_DBUS_ERROR, refused, G_N_ELEMENTS(refused)))
        return SOTTO_ERROR_NOT_AUTHORIZED;
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
        return SOTTO_ERROR_VANISHED;
    if (matches_any(error, G_DBUS_ERROR, silent, G_N_ELEMENTS(silent)) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return SOTTO_ERROR_TIMED_OUT;
    if (matches_any(error, G_DBUS_ERROR, too_new, G_N_ELEMENTS(too_new)))
        return SOTTO_ERROR_MALFORMED;
    if (matches_any(error, G_IO_ERROR, closed, G_N_ELEMENTS(closed)))
        return SOTTO_ERROR_NO_BUS;
    return SOTTO_ERROR_FAILED;
}

static const char *sentence_for(SottoError code)
{
    switch (code) {
    case SOTTO_ERROR_NOT_AUTHORIZED:
        return _("An administrator has to allow this.");
    case SOTTO_ERROR_INVALID_ARGUMENT:
        return _("The Sotto service does not accept that value.");
    case SOTTO_ERROR_NOT_FOUND:
        return _("The Sotto service does not know that resolver.");
    case SOTTO_ERROR_BUSY:
        return _("The Sotto service is busy with another change; try again in a moment.");
    case SOTTO_ERROR_FAILED:
        return _("That did not work, and the Sotto service did not say why.");
    case SOTTO_ERROR_ABSENT:
        return _("The Sotto service is not running.");
    case SOTTO_ERROR_VANISHED:
        return _("The Sotto service stopped before it answered.");
    case SOTTO_ERROR_TIMED_OUT:
        return _("The Sotto service did not answer in time.");
    case SOTTO_ERROR_NO_BUS:
        return _("The system bus cannot be reached, so nothing is known about the Sotto service.");
    case SOTTO_ERROR_TOO_NEW:
        return _("The Sotto service is newer than this program; please update it.");
    case SOTTO_ERROR_MALFORMED:
        return _("The Sotto service answered something this program does not understand.");
    case SOTTO_ERROR_NO_SYSTEMD:
        return _("This program cannot reach systemd on this computer.");
    }
    return "";
}

GError *sotto_error_from_bus(GError *error)
{
    SottoError code;
    GError *plain;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return error;
    if (error->domain == SOTTO_ERROR) {
        g_dbus_error_strip_remote_error(error);
        if (error->message[0] != '\0') {
            char *words = sotto_wording(error->message);
            g_free(error->message);
            error->message = words;
            return error;
        }
        code = (SottoError)error->code;
    } else {
        code = code_for(error);
    }
    g_debug("the bus said: %s", error->message);
    plain = g_error_new_literal(SOTTO_ERROR, (int)code, sentence_for(code));
    g_error_free(error);
    return plain;
}

GError *sotto_error_new(SottoError code)
{
    return g_error_new_literal(SOTTO_ERROR, (int)code, sentence_for(code));
}
