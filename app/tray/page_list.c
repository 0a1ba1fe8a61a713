/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A page is a radio button: it has a name, a state and an action for assistive technology, which a
 * row of GtkStackSidebar's list box has not. Its dot is there but not drawn (see ui/style.css): of
 * a group with dots GTK makes one stop of Tab and walks it by arrows, while six buttons without
 * would stand before every page.
 */
#include "page_list.h"

struct _SottoPageList {
    GtkBox parent_instance;
    GtkStack *stack;       /* its neighbour in the window, which lives as long */
    GHashTable *buttons;   /* page → its GtkRadioButton, neither of them owned */
    GtkRadioButton *group; /* any of the buttons; NULL */
};

G_DEFINE_FINAL_TYPE(SottoPageList, sotto_page_list, GTK_TYPE_BOX)

enum { SIGNAL_CHOSEN, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

/* Arrows walk through the pages, and who walks has not arrived. */
static gboolean is_walking(void)
{
    GdkEvent *event = gtk_get_current_event();
    guint key = GDK_KEY_VoidSymbol;

    if (event == NULL)
        return FALSE; /* assistive technology pressed it */
    if (gdk_event_get_event_type(event) == GDK_KEY_PRESS)
        gdk_event_get_keyval(event, &key);
    gdk_event_free(event);
    return key == GDK_KEY_Up || key == GDK_KEY_Down || key == GDK_KEY_Left ||
           key == GDK_KEY_Right || key == GDK_KEY_KP_Up || key == GDK_KEY_KP_Down ||
           key == GDK_KEY_KP_Left || key == GDK_KEY_KP_Right;
}

static GtkWidget *page_of(SottoPageList *self, GtkButton *button)
{
    GHashTableIter iter;
    gpointer page, value;

    g_hash_table_iter_init(&iter, self->buttons);
    while (g_hash_table_iter_next(&iter, &page, &value))
        if (value == button)
            return page;
    return NULL;
}

static void on_clicked(GtkButton *button, gpointer data)
{
    SottoPageList *self = data;

    if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(button)))
        return; /* the one that is left */
    gtk_stack_set_visible_child(self->stack, page_of(self, button));
    if (!is_walking())
        g_signal_emit(self, signals[SIGNAL_CHOSEN], 0);
}

static GtkToggleButton *shown_button(SottoPageList *self)
{
    return g_hash_table_lookup(self->buttons, gtk_stack_get_visible_child(self->stack));
}

static void on_page_shown(SottoPageList *self)
{
    GtkToggleButton *button = shown_button(self);

    if (button != NULL)
        gtk_toggle_button_set_active(button, TRUE);
}

static void on_icon_changed(GtkWidget *page, GParamSpec *property, gpointer image)
{
    g_autofree char *icon = NULL;

    gtk_container_child_get(GTK_CONTAINER(gtk_widget_get_parent(page)), page, "icon-name", &icon,
                            NULL);
    gtk_image_set_from_icon_name(image, icon, GTK_ICON_SIZE_BUTTON);
}

static void add_page(GtkWidget *page, gpointer data)
{
    SottoPageList *self = data;
    g_autofree char *title = NULL;
    GtkWidget *button = gtk_radio_button_new_from_widget(self->group);
    GtkWidget *content = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *image = gtk_image_new(), *label;

    gtk_container_child_get(GTK_CONTAINER(self->stack), page, "title", &title, NULL);
    label = gtk_label_new(title);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_container_add(GTK_CONTAINER(content), image);
    gtk_container_add(GTK_CONTAINER(content), label);
    gtk_container_add(GTK_CONTAINER(button), content);
    atk_object_set_name(gtk_widget_get_accessible(button), title);
    g_signal_connect_object(page, "child-notify::icon-name", G_CALLBACK(on_icon_changed), image, 0);
    on_icon_changed(page, NULL, image);
    g_signal_connect(button, "clicked", G_CALLBACK(on_clicked), self);
    gtk_container_add(GTK_CONTAINER(self), button);
    gtk_widget_show_all(button);
    g_hash_table_insert(self->buttons, page, button);
    self->group = GTK_RADIO_BUTTON(button);
}

void sotto_page_list_follow(SottoPageList *self, GtkStack *stack)
{
    self->stack = stack;
    gtk_container_foreach(GTK_CONTAINER(stack), add_page, self);
    g_signal_connect_object(stack, "notify::visible-child", G_CALLBACK(on_page_shown), self,
                            G_CONNECT_SWAPPED);
    on_page_shown(self);
}

void sotto_page_list_describe(SottoPageList *self, GtkWidget *page, const char *text)
{
    GtkWidget *button = g_hash_table_lookup(self->buttons, page);

    atk_object_set_description(gtk_widget_get_accessible(button), text);
    gtk_widget_set_tooltip_text(button, text);
}

void sotto_page_list_focus(SottoPageList *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(shown_button(self)));
}

static void sotto_page_list_finalize(GObject *object)
{
    g_hash_table_unref(SOTTO_PAGE_LIST(object)->buttons);
    G_OBJECT_CLASS(sotto_page_list_parent_class)->finalize(object);
}

static void sotto_page_list_class_init(SottoPageListClass *class)
{
    G_OBJECT_CLASS(class)->finalize = sotto_page_list_finalize;
    gtk_widget_class_set_accessible_role(GTK_WIDGET_CLASS(class), ATK_ROLE_PANEL); /* it is named */
    signals[SIGNAL_CHOSEN] = g_signal_new("chosen", SOTTO_TYPE_PAGE_LIST, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void sotto_page_list_init(SottoPageList *self)
{
    self->buttons = g_hash_table_new(NULL, NULL);
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(self)), "pages");
}
