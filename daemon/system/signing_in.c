/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * While somebody signs in. With the usual browser everybody's lookups go to the network's own DNS,
 * which is an opening like others (opening.c). A sign-in by a window of its own opens nothing: that
 * window's names are looked up one by one, for it alone, and everybody else waits.
 */
#include "protection_state.h"

#include "routes.h"

#include <string.h>

#define MAX_ERRANDS 64

typedef struct Errand {
    ListNode node;
    Protection *protection;
    NetworkLookup *lookup;
    SignInResolved done;
    void *owner;
} Errand;

static void errand_end(Errand *errand, const GPtrArray *addresses, const GError *error)
{
    list_remove(&errand->node);
    errand->protection->errand_count--;
    errand->done(errand->owner, addresses, error);
    g_free(errand);
}

static void on_errand(void *owner, const GPtrArray *addresses)
{
    Errand *errand = owner;
    g_autoptr(GError) error = NULL;
    if (addresses->len == 0)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                    "This network knows no address for that name.");
    errand_end(errand, error == NULL ? addresses : NULL, error);
}

void protection_resolve_for_sign_in(Protection *protection, const char *name, SignInResolved done,
                                    void *owner)
{
    g_autoptr(GError) error = NULL;
    Name parsed;
    if (protection->sign_in != SIGN_IN_WINDOW)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "Nobody is signing in now.");
    else if (name_parse(name, &parsed) != STATUS_OK)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                    "That is not a name that DNS could have.");
    else if (protection->errand_count == MAX_ERRANDS)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_BUSY,
                                    "Too many names are being looked up at once.");
    if (error != NULL) {
        done(owner, NULL, error);
        return;
    }
    Errand *errand = g_new0(Errand, 1);
    *errand = (Errand){.protection = protection, .done = done, .owner = owner};
    list_init(&errand->node);
    list_append(&protection->errands, &errand->node);
    protection->errand_count++;
    errand->lookup =
        network_lookup_begin(protection->lookups, name, CLEAR_SIGN_IN, on_errand, errand);
}

static void drop_errands(Protection *protection)
{
    g_autoptr(GError) error =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "The sign-in is over.");
    Errand *errand;
    while ((errand = list_first(&protection->errands, Errand, node)) != NULL) {
        network_lookup_cancel(errand->lookup);
        errand_end(errand, NULL, error);
    }
}

void protection_begin_sign_in(Protection *protection, const char *who, SignIn how,
                              ProtectionDone done, void *owner)
{
    int64_t time_us = protection->settings->networks.sign_in_us;
    g_autoptr(Resolver) network = routes_network(protection_facts(protection)->links);
    bool fits = protection->state == PROTECTION_SIGNIN || protection->state == PROTECTION_BLOCKED ||
                protection->state == PROTECTION_SIGNING_IN;
    if (!fits || !protection->held) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED,
                          "This network does not ask for a sign-in.");
        return;
    }
    if (network == NULL) {
        transition_refuse(done, owner, G_IO_ERROR_FAILED,
                          "This network has no DNS of its own to use.");
        return;
    }
    drop_errands(protection);
    protection->sign_in = how;
    protection->sign_in_late = false;
    g_free(protection->sign_in_identity);
    protection->sign_in_identity = g_strdup(protection_facts(protection)->identity);
    protection->sign_in_until_s = loop_wall_s(protection->parts.loop) + time_us / 1000000;
    loop_timer_start(&protection->sign_in_over, time_us);
    loop_timer_stop(&protection->look); /* other intervals from now on */
    protection_note_change(protection, who);
    held_judge(protection);
    transition_agree(done, owner);
}

void protection_end_sign_in(Protection *protection)
{
    if (protection->sign_in == SIGN_IN_NONE)
        return;
    protection->sign_in = SIGN_IN_NONE;
    loop_timer_stop(&protection->sign_in_over);
    loop_timer_stop(&protection->look);
    drop_errands(protection);
    protection_notify(protection);
    held_judge(protection);
}

static void on_sign_in_over(void *owner)
{
    Protection *protection = owner;
    protection->sign_in_late = true; /* until somebody tries again, or need not any more */
    protection_end_sign_in(protection);
}

SignIn protection_sign_in(const Protection *protection)
{
    return protection->sign_in;
}

const char *protection_portal_address(const Protection *protection)
{
    const char *address = portal_address(protection->portal);
    bool of_use = held_is_signin_wanted(protection) || protection->sign_in != SIGN_IN_NONE;
    if (!of_use || !protection->held)
        return "";
    return *address != '\0' ? address : protection->settings->networks.check_urls[0];
}

/* --- life --- */

void signing_in_follow_network(Protection *protection)
{
    const NetworkFacts *facts = protection_facts(protection);
    if (facts->online && strcmp(facts->identity, protection->sign_in_identity) == 0)
        return;
    protection->sign_in_late = false;
    protection_end_sign_in(protection);
}

void signing_in_init(Protection *protection)
{
    list_init(&protection->errands);
    protection->sign_in_identity = g_strdup("");
    loop_timer_init(&protection->sign_in_over, protection->parts.loop, on_sign_in_over, protection);
}

void signing_in_clear(Protection *protection)
{
    drop_errands(protection);
    loop_timer_stop(&protection->sign_in_over);
    g_free(protection->sign_in_identity);
}
