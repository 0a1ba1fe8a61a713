/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A form, and then what came of it. What is refused stays in the form, with the reason; what was
 * understood stands below the field before anything is added, since a stamp says nothing to the
 * eye, and may have come by a link.
 *
 * An address alone is asked how it is reached encrypted, which takes seconds. Cancel then leads
 * back to the form.
 */
#include "add_dialog.h"

#include "fact_group.h"
#include "figure.h"
#include "fold_row.h"
#include "resolver_spec.h"

#include <glib/gi18n.h>

struct _SottoAddDialog {
    GtkDialog parent_instance;
    SottoHelper *helper;
    SottoResolverCalls *calls;
    GCancellable *call; /* NULL unless it is being added */
    char *added_id;     /* NULL before */

    GtkStack *stack;
    GtkWidget *form, *parts_box;
    GtkEntry *spec, *name, *address, *host, *pin;
    GtkListBox *parts_list;
    SottoFoldRow *parts;
    SottoFactGroup *understood;
    GtkLabel *hint, *refusal, *done;
    GtkSpinner *spinner;
    GtkWidget *progress;
    GtkLabel *progress_label;
};

G_DEFINE_FINAL_TYPE(SottoAddDialog, sotto_add_dialog, GTK_TYPE_DIALOG)

enum { SIGNAL_ADDED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void set_text(GtkLabel *label, const char *text)
{
    gtk_label_set_text(label, text);
    gtk_widget_set_visible(GTK_WIDGET(label), text[0] != '\0');
}

/* --- what was typed ------------------------------------------------------------------------ */

static char *clean_entry(GtkEntry *entry)
{
    return resolver_spec_clean(gtk_entry_get_text(entry));
}

/* As Add takes it: the one field, or where that is empty what the three make up (transfer full). */
static char *spec_of(SottoAddDialog *self)
{
    g_autofree char *spec = clean_entry(self->spec);
    g_autofree char *address = clean_entry(self->address);
    g_autofree char *host = clean_entry(self->host);
    g_autofree char *pin = clean_entry(self->pin);

    return spec[0] != '\0' ? g_steal_pointer(&spec) : resolver_spec_compose(address, host, pin);
}

/* "no logs · DNSSEC" (transfer full) */
static char *describe_promises(const ResolverSpec *spec)
{
    const char *const words[] = {spec->no_logs ? _("no logs") : NULL,
                                 spec->dnssec ? _("DNSSEC") : NULL,
                                 spec->no_filter ? _("filters nothing") : NULL};
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i] != NULL)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " · " : "", words[i]);
    return g_string_free(text, FALSE);
}

static void add_fact(SottoAddDialog *self, const char *caption, const char *value)
{
    if (value != NULL)
        sotto_fact_group_add(self->understood, caption, value, FACT_WORDS);
}

static void show_facts(SottoAddDialog *self, const ResolverSpec *spec)
{
    g_autofree char *protocol =
        spec->protocol != NULL ? figure_protocol(spec->protocol) : g_strdup("");
    g_autofree char *promises = describe_promises(spec);

    sotto_fact_group_begin(self->understood, NULL, NULL);
    add_fact(self, _("Protocol"), protocol);
    add_fact(self, _("Address"), spec->address);
    add_fact(self, _("Host name"), spec->host);
    add_fact(self, _("Path"), spec->path);
    add_fact(self, _("Provider name"), spec->provider);
    add_fact(self, _("Provider key"), spec->provider_key);
    for (guint i = 0; spec->pins != NULL && spec->pins[i] != NULL; i++)
        add_fact(self, _("Pinned key"), spec->pins[i]);
    add_fact(self, _("What it says of itself"), promises);
    sotto_fact_group_end(self->understood);
    gtk_widget_set_visible(GTK_WIDGET(self->understood), spec->protocol != NULL);
}

static const char *hint_for(const char *text, const ResolverSpec *spec)
{
    if (text[0] == '\0')
        return _("A stamp begins with sdns://, an address with https://, tls:// or quic://. An IP "
                 "address alone will do where the resolver tells how it is reached encrypted.");
    if (spec->is_address)
        return _("This address is asked how it can be reached encrypted. It is added only if it "
                 "can prove that the answer is its own.");
    if (spec->is_relay)
        return _("This is the stamp of a relay, not of a resolver.");
    if (spec->relayed)
        return _("It comes with a relay, through which it is always reached.");
    return "";
}

