/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the numbers of the Statistics page are written: separators and the decimal sign are the
 * locale's, order and units the translators'.
 */
#include "figure.h"

#include "presentation.h"

#include <glib/gi18n.h>
#include <math.h>

char *figure_count(double count)
{
    if (count > 0 && count < 10 && fabs(count - round(count)) > 0.05)
        return g_strdup_printf("%.1f", count);
    return presentation_count((guint64)llround(count));
}

char *figure_time(double time_us)
{
    double time_ms = time_us / 1000;

    if (time_ms >= 1000)
        /* Translators: seconds. */
        return g_strdup_printf(_("%.1f s"), time_ms / 1000);
    if (time_ms > 0 && time_ms < 10)
        /* Translators: milliseconds. */
        return g_strdup_printf(_("%.1f ms"), time_ms);
    /* Translators: milliseconds. */
    return g_strdup_printf(_("%.0f ms"), time_ms);
}

char *figure_share(guint64 part, guint64 whole)
{
    g_autofree char *count = presentation_count(part);
    double share;

    if (whole == 0)
        return g_steal_pointer(&count);
    share = 100.0 * (double)part / (double)whole;
    if (part > 0 && share < 1)
        /* Translators: a count, and which share of all that is. */
        return g_strdup_printf(_("%s (below 1 %%)"), count);
    /* Translators: a count, and which share of all that is. */
    return g_strdup_printf(_("%s (%.0f %%)"), count, share);
}

/* NULL: not a day. */
static GDateTime *parse_day(const char *day)
{
    g_autofree char *midnight = g_strconcat(day, "T00:00:00", NULL);
    g_autoptr(GTimeZone) here = g_time_zone_new_local();

    return g_date_time_new_from_iso8601(midnight, here);
}

static char *format_day(const char *day, const char *format)
{
    g_autoptr(GDateTime) date = parse_day(day);

    return date != NULL ? g_date_time_format(date, format) : g_strdup(day);
}

char *figure_day(const char *day)
{
    /* Translators: strftime; a day of this week, such as Sun 22. */
    /* xgettext:no-c-format */
    return format_day(day, _("%a %-d"));
}

char *figure_date(const char *day)
{
    /* Translators: strftime; a date, such as 22 November 2026. */
    return format_day(day, _("%-d %B %Y"));
}

char *figure_moment(gint64 time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_s);

    /* Translators: strftime; a date and a time of day, such as 22 November 2026, 14:32. */
    return time != NULL ? g_date_time_format(time, _("%-d %B %Y, %H:%M")) : g_strdup("—");
}

char *figure_protocol(const char *word)
{
    static const struct {
        const char *word, *name;
    } names[] = {
        {"dnscrypt", "DNSCrypt"}, {"dot", "DNS over TLS"},   {"doh", "DNS over HTTPS"},
        {"doq", "DNS over QUIC"}, {"odoh", "Oblivious DoH"}, {"plain", N_("Unencrypted")},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i].word, word))
            return g_strdup(_(names[i].name));
    return g_strdup(word);
}
