/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hijacking of the system's own path, as far as it shows from inside this machine.
 *
 * A network that answers for whatever resolver is asked cannot answer for the names whose servers
 * tell who asked them (identity.h) without telling of itself. So the same names are asked as a
 * program asks and through Sotto. A large resolver has many networks, so that another one alone is
 * no proof; what reaches Sotto is answered by its resolver in any case.
 *
 * While protection is off the same look shows what the network did to programs: that finding is
 * kept, to stand beside the one after.
 */
#include "hijack.h"

struct HijackMemory {
    char *code, *detail, *network;
    int64_t time_s; /* 0: nothing is kept */
};

HijackFinding hijack_judge(const Identity *identity, const char *resolver, bool reaches_here)
{
    char programs[ADDRESS_MAX_TEXT], own[ADDRESS_MAX_TEXT];
    if (!address_is_set(&identity->system) || identity->asks_from_count == 0)
        return (HijackFinding){
            HIJACK_UNKNOWN,
            g_strdup("The names that would tell did not answer, so this is not known.")};
    address_format_host(&identity->system, programs);
    address_format_host(&identity->asks_from[0], own);
    if (identity_is_same_network(identity))
        return (HijackFinding){
            "", g_strdup_printf("The same resolver as Sotto's: its name servers are asked from %s.",
                                programs)};
    if (reaches_here)
        return (HijackFinding){
            "", g_strdup_printf("The same resolver as Sotto's, which asks from more than one "
                                "network: %s and %s.",
                                programs, own)};
    return (HijackFinding){
        "answered-elsewhere",
        g_strdup_printf("Somebody else than %s: name servers are asked from %s, not from %s.",
                        resolver, programs, own)};
}

HijackMemory *hijack_memory_new(void)
{
    return g_new0(HijackMemory, 1);
}

static void forget(HijackMemory *memory)
{
    g_clear_pointer(&memory->code, g_free);
    g_clear_pointer(&memory->detail, g_free);
    g_clear_pointer(&memory->network, g_free);
}

void hijack_memory_free(HijackMemory *memory)
{
    if (memory == NULL)
        return;
    forget(memory);
    g_free(memory);
}

void hijack_memory_keep(HijackMemory *memory, const HijackFinding *finding, const char *network,
                        int64_t time_s)
{
    if (g_str_equal(finding->code, HIJACK_UNKNOWN))
        return;
    forget(memory);
    memory->code = g_strdup(finding->code);
    memory->detail = g_strdup(finding->detail);
    memory->network = g_strdup(network);
    memory->time_s = time_s;
}

GVariant *hijack_memory_report(const HijackMemory *memory)
{
    GVariantDict before;
    if (memory->time_s == 0)
        return NULL;
    g_variant_dict_init(&before, NULL);
    g_variant_dict_insert(&before, "time", "x", memory->time_s);
    g_variant_dict_insert(&before, "network", "s", memory->network);
    g_variant_dict_insert(&before, "code", "s", memory->code);
    g_variant_dict_insert(&before, "detail", "s", memory->detail);
    return g_variant_dict_end(&before);
}
