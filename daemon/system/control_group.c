/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control groups by their ids.
 *
 * A group's id is the inode of its folder. The call that goes from an inode to a path
 * (open_by_handle_at(2)) wants a capability that Sotto has no other use for, so the tree is walked.
 * Folder entries carry type and inode: nothing is looked at beyond the folders themselves.
 */
#include "control_group.h"

#include <glib.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FOLDERS_MAX 8192 /* a busy desktop has a few hundred; users can make more of their own */
#define DEPTH_MAX   24

typedef struct Search {
    const uint64_t *ids;
    size_t count, missing;
    char **paths;
    GString *path; /* of the folder that is looked at */
    unsigned folders, depth;
} Search;

const char *control_group_root(void)
{
    static const char hybrid[] = "/sys/fs/cgroup/unified";
    struct statfs facts;
    bool is_hybrid = statfs(hybrid, &facts) == 0 && facts.f_type == CGROUP2_SUPER_MAGIC;
    return is_hybrid ? hybrid : "/sys/fs/cgroup";
}

static void note(Search *search, uint64_t id)
{
    for (size_t i = 0; i < search->count; i++) {
        if (search->ids[i] == id && search->paths[i] == NULL) {
            search->paths[i] = g_strdup(search->path->len > 0 ? search->path->str : "/");
            search->missing--;
        }
    }
}

static void walk(Search *search, int parent, const char *name);

static void visit_entry(Search *search, DIR *folder, const struct dirent *entry)
{
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
        return;
    size_t length = search->path->len;
    g_string_append_printf(search->path, "/%s", entry->d_name);
    note(search, entry->d_ino);
    walk(search, dirfd(folder), entry->d_name);
    g_string_truncate(search->path, length);
}

/* A folder that went away meanwhile is passed over. */
static void walk(Search *search, int parent, const char *name)
{
    if (search->missing == 0 || search->folders == FOLDERS_MAX || search->depth == DEPTH_MAX)
        return;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    search->folders++;
    search->depth++;
    const struct dirent *entry;
    while (search->missing > 0 && (entry = readdir(folder)) != NULL)
        visit_entry(search, folder, entry);
    search->depth--;
    closedir(folder);
}

void control_group_find(const char *root, const uint64_t *ids, size_t count, char **paths)
{
    Search search = {.ids = ids, .count = count, .missing = count, .paths = paths};
    struct stat facts;
    search.path = g_string_new(NULL);
    if (stat(root, &facts) == 0)
        note(&search, facts.st_ino);
    walk(&search, AT_FDCWD, root);
    g_string_free(search.path, TRUE);
}
