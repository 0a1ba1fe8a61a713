/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine_state.h"
#include "listener.h"

/** What a client's message meets: see ListenerEvents.received for the return value. */
size_t query_receive(Engine *engine, const Client *client, const uint8_t *bytes, size_t length,
                     uint8_t *out, size_t capacity);
/** The client of a query under way has gone. */
void query_client_gone(Client *client);
/** Drops every query under way without an answer. */
void query_drop_all(Engine *engine);
