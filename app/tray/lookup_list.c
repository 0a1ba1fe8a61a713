/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A search, or another filter, is another model, which fills itself from the newest on: so the
 * first page is there at once, and nothing is ever sorted out of a hundred thousand rows.
 *
 * Everything that can be done is an action ("lookups.block"), for buttons, menus and keys alike;
 * those about the chosen lookup are enabled as it allows.
 */
#include "lookup_list.h"

#include "lookup_export.h"
#include "lookup_view.h"
#include "lookup_words.h"
#include "presentation.h"
#include "rule_notice.h"

#include <glib/gi18n.h>

#define NARROW 420 /* buttons stand below each other */

struct _SottoLookupList {
    GtkBin parent_instance;
    SottoLookupLog *log; /* NULL: none is shown */
    SottoLookupModel *model;
    GSimpleActionGroup *actions;
    gboolean paused, only_blocked;

    GtkEntry *search;
    SottoLookupView *view;
    GtkLabel *placeholder, *count, *name, *words;
    GtkButton *unseen;
    GtkRevealer *details;
    GtkBox *buttons;
    GtkWidget *block, *allow;
    SottoRuleNotice *notice;
    GMenuModel *row_menu;
};

G_DEFINE_FINAL_TYPE(SottoLookupList, sotto_lookup_list, GTK_TYPE_BIN)

/* --- counts ---------------------------------------------------------------------------------- */

static void show_placeholder(SottoLookupList *self)
{
    gboolean searched = gtk_entry_get_text_length(self->search) > 0 || self->only_blocked;
    gboolean empty =
        sotto_lookup_model_rows(self->model) == 0 && sotto_lookup_model_is_complete(self->model);

    gtk_label_set_text(self->placeholder, searched ? _("No lookup matches your search.")
                                                   : _("Nothing was looked up yet. Each lookup of "
                                                       "this computer appears here."));
    gtk_widget_set_visible(GTK_WIDGET(self->placeholder), empty);
}

static void show_unseen(SottoLookupList *self)
{
    guint64 count = sotto_lookup_view_unseen(self->view) +
                    sotto_lookup_model_waiting(self->model) * self->paused;
    gulong plural = (gulong)MIN(count, G_MAXLONG);
    g_autofree char *number = presentation_count(count);
    g_autofree char *label = g_strdup_printf(
        self->paused ? ngettext("Paused · %s new lookup", "Paused · %s new lookups", plural)
                     : ngettext("%s new lookup", "%s new lookups", plural),
        number);

    gtk_widget_set_visible(GTK_WIDGET(self->unseen), count > 0);
    if (count > 0)
        gtk_button_set_label(self->unseen, label);
}

/* "57 of 1,284 lookups" (transfer full) */
static char *describe_count(SottoLookupList *self)
{
    guint64 held = sotto_lookup_log_end(self->log) - sotto_lookup_log_first(self->log);
    guint rows = sotto_lookup_model_rows(self->model);
    g_autofree char *held_words = presentation_count(held);
    g_autofree char *rows_words = presentation_count(rows);

    if (gtk_entry_get_text_length(self->search) > 0 || self->only_blocked)
        /* Translators: how many are shown, and how many there are. */
        return g_strdup_printf(ngettext("%s of %s lookup", "%s of %s lookups", (gulong)held),
                               rows_words, held_words);
    return g_strdup_printf(ngettext("%s lookup", "%s lookups", (gulong)held), held_words);
}

static void show_counts(SottoLookupList *self)
{
    g_autofree char *count = NULL;

    if (self->model == NULL)
        return;
    count = describe_count(self);
    gtk_label_set_text(self->count, count);
    show_placeholder(self);
    show_unseen(self);
}

/* --- the chosen one -------------------------------------------------------------------------- */

static void enable(SottoLookupList *self, const char *name, gboolean enabled)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), name);

    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

/* NULL for none, and for a gap: there is nothing to be done with it. */
static const SottoLookup *chosen_lookup(SottoLookupList *self)
{
    const SottoLookup *lookup = sotto_lookup_view_chosen(self->view);

    return lookup != NULL && !sotto_lookup_is_gap(lookup) ? lookup : NULL;
}

static void show_chosen(SottoLookupList *self)
{
    const SottoLookup *lookup = chosen_lookup(self);
    gboolean blocked = lookup != NULL && lookup->kind == SOTTO_LOOKUP_BLOCKED;
    g_autofree char *words = lookup != NULL ? lookup_words_details(lookup) : NULL;

    enable(self, "copy", lookup != NULL);
    enable(self, "block", lookup != NULL && !blocked);
    enable(self, "allow", blocked);
    enable(self, "network", lookup != NULL);
    gtk_revealer_set_reveal_child(self->details, lookup != NULL);
    if (lookup == NULL)
        return;
    gtk_label_set_text(self->name, lookup->name);
    gtk_label_set_text(self->words, words);
    gtk_widget_set_visible(self->block, !blocked);
    gtk_widget_set_visible(self->allow, blocked);
}

