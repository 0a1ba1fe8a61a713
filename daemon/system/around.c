/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who went around Sotto.
 *
 * Three steps, since each has its own time. The socket is looked for the moment its packet is seen
 * (socket_owner.h): programs that ask DNS close theirs soon. What its control group and its user
 * are called is found out on a thread, since that reads folders and asks NSS; meanwhile packets
 * wait in `pending`, merged. Then they join the list. Owners once described are remembered; ids of
 * groups are never used again.
 *
 * Somebody who floods the network must not occupy us: so many sockets a second are looked for, and
 * so often the thread is sent out.
 */
#include "around.h"

#include "control_group.h"
#include "log.h"
#include "unit_name.h"

#include <gio/gio.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define FINDS_PER_S       100
#define ERRAND_SPACING_US INT64_C(200000)
#define PENDING_MAX       64
#define KNOWN_MAX         128

typedef struct Known {
    SocketOwner owner;
    char *program, *user;
} Known;

typedef struct Pending {
    SocketOwner owner;
    AroundEntry entry; /* without names */
} Pending;

struct Around {
    Loop *loop;
    AroundSource source;
    int diag;
    GPtrArray *entries; /* AroundEntry */
    GArray *known;      /* Known, oldest first */
    GArray *pending;    /* Pending */
    GCancellable *cancellable;
    bool under_way; /* an errand is */
    LoopTimer spacing;
    int64_t second_us; /* when the present one began */
    unsigned finds;    /* in it */
};

/* --- the list --- */

static void entry_free(gpointer data)
{
    AroundEntry *entry = data;
    g_free(entry->program);
    g_free(entry->user);
    g_free(entry);
}

static bool is_same_way(const AroundEntry *a, const AroundEntry *b)
{
    return a->tcp == b->tcp && address_same_host(&a->destination, &b->destination);
}

/* Its strings are copied. The newest comes first. */
static void add(Around *around, const AroundEntry *seen, const char *program, const char *user)
{
    AroundEntry *entry = NULL;
    for (guint i = 0; i < around->entries->len && entry == NULL; i++) {
        AroundEntry *other = g_ptr_array_index(around->entries, i);
        if (is_same_way(other, seen) && g_str_equal(other->program, program) &&
            g_str_equal(other->user, user))
            entry = g_ptr_array_steal_index(around->entries, i);
    }
    if (entry == NULL) {
        entry = g_new0(AroundEntry, 1);
        entry->program = g_strdup(program);
        entry->user = g_strdup(user);
        entry->destination = seen->destination;
        entry->tcp = seen->tcp;
        log_debug("a program asks DNS around Sotto program=%s user=%s", program, user);
    }
    entry->count += seen->count;
    entry->last_s = MAX(entry->last_s, seen->last_s);
    g_ptr_array_insert(around->entries, 0, entry);
    if (around->entries->len > AROUND_ENTRIES)
        g_ptr_array_set_size(around->entries, AROUND_ENTRIES);
}

const GPtrArray *around_entries(const Around *around)
{
    return around != NULL ? around->entries : NULL;
}

/* --- names --- */

static bool is_same_owner(const SocketOwner *a, const SocketOwner *b)
{
    return a->cgroup == b->cgroup && a->uid == b->uid;
}

static const Known *find_known(const Around *around, const SocketOwner *owner)
{
    for (guint i = 0; i < around->known->len; i++) {
        const Known *known = &g_array_index(around->known, Known, i);
        if (is_same_owner(&known->owner, owner))
            return known;
    }
    return NULL;
}

static void known_clear(gpointer data)
{
    Known *known = data;
    g_free(known->program);
    g_free(known->user);
}

/* `known`'s texts: (transfer full). */
static void remember(Around *around, const Known *known)
{
    if (around->known->len == KNOWN_MAX)
        g_array_remove_index(around->known, 0);
    g_array_append_vals(around->known, known, 1);
}

/* (transfer full) */
static char *login_name(uint32_t uid)
{
    struct passwd account, *found = NULL;
    char room[4096];
    if (getpwuid_r(uid, &account, room, sizeof(room), &found) == 0 && found != NULL &&
        g_utf8_validate(found->pw_name, -1, NULL))
        return g_strdup(found->pw_name);
    return g_strdup_printf("%" G_GUINT32_FORMAT, uid);
}

