/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tray icon. All that is known about libayatana-appindicator is in this file.
 *
 * The library speaks StatusNotifierItem to the desktop and exports the GTK menu over dbusmenu. What
 * was measured on XFCE, KDE, GNOME, MATE, Cinnamon, LXQt, waybar and trayer decides how it is used:
 *  - the menu is set once: each app_indicator_set_menu() leaks about 11 KB;
 *  - the attention status is never used: XFCE shows its text at all times; the icon is swapped;
 *  - "about-to-show" of the menu's root reaches us on seven of the eight;
 *  - without a StatusNotifierWatcher the library falls back to GtkStatusIcon, which works in an
 * XEmbed tray and prints CRITICALs on Wayland: there is no fallback there.
 *
 * Whether anybody sees the icon is not what the library's "connected" says (a watcher may run with
 * no host behind it), so the watcher is asked itself, without blocking.
 */
#include "indicator.h"

#include "sotto-build.h"

#include <gtk/gtk.h>
#include <libayatana-appindicator/app-indicator.h>
#include <libdbusmenu-glib/menuitem.h>
#include <libdbusmenu-glib/server.h>
#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/gdkwayland.h>
#endif

#define WATCHER_NAME   "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH   "/StatusNotifierWatcher"
#define ITEM_INTERFACE "org.kde.StatusNotifierItem"
#define PROPERTIES     "org.freedesktop.DBus.Properties"

/* An X11 tray embeds the fallback icon within this time, if there is one. */
#define EMBED_PATIENCE_MS 1500

/* The library has asked the watcher to show the item within this time, or never will. */
#define REGISTER_PATIENCE_MS 1000

struct SottoIndicator {
    AppIndicator parent_instance;
    GCancellable *lifetime;
    GDBusConnection *bus;
    guint watch, host_signals;
    GtkStatusIcon *status_icon; /* borrowed; NULL unless the library fell back to it */
    guint patience_source, register_source;
    gboolean host_known, host; /* what the watcher says */
    gboolean was_hosted;
};

typedef struct SottoIndicatorClass {
    AppIndicatorClass parent_class;
} SottoIndicatorClass;

G_DEFINE_TYPE(SottoIndicator, sotto_indicator, APP_INDICATOR_TYPE)

enum { PROPERTY_HOSTED = 1, PROPERTY_COUNT };
enum { SIGNAL_ABOUT_TO_SHOW, SIGNAL_COUNT };
static GParamSpec *properties[PROPERTY_COUNT];
static guint signals[SIGNAL_COUNT];

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GtkStatusIcon: the only way into an XEmbed tray */

    gboolean
    sotto_indicator_is_hosted(SottoIndicator *self)
{
    if (!self->host_known || self->patience_source != 0)
        return TRUE;
    return self->host ||
           (self->status_icon != NULL && gtk_status_icon_is_embedded(self->status_icon));
}

static void update_hosted(SottoIndicator *self)
{
    gboolean hosted = sotto_indicator_is_hosted(self);

    if (hosted == self->was_hosted)
        return;
    self->was_hosted = hosted;
    g_object_notify_by_pspec(G_OBJECT(self), properties[PROPERTY_HOSTED]);
}

static gboolean on_patience_ended(gpointer data)
{
    SottoIndicator *self = data;

    self->patience_source = 0;
    update_hosted(self);
    return G_SOURCE_REMOVE;
}

/* --- the fallback -------------------------------------------------------------------------- */

static GtkStatusIcon *sotto_indicator_fallback(AppIndicator *indicator)
{
    SottoIndicator *self = (SottoIndicator *)indicator;

#ifdef GDK_WINDOWING_WAYLAND
    if (GDK_IS_WAYLAND_DISPLAY(gdk_display_get_default()))
        return NULL;
#endif
    self->status_icon = APP_INDICATOR_CLASS(sotto_indicator_parent_class)->fallback(indicator);
    if (self->status_icon != NULL)
        g_signal_connect_swapped(self->status_icon, "notify::embedded", G_CALLBACK(update_hosted),
                                 self);
    return self->status_icon;
}

