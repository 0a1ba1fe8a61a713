/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "evidence.h"
#include "helper_error.h"
#include "leak_item.h"
#include "list_source.h"
#include "name_list.h"
#include "network_item.h"
#include "resolver_item.h"
#include "rule_item.h"
#include "statistics.h"

#include <gio/gio.h>

/** The words of the State property. */
typedef enum {
    SOTTO_STATE_OFF,
    SOTTO_STATE_STARTING,
    SOTTO_STATE_ON,
    SOTTO_STATE_SIGNIN,
    SOTTO_STATE_SIGNING_IN,
    SOTTO_STATE_PAUSED,
    SOTTO_STATE_BLOCKED,
    SOTTO_STATE_ERROR,
    SOTTO_STATE_VPN,
    SOTTO_STATE_OPEN,
    SOTTO_STATE_ASK,
    SOTTO_STATE_OFFLINE
} SottoState;

/** The word of the contract, and back; an unknown word reads SOTTO_STATE_ERROR, never "on". */
const char *sotto_state_word(SottoState state);
SottoState sotto_state_parse(const char *word);

/** The sign-in under way, and the ways to do it. */
typedef enum {
    SOTTO_SIGN_IN_NONE,
    SOTTO_SIGN_IN_WINDOW, /* one program's names go to the network's DNS */
    SOTTO_SIGN_IN_MACHINE /* everybody's do; the user has confirmed it */
} SottoSignIn;

/** The word of the contract, and back; an unknown word reads SOTTO_SIGN_IN_MACHINE, the one that
 * promises least. */
const char *sotto_sign_in_word(SottoSignIn sign_in);
SottoSignIn sotto_sign_in_parse(const char *word);

/** Whether there is a helper to talk to. */
typedef enum {
    SOTTO_PRESENCE_SEARCHING, /* not known yet: the bus has not answered */
    SOTTO_PRESENCE_ABSENT,    /* no helper, or no bus */
    SOTTO_PRESENCE_PRESENT,
    SOTTO_PRESENCE_TOO_NEW /* it speaks a later protocol: nothing it says may be trusted as known */
} SottoPresence;

/**
 * SottoHelper: sottod as a client sees it. It follows the helper through start, stop and restart,
 * and the bus through a loss, for as long as it lives; nothing in it blocks. Everything happens in
 * the thread-default main context of its creation.
 *
 * Property "present" (boolean, readable, notifies): presence is SOTTO_PRESENCE_PRESENT.
 * Signal "changed" (no arguments): presence or any fact below may have another value.
 * Signal "resolvers-changed" (no arguments): the lists of resolvers would read otherwise now.
 * Signal "networks-changed" (no arguments): the list of networks would read otherwise now.
 * Signal "rules-changed" (no arguments): rules or files of names would read otherwise now.
 */
#define SOTTO_TYPE_HELPER (sotto_helper_get_type())
G_DECLARE_FINAL_TYPE(SottoHelper, sotto_helper, SOTTO, HELPER, GObject)

SottoHelper *sotto_helper_new(void);

/**
 * Reaches the bus and learns whether the helper is there; presence is settled when this ends. FALSE
 * with SOTTO_ERROR_NO_BUS when there is no bus; that an absent helper is no error lets a client
 * wait for one. Later losses of the bus are cured in the background, also after a failure here.
 */
