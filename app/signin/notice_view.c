/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A large icon, a title, one sentence, and the buttons that apply. */
#include "notice_view.h"

struct _SottoNoticeView {
    GtkBin parent_instance;
    GtkWidget *first; /* of the buttons shown; NULL: none */
    GtkImage *icon;
    GtkLabel *title, *sentence;
    GtkWidget *reload, *again, *stop, *close, *elsewhere, *unprotected;
};

G_DEFINE_FINAL_TYPE(SottoNoticeView, sotto_notice_view, GTK_TYPE_BIN)

static void set_style(SottoNoticeView *self, const char *style)
{
    static const char *const styles[] = {"good", "bad", "busy", "off"};
    GtkStyleContext *context = gtk_widget_get_style_context(GTK_WIDGET(self->icon));

    for (size_t i = 0; i < G_N_ELEMENTS(styles); i++)
        gtk_style_context_remove_class(context, styles[i]);
    gtk_style_context_add_class(context, style);
}

static void show_buttons(SottoNoticeView *self, NoticeButtons wanted)
{
    const struct {
        GtkWidget *widget;
        NoticeButtons button;
    } buttons[] = {
        {self->reload, NOTICE_RELOAD},     {self->again, NOTICE_AGAIN},
        {self->stop, NOTICE_STOP},         {self->close, NOTICE_CLOSE},
        {self->elsewhere, NOTICE_BROWSER}, {self->unprotected, NOTICE_UNPROTECTED},
    };

    self->first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(buttons); i++) {
        gboolean shown = (wanted & buttons[i].button) != 0;
        gtk_widget_set_visible(buttons[i].widget, shown);
        if (shown && self->first == NULL)
            self->first = buttons[i].widget;
    }
}

void sotto_notice_view_show(SottoNoticeView *self, const Notice *notice)
{
    gtk_image_set_from_icon_name(self->icon, notice->icon, GTK_ICON_SIZE_DIALOG);
    set_style(self, notice->style);
    gtk_label_set_text(self->title, notice->title);
    gtk_label_set_text(self->sentence, notice->sentence);
    show_buttons(self, notice->buttons);
}

void sotto_notice_view_focus(SottoNoticeView *self)
{
    if (self->first != NULL)
        gtk_widget_grab_focus(self->first);
}

static void sotto_notice_view_class_init(SottoNoticeViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/sottodns/Sotto/SignIn/notice-view.ui");
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, icon);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, title);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, sentence);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, reload);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, again);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, stop);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, close);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, elsewhere);
    gtk_widget_class_bind_template_child(widget_class, SottoNoticeView, unprotected);
}

static void sotto_notice_view_init(SottoNoticeView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
