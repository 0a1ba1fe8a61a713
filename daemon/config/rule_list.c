/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a list of rules, line by line, so that nothing but the set of its names stays in memory.
 * A line that cannot be understood costs nobody the rest of the list; only a file without a single
 * rule is refused, for the list that it replaces is better.
 */
#include "rule_list.h"

#include "rule_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANCEL_CHECK_LINES 4096

typedef struct Reading {
    RuleList *list;
    RuleListReport *report;
    bool allows;
    bool full;
    unsigned line;
} Reading;

static void on_found(void *owner, const Name *name, bool below, bool allows)
{
    Reading *reading = owner;
    NameSet **set = reading->allows || allows ? &reading->list->allow : &reading->list->block;
    NameKey key;

    if (!*set)
        *set = name_set_new();
    name_key_init(&key, name);
    reading->full |= name_set_add(*set, &key, below, reading->line) != STATUS_OK;
}

static void count_line(Reading *reading, RuleLineKind kind)
{
    RuleListReport *report = reading->report;

    switch (kind) {
    case RULE_LINE_EMPTY:
    case RULE_LINE_NAMES:
        break;
    case RULE_LINE_FOREIGN:
        report->foreign++;
        break;
    case RULE_LINE_MALFORMED:
        report->malformed++;
        if (!report->first_malformed)
            report->first_malformed = reading->line;
        break;
    }
}

/* Opens what is a file, and not too long. */
static FILE *open_list(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat facts;
    const char *reason = NULL;

    if (fd < 0)
        reason = g_strerror(errno);
    else if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
        reason = "It is no file.";
    else if (facts.st_size > RULE_LIST_MAX_BYTES)
        reason = "A list may be 256 MB long at most.";
    if (!reason)
        return fdopen(fd, "r");
    if (fd >= 0)
        close(fd);
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FAILED, "%s: %s", path, reason);
    return NULL;
}

static bool is_cancelled(const gint *cancelled)
{
    return cancelled && g_atomic_int_get(cancelled) != 0;
}

static gboolean read_lines(FILE *file, Reading *reading, const gint *cancelled, GError **error)
{
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, file) >= 0 && !reading->full) {
        reading->line++;
        /* a NUL inside makes a line end early; then it is most likely malformed, as it should */
        count_line(reading, rule_line_parse(line, on_found, reading));
        if (reading->line % CANCEL_CHECK_LINES == 0 && is_cancelled(cancelled))
            break;
    }
    free(line);
    if (is_cancelled(cancelled))
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_CANCELLED, "It was cancelled.");
    return !is_cancelled(cancelled);
}

/* Both sets in the form that they are used in. */
static void seal(RuleList *list, RuleListReport *report)
{
    NameSet *sets[] = {list->block, list->allow};

    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        if (!sets[i])
            continue;
        name_set_seal(sets[i]);
        report->names += name_set_count(sets[i]);
        report->bytes += name_set_bytes(sets[i]);
    }
}

RuleList *rule_list_read(const char *path, bool allows, const gint *cancelled,
                         RuleListReport *report, GError **error)
{
    g_autofree char *label = g_path_get_basename(path);
    Reading reading = {.report = report, .allows = allows};
    FILE *file = open_list(path, error);
    bool read_all;

    *report = (RuleListReport){0};
    if (!file)
        return NULL;
    reading.list = rule_list_new(label);
    read_all = read_lines(file, &reading, cancelled, error);
    fclose(file);
    if (read_all) {
        seal(reading.list, report);
        if (report->names > 0 || report->malformed + report->foreign == 0)
            return reading.list;
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "%s: It has %u lines, and not one of them is a rule.", path, reading.line);
    }
    rule_list_unref(reading.list);
    return NULL;
}

static gboolean add_texts(Reading *reading, char *const *texts, GError **error)
{
    for (size_t i = 0; texts && texts[i]; i++) {
        g_autofree char *line = g_strdup(texts[i]);

        if (rule_line_parse(line, on_found, reading) == RULE_LINE_NAMES)
            continue;
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "\"%s\": Expected a domain name.", texts[i]);
        return FALSE;
    }
    return TRUE;
}

RuleList *rule_list_of(char *const *block, char *const *allow, GError **error)
{
    RuleListReport report = {0};
    Reading reading = {.list = rule_list_new("Block= or Allow= in the settings"),
                       .report = &report};
    gboolean good = add_texts(&reading, block, error);

    reading.allows = true;
    if (!good || !add_texts(&reading, allow, error)) {
        rule_list_unref(reading.list);
        return NULL;
    }
    seal(reading.list, &report);
    return reading.list;
}

/* --- cloaks --- */

/* "NAME TARGET": the name with what is below it, unless '=' says otherwise. */
static Status add_target(Cloaks *cloaks, const char *text, const char *target, const char *label,
                         unsigned line)
{
    bool below = *text != '=';
    uint8_t address[16];
    size_t length = rule_address_parse(target, address);
    Name name, alias;

    if (!below)
        text++;
    else if (g_str_has_prefix(text, "*."))
        text += 2;
    if (!rule_name_parse(text, &name))
        return STATUS_MALFORMED;
    if (length > 0)
        return cloaks_add_address(cloaks, &name, below, address, length, label, line);
    if (!rule_name_parse(target, &alias))
        return STATUS_MALFORMED;
    return cloaks_add_alias(cloaks, &name, below, &alias, label, line);
}

static Status add_hosts(Cloaks *cloaks, char *const *words, const uint8_t *address, size_t length,
                        const char *label, unsigned line)
{
    for (size_t i = 1; words[i]; i++) {
        Status status = STATUS_MALFORMED;
        Name name;

        if (rule_name_parse(words[i], &name))
            status = cloaks_add_address(cloaks, &name, false, address, length, label, line);
        if (status != STATUS_OK)
            return status;
    }
    return words[1] ? STATUS_OK : STATUS_MALFORMED;
}

static Status add_cloak(Cloaks *cloaks, const char *text, const char *label, unsigned line)
{
    g_auto(GStrv) raw = g_strsplit_set(text, " \t\r", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    uint8_t address[16];
    size_t length;

    for (size_t i = 0; raw[i] && raw[i][0] != '#'; i++)
        if (*raw[i])
            g_ptr_array_add(words, raw[i]);
    if (words->len == 0)
        return STATUS_OK;
    g_ptr_array_add(words, NULL);
    length = rule_address_parse(words->pdata[0], address);
    if (length > 0)
        return add_hosts(cloaks, (char *const *)words->pdata, address, length, label, line);
    if (words->len != 3)
        return STATUS_MALFORMED;
    return add_target(cloaks, words->pdata[0], words->pdata[1], label, line);
}

void rule_cloaks_add(Cloaks *cloaks, const char *text, bool one_line, const char *label,
                     RuleListReport *report)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t before = cloaks_count(cloaks);

    for (unsigned i = 0; lines[i]; i++) {
        if (add_cloak(cloaks, lines[i], label, one_line ? 0 : i + 1) == STATUS_OK)
            continue;
        report->malformed++;
        if (!report->first_malformed)
            report->first_malformed = i + 1;
    }
    report->names += cloaks_count(cloaks) - before;
}
