/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"
#include "setup.h"

/** What is being done about it at this moment. */
typedef enum {
    STEP_NONE,
    STEP_ASKING, /* an administrator */
    STEP_INSTALLING,
    STEP_TURNING_ON, /* what was just installed */
    STEP_UPDATING,
    STEP_REMOVING
} Step;

/**
 * SottoDeployment: app and helper as they lie on this computer, and what the user does about it,
 * one thing at a time. It outlives the window: who closes that while an administrator is asked for
 * a password finds it as it stands.
 *
 * Signal "changed" (no arguments): anything below may have another value.
 * Signal "failed" (boolean: because an administrator said no): what the user asked for was not
 * done.
 */
#define SOTTO_TYPE_DEPLOYMENT (sotto_deployment_get_type())
G_DECLARE_FINAL_TYPE(SottoDeployment, sotto_deployment, SOTTO, DEPLOYMENT, GObject)

SottoDeployment *sotto_deployment_new(SottoHelper *helper);

SottoSetupState sotto_deployment_state(SottoDeployment *deployment);
gboolean sotto_deployment_is_removable(SottoDeployment *deployment);
Step sotto_deployment_step(SottoDeployment *deployment);
/** TRUE while the helper is brought here for the first time, until protection is on. */
gboolean sotto_deployment_is_first(SottoDeployment *deployment);
/** The app on disk is newer than the one that runs. */
gboolean sotto_deployment_app_was_updated(SottoDeployment *deployment);

/** Begin; nothing happens while something else is under way, or where nothing is to do. Installing
 * turns protection on at its end; of a helper that is older than the app's it is an update, which
 * leaves that as it is. */
void sotto_deployment_install(SottoDeployment *deployment);
void sotto_deployment_remove(SottoDeployment *deployment);
/** What the installation does of its own, before it turns protection on: TRUE has this computer ask
 * on each new network instead of protecting it. An administrator who says no to that ends nothing
 * else; then it is told by "failed". */
void sotto_deployment_ask_on_new_networks(SottoDeployment *deployment, gboolean ask);

/** The last of them failed, and nothing was begun since. */
gboolean sotto_deployment_has_failed(SottoDeployment *deployment);

/** How the last of them ended: a sentence worth showing, or ""; and, where the app could do nothing
 * by itself, the command that does it, or "" (both transfer none). */
const char *sotto_deployment_sentence(SottoDeployment *deployment);
const char *sotto_deployment_command(SottoDeployment *deployment);
