/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The result of a check, step by step. It stands at the end of a page that scrolls, so it brings
 * itself into view when it has something new to say: nobody should have to look for the answer to
 * what they asked. Its place is known only after the next layout, hence the detour.
 */
#include "evidence_view.h"

#include "presentation.h"
#include "spoken_row.h"
#include "wording.h"

#include <glib/gi18n.h>

#define END_MARGIN 24 /* below it on the page, in pixels, as in ui/status-page.ui */

struct _SottoEvidenceView {
    GtkBox parent_instance;
    gboolean scroll_wanted;
    guint scroll_source;

    GtkLabel *summary;
    GtkListBox *steps;
};

G_DEFINE_FINAL_TYPE(SottoEvidenceView, sotto_evidence_view, GTK_TYPE_BOX)

/* How a step ended, for the eye and the ear. */
typedef struct Mark {
    const char *icon, *style, *spoken;
} Mark;

static const Mark *mark_of(const SottoEvidenceStep *step)
{
    static const Mark unknown = {"dialog-question-symbolic", NULL, N_("Not known")};
    static const Mark passed = {"object-select-symbolic", "good", N_("Passed")};
    static const Mark notable = {"dialog-warning-symbolic", "good", N_("Passed, with a remark")};
    static const Mark failed = {"dialog-warning-symbolic", "bad", N_("Failed")};

    if (sotto_evidence_step_is_unknown(step))
        return &unknown;
    if (sotto_evidence_step_is_notable(step))
        return &notable;
    return step->ok ? &passed : &failed;
}

static void add_row(SottoEvidenceView *self, const Mark *mark, const char *title,
                    const char *detail)
{
    GtkWidget *row = hdy_action_row_new();
    GtkWidget *image = gtk_image_new_from_icon_name(mark->icon, GTK_ICON_SIZE_BUTTON);

    spoken_row_set(HDY_ACTION_ROW(row), title, detail);
    hdy_action_row_set_subtitle_lines(HDY_ACTION_ROW(row), 0);
    atk_object_set_name(gtk_widget_get_accessible(image), _(mark->spoken));
    if (mark->style != NULL)
        gtk_style_context_add_class(gtk_widget_get_style_context(image), mark->style);
    hdy_action_row_add_prefix(HDY_ACTION_ROW(row), image);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), FALSE);
    gtk_widget_show_all(row);
    gtk_container_add(GTK_CONTAINER(self->steps), row);
}

/* Who answered without Sotto, if somebody looked then: what it is good for. */
static void add_before(SottoEvidenceView *self, const SottoEvidenceBefore *before)
{
    static const Mark mark = {"document-open-recent-symbolic",
                              NULL, /* Translators: what this row shows was seen earlier. */
                              N_("Earlier")};
    g_autofree char *time = presentation_time(before->time_s);
    g_autofree char *found = sotto_wording(before->detail);
    g_autofree char *where = NULL, *detail = NULL;

    if (before->time_s == 0)
        return;
    /* Translators: a time of day and the name of a network. */
    where = g_strdup_printf(_("%s, on %s"), time, before->network);
    detail = g_strdup_printf("%s: %s", before->network[0] != '\0' ? where : time, found);
    add_row(self, &mark, _("Before, without protection"), detail);
}

void sotto_evidence_view_show(SottoEvidenceView *self, const SottoEvidence *evidence)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->steps));
    g_autofree char *summary = NULL;

    for (GList *row = rows; row != NULL; row = row->next)
        gtk_widget_destroy(row->data);
    gtk_widget_set_visible(GTK_WIDGET(self), evidence != NULL);
    if (evidence == NULL)
        return;
    summary = sotto_wording(evidence->summary);
    gtk_label_set_text(self->summary, summary);
    for (guint i = 0; i < evidence->steps->len; i++) {
        const SottoEvidenceStep *step = g_ptr_array_index(evidence->steps, i);
        g_autofree char *title = sotto_wording(step->title);
        g_autofree char *detail = sotto_wording(step->detail);
        add_row(self, mark_of(step), title, detail);
    }
    add_before(self, &evidence->before);
    gtk_widget_set_visible(GTK_WIDGET(self->steps), evidence->steps->len > 0);
    self->scroll_wanted = TRUE;
}

static gboolean scroll_here(gpointer data)
{
    SottoEvidenceView *self = data;
    GtkWidget *scroller = gtk_widget_get_ancestor(GTK_WIDGET(self), GTK_TYPE_SCROLLED_WINDOW);
    GtkAllocation place;

    self->scroll_source = 0;
    if (scroller == NULL)
        return G_SOURCE_REMOVE;
    gtk_widget_get_allocation(GTK_WIDGET(self), &place);
    gtk_adjustment_clamp_page(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scroller)),
                              place.y, place.y + place.height + END_MARGIN);
    return G_SOURCE_REMOVE;
}

static void sotto_evidence_view_size_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
    SottoEvidenceView *self = SOTTO_EVIDENCE_VIEW(widget);

    GTK_WIDGET_CLASS(sotto_evidence_view_parent_class)->size_allocate(widget, allocation);
    if (self->scroll_wanted && self->scroll_source == 0)
        self->scroll_source = g_idle_add(scroll_here, self);
    self->scroll_wanted = FALSE;
}

static void sotto_evidence_view_destroy(GtkWidget *widget)
{
    g_clear_handle_id(&SOTTO_EVIDENCE_VIEW(widget)->scroll_source, g_source_remove);
    GTK_WIDGET_CLASS(sotto_evidence_view_parent_class)->destroy(widget);
}

static void sotto_evidence_view_class_init(SottoEvidenceViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    widget_class->size_allocate = sotto_evidence_view_size_allocate;
    widget_class->destroy = sotto_evidence_view_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/evidence-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoEvidenceView, summary);
    gtk_widget_class_bind_template_child(widget_class, SottoEvidenceView, steps);
}

static void sotto_evidence_view_init(SottoEvidenceView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
