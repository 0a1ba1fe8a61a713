/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"

/**
 * SottoSetup: how the helper comes onto this computer when the app is a Flatpak, and leaves it
 * again (flatpak/README.md). The host's systemd does it, over the system bus and only with an
 * administrator's word; what goes there is the payload in this app, as an open file with its
 * digest. In an app that a package of the system installed there is nothing to do, ever.
 */
typedef enum {
    SOTTO_SETUP_UNKNOWN, /* the bus has not answered yet */
    SOTTO_SETUP_NONE, /* not ours to do: the helper comes from a package, or this app brings none */
    SOTTO_SETUP_NEEDED,  /* no helper is installed; this app brings one */
    SOTTO_SETUP_CURRENT, /* the helper is the one this app brings, or a newer one */
    SOTTO_SETUP_OLDER,   /* the helper is older than this app's: an update is offered */
    SOTTO_SETUP_FOLLOWS  /* the same, and the host updates it by itself (system installation) */
} SottoSetupState;

/** What `sottoctl setup` prints: "needed", "current", … */
const char *sotto_setup_state_word(SottoSetupState state);

/**
 * Signal "changed" (no arguments): the state, or whether it can be removed, may be another.
 * Follows `helper` as long as it lives.
 */
#define SOTTO_TYPE_SETUP (sotto_setup_get_type())
G_DECLARE_FINAL_TYPE(SottoSetup, sotto_setup, SOTTO, SETUP, GObject)

SottoSetup *sotto_setup_new(SottoHelper *helper);

SottoSetupState sotto_setup_state(SottoSetup *setup);
/** The helper was installed by an app, so an app may remove it. Told of a running one only. */
gboolean sotto_setup_is_removable(SottoSetup *setup);
/** TRUE from the call until its end. */
gboolean sotto_setup_is_busy(SottoSetup *setup);
/** TRUE while systemd has not answered the call yet: an administrator is being asked. What follows
 * is done by the host. Both announce themselves by "changed". */
gboolean sotto_setup_is_waiting(SottoSetup *setup);
/** What a person can type into a terminal to have the same done: shown where systemd cannot be
 * reached from here (transfer none), "" when this app brings no helper. */
const char *sotto_setup_command(SottoSetup *setup);
/** The same for removing it. */
const char *sotto_setup_remove_command(void);

/**
 * Installs or updates the helper; ends when it runs and is seen on the bus. The administrator may
 * take his time with the password. Errors are SOTTO_ERROR with a sentence to show:
 * NOT_AUTHORIZED (the prompt was dismissed, or nobody can be asked), NO_SYSTEMD (this app may not
 * talk to systemd, or there is none: show the command), BUSY (another setup is under way), FAILED
 * with the sentence of sotto-setup, TIMED_OUT (it is not done within three minutes of the
 * password), NO_BUS; or G_IO_ERROR_CANCELLED, and then it may still be carried out.
 */
void sotto_setup_install_async(SottoSetup *setup, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
/** Takes the helper away: DNS back, every file gone. The same errors. */
void sotto_setup_remove_async(SottoSetup *setup, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
/** FALSE with an error; else `note` (may be NULL) gets a sentence worth telling, such as what
 * stayed behind, or "" (transfer full). */
gboolean sotto_setup_finish(SottoSetup *setup, GAsyncResult *result, char **note, GError **error);
