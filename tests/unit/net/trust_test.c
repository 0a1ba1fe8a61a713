/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which chains a store of authorities lets pass. Every store is used twice: indexed, and, made too
 * large for that by zeros behind its text, read whole by GnuTLS; both must judge alike.
 */
#include "tls_client.h"
#include "tls_private.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <unistd.h>

#define DAY 86400

static const CertificateRequest usual = {.name = "dns.example", .from_s = -DAY, .until_s = DAY};

typedef struct Scene {
    char *folder, *store;
    GString *text;
    Authority *other, *namesake;
} Scene;

static void scene_set_up(Scene *scene, gconstpointer data)
{
    scene->folder = g_dir_make_tmp("trust-XXXXXX", NULL);
    scene->store = g_build_filename(scene->folder, "store.pem", NULL);
    scene->text = g_string_new("# Authorities\n");
    scene->other = authority_new_named("Other Root", 10 * DAY);
    scene->namesake = authority_new_named("Test Root", 10 * DAY);
}

static void scene_tear_down(Scene *scene, gconstpointer data)
{
    g_unlink(scene->store);
    g_rmdir(scene->folder);
    g_free(scene->store);
    g_free(scene->folder);
    g_string_free(scene->text, TRUE);
    authority_free(scene->other);
    authority_free(scene->namesake);
}

static void add(Scene *scene, const Authority *authority)
{
    g_autofree char *pem = NULL;

    g_assert_true(g_file_get_contents(authority_file(authority), &pem, NULL, NULL));
    g_string_append_printf(scene->text, "\nsome words\n%s", pem);
}

/* As ca-certificates does, a new file takes the old one's place; that is gone before, since GLib
 * waits for the disk otherwise. */
static void write_store(const Scene *scene)
{
    g_unlink(scene->store);
    g_assert_true(g_file_set_contents(scene->store, scene->text->str, -1, NULL));
}

static Status connect_by(TlsContext *context, const Credentials *credentials, const char *host)
{
    TlsTarget target = {.host = host, .alpn = "dot"};
    TlsServer server = echo_server(credentials);
    TlsContext *usual_context = tls_fixture.context;
    TlsClient client;

    tls_server_start(&server);
    tls_fixture.context = context;
    tls_client_connect(&client, &server, &target, NULL);
    tls_fixture.context = usual_context;
    turn_until(&client, client.closed == 1 || client.connected == 1);
    Status status = client.closed > 0 ? client.status : STATUS_OK;
    g_assert_cmpuint(client.connected, ==, (status == STATUS_OK ? 1 : 0));
    tls_client_clear(&client);
    tls_server_stop(&server);
    return status;
}

static unsigned trusted_count(TlsContext *context)
{
    gnutls_x509_trust_list_t list;
    gnutls_x509_trust_list_iter_t position = NULL;
    gnutls_x509_crt_t root;
    unsigned count = 0;

    gnutls_certificate_get_trust_list(context->credentials, &list);
    while (gnutls_x509_trust_list_iter_get_ca(list, &position, &root) == 0) {
        gnutls_x509_crt_deinit(root);
        count++;
    }
    return count;
}

static void assert_verdict(const Scene *scene, const Credentials *credentials, const char *host,
                           Status verdict)
{
    write_store(scene);
    TlsContext *indexed = tls_context_new(scene->store);
    g_assert_cmpint(connect_by(indexed, credentials, host), ==, verdict);
    g_assert_nonnull(indexed->roots);
    tls_context_free(indexed);

    g_assert_cmpint(truncate(scene->store, (off_t)ROOT_INDEX_MAX + 1), ==, 0);
    TlsContext *whole = tls_context_new(scene->store);
    g_assert_cmpint(connect_by(whole, credentials, host), ==, verdict);
    g_assert_null(whole->roots);
    tls_context_free(whole);
}

static void assert_chain(const Scene *scene, ChainShape shape, Status verdict)
{
    CertificateRequest request = usual;

    request.shape = shape;
    Credentials *credentials = credentials_new(tls_fixture.authority, &request);
    assert_verdict(scene, credentials, "dns.example", verdict);
    credentials_free(credentials);
}

/* ---- one connection ---- */

static void known_issuer_is_trusted(Scene *scene, gconstpointer data)
{
    add(scene, scene->other);
    add(scene, tls_fixture.authority);
    assert_verdict(scene, tls_fixture.good, "dns.example", STATUS_OK);
}

