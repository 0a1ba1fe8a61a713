/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relays_scene.h"

const uint8_t relays_scene_key[PLAN_SPREAD_KEY] = {7};

Keys *relays_scene_keys(const char *text)
{
    Keys *keys = keys_new();
    g_autoptr(GError) error = NULL;

    g_key_file_load_from_data(keys->file, text, (gsize)-1, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    return keys;
}

char *relays_scene_stamp(StampKind kind, const char *address, const char *host)
{
    Stamp stamp = {.kind = kind,
                   .address = (char *)address,
                   .host = (char *)host,
                   .path = host != NULL ? (char *)"/proxy" : NULL};

    return stamp_build(&stamp);
}

void relays_scene_add(Relays *relays, const char *id, const char *operator_name,
                      const char *country, const char *address)
{
    g_autofree char *stamp = relays_scene_stamp(STAMP_DNSCRYPT_RELAY, address, NULL);
    g_autofree char *text = g_strdup_printf("[Relay %s]\nOperator=%s\nCountry=%s\nStamp=%s\n", id,
                                            operator_name, country, stamp);
    g_autoptr(Keys) keys = relays_scene_keys(text);
    g_autoptr(GError) error = NULL;

    relays_read(relays, keys, "own", &error);
    g_assert_no_error(error);
}

Relays *relays_scene_some(void)
{
    static const char *const operators[] = {"Alpha", "Beta", "Gamma", "Delta"};
    static const char *const countries[] = {"DE", "FR", "CH", "JP"};
    Relays *relays = relays_new(relays_scene_key);

    for (unsigned i = 0; i < 8; i++) {
        g_autofree char *id = g_strdup_printf("r%u", i);
        g_autofree char *address = g_strdup_printf("192.0.2.%u", i + 1);

        relays_scene_add(relays, id, operators[i % 4], countries[i % 4], address);
    }
    return relays;
}

Resolver *relays_scene_resolver(const char *id, const char *operator_name, const char *country,
                                const char *endpoints)
{
    g_autofree char *text = g_strdup_printf("[Resolver %s]\nEndpoints=%s\n", id, endpoints);
    g_autoptr(Keys) keys = relays_scene_keys(text);
    g_autoptr(GPtrArray) made = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    Resolver *resolver;

    entries_read(keys, made, &error);
    g_assert_no_error(error);
    resolver = made->pdata[0];
    resolver->operator_name = g_strdup(operator_name);
    resolver->country = g_strdup(country);
    return resolver;
}
