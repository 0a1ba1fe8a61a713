/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/**
 * Text of a stranger's, to be shown: UTF-8, in which what is not UTF-8, and every character that
 * would steer a terminal (C0, DEL, C1) or turn the direction of what stands around it (Unicode's
 * format characters), is U+FFFD. (transfer full)
 */
char *plain_text(const char *bytes, size_t length);
