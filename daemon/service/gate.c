/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A filter of the connection's (g_dbus_connection_add_filter), which runs in GDBus's own thread and
 * nowhere else: all that it keeps is that thread's.
 *
 * Each connection to the bus has an allowance, and each user has one for all their connections
 * together, so that opening more of them wins little. Who a connection's user is, the bus is asked
 * once, while the first calls go through; what they took counts for the user too. Root may do
 * anything to this machine and is not counted.
 *
 * Whoever is gone before the bus could say whose the connection was has asked for nobody. So all
 * whose user is not known have one allowance together, and get back what they took of it when their
 * user has paid: many that call and leave can use it up, and then a new program waits until it is
 * known, while those that are known go on.
 *
 * A call that wants no reply is dropped. No client of ours makes one, and the bus itself keeps
 * everybody from having more than some hundred replies outstanding, which bounds what waits for the
 * main thread; of those calls it would let through any number.
 */
#include "gate.h"

#include "allowance.h"
#include "sotto-build.h"

#include <string.h>

#define TEXT_MAX     8192 /* bytes; a message may be 32 MB long */
#define STRANGER_MAX 150  /* units, while their user is not known */
#define CALLERS_MAX  1024 /* known at once; a system bus has 2048 connections at most */

typedef struct Caller {
    Allowance allowance;
    unsigned taken; /* until their user was known */
    gint64 uid;     /* -1: not known yet */
} Caller;

struct Gate {
    gatomicrefcount references;
    GDBusConnection *connection;
    guint filter;
    GCancellable *cancellable;
    GHashTable *callers; /* unique name → Caller */
    GHashTable *users;   /* number → Allowance */
    Allowance strangers; /* of all whose user is not known */
};

/* A unit is a tenth of a millisecond of the main thread, or what it makes others do. */
static const AllowanceRate caller_rate = {.at_once = 600, .per_second = 50};
static const AllowanceRate user_rate = {.at_once = 2000, .per_second = 200};
static const AllowanceRate strangers_rate = {.at_once = 1000, .per_second = 200};

static const struct {
    const char *method;
    unsigned units;
} costs[] = {
    {"ListResolvers", 20},
    {"ListRelays", 10},
    {"ListRules", 10},
    {"ListNetworks", 5},
    {"GetStatistics", 5},
    {"Introspect", 10},
    {"FlushCache", 20},
    /* packets leave, files are written, programs start */
    {"TurnOn", 40},
    {"TurnOff", 40},
    {"SetResolver", 40},
    {"SetRelay", 40},
    {"CheckProtection", 40},
    {"Add", 40},
    {"RefreshSources", 80},
    {"BeginSignIn", 40},
    {"LookAgain", 40},
    {"FollowLog", 40},
};

static unsigned cost_of(const char *method)
{
    for (size_t i = 0; i < G_N_ELEMENTS(costs); i++)
        if (g_str_equal(costs[i].method, method))
            return costs[i].units;
    return 1;
}

/* --- references: the filter may run while it is taken away --- */

static Gate *gate_ref(Gate *gate)
{
    g_atomic_ref_count_inc(&gate->references);
    return gate;
}

static void gate_unref(gpointer data)
{
    Gate *gate = data;
    if (!g_atomic_ref_count_dec(&gate->references))
        return;
    g_hash_table_unref(gate->callers);
    g_hash_table_unref(gate->users);
    g_object_unref(gate->cancellable);
    g_object_unref(gate->connection);
    g_free(gate);
}

/* --- who asks --- */

static Allowance *user_allowance(Gate *gate, gint64 uid)
{
    Allowance *allowance = g_hash_table_lookup(gate->users, GINT_TO_POINTER((int)uid));
    if (allowance == NULL) {
        allowance = g_new0(Allowance, 1);
        g_hash_table_insert(gate->users, GINT_TO_POINTER((int)uid), allowance);
    }
    return allowance;
}

typedef struct Question {
    Gate *gate;
    char *name;
} Question;

static void on_user(GObject *source, GAsyncResult *result, gpointer data)
{
    Question *question = data;
    Gate *gate = question->gate;
    Caller *caller = g_hash_table_lookup(gate->callers, question->name);
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    guint32 uid;

    if (reply != NULL && caller != NULL) {
        g_variant_get(reply, "(u)", &uid);
        caller->uid = uid;
        if (uid == 0 || allowance_take(user_allowance(gate, uid), &user_rate, caller->taken,
                                       g_get_monotonic_time()))
            allowance_give_back(&gate->strangers, &strangers_rate, caller->taken);
    }
    g_free(question->name);
    g_free(question);
    gate_unref(gate);
}

