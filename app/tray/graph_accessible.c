/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accessible side of graph.c. GTK makes it from the type that the widget's class names; the
 * drawing area and the legend below the graph are left out, since the words of the graph say both.
 */
#include "graph_accessible.h"

struct _SottoGraphAccessible {
    GtkContainerAccessible parent_instance;
    double value;
    char *text;
};

static void implement_value(AtkValueIface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(SottoGraphAccessible, sotto_graph_accessible,
                              GTK_TYPE_CONTAINER_ACCESSIBLE,
                              G_IMPLEMENT_INTERFACE(ATK_TYPE_VALUE, implement_value))

/* A graph that moves every second would never let a screen reader finish that speaks of changes
 * where the focus is: there the words are new when it asks, and nothing tells it to. */
void sotto_graph_accessible_set_value(SottoGraphAccessible *self, double value, const char *text)
{
    GtkWidget *widget = gtk_accessible_get_widget(GTK_ACCESSIBLE(self));

    self->value = value;
    if (g_strcmp0(self->text, text) == 0)
        return;
    g_free(self->text);
    self->text = g_strdup(text);
    if (widget != NULL && !gtk_widget_has_focus(widget))
        g_object_notify(G_OBJECT(self), "accessible-description");
}

static const char *get_description(AtkObject *accessible)
{
    return SOTTO_GRAPH_ACCESSIBLE(accessible)->text;
}

static void get_value_and_text(AtkValue *object, double *value, char **text)
{
    SottoGraphAccessible *self = SOTTO_GRAPH_ACCESSIBLE(object);

    if (value != NULL)
        *value = self->value;
    if (text != NULL)
        *text = g_strdup(self->text);
}

/* No bounds: a count has none. */
static AtkRange *get_range(AtkValue *object)
{
    return NULL;
}

static double get_increment(AtkValue *object)
{
    return 0; /* it is read, not set */
}

static void implement_value(AtkValueIface *interface)
{
    interface->get_value_and_text = get_value_and_text;
    interface->get_range = get_range;
    interface->get_increment = get_increment;
}

static int get_n_children(AtkObject *accessible)
{
    return 0;
}

static AtkObject *ref_child(AtkObject *accessible, int index)
{
    return NULL;
}

static void sotto_graph_accessible_initialize(AtkObject *accessible, gpointer widget)
{
    ATK_OBJECT_CLASS(sotto_graph_accessible_parent_class)->initialize(accessible, widget);
    accessible->role = ATK_ROLE_CHART;
}

static void sotto_graph_accessible_finalize(GObject *object)
{
    g_free(SOTTO_GRAPH_ACCESSIBLE(object)->text);
    G_OBJECT_CLASS(sotto_graph_accessible_parent_class)->finalize(object);
}

static void sotto_graph_accessible_class_init(SottoGraphAccessibleClass *class)
{
    AtkObjectClass *accessible_class = ATK_OBJECT_CLASS(class);

    accessible_class->initialize = sotto_graph_accessible_initialize;
    accessible_class->get_description = get_description;
    accessible_class->get_n_children = get_n_children;
    accessible_class->ref_child = ref_child;
    G_OBJECT_CLASS(class)->finalize = sotto_graph_accessible_finalize;
}

static void sotto_graph_accessible_init(SottoGraphAccessible *self)
{
}
