/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "catalogue.h"

/**
 * What the page of resolvers asks of the helper, one proof at a time: choosing one takes seconds,
 * since the helper proves it before it is used, and so does another way to one that is in use.
 *
 * Signal "message" (string or NULL, gboolean failed): what is under way, or why it was refused.
 * Signal "ended" (no arguments): something was done, or refused; all is to be shown as it is.
 */
#define SOTTO_TYPE_RESOLVER_CALLS (sotto_resolver_calls_get_type())
G_DECLARE_FINAL_TYPE(SottoResolverCalls, sotto_resolver_calls, SOTTO, RESOLVER_CALLS, GObject)

/** Both (transfer none) outlive it. */
SottoResolverCalls *sotto_resolver_calls_new(SottoHelper *helper, Catalogue *catalogue);
/** Nobody looks any more: no signal comes from now on. */
void sotto_resolver_calls_abandon(SottoResolverCalls *calls);

/** The resolver that is being proved, to be chosen, or the one that is (transfer none). */
const char *sotto_resolver_calls_chosen(SottoResolverCalls *calls);

/** Not while another one is being proved; "ended" says so at once. */
void sotto_resolver_calls_choose(SottoResolverCalls *calls, const char *id, const char *name);
void sotto_resolver_calls_star(SottoResolverCalls *calls, const char *id, gboolean favourite);
/** Asks the user first. */
void sotto_resolver_calls_remove(SottoResolverCalls *calls, const char *id, const char *name);
/** `id` "": for all that have no choice of their own. */
void sotto_resolver_calls_set_relay(SottoResolverCalls *calls, const char *id, const char *relay);