static void show_understood(SottoAddDialog *self)
{
    g_autofree char *text = spec_of(self);
    g_auto(ResolverSpec) spec = {NULL};

    resolver_spec_read(text, &spec);
    show_facts(self, &spec);
    set_text(self->hint, hint_for(text, &spec));
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_ACCEPT,
                                      text[0] != '\0' && !spec.is_relay && self->call == NULL);
}

static void on_edited(SottoAddDialog *self)
{
    set_text(self->refusal, "");
    show_understood(self);
}

void sotto_add_dialog_fill(SottoAddDialog *self, const char *spec)
{
    if (self->call == NULL && self->added_id == NULL && spec[0] != '\0')
        gtk_entry_set_text(self->spec, spec);
}

/* --- adding -------------------------------------------------------------------------------- */

static void show_progress(SottoAddDialog *self, const char *text)
{
    gtk_label_set_text(self->progress_label, text != NULL ? text : "");
    gtk_widget_set_visible(self->progress, text != NULL);
    g_object_set(self->spinner, "active", text != NULL, NULL);
    gtk_widget_set_sensitive(self->form, text == NULL);
}

static void show_done(SottoAddDialog *self, const char *name)
{
    /* Translators: %s is the name of a resolver, such as Quad9. */
    g_autofree char *text = g_strdup_printf(_("%s is in the list now."), name);
    GtkWidget *accept = gtk_dialog_get_widget_for_response(GTK_DIALOG(self), GTK_RESPONSE_ACCEPT);
    GtkWidget *cancel = gtk_dialog_get_widget_for_response(GTK_DIALOG(self), GTK_RESPONSE_CANCEL);

    gtk_label_set_text(self->done, text);
    gtk_stack_set_visible_child_name(self->stack, "done");
    gtk_button_set_label(GTK_BUTTON(accept), _("_Use It Now"));
    gtk_button_set_label(GTK_BUTTON(cancel), _("_Close"));
    gtk_widget_set_sensitive(accept, TRUE);
    gtk_widget_grab_focus(accept);
}

/* What it is called in the list: as was asked for, or by what was typed. */
static char *name_of(SottoAddDialog *self)
{
    g_autofree char *name = g_strstrip(g_strdup(gtk_entry_get_text(self->name)));
    g_autofree char *text = spec_of(self);
    g_auto(ResolverSpec) spec = {NULL};

    if (name[0] != '\0')
        return g_steal_pointer(&name);
    resolver_spec_read(text, &spec);
    if (spec.host != NULL)
        return g_strdup(spec.host);
    return g_strdup(spec.address != NULL ? spec.address : _("The resolver"));
}

static void on_added(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(SottoAddDialog) self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *id = sotto_helper_add_resolver_finish(SOTTO_HELPER(source), result, &error);
    g_autofree char *name = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* by the user, or with the dialog */
    g_clear_object(&self->call);
    show_progress(self, NULL);
    if (id == NULL) {
        set_text(self->refusal, error->message);
        show_understood(self);
        gtk_widget_grab_focus(GTK_WIDGET(self->spec));
        return;
    }
    name = name_of(self);
    self->added_id = g_strdup(id);
    show_done(self, name);
    g_signal_emit(self, signals[SIGNAL_ADDED], 0, id, name);
}

static void add(SottoAddDialog *self)
{
    g_autofree char *text = spec_of(self);
    g_autofree char *name = g_strstrip(g_strdup(gtk_entry_get_text(self->name)));
    g_auto(ResolverSpec) spec = {NULL};
    g_autofree char *asking = NULL;

    if (text[0] == '\0' || self->call != NULL)
        return;
    resolver_spec_read(text, &spec);
    /* Translators: %s is an IP address. */
    asking = spec.is_address ? g_strdup_printf(_("Asking %s how it is reached encrypted…"), text)
                             : g_strdup(_("Adding…"));
    set_text(self->refusal, "");
    self->call = g_cancellable_new();
    show_progress(self, asking);
    show_understood(self);
    sotto_helper_add_resolver_async(self->helper, text, name, self->call, on_added,
                                    g_object_ref(self));
}

/* The helper may find it all the same: then it appears in the list. */
static void cancel_adding(SottoAddDialog *self)
{
    g_cancellable_cancel(self->call);
    g_clear_object(&self->call);
    show_progress(self, NULL);
    set_text(self->refusal, _("Cancelled. If the answer still comes, the resolver appears in the "
                              "list."));
    show_understood(self);
    gtk_widget_grab_focus(GTK_WIDGET(self->spec));
}