static void copy(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    SottoLookupList *self = data;
    const SottoLookup *lookup = chosen_lookup(self);

    if (lookup != NULL)
        gtk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self), GDK_SELECTION_CLIPBOARD),
                               lookup->name, -1);
}

static void add_rule(SottoLookupList *self, SottoRuleKind kind)
{
    const SottoLookup *lookup = chosen_lookup(self);

    if (lookup != NULL)
        sotto_rule_notice_add(self->notice, kind, lookup->name);
}

static void block(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    add_rule(data, SOTTO_RULE_BLOCK);
}

static void allow(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    add_rule(data, SOTTO_RULE_ALLOW);
}

static void ask_network(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    add_rule(data, SOTTO_RULE_NETWORK);
}

/* --- menu and keys --------------------------------------------------------------------------- */

/* Above the chosen row, or at the pointer that made the event. */
static void open_menu(SottoLookupList *self, const GdkEvent *event)
{
    GtkWidget *table = sotto_lookup_view_table(self->view), *menu;
    GdkRectangle place;

    if (chosen_lookup(self) == NULL)
        return;
    menu = gtk_menu_new_from_model(self->row_menu);
    gtk_menu_attach_to_widget(GTK_MENU(menu), table, NULL);
    g_signal_connect(menu, "selection-done", G_CALLBACK(gtk_widget_destroy), NULL);
    sotto_lookup_view_chosen_place(self->view, &place);
    if (event != NULL)
        gtk_menu_popup_at_pointer(GTK_MENU(menu), event);
    else
        gtk_menu_popup_at_rect(GTK_MENU(menu), gtk_widget_get_window(table), &place,
                               GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST, NULL);
}

static gboolean on_popup_menu(GtkWidget *view, gpointer data)
{
    open_menu(data, NULL);
    return GDK_EVENT_STOP;
}

static void on_menu(SottoLookupView *view, const GdkEvent *event, gpointer data)
{
    open_menu(data, event);
}

static gboolean on_key_press(GtkWidget *view, GdkEventKey *event, gpointer data)
{
    SottoLookupList *self = data;
    GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask();

    if (modifiers != GDK_CONTROL_MASK || gdk_keyval_to_lower(event->keyval) != GDK_KEY_c)
        return GDK_EVENT_PROPAGATE;
    g_action_group_activate_action(G_ACTION_GROUP(self->actions), "copy", NULL);
    return GDK_EVENT_STOP;
}

/* --- what is shown --------------------------------------------------------------------------- */

static void follow_or_not(SottoLookupList *self)
{
    if (self->model != NULL)
        sotto_lookup_model_set_frozen(self->model,
                                      self->paused || !gtk_widget_get_mapped(GTK_WIDGET(self)));
}

static void drop_model(SottoLookupList *self)
{
    sotto_lookup_view_set_model(self->view, NULL);
    g_clear_object(&self->model);
}

/* With what is searched for now. */
static void make_model(SottoLookupList *self)
{
    LookupFilter *filter;

    drop_model(self);
    if (self->log == NULL)
        return;
    filter = lookup_filter_new(gtk_entry_get_text(self->search), self->only_blocked);
    self->model = sotto_lookup_model_new(self->log, filter);
    sotto_lookup_view_set_model(self->view, self->model);
    follow_or_not(self);
    show_counts(self);
}

static void on_search_changed(SottoLookupList *self)
{
    make_model(self);
}

static void on_search_stopped(SottoLookupList *self)
{
    gtk_entry_set_text(self->search, "");
    gtk_widget_grab_focus(sotto_lookup_view_table(self->view));
}

static void set_only_blocked(GSimpleAction *action, GVariant *state, gpointer data)
{
    SottoLookupList *self = data;

    self->only_blocked = g_variant_get_boolean(state);
    g_simple_action_set_state(action, state);
    make_model(self);
}

static void set_paused(GSimpleAction *action, GVariant *state, gpointer data)
{
    SottoLookupList *self = data;

    self->paused = g_variant_get_boolean(state);
    g_simple_action_set_state(action, state);
    follow_or_not(self);
    show_counts(self);
}

static void change(SottoLookupList *self, const char *action, gboolean state)
{
    g_action_group_change_action_state(G_ACTION_GROUP(self->actions), action,
                                       g_variant_new_boolean(state));
}