static void sotto_indicator_unfallback(AppIndicator *indicator, GtkStatusIcon *icon)
{
    SottoIndicator *self = (SottoIndicator *)indicator;

    if (icon == NULL)
        return;
    g_signal_handlers_disconnect_by_data(icon, self);
    self->status_icon = NULL;
    APP_INDICATOR_CLASS(sotto_indicator_parent_class)->unfallback(indicator, icon);
}

G_GNUC_END_IGNORE_DEPRECATIONS

/* --- the watcher --------------------------------------------------------------------------- */

static void set_host(SottoIndicator *self, gboolean host)
{
    self->host_known = TRUE;
    self->host = host;
    if (!host && self->patience_source == 0)
        self->patience_source = g_timeout_add(EMBED_PATIENCE_MS, on_patience_ended, self);
    update_hosted(self);
}

static void on_host_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GVariant) value = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the indicator is gone */
    if (reply == NULL) {
        g_debug("the tray's watcher does not say whether it has a host: %s", error->message);
        set_host(data, TRUE); /* it is a watcher; a few implement no properties */
        return;
    }
    g_variant_get(reply, "(v)", &value);
    set_host(data,
             !g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) || g_variant_get_boolean(value));
}

static void ask_for_host(SottoIndicator *self)
{
    g_dbus_connection_call(self->bus, WATCHER_NAME, WATCHER_PATH, PROPERTIES, "Get",
                           g_variant_new("(ss)", WATCHER_NAME, "IsStatusNotifierHostRegistered"),
                           G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           self->lifetime, on_host_answer, self);
}

/* --- registering, where the library forgot ---------------------------------------------------
 *
 * The library asks the watcher to show the item when the watcher's name appears. On a busy machine
 * the name can appear before the library's own connection is there: it then says a CRITICAL
 * (g_dbus_proxy_new: G_IS_DBUS_CONNECTION) and never asks again, and there would be no icon until
 * the panel restarts. So whoever is not connected after a while is registered here; only once the
 * item can be asked over the bus, since panels read it at once.
 */

/* The item's object path (transfer full): the library tells only that of the menu below it. */
static char *item_path(SottoIndicator *self)
{
    g_autoptr(GObject) server = NULL;
    g_autofree char *menu = NULL;

    g_object_get(self, "dbus-menu-server", &server, NULL);
    if (server != NULL)
        g_object_get(server, DBUSMENU_SERVER_PROP_DBUS_OBJECT, &menu, NULL);
    return menu != NULL ? g_path_get_dirname(menu) : NULL;
}

static gboolean is_registered(SottoIndicator *self)
{
    gboolean connected = FALSE;

    g_object_get(self, "connected", &connected, NULL);
    return connected;
}

static void on_registered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (reply == NULL)
        g_message("the tray does not take the icon: %s", error->message);
}

static void await_registration(SottoIndicator *self);

static void on_item_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    SottoIndicator *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autofree char *path = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the indicator is gone */
    if (is_registered(self))
        return;
    if (reply == NULL) {
        await_registration(self); /* it is not exported yet */
        return;
    }
    path = item_path(self);
    g_dbus_connection_call(self->bus, WATCHER_NAME, WATCHER_PATH, WATCHER_NAME,
                           "RegisterStatusNotifierItem", g_variant_new("(s)", path), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_registered, NULL);
}

static gboolean on_register_due(gpointer data)
{
    SottoIndicator *self = data;
    g_autofree char *path = item_path(self);

    self->register_source = 0;
    if (path != NULL && !is_registered(self))
        g_dbus_connection_call(self->bus, g_dbus_connection_get_unique_name(self->bus), path,
                               PROPERTIES, "Get", g_variant_new("(ss)", ITEM_INTERFACE, "Id"),
                               G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, self->lifetime,
                               on_item_answer, self);
    return G_SOURCE_REMOVE;
}

static void await_registration(SottoIndicator *self)
{
    if (self->register_source == 0 && !is_registered(self))
        self->register_source = g_timeout_add(REGISTER_PATIENCE_MS, on_register_due, self);
}

/* --- the watcher comes and goes -------------------------------------------------------------- */

static void on_host_signal(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *name, GVariant *arguments,
                           gpointer data)
{
    if (g_str_has_prefix(name, "StatusNotifierHost"))
        ask_for_host(data);
}

