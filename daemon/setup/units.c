/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "units.h"

const char *const units_helper[] = {UNITS_HELPER, NULL};
const char *const units_following[] = {UNITS_FOLLOW_PATH, UNITS_FOLLOW, NULL};

char *units_followed_text(const GPtrArray *installations)
{
    GString *text = g_string_new("# Written by sotto-setup.\n[Path]\n");

    for (guint i = 0; i < installations->len; i++) {
        g_autoptr(GString) path = g_string_new(g_ptr_array_index(installations, i));

        g_string_replace(path, "%", "%%", 0); /* systemd.unit(5), "Specifiers" */
        g_string_append_printf(text, "PathChanged=%s/.changed\n", path->str);
    }
    return g_string_free(text, FALSE);
}
