/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "signin_attempt.h"

/** Buttons of a notice; as many of them as apply. The first that is there is the one to press. */
typedef enum {
    NOTICE_AGAIN = 1 << 0,
    NOTICE_BROWSER = 1 << 1,
    NOTICE_UNPROTECTED = 1 << 2,
    NOTICE_STOP = 1 << 3,
    NOTICE_CLOSE = 1 << 4,
    NOTICE_RELOAD = 1 << 5
} NoticeButtons;

/** What the window shows in the place of a page. */
typedef struct Notice {
    const char *icon, *style; /* a class of style.css: good, bad, busy or off */
    const char *title;
    char *sentence; /* owned */
    NoticeButtons buttons;
} Notice;

/** What the phase of `attempt` says; FALSE while a page is to be seen. Clear it after use. */
gboolean notice_of_attempt(SottoAttempt *attempt, Notice *notice);
/** That a page did not load, and why. */
void notice_of_failure(const char *sentence, Notice *notice);
void notice_clear(Notice *notice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Notice, notice_clear)
