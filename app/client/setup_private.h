/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "setup.h"

/** For tests: the places of the Flatpak are looked for below `root`. In the program they are
 * constants, so that nobody's environment decides what an administrator is asked to let in. */
SottoSetup *sotto_setup_new_below(SottoHelper *helper, const char *root);
