/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "finding.h"

#include <libsoup/soup.h>
#include <string.h>

#define CHECK "http://check.example/nm"

static Finding judge(const char *url, bool api, Response response)
{
    g_autoptr(GUri) uri = g_uri_parse(url, SOUP_HTTP_URI_FLAGS, NULL);
    Finding finding = {0};

    response.url = uri;
    if (!response.body)
        response.body = "";
    if (response.length == 0)
        response.length = strlen(response.body);
    if (api)
        finding_judge_api(&finding, &response);
    else
        finding_judge_page(&finding, &response);
    return finding;
}

static void assert_page(Response response, FindingVerdict verdict, const char *address)
{
    Finding finding = judge(CHECK, false, response);

    g_assert_cmpint(finding.verdict, ==, verdict);
    g_assert_cmpstr(finding.address, ==, address);
    finding_clear(&finding);
}

static void assert_api(Response response, FindingVerdict verdict, const char *address,
                       int64_t left_s)
{
    Finding finding = judge("https://api.example/", true, response);

    g_assert_cmpint(finding.verdict, ==, verdict);
    g_assert_cmpstr(finding.address, ==, address);
    g_assert_cmpint(finding.left_s, ==, left_s);
    finding_clear(&finding);
}

static void test_no_content_is_open(void)
{
    assert_page((Response){.status = 204}, FINDING_OPEN, NULL);
}

static void test_own_texts_are_open(void)
{
    assert_page((Response){.status = 200, .body = "NetworkManager is online\n"}, FINDING_OPEN,
                NULL);
    assert_page((Response){.status = 200, .content_type = "text/html", .body = " success\r\n"},
                FINDING_OPEN, NULL);
    assert_page(
        (Response){.status = 200, .content_type = "text/plain", .body = "Microsoft Connect Test"},
        FINDING_OPEN, NULL);
}

static void test_network_status_is_open(void)
{
    assert_page((Response){.status = 200, .network_status = "online", .body = "<html>"},
                FINDING_OPEN, NULL);
}

static void test_html_is_found(void)
{
    assert_page((Response){.status = 200, .content_type = "text/html", .body = "Welcome"},
                FINDING_FOUND, CHECK);
    assert_page((Response){.status = 200, .body = "\n<!DOCTYPE HTML><title>Welcome"}, FINDING_FOUND,
                CHECK);
}

static void test_html_that_calls_itself_text_is_found(void)
{
    assert_page((Response){.status = 200, .content_type = "text/plain", .body = "<HTML>Sign in"},
                FINDING_FOUND, CHECK);
}

static void test_success_in_a_sentence_is_not_open(void)
{
    assert_page(
        (Response){.status = 200, .content_type = "text/html", .body = "success awaits you"},
        FINDING_FOUND, CHECK);
}

static void test_long_text_tells_nothing(void)
{
    g_autofree char *text = g_strnfill(2000, 'a');

    assert_page((Response){.status = 200, .content_type = "text/plain", .body = text},
                FINDING_UNREACHABLE, NULL);
}

static void test_nothing_tells_nothing(void)
{
    assert_page((Response){.status = 200}, FINDING_UNREACHABLE, NULL);
    assert_page((Response){.status = 200, .content_type = "text/plain"}, FINDING_UNREACHABLE, NULL);
}

static void test_binary_body_is_no_danger(void)
{
    assert_page((Response){.status = 200, .body = "\0\377<\0html", .length = 8},
                FINDING_UNREACHABLE, NULL);
}

static void test_errors_tell_nothing(void)
{
    static const unsigned statuses[] = {0, 100, 304, 401, 403, 404, 500, 503, 999};

    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        assert_page((Response){.status = statuses[i], .content_type = "text/html", .body = "<html"},
                    FINDING_UNREACHABLE, NULL);
}

static void test_status_511_is_found(void)
{
    assert_page((Response){.status = 511}, FINDING_FOUND, CHECK);
}

static void test_redirection_is_found(void)
{
    assert_page((Response){.status = 302, .location = "https://portal.example/login?a=b%20c"},
                FINDING_FOUND, "https://portal.example/login?a=b%20c");
    assert_page((Response){.status = 307, .location = "/login"}, FINDING_FOUND,
                "http://check.example/login");
    assert_page((Response){.status = 303, .location = "//10.0.0.1:8080/"}, FINDING_FOUND,
                "http://10.0.0.1:8080/");
}

static void test_redirection_elsewhere_is_not_followed(void)
{
    static const char *const places[] = {"javascript:alert(1)",
                                         "file:///etc/passwd",
                                         "ftp://a/",
                                         "data:text/html,x",
                                         "http://",
                                         "http://[",
                                         "about:blank"};

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        Finding finding = judge(CHECK, false, (Response){.status = 302, .location = places[i]});

        g_assert_cmpint(finding.verdict, ==, FINDING_FOUND);
        g_assert_true(g_str_has_prefix(finding.address, "http://check.example/"));
        finding_clear(&finding);
    }
}

static void test_redirection_without_a_place_is_found(void)
{
    assert_page((Response){.status = 302}, FINDING_FOUND, CHECK);
}

