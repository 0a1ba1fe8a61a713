/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/** A row with a command for a terminal, and a button that copies it. */
#define SOTTO_TYPE_COMMAND_ROW (sotto_command_row_get_type())
G_DECLARE_FINAL_TYPE(SottoCommandRow, sotto_command_row, SOTTO, COMMAND_ROW, GtkListBoxRow)

/** `title` says what the command is for; NULL where that was just said. */
void sotto_command_row_set(SottoCommandRow *row, const char *title, const char *command);
