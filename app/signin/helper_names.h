/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper.h"
#include "proxy_names.h"

/** Names as the helper resolves them for the sign-in that `helper` began, and the addresses that no
 * page may be connected with. `helper` (transfer none) outlives the proxy. */
SignInNames helper_names(SottoHelper *helper);