static void sotto_add_dialog_response(GtkDialog *dialog, int response)
{
    SottoAddDialog *self = SOTTO_ADD_DIALOG(dialog);
    g_autofree char *name = NULL;

    if (response == GTK_RESPONSE_ACCEPT && self->added_id == NULL) {
        add(self);
        return;
    }
    if (self->call != NULL) { /* Cancel, or Escape */
        cancel_adding(self);
        return;
    }
    if (response == GTK_RESPONSE_ACCEPT) {
        name = name_of(self);
        sotto_resolver_calls_choose(self->calls, self->added_id, name);
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* GtkDialog has told of it as a response, which says what becomes of the dialog. */
static gboolean sotto_add_dialog_delete_event(GtkWidget *widget, GdkEventAny *event)
{
    return GDK_EVENT_STOP;
}

/* --- the object ---------------------------------------------------------------------------- */

SottoAddDialog *sotto_add_dialog_new(GtkWindow *parent, SottoHelper *helper,
                                     SottoResolverCalls *calls)
{
    SottoAddDialog *self =
        g_object_new(SOTTO_TYPE_ADD_DIALOG, "use-header-bar", TRUE, "transient-for", parent,
                     "modal", TRUE, "destroy-with-parent", TRUE, NULL);

    self->helper = g_object_ref(helper);
    self->calls = g_object_ref(calls);
    return self;
}

static void sotto_add_dialog_destroy(GtkWidget *widget)
{
    SottoAddDialog *self = SOTTO_ADD_DIALOG(widget);

    if (self->call != NULL)
        g_cancellable_cancel(self->call);
    g_clear_object(&self->call);
    GTK_WIDGET_CLASS(sotto_add_dialog_parent_class)->destroy(widget);
}

static void sotto_add_dialog_finalize(GObject *object)
{
    SottoAddDialog *self = SOTTO_ADD_DIALOG(object);

    g_clear_object(&self->helper);
    g_clear_object(&self->calls);
    g_free(self->added_id);
    G_OBJECT_CLASS(sotto_add_dialog_parent_class)->finalize(object);
}

static void bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/add-dialog.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, SottoAddDialog, name)
    CHILD(stack);
    CHILD(form);
    CHILD(parts_box);
    CHILD(spec);
    CHILD(name);
    CHILD(address);
    CHILD(host);
    CHILD(pin);
    CHILD(parts_list);
    CHILD(understood);
    CHILD(hint);
    CHILD(refusal);
    CHILD(done);
    CHILD(spinner);
    CHILD(progress);
    CHILD(progress_label);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, on_edited);
}

static void sotto_add_dialog_class_init(SottoAddDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    g_type_ensure(SOTTO_TYPE_FACT_GROUP); /* named in the template */
    G_OBJECT_CLASS(class)->finalize = sotto_add_dialog_finalize;
    widget_class->destroy = sotto_add_dialog_destroy;
    widget_class->delete_event = sotto_add_dialog_delete_event;
    GTK_DIALOG_CLASS(class)->response = sotto_add_dialog_response;
    bind_template(widget_class);
    signals[SIGNAL_ADDED] = g_signal_new("added", SOTTO_TYPE_ADD_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void sotto_add_dialog_init(SottoAddDialog *self)
{
    GtkWidget *accept;

    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_dialog_add_button(GTK_DIALOG(self), _("_Cancel"), GTK_RESPONSE_CANCEL);
    accept = gtk_dialog_add_button(GTK_DIALOG(self), _("_Add"), GTK_RESPONSE_ACCEPT);
    gtk_style_context_add_class(gtk_widget_get_style_context(accept),
                                GTK_STYLE_CLASS_SUGGESTED_ACTION);
    gtk_dialog_set_default_response(GTK_DIALOG(self), GTK_RESPONSE_ACCEPT);
    self->parts = sotto_fold_row_new(_("By Address, Name and Key"),
                                     _("What an operator may publish instead"));
    gtk_widget_show(GTK_WIDGET(self->parts));
    gtk_container_add(GTK_CONTAINER(self->parts_list), GTK_WIDGET(self->parts));
    sotto_fold_row_hold(self->parts, self->parts_box);
    show_understood(self);
}