static void describe_by_kernel(const SocketOwner *owners, size_t count, char **programs,
                               char **users)
{
    g_autofree uint64_t *ids = g_new(uint64_t, count);
    g_autofree char **paths = g_new0(char *, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = owners[i].cgroup;
    control_group_find(control_group_root(), ids, count, paths);
    for (size_t i = 0; i < count; i++) {
        programs[i] = paths[i] != NULL ? unit_name_program(paths[i]) : NULL;
        users[i] = login_name(owners[i].uid);
        g_free(paths[i]);
    }
}

static bool find_by_kernel(void *context, const LeakPacket *packet, SocketOwner *owner)
{
    const Around *around = context;
    return around->diag >= 0 && socket_owner_find(around->diag, packet, owner);
}

/* --- the errand --- */

typedef struct Errand {
    void (*describe)(const SocketOwner *owners, size_t count, char **programs, char **users);
    size_t count;
    SocketOwner owners[PENDING_MAX];
    char *programs[PENDING_MAX], *users[PENDING_MAX];
} Errand;

static void errand_free(gpointer data)
{
    Errand *errand = data;
    for (size_t i = 0; i < errand->count; i++) {
        g_free(errand->programs[i]);
        g_free(errand->users[i]);
    }
    g_free(errand);
}

static void run_errand(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Errand *errand = data;
    errand->describe(errand->owners, errand->count, errand->programs, errand->users);
    g_task_return_boolean(task, TRUE);
}

static void settle(Around *around)
{
    for (guint i = 0; i < around->pending->len;) {
        const Pending *pending = &g_array_index(around->pending, Pending, i);
        const Known *known = find_known(around, &pending->owner);
        if (known == NULL) {
            i++;
            continue;
        }
        add(around, &pending->entry, known->program, known->user);
        g_array_remove_index(around->pending, i);
    }
}

static char *take(char **string)
{
    char *taken = g_steal_pointer(string);
    return taken != NULL ? taken : g_strdup("");
}

static void on_errand_done(GObject *source, GAsyncResult *result, gpointer data)
{
    if (!g_task_propagate_boolean(G_TASK(result), NULL))
        return; /* cancelled: the list is gone */
    Around *around = data;
    Errand *errand = g_task_get_task_data(G_TASK(result));
    around->under_way = false;
    for (size_t i = 0; i < errand->count; i++)
        remember(around, &(Known){.owner = errand->owners[i],
                                  .program = take(&errand->programs[i]),
                                  .user = take(&errand->users[i])});
    settle(around);
}

static void begin_errand(void *owner)
{
    Around *around = owner;
    if (around->pending->len == 0)
        return;
    loop_timer_start(&around->spacing, ERRAND_SPACING_US);
    if (around->under_way)
        return;
    Errand *errand = g_new0(Errand, 1);
    errand->describe = around->source.describe;
    for (guint i = 0; i < around->pending->len; i++) {
        const SocketOwner *wanted = &g_array_index(around->pending, Pending, i).owner;
        bool has = false;
        for (size_t j = 0; j < errand->count && !has; j++)
            has = is_same_owner(&errand->owners[j], wanted);
        if (!has)
            errand->owners[errand->count++] = *wanted;
    }
    g_autoptr(GTask) task = g_task_new(NULL, around->cancellable, on_errand_done, around);
    g_task_set_task_data(task, errand, errand_free);
    around->under_way = true;
    g_task_run_in_thread(task, run_errand);
}

/* --- packets --- */

static bool may_find(Around *around)
{
    int64_t now_us = loop_now_us(around->loop);
    if (now_us - around->second_us >= G_USEC_PER_SEC) {
        around->second_us = now_us;
        around->finds = 0;
    }
    return around->finds++ < FINDS_PER_S;
}

static void wait_for_name(Around *around, const SocketOwner *owner, const AroundEntry *seen)
{
    for (guint i = 0; i < around->pending->len; i++) {
        Pending *pending = &g_array_index(around->pending, Pending, i);
        if (is_same_owner(&pending->owner, owner) && is_same_way(&pending->entry, seen)) {
            pending->entry.count += seen->count;
            pending->entry.last_s = seen->last_s;
            return;
        }
    }
    if (around->pending->len == PENDING_MAX) {
        add(around, seen, "", "");
        return;
    }
    const Pending pending = {.owner = *owner, .entry = *seen};
    g_array_append_val(around->pending, pending);
    if (!loop_timer_is_running(&around->spacing))
        begin_errand(around);
}

void around_note(void *owner, const LeakPacket *packet)
{
    Around *around = owner;
    const AroundEntry seen = {.destination = packet->destination,
                              .tcp = packet->tcp,
                              .count = 1,
                              .last_s = loop_wall_s(around->loop)};
    SocketOwner of;
    bool found = may_find(around) && around->source.find(around->source.context, packet, &of);
    const Known *known = found ? find_known(around, &of) : NULL;
    if (!found)
        add(around, &seen, "", "");
    else if (known != NULL)
        add(around, &seen, known->program, known->user);
    else
        wait_for_name(around, &of, &seen);
}

/* --- life --- */

Around *around_new(Loop *loop, const AroundSource *source)
{
    Around *around = g_new0(Around, 1);
    const AroundSource kernel = {find_by_kernel, describe_by_kernel, around};
    around->loop = loop;
    around->source = source != NULL ? *source : kernel;
    around->diag = -1;
    Status status = source == NULL ? socket_owner_open(&around->diag) : STATUS_OK;
    if (status != STATUS_OK)
        log_warning("programs that go around Sotto will not be named reason=%s",
                    status_name(status));
    around->entries = g_ptr_array_new_with_free_func(entry_free);
    around->known = g_array_new(FALSE, FALSE, sizeof(Known));
    g_array_set_clear_func(around->known, known_clear);
    around->pending = g_array_new(FALSE, FALSE, sizeof(Pending));
    around->cancellable = g_cancellable_new();
    loop_timer_init(&around->spacing, loop, begin_errand, around);
    return around;
}

void around_free(Around *around)
{
    if (around == NULL)
        return;
    g_cancellable_cancel(around->cancellable);
    g_object_unref(around->cancellable);
    loop_timer_stop(&around->spacing);
    g_ptr_array_unref(around->entries);
    g_array_unref(around->known);
    g_array_unref(around->pending);
    if (around->diag >= 0)
        close(around->diag);
    g_free(around);
}
