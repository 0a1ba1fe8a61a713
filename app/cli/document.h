/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

/** What --json prints: one object (or array) a run, or one a line. Keys are those of the D-Bus
 * contract where there is one for the fact. */
typedef enum { DOCUMENT_READABLE, DOCUMENT_ONE_LINE } DocumentForm;

/** A builder with an object already begun (transfer full); document_print ends it. */
JsonBuilder *document_new(void);
/** The same for an array. */
JsonBuilder *document_new_array(void);

void document_add_string(JsonBuilder *document, const char *key, const char *value);
void document_add_number(JsonBuilder *document, const char *key, gint64 value);
void document_add_flag(JsonBuilder *document, const char *key, gboolean value);

/** Prints a value as the contract has it, dictionaries as objects. */
void document_print_variant(GVariant *value);

/** Ends the outermost object or array and prints it with a newline. */
void document_print(JsonBuilder *document, DocumentForm form);
