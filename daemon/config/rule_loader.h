/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "own_rules.h"
#include "rule_job.h"

/**
 * Keeps the engine's rules as the settings say. Lists are read by a thread, so that queries are
 * answered meanwhile; a list that has not changed on disk is not read again, and one that cannot be
 * read any more stays as it was. What is found goes to the log, by name of file and number of line.
 */
typedef struct RuleLoader RuleLoader;

RuleLoader *rule_loader_new(Loop *loop, Engine *engine);
/** Waits for the thread, which gives up soon. NULL is allowed. */
void rule_loader_free(RuleLoader *loader);

/** Reads everything before it returns: for a program that does not serve yet. */
void rule_loader_load(RuleLoader *loader, RuleSettings *settings);
/** Begins to read, and returns. What needs no file is in force at once where nothing was before. A
 * call while a thread is at work is heard when that is done. */
void rule_loader_begin(RuleLoader *loader, RuleSettings *settings);
/** Whether a thread is at work. */
bool rule_loader_is_busy(const RuleLoader *loader);

/** From now on the rules that users make (borrowed; they outlive it) are in force beside those of
 * the settings, each at once, also while lists are being read. */
void rule_loader_follow(RuleLoader *loader, OwnRules *own);

/** RuleFile*, each once; none while nothing was read yet. (transfer none), valid until the next
 * turn. */
const GPtrArray *rule_loader_files(const RuleLoader *loader);
/** `changed` when other rules of the settings are in force. */
void rule_loader_set_changed(RuleLoader *loader, void (*changed)(void *owner), void *owner);
