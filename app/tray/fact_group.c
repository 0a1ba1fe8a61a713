/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows are reused by their place: facts of one kind come in one order. */
#include "fact_group.h"

#include "fold_row.h"

struct _SottoFactGroup {
    GtkListBox parent_instance;
    SottoFoldRow *heading; /* NULL: none */
    int next;              /* the place of the next fact's row */
};

G_DEFINE_FINAL_TYPE(SottoFactGroup, sotto_fact_group, GTK_TYPE_LIST_BOX)

void sotto_fact_group_begin(SottoFactGroup *self, const char *title, const char *detail)
{
    self->next = title != NULL ? 1 : 0;
    if (title == NULL)
        return;
    if (self->heading == NULL) {
        self->heading = sotto_fold_row_new(title, detail);
        gtk_widget_show(GTK_WIDGET(self->heading));
        gtk_list_box_insert(GTK_LIST_BOX(self), GTK_WIDGET(self->heading), 0);
    }
    sotto_fold_row_set_words(self->heading, title, detail);
}

void sotto_fact_group_add(SottoFactGroup *self, const char *caption, const char *value,
                          FactKind kind)
{
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self), self->next);

    if (value[0] == '\0')
        return;
    if (row == NULL) {
        row = GTK_LIST_BOX_ROW(sotto_fact_row_new());
        gtk_list_box_insert(GTK_LIST_BOX(self), GTK_WIDGET(row), self->next);
        if (self->heading != NULL)
            sotto_fold_row_hold(self->heading, GTK_WIDGET(row));
    }
    sotto_fact_row_set(SOTTO_FACT_ROW(row), caption, value, kind);
    self->next++;
}

void sotto_fact_group_end(SottoFactGroup *self)
{
    GtkListBoxRow *row;

    while ((row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self), self->next)) != NULL)
        gtk_widget_destroy(GTK_WIDGET(row));
}

void sotto_fact_group_hold(SottoFactGroup *self, GtkWidget *widget)
{
    sotto_fold_row_hold(self->heading, widget);
}

SottoFactGroup *sotto_fact_group_new(void)
{
    return g_object_new(SOTTO_TYPE_FACT_GROUP, "visible", TRUE, "selection-mode",
                        GTK_SELECTION_NONE, NULL);
}

static void sotto_fact_group_class_init(SottoFactGroupClass *class)
{
}

static void sotto_fact_group_init(SottoFactGroup *self)
{
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(self)), "content");
}

/* --- several ------------------------------------------------------------------------------- */

SottoFactGroup *fact_groups_nth(GtkBox *box, guint number)
{
    g_autoptr(GList) groups = gtk_container_get_children(GTK_CONTAINER(box));
    GList *link = g_list_nth(groups, number);

    if (link != NULL)
        return link->data;
    gtk_container_add(GTK_CONTAINER(box), GTK_WIDGET(sotto_fact_group_new()));
    return fact_groups_nth(box, number);
}

void fact_groups_end(GtkBox *box, guint count)
{
    g_autoptr(GList) groups = gtk_container_get_children(GTK_CONTAINER(box));

    for (GList *link = g_list_nth(groups, count); link != NULL; link = link->next)
        gtk_widget_destroy(link->data);
}
