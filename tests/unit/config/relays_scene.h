/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "entries.h"
#include "relays.h"
#include "stamp.h"

/** Relays and resolvers for the tests of both. Resolvers by DNSCrypt, the same by IPv6, by DoT: */
#define DNSCRYPT                                                                                   \
    "sdns://"                                                                                      \
    "AQcAAAAAAAAADTkuOS45LjEwOjg0NDMgZ8hHuMh1jNEgJFVDvnVnRt803x2EwAuMRwNo34Idhj4ZMi5kbnNjcnlwdC1j" \
    "ZXJ0LnF1YWQ5Lm5ldA"
#define DNSCRYPT6                                                                                  \
    "sdns://"                                                                                      \
    "AQcAAAAAAAAAElsyNjIwOmZlOjoxMF06ODQ0MyBnyEe4yHWM0SAkVUO-"                                     \
    "dWdG3zTfHYTAC4xHA2jfgh2GPhkyLmRuc2NyeXB0LWNlcnQucXVhZDkubmV0"
#define DOT "sdns://AwcAAAAAAAAACDkuOS45LjEwAA9kbnMxMC5xdWFkOS5uZXQ"

extern const uint8_t relays_scene_key[PLAN_SPREAD_KEY];

/** A key file's text, read (transfer full). */
Keys *relays_scene_keys(const char *text);
/** A relay's stamp (transfer full). */
char *relays_scene_stamp(StampKind kind, const char *address, const char *host);
/** One relay more, of this operator, country and address. */
void relays_scene_add(Relays *relays, const char *id, const char *operator_name,
                      const char *country, const char *address);
/** Eight relays of four operators in as many countries (transfer full). */
Relays *relays_scene_some(void);
/** Reached by the endpoints that the specs name (transfer full). */
Resolver *relays_scene_resolver(const char *id, const char *operator_name, const char *country,
                                const char *endpoints);
