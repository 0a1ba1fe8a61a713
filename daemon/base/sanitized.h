/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * SANITIZED is 1 in a build with AddressSanitizer, which asks more of the kernel than we do: it
 * maps much, reads /proc, sets limits, starts a program that knows the names of functions, and
 * stops threads as a debugger does to look for leaks.
 */
#ifdef __has_feature /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) && !defined(SANITIZED)
#define SANITIZED 1
#endif

#ifndef SANITIZED
#define SANITIZED 0
#endif
