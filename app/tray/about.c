/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * About Sotto. App and helper are upgraded apart from each other (a Flatpak brings both, and the
 * host's may be older), so a report of a fault needs both versions and both dates.
 */
#include "about.h"

#include "build-time.h"
#include "figure.h"
#include "sotto-build.h"
#include "toolkit.h"

#include <glib/gi18n.h>

#define WEBSITE "https://github.com/sottodns/sotto"

static GtkWidget *dialog; /* while it is open */

static char *describe_helper(SottoHelper *helper)
{
    const char *version = sotto_helper_version(helper);
    g_autofree char *built = figure_moment(sotto_helper_build_time_s(helper));

    if (sotto_helper_presence(helper) == SOTTO_PRESENCE_ABSENT || *version == '\0')
        return g_strdup(_("The Sotto service is not running."));
    if (sotto_helper_build_time_s(helper) == 0)
        /* Translators: %s is a version, such as 1.2.0. */
        return g_strdup_printf(_("Service: %s"), version);
    /* Translators: a version, and a date with a time of day. */
    return g_strdup_printf(_("Service: %s, built %s"), version, built);
}

/* What Sotto is, and which (transfer full). */
static char *describe(SottoHelper *helper)
{
    g_autofree char *built = figure_moment(SOTTO_BUILD_TIME_S);
    /* Translators: a version, and a date with a time of day. */
    g_autofree char *app = g_strdup_printf(_("App: %s, built %s"), SOTTO_VERSION, built);
    g_autofree char *service = describe_helper(helper);

    return g_strdup_printf("%s\n\n%s\n%s", _("Keep what you look up private on any network"), app,
                           service);
}

/* NULL where nobody has said who made this translation (transfer none). */
static const char *translators(void)
{
    const char *id = "translator-credits";
    /* Translators: your names, one a line; they are shown in About Sotto. */
    const char *credits = _("translator-credits");

    return g_str_equal(credits, id) ? NULL : credits;
}

void about_show(SottoHelper *helper, GtkWindow *parent)
{
    g_autofree char *comments = describe(helper);
    const char *authors[] = {_("The Sotto developers"), NULL};
    g_autofree char *copyright = g_strdup_printf("© 2026 %s", authors[0]);

    toolkit_prepare();
    if (dialog != NULL) {
        gtk_window_present(GTK_WINDOW(dialog));
        return;
    }
    dialog = g_object_new(GTK_TYPE_ABOUT_DIALOG, "program-name", "Sotto", "version", SOTTO_VERSION,
                          "logo-icon-name", SOTTO_APP_ID, "comments", comments, "license-type",
                          GTK_LICENSE_GPL_3_0, "website", WEBSITE, "website-label", _("Website"),
                          "copyright", copyright, "authors", authors, "translator-credits",
                          translators(), NULL);
    if (parent != NULL) {
        gtk_window_set_transient_for(GTK_WINDOW(dialog), parent);
        gtk_window_set_modal(GTK_WINDOW(dialog), TRUE);
        gtk_window_set_destroy_with_parent(GTK_WINDOW(dialog), TRUE);
    }
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    g_signal_connect(dialog, "destroy", G_CALLBACK(gtk_widget_destroyed), &dialog);
    gtk_window_present(GTK_WINDOW(dialog));
}
