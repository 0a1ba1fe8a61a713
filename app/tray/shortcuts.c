/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys, and the window that lists them (ui/help-overlay.ui). The list names actions, not keys:
 * GTK looks up what each action's keys are, so that it cannot tell a key that does something else.
 * That no action is missing in it is seen by tests/gui/test_shortcuts.py.
 *
 * GTK would build the list along with each window if it lay where GTK looks for it; it is asked for
 * rarely, and built then.
 */
#include "shortcuts.h"

void shortcuts_install(GtkApplication *application)
{
    static const struct {
        const char *action;
        const char *keys[2];
    } accelerators[] = {
        {"app.show-page('status')", {"<Primary>1"}},
        {"app.show-page('resolvers')", {"<Primary>2"}},
        {"app.show-page('statistics')", {"<Primary>3"}},
        {"app.show-page('log')", {"<Primary>4"}},
        {"app.show-page('networks')", {"<Primary>5"}},
        {"app.show-page('settings')", {"<Primary>6"}},
        {"app.check", {"F5"}},
        {"app.add-resolver('')", {"<Primary>n"}},
        {"win.pages", {"F9"}},
        {"win.menu", {"F10"}},
        {"win.close", {"<Primary>w"}},
        {"win.search", {"<Primary>f"}},
        {"win.shortcuts", {"<Primary>question"}},
        {"app.quit", {"<Primary>q"}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(application, accelerators[i].action,
                                              accelerators[i].keys);
}

void shortcuts_show(GtkApplicationWindow *window)
{
    GtkShortcutsWindow *overlay = gtk_application_window_get_help_overlay(window);

    if (overlay == NULL) {
        g_autoptr(GtkBuilder) builder =
            gtk_builder_new_from_resource("/io/github/sottodns/Sotto/help-overlay.ui");

        overlay = GTK_SHORTCUTS_WINDOW(gtk_builder_get_object(builder, "help_overlay"));
        gtk_application_window_set_help_overlay(window, overlay);
    }
    gtk_window_present(GTK_WINDOW(overlay));
}
