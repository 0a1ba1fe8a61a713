# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that ends the run of the scenarios: what left in clear and how long no lookup worked, in each."""

PLAYED = []
"""(Scenario, Result) of each that came to its end in this run."""
HEAD = ("scenario", "in clear, by kind", "leaked", "longest outage", "allowed")


def rows(played):
    """`played`: (Scenario, Result) each."""
    for scenario, result in played:
        clear = ", ".join(f"{kind} {count}" for kind, count in sorted(result.clear.items()) if count)
        if result.counted["vpn"]:
            clear = ", ".join(filter(None, (clear, f"vpn {result.counted['vpn']}")))
        excused = "; ".join(f"{why} ({seconds:.1f} s)" for why, seconds in result.excused)
        yield (scenario.name, clear or "-", str(len(result.leaks)), f"{result.outage_ms} ms",
               f"{scenario.leaks}, {scenario.outage_ms} ms" + (f"; not counted: {excused}" if excused else ""))


def text(played):
    """The table of PLAYED, or of some of it, as lines, with the sum below."""
    body = [HEAD, *rows(played)]
    widths = [max(len(row[column]) for row in body) for column in range(len(HEAD) - 1)]
    for row in body:
        cells = [cell.rjust(width) if column in (2, 3) else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        yield "  ".join((*cells, row[-1])).rstrip()
    leaks = sum(len(result.leaks) - scenario.leaks for scenario, result in played)
    worst = max(result.outage_ms for _, result in played)
    lookups = sum(result.lookups for _, result in played)
    yield f"{len(played)} scenarios, {lookups} lookups asked: {leaks} leaked beyond what is allowed," \
          f" the longest time without a working lookup {worst} ms"
