/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GTK module, named in GTK_MODULES: prints how long it took from a key until the frame that it
 * led to was painted, the X server's work included, and how much of that this program was on a
 * processor, as "frame: 12345 us, 6789 us". From inside, since who looks at the screen from outside
 * measures his own looking, too.
 */
#include <gtk/gtk.h>
#include <stdio.h>
#include <time.h>

static gint64 pressed_us, busy_us; /* when the last key came */
static gulong handler;             /* 0: no key waits for its frame */

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

static gint64 processor_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void on_painted(GdkFrameClock *clock, gpointer data)
{
    g_signal_handler_disconnect(clock, handler);
    handler = 0;
    gdk_display_sync(gdk_display_get_default());
    fprintf(stderr, "frame: %" G_GINT64_FORMAT " us, %" G_GINT64_FORMAT " us\n",
            g_get_monotonic_time() - pressed_us, processor_us() - busy_us);
}

static gboolean on_key(GSignalInvocationHint *hint, guint count, const GValue *values,
                       gpointer data)
{
    GtkWidget *widget = g_value_get_object(&values[0]);
    const GdkEventKey *event = g_value_get_boxed(&values[1]);

    if (GTK_IS_WINDOW(widget) && handler == 0 && !event->is_modifier) {
        pressed_us = g_get_monotonic_time();
        busy_us = processor_us();
        handler = g_signal_connect(gtk_widget_get_frame_clock(widget), "after-paint",
                                   G_CALLBACK(on_painted), NULL);
    }
    return TRUE; /* and the next one, too */
}

void gtk_module_init(int *argc, char ***argv)
{
    g_type_class_unref(g_type_class_ref(GTK_TYPE_WIDGET)); /* has its signals from then on */
    g_signal_add_emission_hook(g_signal_lookup("key-press-event", GTK_TYPE_WIDGET), 0, on_key, NULL,
                               NULL);
}
