/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GOption calls back with the option's name; one table says which key of [Sotto] that is. The three
 * parts of a DNSCrypt resolver become a [Resolver command-line] entry.
 */
#include "options.h"

#include "log.h"
#include "sotto-build.h"

#define SERVICE_CONFIG SOTTO_SYSCONFDIR "/sotto.conf"
#define BUILTIN_LIST   SOTTO_DATADIR "/resolvers.conf"
#define BUILTIN_RELAYS SOTTO_DATADIR "/relays.conf"
#define ENTRY          "command-line"

typedef struct OptionKey {
    char letter; /* 0: none */
    const char *name, *group, *key;
    const char *value;    /* what an option without argument sets; else NULL */
    const char *argument; /* what an option with one calls it */
    const char *help;
    bool list;
} OptionKey;

static const OptionKey option_keys[] = {
    {'l', "listen", "Sotto", "Listen", NULL, "ADDRESS[:PORT]", "Answer here; may be repeated",
     true},
    {'r', "resolver", "Sotto", "Resolvers", NULL, "RESOLVER",
     "Ask here: sdns://..., tls://ADDRESS#NAME or a known id; may be repeated", true},
    {0, "resolver-address", "Resolver " ENTRY, "Address", NULL, "ADDRESS[:PORT]",
     "Address of a DNSCrypt resolver", false},
    {0, "provider-name", "Resolver " ENTRY, "ProviderName", NULL, "NAME", "Its provider name",
     false},
    {0, "provider-key", "Resolver " ENTRY, "ProviderKey", NULL, "KEY",
     "Its provider key, 64 hexadecimal digits", false},
    {0, "relay", "Sotto", "Relay", NULL, "RELAY",
     "Ask through a relay: sdns://..., a known id, or * for any", false},
    {0, "strategy", "Sotto", "Strategy", NULL, "STRATEGY",
     "fastest, p2, first, round-robin, random or spread", false},
    {0, "tcp-only", "Sotto", "TCPOnly", "true", NULL, "Ask resolvers over TCP alone", false},
    {0, "edns-payload-size", "Sotto", "EDNSPayloadSize", NULL, "BYTES",
     "EDNS size in plain queries; 512 or less: no EDNS of our own", false},
    {0, "max-queries", "Sotto", "MaxQueries", NULL, "N", "Queries under way at once", false},
    {0, "cache-size", "Sotto", "CacheSize", NULL, "BYTES", "Size of the cache; 0: none", false},
    {0, "ca-file", "Sotto", "CAFile", NULL, "FILE",
     "Trusted certificate authorities instead of the system's", false},
    {'u', "user", "Sotto", "User", NULL, "NAME", "Become this user, confined to its home", false},
    {'d', "daemonize", "Sotto", "Daemonize", "true", NULL, "Go to the background when ready",
     false},
    {0, "log-file", "Sotto", "LogFile", NULL, "FILE", "Log to FILE", false},
    {0, "syslog", "Sotto", "Syslog", "true", NULL, "Log to syslog", false},
    {0, "pid-file", "Sotto", "PIDFile", NULL, "FILE", "Write the process id to FILE", false},
    {'v', "verbose", "Sotto", "LogLevel", "debug", NULL, "Log more", false},
};

/* GOption gives the name as it was written: "--listen" or "-l". */
static const OptionKey *find(const char *written)
{
    for (size_t i = 0; i < G_N_ELEMENTS(option_keys); i++) {
        const OptionKey *option = &option_keys[i];

        if (g_str_has_prefix(written, "--") ? g_str_equal(written + 2, option->name)
                                            : written[1] == option->letter)
            return option;
    }
    return NULL;
}

static gboolean set_key(const char *written, const char *value, gpointer data, GError **error)
{
    Options *options = data;
    const OptionKey *option = find(written);

    require(option, FALSE);
    if (option->value)
        value = option->value;
    if (option->list)
        keys_append(options->overrides, option->group, option->key, value, "command line");
    else
        keys_set(options->overrides, option->group, option->key, value, "command line");
    return TRUE;
}

static GOptionGroup *make_group(Options *options)
{
    const GOptionEntry plain[] = {
        {"service", 0, 0, G_OPTION_ARG_NONE, &options->service,
         "Serve this machine: system bus, NetworkManager", NULL},
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
         "Settings; drop-ins are in FILE.d", "FILE"},
        {"resolver-list", 0, 0, G_OPTION_ARG_FILENAME, &options->resolver_list,
         "List of known resolvers", "FILE"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        {NULL},
    };
    GOptionGroup *group = g_option_group_new("sottod", NULL, NULL, options, NULL);
    GOptionEntry entries[G_N_ELEMENTS(option_keys) + 1] = {{NULL}};

    for (size_t i = 0; i < G_N_ELEMENTS(option_keys); i++) {
        const OptionKey *option = &option_keys[i];

        entries[i] = (GOptionEntry){
            .long_name = option->name,
            .short_name = option->letter,
            .flags = option->value ? G_OPTION_FLAG_NO_ARG : 0,
            .arg = G_OPTION_ARG_CALLBACK,
            /* GOption keeps functions in a data pointer, which ISO C has no cast for. */
            .arg_data = (gpointer)(guintptr)set_key,
            .description = option->help,
            .arg_description = option->argument,
        };
    }
    g_option_group_add_entries(group, entries);
    g_option_group_add_entries(group, plain);
    return group;
}

static gboolean parse(Options *options, int argc, char **argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_main_group(context, make_group(options));
    g_option_context_set_summary(context, "Encrypts this machine's DNS lookups.");
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    if (argc > 1) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "\"%s\" is not an option.",
                    argv[1]);
        return FALSE;
    }
    return TRUE;
}

gboolean options_parse(Options *options, int argc, char **argv, GError **error)
{
    g_auto(GStrv) arguments = g_strdupv(argv);
    g_autofree char **scratch = g_memdup2(arguments, ((size_t)argc + 1) * sizeof *arguments);

    *options = (Options){.overrides = keys_new()};
    if (!parse(options, argc, scratch, error))
        return FALSE;
    if (g_key_file_has_group(options->overrides->file, "Resolver " ENTRY))
        keys_append(options->overrides, "Sotto", "Resolvers", ENTRY, "command line");
    if (!options->resolver_list)
        options->resolver_list = g_strdup(BUILTIN_LIST);
    return TRUE;
}

void options_clear(Options *options)
{
    keys_free(options->overrides);
    g_free(options->config);
    g_free(options->resolver_list);
}

Settings *options_load_settings(const Options *options, GError **error)
{
    SettingsSources sources = {
        .builtin = options->resolver_list,
        .builtin_relays = BUILTIN_RELAYS,
        .builtin_as_needed = !options->service, /* users choose from all of it */
        .file = options->config    ? options->config
                : options->service ? SERVICE_CONFIG
                                   : NULL,
        .file_optional = !options->config,
        .overrides = options->overrides,
    };

    return settings_load(&sources, error);
}
