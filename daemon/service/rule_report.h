/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rule_loader.h"
#include "settings.h"

/** Rules about names in the words of the bus contract, both aa{sv} (floating): users' own, newest
 * first, then those of the settings; and the files of names. */
GVariant *report_rules(const OwnRules *own, const Settings *settings);
GVariant *report_name_lists(const GPtrArray *files);
