/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stream.h"

/** Of a TCP socket; all 0 where the kernel does not tell. */
void tcp_path(int fd, StreamPath *path);
