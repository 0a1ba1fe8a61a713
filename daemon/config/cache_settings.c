/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the cache may keep, and for how long. The ranges are those of the documents: no TTL above a
 * week (RFC 8767 §4 suggests it as the limit), no stale answer older than three days (RFC 8767 §5).
 */
#include "cache_settings.h"

#define GROUP     "Sotto"
#define BYTES_MAX (G_GINT64_CONSTANT(1) << 32)
#define DAY_S     86400
#define WEEK_S    (7 * DAY_S)
#define STALE_MAX (3 * DAY_S)

gboolean cache_settings_read(Plan *plan, const Keys *keys, GError **error)
{
    int64_t bytes = (int64_t)plan->cache_bytes, stale = plan->cache_stale_s;
    int64_t min_ttl = plan->cache_min_ttl_s, max_ttl = plan->cache_max_ttl_s;

    if (!keys_get_number(keys, GROUP, "CacheSize", 0, BYTES_MAX, &bytes, error) ||
        !keys_get_number(keys, GROUP, "MinTTL", 0, DAY_S, &min_ttl, error) ||
        !keys_get_number(keys, GROUP, "MaxTTL", 1, WEEK_S, &max_ttl, error) ||
        !keys_get_number(keys, GROUP, "StaleSeconds", 0, STALE_MAX, &stale, error) ||
        !keys_get_bool(keys, GROUP, "Prefetch", &plan->cache_prefetch, error) ||
        !keys_get_bool(keys, GROUP, "KeepCache", &plan->cache_keep, error))
        return FALSE;
    if (min_ttl > max_ttl) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID_DATA,
                    "[%s]: MinTTL is larger than MaxTTL.", GROUP);
        return FALSE;
    }
    plan->cache_bytes = (size_t)bytes;
    plan->cache_min_ttl_s = (uint32_t)min_ttl;
    plan->cache_max_ttl_s = (uint32_t)max_ttl;
    plan->cache_stale_s = (uint32_t)stale;
    return TRUE;
}
