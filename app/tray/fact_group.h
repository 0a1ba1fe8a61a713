/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fact_row.h"

/**
 * Facts that belong together, in a list of their own, which may be folded below a heading. Told
 * anew from begin to end, it changes in place: what is unfolded, selected or focused stays.
 */
#define SOTTO_TYPE_FACT_GROUP (sotto_fact_group_get_type())
G_DECLARE_FINAL_TYPE(SottoFactGroup, sotto_fact_group, SOTTO, FACT_GROUP, GtkListBox)

SottoFactGroup *sotto_fact_group_new(void);

/** `title` NULL: no heading, and nothing is folded. */
void sotto_fact_group_begin(SottoFactGroup *group, const char *title, const char *detail);
/** What is "" is left out. */
void sotto_fact_group_add(SottoFactGroup *group, const char *caption, const char *value,
                          FactKind kind);
void sotto_fact_group_end(SottoFactGroup *group);

/** `widget` (transfer none) is to be seen while the group, which has a heading, is unfolded. */
void sotto_fact_group_hold(SottoFactGroup *group, GtkWidget *widget);

/** Group `number` of a box of such groups, made where there is none yet (transfer none). */
SottoFactGroup *fact_groups_nth(GtkBox *box, guint number);
/** Destroys those from `count` on. */
void fact_groups_end(GtkBox *box, guint count);