static void unknown_issuer_is_refused(Scene *scene, gconstpointer data)
{
    add(scene, scene->other);
    assert_verdict(scene, tls_fixture.good, "dns.example", STATUS_CERT_UNTRUSTED);
    assert_chain(scene, CHAIN_WITH_ROOT, STATUS_CERT_UNTRUSTED);
}

static void namesake_with_another_key_is_refused(Scene *scene, gconstpointer data)
{
    add(scene, scene->namesake);
    assert_verdict(scene, tls_fixture.good, "dns.example", STATUS_CERT_UNTRUSTED);
    assert_chain(scene, CHAIN_WITH_ROOT, STATUS_CERT_UNTRUSTED);
    add(scene, tls_fixture.authority);
    assert_verdict(scene, tls_fixture.good, "dns.example", STATUS_OK);
}

static void wrong_name_and_dates_are_refused(Scene *scene, gconstpointer data)
{
    add(scene, tls_fixture.authority);
    assert_verdict(scene, tls_fixture.good, "other.example", STATUS_CERT_NAME);
    assert_verdict(scene, tls_fixture.expired, "dns.example", STATUS_CERT_EXPIRED);
    assert_verdict(scene, tls_fixture.future, "dns.example", STATUS_CERT_NOT_YET_VALID);
    assert_verdict(scene, tls_fixture.self_signed, "dns.example", STATUS_CERT_UNTRUSTED);
}

static void expired_root_is_refused(Scene *scene, gconstpointer data)
{
    Authority *old = authority_new_named("Old Root", -DAY);
    Credentials *credentials = credentials_new(old, &usual);

    add(scene, scene->other);
    add(scene, old);
    assert_verdict(scene, credentials, "dns.example", STATUS_CERT_EXPIRED);
    credentials_free(credentials);
    authority_free(old);
}

static void chain_may_bring_its_root_anywhere(Scene *scene, gconstpointer data)
{
    add(scene, tls_fixture.authority);
    add(scene, scene->other);
    assert_chain(scene, CHAIN_WITH_ROOT, STATUS_OK);
    assert_chain(scene, CHAIN_OUT_OF_ORDER, STATUS_OK);
}

/* Test Root, which Other Root has certified too, in chains that end at either. */
static void either_root_of_a_cross_signed_chain_will_do(Scene *scene, gconstpointer data)
{
    authority_certify(tls_fixture.authority, scene->other);
    add(scene, scene->other);
    assert_chain(scene, CHAIN_USUAL, STATUS_CERT_UNTRUSTED);
    assert_chain(scene, CHAIN_CROSS_SIGNED, STATUS_OK);
    g_string_truncate(scene->text, 0);
    add(scene, tls_fixture.authority);
    assert_chain(scene, CHAIN_CROSS_SIGNED, STATUS_OK);
    g_string_truncate(scene->text, 0);
    add(scene, scene->namesake);
    assert_chain(scene, CHAIN_CROSS_SIGNED, STATUS_CERT_UNTRUSTED);
}

static void add_server(Scene *scene, const Credentials *credentials)
{
    gnutls_datum_t der, pem;

    g_assert_cmpint(gnutls_certificate_get_crt_raw(credentials->gnutls, 0, 0, &der), ==, 0);
    g_assert_cmpint(gnutls_pem_base64_encode2("CERTIFICATE", &der, &pem), ==, 0);
    g_string_append_len(scene->text, (const char *)pem.data, pem.size);
    gnutls_free(pem.data);
}

/* Some people name the server's own certificate as their authority, whoever signed it. */
static void server_itself_may_be_trusted(Scene *scene, gconstpointer data)
{
    CertificateRequest request = usual;

    request.shape = CHAIN_ALONE;
    Credentials *alone = credentials_new(tls_fixture.authority, &request);
    add(scene, scene->other);
    assert_verdict(scene, alone, "dns.example", STATUS_CERT_UNTRUSTED);
    add_server(scene, tls_fixture.self_signed);
    add_server(scene, alone);
    assert_verdict(scene, tls_fixture.self_signed, "dns.example", STATUS_OK);
    assert_verdict(scene, alone, "dns.example", STATUS_OK);
    assert_verdict(scene, tls_fixture.good, "dns.example", STATUS_CERT_UNTRUSTED);
    credentials_free(alone);
}

/* ---- what is kept ---- */

