/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine_state.h"
#include "listener.h"
#include "rules.h"

/** What a client's message meets: see ListenerEvents.received for the return value. */
size_t query_receive(Engine *engine, const Client *client, const uint8_t *bytes, size_t length,
                     uint8_t *out, size_t capacity);
/** The same of a well-formed query. The engine has a plan. */
size_t query_answer(Engine *engine, const Client *client, const Message *message, uint8_t *out,
                    size_t capacity);
/** SERVFAIL with the reason, for what is no fault of a resolver. Returns the length, 0 for none. */
size_t query_refuse(Engine *engine, const Message *message, Status reason, uint8_t *out,
                    size_t capacity);
/** What is to become of a well-formed query by the rules, and by what the network must not hear of:
 * names that programs only try in its domain. The engine has a plan. */
void query_judge(const Engine *engine, const Message *message, Verdict *verdict);
/** Writes what rules decided, counts it and tells observers. Returns the length, 0 for none. */
size_t query_answer_by_rule(Engine *engine, const Message *message, const Verdict *verdict,
                            uint8_t *out, size_t capacity);
/** Drops every query under way without an answer. */
void query_drop_all(Engine *engine);