static void on_watcher_appeared(GDBusConnection *bus, const char *name, const char *owner,
                                gpointer data)
{
    SottoIndicator *self = data;

    g_clear_handle_id(&self->patience_source, g_source_remove);
    g_set_object(&self->bus, bus);
    if (self->host_signals == 0)
        self->host_signals = g_dbus_connection_signal_subscribe(
            bus, WATCHER_NAME, WATCHER_NAME, NULL, WATCHER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
            on_host_signal, self, NULL);
    ask_for_host(self);
    await_registration(self);
}

static void on_watcher_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    SottoIndicator *self = data;

    g_clear_handle_id(&self->register_source, g_source_remove);
    set_host(self, FALSE);
}

/* --- the object ---------------------------------------------------------------------------- */

static void on_root_about_to_show(DbusmenuMenuitem *root, gpointer data)
{
    g_signal_emit(data, signals[SIGNAL_ABOUT_TO_SHOW], 0);
}

static void follow_menu(SottoIndicator *self)
{
    g_autoptr(GObject) server = NULL;
    g_autoptr(GObject) root = NULL;

    g_object_get(self, "dbus-menu-server", &server, NULL);
    if (server != NULL)
        g_object_get(server, "root-node", &root, NULL);
    if (root == NULL) {
        g_warning("the menu is not exported, so its counts will not be refreshed");
        return;
    }
    g_signal_connect_object(root, "about-to-show", G_CALLBACK(on_root_about_to_show), self, 0);
}

SottoIndicator *sotto_indicator_new(GtkMenu *menu, GtkWidget *secondary)
{
    SottoIndicator *self =
        g_object_new(SOTTO_TYPE_INDICATOR, "id", SOTTO_APP_ID, "category", "SystemServices",
                     "icon-name", SOTTO_APP_ID "-off-symbolic", NULL);
    AppIndicator *indicator = APP_INDICATOR(self);

    app_indicator_set_menu(indicator, menu);
    app_indicator_set_secondary_activate_target(indicator, secondary);
    app_indicator_set_status(indicator, APP_INDICATOR_STATUS_ACTIVE);
    follow_menu(self);
    self->watch = g_bus_watch_name(G_BUS_TYPE_SESSION, WATCHER_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                   on_watcher_appeared, on_watcher_vanished, self, NULL);
    return self;
}

void sotto_indicator_show(SottoIndicator *self, const char *icon, const char *spoken)
{
    app_indicator_set_icon_full(APP_INDICATOR(self), icon, spoken);
}

void sotto_indicator_set_title(SottoIndicator *self, const char *title)
{
    app_indicator_set_title(APP_INDICATOR(self), title);
}

static void sotto_indicator_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    if (id == PROPERTY_HOSTED)
        g_value_set_boolean(value, sotto_indicator_is_hosted((SottoIndicator *)object));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void sotto_indicator_dispose(GObject *object)
{
    SottoIndicator *self = (SottoIndicator *)object;

    if (self->lifetime != NULL)
        g_cancellable_cancel(self->lifetime);
    g_clear_handle_id(&self->watch, g_bus_unwatch_name);
    g_clear_handle_id(&self->patience_source, g_source_remove);
    g_clear_handle_id(&self->register_source, g_source_remove);
    if (self->host_signals != 0)
        g_dbus_connection_signal_unsubscribe(self->bus, self->host_signals);
    self->host_signals = 0;
    g_clear_object(&self->bus);
    g_clear_object(&self->lifetime);
    G_OBJECT_CLASS(sotto_indicator_parent_class)->dispose(object);
}

static void sotto_indicator_class_init(SottoIndicatorClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->get_property = sotto_indicator_get_property;
    object_class->dispose = sotto_indicator_dispose;
    class->parent_class.fallback = sotto_indicator_fallback;
    class->parent_class.unfallback = sotto_indicator_unfallback;
    properties[PROPERTY_HOSTED] =
        g_param_spec_boolean("hosted", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_property(object_class, PROPERTY_HOSTED, properties[PROPERTY_HOSTED]);
    signals[SIGNAL_ABOUT_TO_SHOW] =
        g_signal_new("about-to-show", SOTTO_TYPE_INDICATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 0);
}

static void sotto_indicator_init(SottoIndicator *self)
{
    self->lifetime = g_cancellable_new();
    self->was_hosted = TRUE;
}
