/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of names are the administrator's: they are set in the configuration, and read by the
 * helper. There are a handful, so the rows are made anew each time.
 */
#include "name_lists_view.h"

#include "figure.h"
#include "spoken_row.h"
#include "wording.h"

#include <glib/gi18n.h>

struct _SottoNameListsView {
    HdyPreferencesGroup parent_instance;

    GtkContainer *list;
    GtkLabel *where;
};

G_DEFINE_FINAL_TYPE(SottoNameListsView, sotto_name_lists_view, HDY_TYPE_PREFERENCES_GROUP)

/* (transfer full) */
static char *describe_names(const SottoNameList *list)
{
    g_autofree char *count = figure_count(list->names);

    if (g_str_equal(list->kind, "block"))
        /* Translators: a number of names of DNS. */
        return g_strdup_printf(ngettext("Blocks %s name", "Blocks %s names", list->names), count);
    if (g_str_equal(list->kind, "allow"))
        return g_strdup_printf(ngettext("Keeps %s name from being blocked",
                                        "Keeps %s names from being blocked", list->names),
                               count);
    return g_strdup_printf(
        ngettext("Answers %s name otherwise", "Answers %s names otherwise", list->names), count);
}

/* What is wrong with it; "" nothing (transfer full). */
static char *describe_trouble(const SottoNameList *list)
{
    g_autofree char *count = figure_count(list->malformed);

    if (list->failure[0] != '\0')
        return sotto_wording(list->failure);
    if (list->malformed == 0)
        return g_strdup("");
    /* Translators: how many lines of a file, and the number of the first of them. */
    return g_strdup_printf(ngettext("%s line was not understood: line %u",
                                    "%s lines were not understood, the first is line %u",
                                    list->malformed),
                           count, list->first_malformed);
}

static GtkWidget *make_row(const SottoNameList *list)
{
    g_autofree char *names = describe_names(list), *trouble = describe_trouble(list);
    g_autofree char *detail = g_strjoin(" · ", names, trouble[0] != '\0' ? trouble : NULL, NULL);
    GtkWidget *icon = gtk_image_new_from_icon_name(trouble[0] != '\0' ? "dialog-warning-symbolic"
                                                                      : "text-x-generic-symbolic",
                                                   GTK_ICON_SIZE_BUTTON);
    GtkWidget *row = g_object_new(HDY_TYPE_ACTION_ROW, "activatable", FALSE, "selectable", FALSE,
                                  "title-lines", 0, "subtitle-lines", 0, NULL);

    spoken_row_set(HDY_ACTION_ROW(row), list->path, detail);
    hdy_action_row_add_prefix(HDY_ACTION_ROW(row), icon);
    gtk_widget_show_all(row);
    return row;
}

void sotto_name_lists_view_show(SottoNameListsView *self, const GPtrArray *lists)
{
    gtk_container_foreach(self->list, (GtkCallback)(void (*)(void))gtk_widget_destroy, NULL);
    for (guint i = 0; i < lists->len; i++)
        gtk_container_add(self->list, make_row(g_ptr_array_index(lists, i)));
    gtk_widget_set_visible(GTK_WIDGET(self->list), lists->len > 0);
    gtk_label_set_text(
        self->where, lists->len > 0 ? _("An administrator sets them in /etc/sotto/sotto.conf, with "
                                        "BlockLists=, AllowLists= and CloakList= below [Rules].")
                                    : _("None is set up. An administrator can name some in "
                                        "/etc/sotto/sotto.conf, with BlockLists= below [Rules]."));
}

static void sotto_name_lists_view_class_init(SottoNameListsViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/name-lists-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoNameListsView, list);
    gtk_widget_class_bind_template_child(widget_class, SottoNameListsView, where);
}

static void sotto_name_lists_view_init(SottoNameListsView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
