/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discover ADDRESS CA-FILE: what discovery makes of a resolver's address, for the interop tests. */
#include "discovery.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Outcome {
    Loop *loop;
    int exit_code;
} Outcome;

static void on_done(void *owner, Resolver *resolver, const char *sentence)
{
    Outcome *outcome = owner;

    if (resolver != NULL) {
        g_autofree char *spec = discovery_spec(resolver);

        printf("%s %s\n", resolver->name, spec);
    } else {
        printf("%s\n", sentence);
    }
    outcome->exit_code = resolver != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
    resolver_unref(resolver);
    loop_quit(outcome->loop);
}

int main(int argc, char **argv)
{
    Outcome outcome = {.exit_code = EXIT_FAILURE};
    Address address;

    if (argc != 3 || sodium_init() < 0 || address_parse(argv[1], 53, &address) != STATUS_OK) {
        fprintf(stderr, "usage: discover ADDRESS CA-FILE\n");
        return 2;
    }
    TlsContext *tls = tls_context_new(argv[2]);
    outcome.loop = loop_new();
    Engine *engine = engine_new(outcome.loop, tls);
    (void)discovery_begin(engine, &address, on_done, &outcome);
    loop_run(outcome.loop);
    engine_free(engine);
    loop_free(outcome.loop);
    tls_context_free(tls);
    return outcome.exit_code;
}
