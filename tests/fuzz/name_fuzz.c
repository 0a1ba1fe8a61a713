/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Domain names, in wire and text form, and the sets they are looked up in. Input: where in the
 * message the name begins (2), then the message, which is taken for text as well.
 */
#include "fuzz.h"
#include "name.h"
#include "name_set.h"

#include <string.h>

/* What is read is written, and read again, as the same. */
static void check_text(const Name *name)
{
    char text[NAME_MAX_TEXT], again[NAME_MAX_TEXT];
    Name parsed;

    name_format(name, text);
    g_assert_cmpuint(strlen(text), <, NAME_MAX_TEXT);
    g_assert_cmpint(name_parse(text, &parsed), ==, STATUS_OK);
    g_assert_cmpmem(parsed.wire, parsed.length, name->wire, name->length);
    g_assert_cmpstr(name_format(&parsed, again), ==, text);
}

static void check_wire(const Name *name)
{
    WireReader reader = wire_reader(name->wire, name->length);
    Name again, lower = {.length = name->length};

    name_read(&reader, &again);
    g_assert_false(reader.failed);
    g_assert_cmpuint(reader.position, ==, name->length);
    name_lower(name, lower.wire);
    g_assert_true(name_equal(&again, name) && name_equal(&lower, name));
    g_assert_true(name_is_under(name, &lower));
    g_assert_cmpuint(name_label_count(name), <=, NAME_LABELS_MAX);
}

static void check_set(const Name *name)
{
    NameSet *set = name_set_new();
    NameKey key;
    NameMatch match;

    name_key_init(&key, name);
    Status status = name_set_add(set, &key, true, 7);
    g_assert_cmpint(status, ==, name->length > 1 ? STATUS_OK : STATUS_INVALID);
    name_set_seal(set);
    g_assert_true(name_set_find(set, &key, &match) == (status == STATUS_OK));
    if (status == STATUS_OK)
        g_assert_true(match.value == 7 && match.start == 0 && match.below);
    name_set_free(set);
}

static void check(const Name *name)
{
    g_assert_cmpuint(name->length, >, 0);
    check_text(name);
    check_wire(name);
    check_set(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    size_t start = fuzz_take_u16(&input), size;
    FuzzInput same = input;
    g_autoptr(GBytes) message = fuzz_take_rest(&input);
    g_autofree char *text = fuzz_take_text(&same);
    const uint8_t *wire = g_bytes_get_data(message, &size);
    WireReader reader = wire_reader(wire, size), skipping = reader;
    Name name;

    wire_skip(&reader, start);
    wire_skip(&skipping, start);
    name_read(&reader, &name);
    name_skip(&skipping);
    if (!reader.failed) { /* what is read can be skipped; the reverse is not said */
        g_assert_false(skipping.failed);
        g_assert_cmpuint(reader.position, ==, skipping.position);
        check(&name);
    }
    if (name_parse(text, &name) == STATUS_OK)
        check(&name);
    return 0;
}