void sotto_helper_connect_async(SottoHelper *helper, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
gboolean sotto_helper_connect_finish(SottoHelper *helper, GAsyncResult *result, GError **error);

/** FALSE while the system bus itself cannot be reached, or is not reached yet. */
gboolean sotto_helper_has_bus(SottoHelper *helper);

/** Asks the bus to start the helper (connecting first if need be); TRUE when it runs. */
void sotto_helper_start_async(SottoHelper *helper, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
gboolean sotto_helper_start_finish(SottoHelper *helper, GAsyncResult *result, GError **error);

/** Whether calls may make polkit ask somebody for a password: TRUE unless told otherwise. A client
 * that runs without a person in front of it says FALSE and gets SOTTO_ERROR_NOT_AUTHORIZED. */
void sotto_helper_set_interactive(SottoHelper *helper, gboolean interactive);

/** The facts, as last told by the helper. Strings are (transfer none), valid until the next
 * "changed", never NULL; while the helper is not present they are "" and the state is "error". */
SottoPresence sotto_helper_presence(SottoHelper *helper);
SottoState sotto_helper_state(SottoHelper *helper);
const char *sotto_helper_version(SottoHelper *helper);
/** When it was built, seconds since 1970 (0 not told), and the digest of the payload that an app
 * installed it from ("": a package of the system did). These and the version are told also by a
 * helper whose protocol is too new. */
gint64 sotto_helper_build_time_s(SottoHelper *helper);
const char *sotto_helper_payload(SottoHelper *helper);
const char *sotto_helper_reason_code(SottoHelper *helper);
const char *sotto_helper_reason(SottoHelper *helper);
const char *sotto_helper_network(SottoHelper *helper);
const char *sotto_helper_resolver(SottoHelper *helper);
const char *sotto_helper_resolver_in_use(SottoHelper *helper);
const char *sotto_helper_changed_by(SottoHelper *helper);
gint64 sotto_helper_until_s(SottoHelper *helper);
gint64 sotto_helper_changed_at_s(SottoHelper *helper);
/** Of the network at hand: its id in the list of networks ("" while none is known), what is done on
 * it ("protect" while nobody says), its sign-in page (somebody else's words: http: or https:, ""
 * none), the sign-in under way. */
const char *sotto_helper_current_network(SottoHelper *helper);
SottoPolicy sotto_helper_policy(SottoHelper *helper);
const char *sotto_helper_portal_address(SottoHelper *helper);
SottoSignIn sotto_helper_sign_in(SottoHelper *helper);
/** What is done on a network that nobody has decided about; FALSE while no helper is there that
 * says so, as older ones do not. */
gboolean sotto_helper_unknown_networks(SottoHelper *helper, SottoPolicy *policy);
/** Whether lookups are logged. */
gboolean sotto_helper_logging(SottoHelper *helper);
/** The relay for resolvers that have none of their own chosen: its id, or SOTTO_RELAY_ANY or
 * SOTTO_RELAY_NONE; "" while it is not known. */
const char *sotto_helper_relay(SottoHelper *helper);

/**
 * The calls of the contract. Each ends its callback once; sotto_helper_action_finish() belongs to
 * all that return nothing. Errors are SOTTO_ERROR with a sentence to show, or
 * G_IO_ERROR_CANCELLED. A cancelled call may still have been carried out.
 */
void sotto_helper_turn_on_async(SottoHelper *helper, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
void sotto_helper_turn_off_async(SottoHelper *helper, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
void sotto_helper_set_resolver_async(SottoHelper *helper, const char *id, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
/** `seconds` 0: until this network is left. */
void sotto_helper_pause_async(SottoHelper *helper, guint seconds, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
void sotto_helper_resume_async(SottoHelper *helper, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean sotto_helper_action_finish(SottoHelper *helper, GAsyncResult *result, GError **error);

/** Finishes with the aa{sv} of the contract (transfer full); sotto_resolver_fill_store() reads it.
 */
void sotto_helper_list_resolvers_async(SottoHelper *helper, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
GVariant *sotto_helper_list_resolvers_finish(SottoHelper *helper, GAsyncResult *result,
                                             GError **error);

void sotto_helper_get_statistics_async(SottoHelper *helper, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
gboolean sotto_helper_get_statistics_finish(SottoHelper *helper, GAsyncResult *result,
                                            SottoStatistics *statistics, GError **error);
/** The same as the a{sv} of the contract (transfer full), with all that a SottoStatistics has no
 * room for; sotto_statistics_parse() reads it. */
GVariant *sotto_helper_get_statistics_dictionary_finish(SottoHelper *helper, GAsyncResult *result,
                                                        GError **error);

/** Finishes with the evidence (transfer full). */
void sotto_helper_check_async(SottoHelper *helper, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
SottoEvidence *sotto_helper_check_finish(SottoHelper *helper, GAsyncResult *result, GError **error);

/** The interface of lists and own entries. Refreshing returns when every list is read or refused;
 * an error then says what was refused. Adding finishes with the new entry's id (transfer full).
 * Refreshing and removing are finished by sotto_helper_action_finish(). */
void sotto_helper_list_sources_async(SottoHelper *helper, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
/** Of SottoListSource (transfer full). */
GPtrArray *sotto_helper_list_sources_finish(SottoHelper *helper, GAsyncResult *result,
                                            GError **error);
void sotto_helper_refresh_sources_async(SottoHelper *helper, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
void sotto_helper_list_relays_async(SottoHelper *helper, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
/** The aa{sv} of the contract (transfer full); relays read as SottoResolver do. */
GVariant *sotto_helper_list_relays_finish(SottoHelper *helper, GAsyncResult *result,
                                          GError **error);
void sotto_helper_add_resolver_async(SottoHelper *helper, const char *spec, const char *name,
                                     GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data);
char *sotto_helper_add_resolver_finish(SottoHelper *helper, GAsyncResult *result, GError **error);
void sotto_helper_remove_resolver_async(SottoHelper *helper, const char *id,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);

/** Finishes with the a{sv} of the contract (transfer full): what sotto_resolver_parse() reads, and
 * the endpoints beside it. */
void sotto_helper_describe_resolver_async(SottoHelper *helper, const char *id,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);
GVariant *sotto_helper_describe_resolver_finish(SottoHelper *helper, GAsyncResult *result,
                                                GError **error);
/** Makes a resolver one of the favourites (five at most), or no longer; and how it is reached, for
 * which `id` may be "" (all without a choice of their own) and `relay` is an id,
 * SOTTO_RELAY_ANY, SOTTO_RELAY_NONE or "" (as the configuration says). What is in use is proved in
 * the new way first, which may take as long as choosing a resolver does. Both end with
 * sotto_helper_action_finish(). */
void sotto_helper_set_favourite_async(SottoHelper *helper, const char *id, gboolean favourite,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
void sotto_helper_set_relay_async(SottoHelper *helper, const char *id, const char *relay,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * Begins a sign-in: "window", after which sotto_helper_resolve_for_sign_in_async() serves this
 * client alone until the sign-in ends (by itself, or with this client's connection), or "machine".
 * Finishes with the address to open (transfer full), somebody else's words.
 */
void sotto_helper_begin_sign_in_async(SottoHelper *helper, SottoSignIn how,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
char *sotto_helper_begin_sign_in_finish(SottoHelper *helper, GAsyncResult *result, GError **error);
/** Ends with sotto_helper_action_finish(). */
void sotto_helper_end_sign_in_async(SottoHelper *helper, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
/** Finishes with the addresses of a name, IPv4 first (transfer full); SOTTO_ERROR_NOT_FOUND when it
 * has none. */
void sotto_helper_resolve_for_sign_in_async(SottoHelper *helper, const char *name,
                                            GCancellable *cancellable, GAsyncReadyCallback callback,
                                            gpointer user_data);
char **sotto_helper_resolve_for_sign_in_finish(SottoHelper *helper, GAsyncResult *result,
                                               GError **error);

/** Looks again at once for a sign-in page and a way through, and consents to this network's own DNS
 * for 60 to 86400 seconds; both end with sotto_helper_action_finish(). */
void sotto_helper_look_again_async(SottoHelper *helper, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
void sotto_helper_allow_unprotected_async(SottoHelper *helper, guint seconds,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

void sotto_helper_list_networks_async(SottoHelper *helper, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data);
/** Of SottoNetwork, newest first (transfer full). */
GPtrArray *sotto_helper_list_networks_finish(SottoHelper *helper, GAsyncResult *result,
                                             GError **error);
/** Both end with sotto_helper_action_finish(). */
void sotto_helper_set_policy_async(SottoHelper *helper, const char *id, SottoPolicy policy,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
void sotto_helper_forget_network_async(SottoHelper *helper, const char *id,
                                       GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);

/** SOTTO_POLICY_PROTECT or SOTTO_POLICY_ASK; takes an administrator. Ends with
 * sotto_helper_action_finish(). */
void sotto_helper_set_unknown_networks_async(SottoHelper *helper, SottoPolicy policy,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);

/** Forgets the answers of a name and of everything below it, "": all. Finishes with their number.
 */
void sotto_helper_flush_cache_async(SottoHelper *helper, const char *name,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean sotto_helper_flush_cache_finish(SottoHelper *helper, GAsyncResult *result, guint *entries,
                                         GError **error);

/** The query log; ends with sotto_helper_action_finish(). */
void sotto_helper_set_logging_async(SottoHelper *helper, gboolean on, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
/** Finishes with a descriptor to read lines of JSON from (transfer full); -1 and an error. */
void sotto_helper_follow_log_async(SottoHelper *helper, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
int sotto_helper_follow_log_finish(SottoHelper *helper, GAsyncResult *result, GError **error);

/** Finishes with the aa{sv} of the contract (transfer full). */
void sotto_helper_list_connections_async(SottoHelper *helper, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
GVariant *sotto_helper_list_connections_finish(SottoHelper *helper, GAsyncResult *result,
                                               GError **error);

/** What would answer a name (of records of `type`, "" for A). Finishes with the a{sv} of the
 * contract (transfer full). */
void sotto_helper_explain_async(SottoHelper *helper, const char *name, const char *type,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
GVariant *sotto_helper_explain_finish(SottoHelper *helper, GAsyncResult *result, GError **error);

/** Programs that asked around Sotto while it was on. */
void sotto_helper_list_leaks_async(SottoHelper *helper, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
/** Of SottoLeak, newest first (transfer full). */
GPtrArray *sotto_helper_list_leaks_finish(SottoHelper *helper, GAsyncResult *result,
                                          GError **error);

/** Rules about names: the user's own first, then the configuration's. Of SottoRule (transfer full).
 */
void sotto_helper_list_rules_async(SottoHelper *helper, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sotto_helper_list_rules_finish(SottoHelper *helper, GAsyncResult *result,
                                          GError **error);
/** Adds a rule of the user's own, in place of another of the same name: to block, to allow, of the
 * network's own DNS, or to forward to the servers of `target` ("" for the other kinds), with ';'
 * between them. This and removing end with sotto_helper_action_finish(); a name that cannot be one
 * is SOTTO_ERROR_INVALID_ARGUMENT. */
void sotto_helper_add_rule_async(SottoHelper *helper, SottoRuleKind kind, const char *name,
                                 const char *target, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
/** `name` as sotto_rule_name() has it; SOTTO_ERROR_NOT_FOUND for one of the configuration. */
void sotto_helper_remove_rule_async(SottoHelper *helper, const char *name,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);

/** The configuration's files of names. Of SottoNameList (transfer full). */
void sotto_helper_list_name_lists_async(SottoHelper *helper, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sotto_helper_list_name_lists_finish(SottoHelper *helper, GAsyncResult *result,
                                               GError **error);
