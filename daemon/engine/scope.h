/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

#include <stdint.h>

/**
 * Whom an answer comes from decides whom it may serve: a Scope is a set of resolvers, tied to one
 * network where that changes what they answer. Its number is part of a question's key, so that
 * answers of one scope are invisible to questions of another, and back when their scope is.
 */
typedef struct ScopeTable ScopeTable;

ScopeTable *scope_table_new(void);
void scope_table_free(ScopeTable *table);

/** The number of the scope of these resolvers: the same for the same resolvers, in order, on the
 * same network (a number; 0: the same everywhere). Scopes not asked for in a long time are
 * forgotten, their numbers are not given again. */
uint32_t scope_number(ScopeTable *table, Resolver *const *resolvers, size_t count,
                      uint64_t network);
/** Whether one of them is asked in clear: then what it answers is as local as the path to it. */
bool scope_is_in_clear(Resolver *const *resolvers, size_t count);