static void only_what_is_named_is_loaded(Scene *scene, gconstpointer data)
{
    add(scene, scene->other);
    add(scene, scene->namesake);
    add(scene, tls_fixture.authority);
    write_store(scene);
    TlsContext *context = tls_context_new(scene->store);
    Credentials *others = credentials_new(scene->other, &usual);

    g_assert_cmpint(tls_context_load(context), ==, STATUS_OK);
    g_assert_cmpuint(root_index_count(context->roots), ==, 3);
    g_assert_cmpuint(trusted_count(context), ==, 0);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
        g_assert_cmpuint(trusted_count(context), ==, 2); /* both of that name */
    }
    g_assert_cmpint(connect_by(context, others, "dns.example"), ==, STATUS_OK);
    g_assert_cmpuint(trusted_count(context), ==, 3);
    credentials_free(others);
    tls_context_free(context);
}

/* ---- a store that changes ---- */

static void replace_text(Scene *scene, const Authority *authority)
{
    g_string_truncate(scene->text, 0);
    add(scene, authority);
}

static void new_store_counts_at_once(Scene *scene, gconstpointer data)
{
    Credentials *others = credentials_new(scene->other, &usual);
    TlsContext *context = tls_context_new(scene->store);

    replace_text(scene, tls_fixture.authority);
    write_store(scene);
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
    g_assert_cmpint(connect_by(context, others, "dns.example"), ==, STATUS_CERT_UNTRUSTED);
    replace_text(scene, scene->other);
    write_store(scene);
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==,
                    STATUS_CERT_UNTRUSTED);
    g_assert_cmpint(connect_by(context, others, "dns.example"), ==, STATUS_OK);
    tls_context_free(context);
    credentials_free(others);
}

static void broken_new_store_changes_nothing(Scene *scene, gconstpointer data)
{
    TlsContext *context = tls_context_new(scene->store);

    replace_text(scene, tls_fixture.authority);
    write_store(scene);
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
    g_unlink(scene->store);
    g_assert_true(g_file_set_contents(scene->store, "half of one", -1, NULL));
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
    g_unlink(scene->store);
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
    tls_context_free(context);
}

/* In a chroot the same path may be somebody else's file. */
static void path_is_not_followed_after_loading(Scene *scene, gconstpointer data)
{
    Credentials *others = credentials_new(scene->other, &usual);
    TlsContext *context = tls_context_new(scene->store);

    replace_text(scene, tls_fixture.authority);
    write_store(scene);
    g_assert_cmpint(tls_context_load(context), ==, STATUS_OK);
    replace_text(scene, scene->other);
    write_store(scene);
    g_assert_cmpint(connect_by(context, others, "dns.example"), ==, STATUS_CERT_UNTRUSTED);
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
    tls_context_free(context);
    credentials_free(others);
}

static void store_written_in_place_is_read_anew(Scene *scene, gconstpointer data)
{
    TlsContext *context = tls_context_new(scene->store);

    replace_text(scene, scene->other);
    write_store(scene);
    g_assert_cmpint(tls_context_load(context), ==, STATUS_OK);
    g_usleep(10000); /* a file's times are as fine as the kernel's ticks */
    replace_text(scene, tls_fixture.authority);
    FILE *file = g_fopen(scene->store, "w");
    g_assert_cmpuint(fwrite(scene->text->str, 1, scene->text->len, file), ==, scene->text->len);
    fclose(file);
    g_assert_cmpint(connect_by(context, tls_fixture.good, "dns.example"), ==, STATUS_OK);
    tls_context_free(context);
}

#define ADD(name, test) g_test_add("/trust/" name, Scene, NULL, scene_set_up, test, scene_tear_down)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    tls_fixture_set_up();
    ADD("known-issuer-is-trusted", known_issuer_is_trusted);
    ADD("unknown-issuer-is-refused", unknown_issuer_is_refused);
    ADD("namesake-with-another-key-is-refused", namesake_with_another_key_is_refused);
    ADD("wrong-name-and-dates-are-refused", wrong_name_and_dates_are_refused);
    ADD("expired-root-is-refused", expired_root_is_refused);
    ADD("chain-may-bring-its-root-anywhere", chain_may_bring_its_root_anywhere);
    ADD("either-root-of-a-cross-signed-chain-will-do", either_root_of_a_cross_signed_chain_will_do);
    ADD("server-itself-may-be-trusted", server_itself_may_be_trusted);
    ADD("only-what-is-named-is-loaded", only_what_is_named_is_loaded);
    ADD("new-store-counts-at-once", new_store_counts_at_once);
    ADD("broken-new-store-changes-nothing", broken_new_store_changes_nothing);
    ADD("path-is-not-followed-after-loading", path_is_not_followed_after_loading);
    ADD("store-written-in-place-is-read-anew", store_written_in_place_is_read_anew);
    int result = g_test_run();
    tls_fixture_tear_down();
    return result;
}