static void on_unseen(SottoLookupList *self)
{
    change(self, "pause", FALSE);
    sotto_lookup_view_follow(self->view);
}

static void clear(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    SottoLookupList *self = data;

    drop_model(self);
    if (self->log != NULL)
        sotto_lookup_log_clear(self->log);
    make_model(self);
}

void sotto_lookup_list_show(SottoLookupList *self, SottoLookupLog *log)
{
    drop_model(self);
    self->log = NULL; /* no model is made in between */
    sotto_rule_notice_hide(self->notice);
    gtk_entry_set_text(self->search, "");
    change(self, "pause", FALSE);
    change(self, "only-blocked", FALSE);
    self->log = log;
    make_model(self);
}

void sotto_lookup_list_focus_search(SottoLookupList *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

/* --- taking away ----------------------------------------------------------------------------- */

static void export_csv_file(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    SottoLookupList *self = data;

    if (self->model != NULL)
        lookup_export_ask(self->model, LOOKUP_EXPORT_CSV);
}

static void export_json_file(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    SottoLookupList *self = data;

    if (self->model != NULL)
        lookup_export_ask(self->model, LOOKUP_EXPORT_JSON);
}

/* --- the object ------------------------------------------------------------------------------ */

void sotto_lookup_list_follow(SottoLookupList *self, SottoHelper *helper)
{
    sotto_rule_notice_follow(self->notice, helper);
}

static void sotto_lookup_list_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_lookup_list_parent_class)->map(widget);
    follow_or_not(SOTTO_LOOKUP_LIST(widget));
}

static void sotto_lookup_list_unmap(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(sotto_lookup_list_parent_class)->unmap(widget);
    follow_or_not(SOTTO_LOOKUP_LIST(widget));
}

static void sotto_lookup_list_size_allocate(GtkWidget *widget, GtkAllocation *place)
{
    SottoLookupList *self = SOTTO_LOOKUP_LIST(widget);
    GtkOrientation orientation =
        place->width < NARROW ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL;

    if (gtk_orientable_get_orientation(GTK_ORIENTABLE(self->buttons)) != orientation)
        gtk_orientable_set_orientation(GTK_ORIENTABLE(self->buttons), orientation);
    GTK_WIDGET_CLASS(sotto_lookup_list_parent_class)->size_allocate(widget, place);
}

static void sotto_lookup_list_dispose(GObject *object)
{
    SottoLookupList *self = SOTTO_LOOKUP_LIST(object);

    if (self->model != NULL)
        drop_model(self);
    self->log = NULL;
    g_clear_object(&self->actions);
    g_clear_object(&self->row_menu);
    G_OBJECT_CLASS(sotto_lookup_list_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *widget_class)
{
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoLookupList, name)
    CHILD(search);
    CHILD(view);
    CHILD(placeholder);
    CHILD(count);
    CHILD(name);
    CHILD(words);
    CHILD(unseen);
    CHILD(details);
    CHILD(buttons);
    CHILD(block);
    CHILD(allow);
    CHILD(notice);
    CHILD(row_menu);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, show_counts);
    gtk_widget_class_bind_template_callback(widget_class, show_chosen);
    gtk_widget_class_bind_template_callback(widget_class, on_menu);
    gtk_widget_class_bind_template_callback(widget_class, on_key_press);
    gtk_widget_class_bind_template_callback(widget_class, on_popup_menu);
    gtk_widget_class_bind_template_callback(widget_class, on_search_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_search_stopped);
    gtk_widget_class_bind_template_callback(widget_class, on_unseen);
}

static void sotto_lookup_list_class_init(SottoLookupListClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_LOOKUP_VIEW); /* named in the template */
    g_type_ensure(SOTTO_TYPE_RULE_NOTICE);
    G_OBJECT_CLASS(class)->dispose = sotto_lookup_list_dispose;
    widget_class->map = sotto_lookup_list_map;
    widget_class->unmap = sotto_lookup_list_unmap;
    widget_class->size_allocate = sotto_lookup_list_size_allocate;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/lookup-list.ui");
    bind_children(widget_class);
}

static void sotto_lookup_list_init(SottoLookupList *self)
{
    static const GActionEntry entries[] = {
        {"copy", copy},
        {"block", block},
        {"allow", allow},
        {"network", ask_network},
        {"clear", clear},
        {"export-csv", export_csv_file},
        {"export-json", export_json_file},
        {"pause", NULL, NULL, "false", set_paused},
        {"only-blocked", NULL, NULL, "false", set_only_blocked},
    };

    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "lookups", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
    g_object_ref(self->row_menu);
    show_chosen(self);
}
