/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is selected in a fact stays selected as long as the fact is the same. That it was copied is
 * said on the button for a moment.
 */
#include "fact_row.h"

#include <glib/gi18n.h>

#define COPIED_MS 2000

struct _SottoFactRow {
    GtkListBoxRow parent_instance;
    char *copy_name; /* of the button */
    guint copied_source;

    GtkLabel *caption, *value;
    GtkWidget *copy;
    GtkImage *copy_image;
};

G_DEFINE_FINAL_TYPE(SottoFactRow, sotto_fact_row, GTK_TYPE_LIST_BOX_ROW)

static void show_button(SottoFactRow *self, const char *icon, const char *name)
{
    gtk_image_set_from_icon_name(self->copy_image, icon, GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_tooltip_text(self->copy, name);
    atk_object_set_name(gtk_widget_get_accessible(self->copy), name);
}

static gboolean on_copied_long_ago(gpointer data)
{
    SottoFactRow *self = data;

    self->copied_source = 0;
    show_button(self, "edit-copy-symbolic", self->copy_name);
    return G_SOURCE_REMOVE;
}

static void on_copy(GtkButton *button, gpointer data)
{
    SottoFactRow *self = data;

    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD),
                           gtk_label_get_text(self->value), -1);
    show_button(self, "object-select-symbolic", _("Copied"));
    g_clear_handle_id(&self->copied_source, g_source_remove);
    self->copied_source = g_timeout_add(COPIED_MS, on_copied_long_ago, self);
}

static void set_code(SottoFactRow *self, gboolean code)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self->value));

    if (code)
        gtk_style_context_add_class(style, "fingerprint");
    else
        gtk_style_context_remove_class(style, "fingerprint");
    gtk_widget_set_visible(self->copy, code);
}

void sotto_fact_row_set(SottoFactRow *self, const char *caption, const char *value, FactKind kind)
{
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self));

    if (!g_str_equal(gtk_label_get_text(self->value), value))
        gtk_label_set_text(self->value, value);
    set_code(self, kind == FACT_CODE);
    if (g_str_equal(gtk_label_get_text(self->caption), caption) && self->copy_name != NULL) {
        atk_object_set_description(accessible, value);
        return;
    }
    gtk_label_set_text(self->caption, caption);
    g_free(self->copy_name);
    /* Translators: %s is what is copied, such as “Stamp”. */
    self->copy_name = g_strdup_printf(_("Copy: %s"), caption);
    show_button(self, "edit-copy-symbolic", self->copy_name);
    atk_object_set_name(accessible, caption);
    atk_object_set_description(accessible, value);
}

SottoFactRow *sotto_fact_row_new(void)
{
    return g_object_new(SOTTO_TYPE_FACT_ROW, "visible", TRUE, NULL);
}

static void sotto_fact_row_destroy(GtkWidget *widget)
{
    g_clear_handle_id(&SOTTO_FACT_ROW(widget)->copied_source, g_source_remove);
    GTK_WIDGET_CLASS(sotto_fact_row_parent_class)->destroy(widget);
}

static void sotto_fact_row_finalize(GObject *object)
{
    g_free(SOTTO_FACT_ROW(object)->copy_name);
    G_OBJECT_CLASS(sotto_fact_row_parent_class)->finalize(object);
}

static void sotto_fact_row_class_init(SottoFactRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = sotto_fact_row_finalize;
    widget_class->destroy = sotto_fact_row_destroy;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/fact-row.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoFactRow, caption);
    gtk_widget_class_bind_template_child(widget_class, SottoFactRow, value);
    gtk_widget_class_bind_template_child(widget_class, SottoFactRow, copy);
    gtk_widget_class_bind_template_child(widget_class, SottoFactRow, copy_image);
    gtk_widget_class_bind_template_callback(widget_class, on_copy);
}

/* A key that is broken into lines has no hyphen where the line ends. */
static void sotto_fact_row_init(SottoFactRow *self)
{
    g_autoptr(PangoAttrList) attributes = pango_attr_list_new();

    gtk_widget_init_template(GTK_WIDGET(self));
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    gtk_label_set_attributes(self->value, attributes);
}
