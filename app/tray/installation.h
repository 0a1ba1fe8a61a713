/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"
#include "setup.h"

/** What is done to the installation at this moment. */
typedef enum {
    STEP_NONE,
    STEP_ASKING, /* an administrator */
    STEP_INSTALLING,
    STEP_TURNING_ON, /* what was just installed */
    STEP_UPDATING,
    STEP_REMOVING
} Step;

/**
 * SottoInstallation: app and helper as they lie on this computer, and what the user does about it,
 * one thing at a time. It outlives the window: who closes that while an administrator is asked for
 * a password finds it as it stands.
 *
 * Signal "changed" (no arguments): anything below may have another value.
 * Signal "failed" (boolean: because an administrator said no): what the user asked for was not
 * done.
 */
#define SOTTO_TYPE_INSTALLATION (sotto_installation_get_type())
G_DECLARE_FINAL_TYPE(SottoInstallation, sotto_installation, SOTTO, INSTALLATION, GObject)

SottoInstallation *sotto_installation_new(SottoHelper *helper);

SottoSetupState sotto_installation_state(SottoInstallation *installation);
gboolean sotto_installation_is_removable(SottoInstallation *installation);
Step sotto_installation_step(SottoInstallation *installation);
/** TRUE while the helper is brought here for the first time, until protection is on. */
gboolean sotto_installation_is_first(SottoInstallation *installation);
/** The app on disk is newer than the one that runs. */
gboolean sotto_installation_app_was_updated(SottoInstallation *installation);

/** Begin; nothing happens while something else is under way. Installing turns protection on at its
 * end; of a helper that is older than the app's it is an update, which leaves that as it is. */
void sotto_installation_install(SottoInstallation *installation);
void sotto_installation_remove(SottoInstallation *installation);

/** The last of them failed, and nothing was begun since. */
gboolean sotto_installation_has_failed(SottoInstallation *installation);

/** How the last of them ended: a sentence worth showing, or ""; and, where the app could do nothing
 * by itself, the command that does it, or "" (both transfer none). */
const char *sotto_installation_sentence(SottoInstallation *installation);
const char *sotto_installation_command(SottoInstallation *installation);
