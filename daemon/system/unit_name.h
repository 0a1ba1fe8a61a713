/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * The program by its control group, as systemd and desktops name them: "firefox" for
 * "/user.slice/…/app-gnome-firefox-1234.scope", "cups" for "/system.slice/cups.service". "" for
 * what says nothing of a program: the root, slices, login sessions. (transfer full)
 */
char *unit_name_program(const char *cgroup_path);
