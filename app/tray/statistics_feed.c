/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that asks for counters again and again. Several parts of the window show them; they
 * are asked for once for all.
 *
 * What cannot be seen costs nothing: seconds are counted only while a widget that wants counters is
 * mapped, and each of them waits for the window's frame clock. That clock stands still where nobody
 * looks: GTK stops it with a minimized window, and Wayland's compositor with one that is covered or
 * on another workspace.
 *
 * A slow helper is not asked twice at the same time.
 */
#include "statistics_feed.h"

typedef struct Viewer {
    StatisticsFeed *feed;
    GtkWidget *widget;
    StatisticsSink sink;
    gpointer user_data;
} Viewer;

struct StatisticsFeed {
    SottoHelper *helper;
    GCancellable *lifetime;
    GPtrArray *viewers;
    guint second_source, frame_callback;
    GtkWidget *window; /* whose clock is waited for; NULL */
    gboolean asking;
};

/* The first of those who look, or NULL. */
static const Viewer *feed_viewer(const StatisticsFeed *feed)
{
    for (guint i = 0; i < feed->viewers->len; i++) {
        const Viewer *viewer = g_ptr_array_index(feed->viewers, i);
        if (gtk_widget_get_mapped(viewer->widget))
            return viewer;
    }
    return NULL;
}

/* --- asking ---------------------------------------------------------------------------------- */

static void feed_tell(StatisticsFeed *feed, GVariant *statistics)
{
    for (guint i = 0; i < feed->viewers->len; i++) {
        const Viewer *viewer = g_ptr_array_index(feed->viewers, i);
        if (gtk_widget_get_mapped(viewer->widget))
            viewer->sink(statistics, viewer->user_data);
    }
}

static void on_statistics(GObject *source, GAsyncResult *result, gpointer data)
{
    StatisticsFeed *feed = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) statistics =
        sotto_helper_get_statistics_dictionary_finish(SOTTO_HELPER(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the feed is gone */
    if (statistics == NULL)
        g_debug("no counters: %s", error->message);
    feed->asking = FALSE;
    feed_tell(feed, statistics);
}

void statistics_feed_poll(StatisticsFeed *feed)
{
    if (feed->asking || feed_viewer(feed) == NULL)
        return;
    if (sotto_helper_presence(feed->helper) != SOTTO_PRESENCE_PRESENT) {
        feed_tell(feed, NULL);
        return;
    }
    feed->asking = TRUE;
    sotto_helper_get_statistics_async(feed->helper, feed->lifetime, on_statistics, feed);
}

/* --- time ------------------------------------------------------------------------------------ */

static void feed_schedule(StatisticsFeed *feed);

static gboolean on_frame(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    StatisticsFeed *feed = data;

    feed->frame_callback = 0;
    feed->window = NULL;
    statistics_feed_poll(feed);
    feed_schedule(feed);
    return G_SOURCE_REMOVE;
}

/* A clock that has stood still for the whole second ends the seconds; its next frame is when they
 * go on. */
static gboolean on_second(gpointer data)
{
    StatisticsFeed *feed = data;
    const Viewer *viewer = feed_viewer(feed);

    if (viewer == NULL || feed->frame_callback != 0) {
        feed->second_source = 0;
        return G_SOURCE_REMOVE;
    }
    feed->window = gtk_widget_get_toplevel(viewer->widget);
    feed->frame_callback = gtk_widget_add_tick_callback(feed->window, on_frame, feed, NULL);
    return G_SOURCE_CONTINUE;
}

static void feed_rest(StatisticsFeed *feed)
{
    g_clear_handle_id(&feed->second_source, g_source_remove);
    if (feed->window != NULL)
        gtk_widget_remove_tick_callback(feed->window, feed->frame_callback);
    feed->window = NULL;
    feed->frame_callback = 0;
}

static void feed_schedule(StatisticsFeed *feed)
{
    if (feed_viewer(feed) == NULL)
        feed_rest(feed);
    else if (feed->second_source == 0)
        feed->second_source = g_timeout_add_seconds(1, on_second, feed);
}

/* --- viewers --------------------------------------------------------------------------------- */

static void on_map(GtkWidget *widget, gpointer data)
{
    Viewer *viewer = data;

    feed_schedule(viewer->feed);
    statistics_feed_poll(viewer->feed);
}

static void on_unmap(GtkWidget *widget, gpointer data)
{
    feed_schedule(((Viewer *)data)->feed);
}

static void on_destroy(GtkWidget *widget, gpointer data)
{
    Viewer *viewer = data;
    StatisticsFeed *feed = viewer->feed;

    g_ptr_array_remove(feed->viewers, viewer);
    feed_schedule(feed);
}

static void viewer_free(gpointer data)
{
    Viewer *viewer = data;

    g_signal_handlers_disconnect_by_data(viewer->widget, viewer);
    g_free(viewer);
}

void statistics_feed_attach(StatisticsFeed *feed, GtkWidget *widget, StatisticsSink sink,
                            gpointer user_data)
{
    Viewer *viewer = g_new0(Viewer, 1);

    *viewer = (Viewer){.feed = feed, .widget = widget, .sink = sink, .user_data = user_data};
    g_ptr_array_add(feed->viewers, viewer);
    g_signal_connect(widget, "map", G_CALLBACK(on_map), viewer);
    g_signal_connect(widget, "unmap", G_CALLBACK(on_unmap), viewer);
    g_signal_connect(widget, "destroy", G_CALLBACK(on_destroy), viewer);
    if (gtk_widget_get_mapped(widget))
        on_map(widget, viewer);
}

/* --- the object ------------------------------------------------------------------------------ */

StatisticsFeed *statistics_feed_new(SottoHelper *helper)
{
    StatisticsFeed *feed = g_new0(StatisticsFeed, 1);

    feed->helper = helper;
    feed->lifetime = g_cancellable_new();
    feed->viewers = g_ptr_array_new_with_free_func(viewer_free);
    return feed;
}

void statistics_feed_free(StatisticsFeed *feed)
{
    g_cancellable_cancel(feed->lifetime);
    feed_rest(feed);
    g_ptr_array_unref(feed->viewers);
    g_object_unref(feed->lifetime);
    g_free(feed);
}
