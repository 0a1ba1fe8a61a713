/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * What the service said, in the user's language (transfer full). What is not known here, since the
 * service is newer or quotes somebody else, stays as it was said.
 */
char *sotto_wording(const char *text);
