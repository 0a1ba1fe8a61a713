/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * Tells when a file is another one, or says something else, for whoever opens it by its name: it
 * was written, made, removed or replaced, or that happened to what its links lead to. Nothing is
 * polled. A path that ends in "/" is a folder, and whatever changes in it tells.
 */
typedef struct FileWatch FileWatch;

/** `changed` from the main context, once for a burst; it may come when nothing differs. The file
 * need not be there, nor its folder. */
FileWatch *file_watch_new(const char *path, void (*changed)(void *owner), void *owner);
/** Not from inside `changed`. NULL is fine. */
void file_watch_free(FileWatch *watch);