static void test_long_redirection_is_left_out(void)
{
    g_autofree char *path = g_strnfill(3000, 'a');
    g_autofree char *place = g_strconcat("http://portal.example/", path, NULL);

    assert_page((Response){.status = 302, .location = place}, FINDING_FOUND, CHECK);
}

static void test_password_is_left_out(void)
{
    assert_page((Response){.status = 302, .location = "http://bank.example@portal.example/"},
                FINDING_FOUND, "http://portal.example/");
}

static void test_own_page_by_https_tells_nothing(void)
{
    assert_page((Response){.status = 301, .location = "https://Check.example/nm"},
                FINDING_UNREACHABLE, NULL);
}

static void test_api_captive_is_found(void)
{
    assert_api((Response){.status = 200,
                          .body = "{\"captive\": true, \"user-portal-url\": "
                                  "\"https://portal.example/\", \"seconds-remaining\": 5}"},
               FINDING_FOUND, "https://portal.example/", 0);
    assert_api((Response){.status = 200, .body = "{\"captive\": true}"}, FINDING_FOUND, NULL, 0);
}

static void test_api_free_is_open(void)
{
    assert_api((Response){.status = 200, .body = "{\"captive\": false}"}, FINDING_OPEN, NULL, 0);
    assert_api(
        (Response){.status = 200, .body = "{\"captive\": false, \"seconds-remaining\": 326}"},
        FINDING_OPEN, NULL, 326);
}

static void test_api_seconds_are_bounded(void)
{
    assert_api((Response){.status = 200, .body = "{\"captive\": false, \"seconds-remaining\": -7}"},
               FINDING_OPEN, NULL, 0);
    assert_api(
        (Response){.status = 200, .body = "{\"captive\": false, \"seconds-remaining\": 9e99}"},
        FINDING_OPEN, NULL, 0);
    assert_api((Response){.status = 200,
                          .body = "{\"captive\": false, \"seconds-remaining\": 99999999999}"},
               FINDING_OPEN, NULL, INT64_C(366) * 24 * 3600);
}

static void test_api_page_elsewhere_is_left_out(void)
{
    assert_api((Response){.status = 200,
                          .body = "{\"captive\": true, \"user-portal-url\": \"javascript:1\"}"},
               FINDING_FOUND, NULL, 0);
    assert_api((Response){.status = 200, .body = "{\"captive\": true, \"user-portal-url\": 7}"},
               FINDING_FOUND, NULL, 0);
}

static void test_api_nonsense_tells_nothing(void)
{
    static const char *const bodies[] = {"",
                                         "{",
                                         "[]",
                                         "null",
                                         "true",
                                         "{}",
                                         "{\"captive\": \"false\"}",
                                         "{\"captive\": 0}",
                                         "{\"captive\": null}",
                                         "{\"captive\": [false]}",
                                         "<html>"};

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++)
        assert_api((Response){.status = 200, .body = bodies[i]}, FINDING_UNREACHABLE, NULL, 0);
    assert_api((Response){.status = 404, .body = "{\"captive\": false}"}, FINDING_UNREACHABLE, NULL,
               0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/finding/no-content-is-open", test_no_content_is_open);
    g_test_add_func("/finding/own-texts-are-open", test_own_texts_are_open);
    g_test_add_func("/finding/network-status-is-open", test_network_status_is_open);
    g_test_add_func("/finding/html-is-found", test_html_is_found);
    g_test_add_func("/finding/html-that-calls-itself-text-is-found",
                    test_html_that_calls_itself_text_is_found);
    g_test_add_func("/finding/success-in-a-sentence-is-not-open",
                    test_success_in_a_sentence_is_not_open);
    g_test_add_func("/finding/long-text-tells-nothing", test_long_text_tells_nothing);
    g_test_add_func("/finding/nothing-tells-nothing", test_nothing_tells_nothing);
    g_test_add_func("/finding/binary-body-is-no-danger", test_binary_body_is_no_danger);
    g_test_add_func("/finding/errors-tell-nothing", test_errors_tell_nothing);
    g_test_add_func("/finding/status-511-is-found", test_status_511_is_found);
    g_test_add_func("/finding/redirection-is-found", test_redirection_is_found);
    g_test_add_func("/finding/redirection-elsewhere-is-not-followed",
                    test_redirection_elsewhere_is_not_followed);
    g_test_add_func("/finding/redirection-without-a-place-is-found",
                    test_redirection_without_a_place_is_found);
    g_test_add_func("/finding/long-redirection-is-left-out", test_long_redirection_is_left_out);
    g_test_add_func("/finding/password-is-left-out", test_password_is_left_out);
    g_test_add_func("/finding/own-page-by-https-tells-nothing",
                    test_own_page_by_https_tells_nothing);
    g_test_add_func("/finding/api-captive-is-found", test_api_captive_is_found);
    g_test_add_func("/finding/api-free-is-open", test_api_free_is_open);
    g_test_add_func("/finding/api-seconds-are-bounded", test_api_seconds_are_bounded);
    g_test_add_func("/finding/api-page-elsewhere-is-left-out", test_api_page_elsewhere_is_left_out);
    g_test_add_func("/finding/api-nonsense-tells-nothing", test_api_nonsense_tells_nothing);
    return g_test_run();
}
