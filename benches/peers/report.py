"""Writes what was measured into the README: report.py RESULTS README."""

import csv
import datetime
import os
import platform
import re
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

BEGIN, END = "<!-- results: written by benches/run -->", "<!-- end of results -->"
PEERS = ["DuckDB", "ClickHouse", "Polars"]

# name: (title, wanted ratio to the best natural formulation, and to the best of all)
QUESTIONS = {
    "hand07": ("98 municipalities × 52 quarters × 13 services", 60, 15),
    "totals": ("three services: municipality, region, country × quarter, year", 50, 20),
    "months": ("the country by all months", 150, 6),
    "benchmark_report": ("9 municipalities × 4 quarters × 13 services, approved only", None, 15),
    "cell": ("one cell: 153, 1.12.0.2, 2020K4", None, 25),
    "country_cell": ("one cell: the country, 2020K4", None, 10),
    "m6_kommune_aar_ydelse": ("full-year recipients (M6): municipality × year × service", None, 10),
    "alder_aar": ("age group × year, the country", None, None),
    "harmonisation": ("one municipality: months × rule × citizen", None, 15),
}


def main(results, readme):
    ours = {row["name"]: row for row in read(results / "questions.csv")}
    peers = defaultdict(list)
    for row in read(results / "peers.csv"):
        peers[row["question"]].append(row)
    lines = [BEGIN, "", machine(), "", *questions(ours, peers), "", *figures(results, ours), "", END]
    text = readme.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[-1]
    readme.write_text(before + "\n".join(lines) + after, encoding="utf-8")


def read(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def machine():
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"model name\s*: (.*)", cpuinfo.read_text())
        model = found.group(1) if found else model
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "chdb", "polars"))
    return (
        f"Measured {datetime.date.today()} on {os.cpu_count()} cores of {model}, "
        f"{platform.system()}, load average {os.getloadavg()[0]:.1f} at the end; {packages}."
    )


def questions(ours, peers):
    yield "| question | Terning | " + " | ".join(f"{peer} natural / best" for peer in PEERS) + (
        " | ratio natural / best | wanted | cells compared |")
    yield "|---|---|" + "---|" * (len(PEERS) + 3)
    for name, (title, natural_target, target) in QUESTIONS.items():
        if name not in ours or not peers[name]:
            continue
        own, rows = ours[name], peers[name]
        columns = [both(rows, peer) for peer in PEERS]
        median = float(own["median"])
        natural = fastest(row for row in rows if row["kind"] == "natural")
        best = fastest(rows)
        ratios = [ratio(natural, median, natural_target), ratio(best, median, target)]
        wanted = " / ".join("–" if one is None else str(one) for one in (natural_target, target))
        cells = [title, f"{spread(own)}", *columns, " / ".join(ratios), wanted, equal(rows)]
        yield "| " + " | ".join(cells) + " |"


def usable(rows):
    return [row for row in rows if row["median"] and not row["difference"]]


def fastest(rows):
    return min(usable(rows), key=lambda row: float(row["median"]), default=None)


def both(rows, peer):
    own = [row for row in rows if row["peer"] == peer]
    natural = fastest(row for row in own if row["kind"] == "natural")
    best = fastest(own)
    return " / ".join(
        f"{number(row['median'])} ({row['formulation']})" if row else "–" for row in (natural, best))


def ratio(row, median, target):
    if row is None:
        return "–"
    value = float(row["median"]) / median
    missed = target is not None and value < target
    return f"{value:.0f} (missed)" if missed else f"{value:.0f}"


def spread(row):
    return f"**{number(row['median'])}** ({number(row['min'])}–{number(row['max'])})"


def number(text):
    value = float(text)
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def equal(rows):
    count = f"{int(rows[0]['cells']):,}"
    return f"{count}, equal in {len(usable(rows))} of {len(rows)} formulations"


def figures(results, ours):
    yield "| figure | measured | limit | |"
    yield "|---|---|---|---|"
    rows = [row for row in ours.values() if row["limit"]]
    for bench in ("pivots", "service"):
        rows += read(results / f"{bench}.csv")
    for row in rows:
        measured = f"{spread(row)} {row['unit']}" if row["min"] else (
            f"**{number(row['median'])}** {row['unit']}")
        limit = f"< {number(row['limit'])} {row['unit']}" if row["limit"] else ""
        held = "" if not row["limit"] else (
            "held" if float(row["median"]) < float(row["limit"]) else "missed")
        note = f", {row['note']}" if row["note"] else ""
        yield f"| {row['name'].replace('_', ' ')}{note} | {measured} | {limit} | {held} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
