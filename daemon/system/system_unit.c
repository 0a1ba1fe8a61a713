/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A unit's state, asked of systemd by sd-bus(3). At boot a unit that is enabled does not run yet,
 * but waits its turn: it has a job (org.freedesktop.systemd1(5)).
 */
#include "system_unit.h"

#include "log.h"

#include <glib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define SYSTEMD  "org.freedesktop.systemd1"
#define LIMIT_US 2000000

static int ask(sd_bus *bus, const char *name, bool *there)
{
    sd_bus_message *unit = NULL, *job = NULL;
    const char *path = NULL;
    char *state = NULL;
    uint32_t number = 0;
    int result = sd_bus_call_method(bus, SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD ".Manager",
                                    "LoadUnit", NULL, &unit, "s", name);
    if (result >= 0)
        result = sd_bus_message_read(unit, "o", &path);
    if (result >= 0)
        result = sd_bus_get_property_string(bus, SYSTEMD, path, SYSTEMD ".Unit", "ActiveState",
                                            NULL, &state);
    if (result >= 0)
        result =
            sd_bus_get_property(bus, SYSTEMD, path, SYSTEMD ".Unit", "Job", NULL, &job, "(uo)");
    if (result >= 0)
        result = sd_bus_message_read(job, "(uo)", &number, NULL);
    if (result >= 0)
        *there = number != 0 || strcmp(state, "active") == 0 || strcmp(state, "reloading") == 0 ||
                 strcmp(state, "activating") == 0;
    free(state);
    sd_bus_message_unref(unit);
    sd_bus_message_unref(job);
    return result;
}

bool system_unit_is_there(const char *name)
{
    sd_bus *bus = NULL;
    bool there = true;
    int result = sd_bus_open_system(&bus);
    if (result >= 0)
        result = sd_bus_set_method_call_timeout(bus, LIMIT_US);
    if (result >= 0)
        result = ask(bus, name, &there);
    if (result < 0)
        log_debug("systemd does not tell of a unit name=%s reason=%s", name, g_strerror(-result));
    sd_bus_flush_close_unref(bus);
    return there;
}
