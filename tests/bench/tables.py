# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as text: a table a scenario, each figure beside its ratio to Sotto's, and below Sotto's to the best other."""

WIDTH = 16


def _ratio(value, base):
    return f"×{value / base:.2f}" if base else ""


def _best_other(rows, key):
    others = {name: row[key] for name, row in rows.items() if name not in ("sotto", "no one") and row.get(key) is not None}
    return min(others.items(), key=lambda item: item[1]) if others else None


def print_table(title, columns, rows):
    """`columns`: (key, heading, format); the less the better."""
    print(f"\n{title}\n  {'':{WIDTH}}" + "".join(f"{heading:>13}{'':>7}" for _, heading, _ in columns))
    own = rows.get("sotto", {})
    for name, row in rows.items():
        cells = ""
        for key, _, form in columns:
            value = row.get(key)
            text = "" if value is None else format(value, form)
            compared = "" if name == "sotto" or value is None or own.get(key) is None else _ratio(value, own[key])
            cells += f"{text:>13}{compared:>7}"
        print(f"  {name:{WIDTH}}{cells}".rstrip())
    summary = []
    for key, heading, _ in columns:
        best = _best_other(rows, key)
        if best and own.get(key) is not None and best[1]:
            summary.append(f"{heading} {_ratio(own[key], best[1])} of {best[0]}")
    if summary:
        print(f"  Sotto to the best other: {'; '.join(summary)}")


LATENCY = [("p50_us", "p50 µs", ".0f"), ("p99_us", "p99 µs", ".0f")]
CPU = [("cpu_us", "CPU µs/query", ".2f")]
ADDED = [("added_p50_us", "added p50", ".0f")]
LOSS = [("p50_ms", "p50 ms", ".1f"), ("p99_ms", "p99 ms", ".1f"), ("lost", "lost", "d")]

TABLES = {
    "hit": ("Cache hit", CPU + LATENCY),
    "miss-dnscrypt": ("Cache miss, DNSCrypt upstream", CPU + LATENCY + ADDED),
    "miss-tls": ("Cache miss, DNS over TLS upstream", CPU + LATENCY + ADDED),
    "miss-https": ("Cache miss, DNS over HTTPS upstream", CPU + LATENCY + ADDED),
    "loss-dnscrypt": ("Lossy link, DNSCrypt", LOSS),
    "loss-tls": ("Lossy link, DNS over TLS", LOSS),
    "loss-https": ("Lossy link, DNS over HTTPS", LOSS),
    "loss-quic": ("Lossy link, DNS over QUIC", LOSS),
    "memory": ("Memory (PSS, MB)", [("idle_mb", "idle", ".1f"), ("filled_mb", "filled", ".1f")]),
    "idle": ("Idle", [("wake_ups", "wake-ups/s", ".2f")]),
    "start": ("From exec to the first answer that came encrypted", [("first_ms", "ms", ".1f")]),
}


def print_all(results):
    for scenario, (title, columns) in TABLES.items():
        if results.get(scenario):
            print_table(title, columns, results[scenario])
