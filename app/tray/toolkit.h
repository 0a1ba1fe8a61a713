/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/** Before the first window or dialog, as often as anybody likes: libhandy, light or dark as the
 * desktop prefers, our CSS. Not at the start: most sessions only ever see the icon. */
void toolkit_prepare(void);

/** Gives memory back to the system, once a window has been destroyed: after it the icon is all
 * there is, often for days. */
void toolkit_give_back(void);