/* Answered in this thread, whose main context is the one to call back. */
static void ask_user(Gate *gate, const char *name)
{
    Question *question = g_new0(Question, 1);
    question->gate = gate_ref(gate);
    question->name = g_strdup(name);
    g_dbus_connection_call(gate->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetConnectionUnixUser",
                           g_variant_new("(s)", name), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, gate->cancellable, on_user, question);
}

static gboolean is_forgettable(gpointer name, gpointer data, gpointer now_us)
{
    const Caller *caller = data;
    return allowance_is_whole(&caller->allowance, *(const gint64 *)now_us);
}

static Caller *find_caller(Gate *gate, const char *name, gint64 now_us)
{
    Caller *caller = g_hash_table_lookup(gate->callers, name);
    if (caller != NULL)
        return caller;
    if (g_hash_table_size(gate->callers) >= CALLERS_MAX)
        g_hash_table_foreach_remove(gate->callers, is_forgettable, &now_us);
    caller = g_new0(Caller, 1);
    caller->uid = -1;
    g_hash_table_insert(gate->callers, g_strdup(name), caller);
    ask_user(gate, name);
    return caller;
}

static bool may_ask(Gate *gate, const char *name, unsigned units)
{
    gint64 now_us = g_get_monotonic_time();
    Caller *caller = find_caller(gate, name, now_us);
    if (caller->uid == 0)
        return true;
    if (caller->uid < 0 && caller->taken + units > STRANGER_MAX)
        return false;
    if (!allowance_take(&caller->allowance, &caller_rate, units, now_us))
        return false;
    if (caller->uid < 0) {
        if (!allowance_take(&gate->strangers, &strangers_rate, units, now_us))
            return false;
        caller->taken += units;
        return true;
    }
    return allowance_take(user_allowance(gate, caller->uid), &user_rate, units, now_us);
}

/* --- what is asked --- */

static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text = g_utf8_next_char(text))
        if (g_unichar_iscntrl(g_utf8_get_char(text)))
            return true;
    return false;
}

/* What is wrong with a call's texts; NULL nothing. */
static const char *object_to(GVariant *arguments)
{
    for (gsize i = 0; arguments != NULL && i < g_variant_n_children(arguments); i++) {
        g_autoptr(GVariant) argument = g_variant_get_child_value(arguments, i);
        gsize length;
        if (!g_variant_is_of_type(argument, G_VARIANT_TYPE_STRING))
            continue;
        const char *text = g_variant_get_string(argument, &length);
        if (length > TEXT_MAX)
            return "That is too long.";
        if (has_control_characters(text))
            return "Nothing is called by control characters.";
    }
    return NULL;
}

/* --- the gate --- */

static void refuse(Gate *gate, GDBusMessage *call, const char *error, const char *sentence)
{
    g_autoptr(GDBusMessage) reply = g_dbus_message_new_method_error_literal(call, error, sentence);
    (void)g_dbus_connection_send_message(gate->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                         NULL, NULL); /* else the bus is gone, and so are they */
}

static bool admits(Gate *gate, GDBusMessage *call)
{
    const char *sentence;
    if (g_dbus_message_get_flags(call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED)
        return false;
    if (!may_ask(gate, g_dbus_message_get_sender(call), cost_of(g_dbus_message_get_member(call)))) {
        refuse(gate, call, SOTTO_HELPER_NAME ".Error.Busy",
               "This program asks too much at once; try again in a moment.");
        return false;
    }
    sentence = object_to(g_dbus_message_get_body(call));
    if (sentence != NULL)
        refuse(gate, call, SOTTO_HELPER_NAME ".Error.InvalidArgument", sentence);
    return sentence == NULL;
}

/* NULL: nobody else hears of it. */
static GDBusMessage *filter(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                            gpointer data)
{
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
        g_dbus_message_get_sender(message) == NULL || admits(data, message))
        return message;
    g_object_unref(message);
    return NULL;
}

Gate *gate_open(GDBusConnection *connection)
{
    Gate *gate = g_new0(Gate, 1);
    g_atomic_ref_count_init(&gate->references);
    gate->connection = g_object_ref(connection);
    gate->cancellable = g_cancellable_new();
    gate->callers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gate->users = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    gate->filter = g_dbus_connection_add_filter(connection, filter, gate_ref(gate), gate_unref);
    return gate;
}

void gate_close(Gate *gate)
{
    if (gate == NULL)
        return;
    g_cancellable_cancel(gate->cancellable);
    g_dbus_connection_remove_filter(gate->connection, gate->filter);
    gate_unref(gate);
}
