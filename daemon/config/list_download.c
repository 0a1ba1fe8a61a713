/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One list from one URL:
 *
 *     the host's addresses, A and where there is none AAAA, through the resolver in use
 *     → the signature, from the first address that answers
 *     → the list, from the same
 *
 * Nothing here is asked of the network: not the name, and the rest is TLS to the host it names.
 * The signature is small and comes first, so that a server that has none costs nothing more.
 */
#include "list_download.h"

#include "fetch.h"
#include "record_address.h"
#include "signed_list.h"

#define HTTPS_PORT       443
#define LOOKUP_US        (10 * G_USEC_PER_SEC)
#define FETCH_US         (60 * G_USEC_PER_SEC)
#define MAX_SIGNATURE    4096
#define MAX_ADDRESSES    4
#define SIGNATURE_SUFFIX ".minisig"

struct Download {
    const DownloadEnvironment *environment;
    Plan *plan;
    DownloadDone done;
    void *owner;
    char *host, *path, *signature_path;
    uint16_t port;
    Address addresses[MAX_ADDRESSES];
    size_t address_count, address; /* the one in use */
    LoopDefer start;
    Lookup *lookup;
    uint16_t type; /* that is looked up */
    Fetch *fetch;
    GBytes *signature; /* NULL until it is there */
};

static void look_up(Download *download, uint16_t type);
static void fetch_next(Download *download);

static void download_free(Download *download)
{
    loop_defer_cancel(&download->start);
    engine_lookup_cancel(download->lookup);
    fetch_close(download->fetch);
    plan_unref(download->plan);
    g_free(download->host);
    g_free(download->path);
    g_free(download->signature_path);
    g_clear_pointer(&download->signature, g_bytes_unref);
    g_free(download);
}

static void finish(Download *download, GBytes *text, const GError *error)
{
    DownloadDone done = download->done;
    void *owner = download->owner;
    GBytes *signature = download->signature;

    download->signature = NULL;
    download->lookup = NULL; /* we may be inside its callback, after which it is gone */
    download_free(download);
    done(owner, text, error != NULL ? NULL : signature, error);
    if (signature != NULL)
        g_bytes_unref(signature);
}

G_GNUC_PRINTF(2, 3) static void fail(Download *download, const char *format, ...)
{
    g_autoptr(GError) error = NULL;
    va_list arguments;

    va_start(arguments, format);
    error = g_error_new_valist(CONFIG_ERROR, CONFIG_ERROR_FAILED, format, arguments);
    va_end(arguments);
    finish(download, NULL, error);
}

/* --- the files --- */

static void on_fetched(void *owner, Status status, const uint8_t *body, size_t length)
{
    Download *download = owner;

    if (status == STATUS_OK && download->signature == NULL) {
        download->signature = g_bytes_new(body, length);
        fetch_next(download);
    } else if (status == STATUS_OK) {
        g_autoptr(GBytes) text = g_bytes_new(body, length);

        finish(download, text, NULL);
    } else if (status == STATUS_NO_SPACE) {
        fail(download, "What %s sent is larger than a list may be.", download->host);
    } else if (download->signature == NULL && status != STATUS_SERVER_FAILED &&
               ++download->address < download->address_count) {
        fetch_next(download);
    } else if (status == STATUS_SERVER_FAILED) {
        fail(download, "%s does not have %s.", download->host,
             download->signature == NULL ? "its signature" : "the list");
    } else {
        fail(download, "%s did not give %s: %s", download->host,
             download->signature == NULL ? "the signature" : "the list", status_sentence(status));
    }
}

static void fetch_next(Download *download)
{
    bool signature = download->signature == NULL;
    FetchRequest request = {
        .address =
            engine_reach(download->environment->engine, &download->addresses[download->address]),
        .host = download->host,
        .path = signature ? download->signature_path : download->path,
        .limit = signature ? MAX_SIGNATURE : LIST_MAX_BYTES,
        .budget_us = FETCH_US,
    };

    fetch_close(download->fetch);
    download->fetch = fetch_open(download->environment->loop, download->environment->tls, &request,
                                 on_fetched, download);
}

/* --- the host --- */

/* Those of this machine and of everybody are nobody's: a resolver may block the name by them. */
static void add_addresses(Download *download, const Message *reply)
{
    RecordIterator iterator = record_iterator(reply);
    Address address;
    Record record;

    while (record_next(&iterator, &record) && download->address_count < MAX_ADDRESSES) {
        if (record.section != 1 || record.type != download->type ||
            !record_address(reply, &record, &address) || !address_is_remote(&address))
            continue;
        address_set_port(&address, download->port);
        download->addresses[download->address_count++] = address;
    }
}

static void on_looked_up(void *owner, Status status, const Message *reply, const char *resolver_id,
                         const char *detail)
{
    Download *download = owner;

    download->lookup = NULL;
    if (status == STATUS_OK)
        add_addresses(download, reply);
    if (download->address_count > 0)
        fetch_next(download);
    else if (download->type == RRTYPE_A)
        look_up(download, RRTYPE_AAAA);
    else if (status != STATUS_OK)
        fail(download, "The address of %s could not be looked up: %s", download->host,
             status_sentence(status));
    else
        fail(download, "%s has no address.", download->host);
}

static void look_up(Download *download, uint16_t type)
{
    Name name;

    if (name_parse(download->host, &name) != STATUS_OK) {
        fail(download, "%s is not a host name.", download->host);
        return;
    }
    download->type = type;
    download->lookup = engine_lookup(download->environment->engine, download->plan, NULL, &name,
                                     type, LOOKUP_US, on_looked_up, download);
}

static void on_start(void *owner)
{
    Download *download = owner;

    if (address_parse(download->host, download->port, &download->addresses[0]) == STATUS_OK) {
        download->address_count = 1;
        fetch_next(download);
    } else {
        look_up(download, RRTYPE_A);
    }
}

static Download *download_begin(const DownloadEnvironment *environment, Plan *plan, const char *url,
                                DownloadDone done, void *owner)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL); /* settings checked it */
    Download *download = g_new0(Download, 1);

    download->environment = environment;
    download->plan = plan_ref(plan);
    download->done = done;
    download->owner = owner;
    download->host = g_strdup(uri != NULL ? g_uri_get_host(uri) : "");
    download->path = g_strdup(uri != NULL ? g_uri_get_path(uri) : "/");
    download->signature_path = g_strconcat(download->path, SIGNATURE_SUFFIX, NULL);
    download->port =
        uri != NULL && g_uri_get_port(uri) > 0 ? (uint16_t)g_uri_get_port(uri) : HTTPS_PORT;
    loop_defer_init(&download->start, environment->loop, on_start, download);
    loop_defer_schedule(&download->start);
    return download;
}

const Downloader list_downloader = {.begin = download_begin, .cancel = download_free};
