/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "setup.h"
#include "setup_payload.h"

/** For tests: the places of the Flatpak are looked for below `root`. In the program they are
 * constants, so that nobody's environment decides what an administrator is asked to let in. */
SottoSetup *sotto_setup_new_below(SottoHelper *helper, const char *root);

/** What setup_job.c needs of a setup. All are (transfer none); the payload may be NULL. */
SottoHelper *sotto_setup_helper(SottoSetup *setup);
const SottoSetupPayload *sotto_setup_payload(SottoSetup *setup);
/** A helper owns the name, whatever protocol it speaks. */
gboolean sotto_setup_is_helper_there(SottoSetup *setup);
/** None does, and the bus could start none. */
gboolean sotto_setup_is_absent(SottoSetup *setup);
/** Announces what sotto_setup_is_busy() and sotto_setup_is_waiting() say from now on. */
void sotto_setup_tell_progress(SottoSetup *setup, gboolean busy, gboolean waiting);
/** Asks the bus what it could start; the callback (NULL: none) comes when the state is judged. */
void sotto_setup_look(SottoSetup *setup, GAsyncReadyCallback callback, gpointer user_data);
