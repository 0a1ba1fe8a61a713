/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses as networks and pages write them. */
#include "web_address.h"

static void assert_title(const char *address, const char *expected)
{
    g_autofree char *title = web_address_title(address);

    g_assert_cmpstr(title, ==, expected);
}

static void pages_are_valid(void)
{
    g_assert_true(web_address_is_valid("http://login.hotel.test/"));
    g_assert_true(web_address_is_valid("https://10.0.0.1:8443/portal"));
    g_assert_true(web_address_is_valid("HTTP://login.hotel.test"));
}

static void other_schemes_are_not(void)
{
    static const char *const others[] = {
        "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ftp://hotel.test/",
        "about:blank",        "httpx://hotel.test/", "mailto:a@b.test",  "",
        "login.hotel.test"};

    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (web_address_is_valid(others[i]))
            g_error("%s is valid", others[i]);
}

static void a_page_has_a_host(void)
{
    g_assert_false(web_address_is_valid("http:///path"));
    g_assert_false(web_address_is_valid("http:path"));
}

static void strange_queries_are_valid(void)
{
    static const char *const strange[] = {
        "http://hotel.test/?q=%E9", "http://hotel.test/?q=%zz&u=a|b[c]{d}",
        "http://hotel.test/%ff#%fe", "http://hotel.test/?url=http://x.test/?a=b#c",
        "http://hotel.test/a b?mac=aa:bb:cc"};

    for (size_t i = 0; i < G_N_ELEMENTS(strange); i++)
        if (!web_address_is_valid(strange[i]))
            g_error("%s is not valid", strange[i]);
}

static void a_title_is_the_host(void)
{
    assert_title("http://login.hotel.test/path?query", "login.hotel.test");
    assert_title("https://login.hotel.test:443/", "login.hotel.test");
    assert_title("http://login.hotel.test:80/", "login.hotel.test");
    assert_title("file:///etc/passwd", "");
}

static void another_port_is_told(void)
{
    assert_title("https://login.hotel.test:8443/", "login.hotel.test:8443");
    assert_title("http://login.hotel.test:443/", "login.hotel.test:443");
    assert_title("http://[2001:db8::1]:8080/", "[2001:db8::1]:8080");
}

static void what_looks_like_a_host_is_none(void)
{
    assert_title("http://bank.test@evil.test/", "evil.test");
    assert_title("http://evil.test/@bank.test", "evil.test");
    assert_title("http://evil.test?bank.test/", "evil.test");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/web-address/pages-are-valid", pages_are_valid);
    g_test_add_func("/web-address/other-schemes-are-not", other_schemes_are_not);
    g_test_add_func("/web-address/page-has-a-host", a_page_has_a_host);
    g_test_add_func("/web-address/strange-queries-are-valid", strange_queries_are_valid);
    g_test_add_func("/web-address/title-is-the-host", a_title_is_the_host);
    g_test_add_func("/web-address/another-port-is-told", another_port_is_told);
    g_test_add_func("/web-address/what-looks-like-a-host-is-none", what_looks_like_a_host_is_none);
    return g_test_run();
}
