/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

/**
 * Who runs a server, for lists that do not say it: 543 entries of one operator are to be seen as
 * one. Learnt from those whose operator is known, else derived from the domain of the host or of
 * the DNSCrypt provider name, else from the first part of the entry's name.
 */
typedef struct Operators Operators;

Operators *operators_new(void);
void operators_free(Operators *operators);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Operators, operators_free)

/** Everything that tells this resolver's operator (if it has one) tells it of others from now on.
 */
void operators_learn(Operators *operators, const Resolver *resolver);

/** The operator of a resolver or relay: never NULL. (transfer full) */
char *operators_find(const Operators *operators, const Resolver *resolver);
