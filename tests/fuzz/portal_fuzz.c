/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the portal probe, which has read a stranger's HTTP, says to the helper. Input: the text.
 */
#include "fuzz.h"
#include "portal_probe.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FuzzInput input = {bytes, length};
    g_autofree char *said = fuzz_take_text(&input);
    PortalAnswer answer = {0};

    if (!portal_answer_read(said, &answer))
        return 0;
    g_assert_cmpint(answer.date_s, >=, 0);
    g_assert_cmpint(answer.left_s, >=, 0);
    g_assert_true(*answer.address == '\0' || g_str_has_prefix(answer.address, "http"));
    for (const char *at = answer.address; *at != '\0'; at++)
        g_assert_true(g_ascii_isgraph(*at));
    return 0;
}
