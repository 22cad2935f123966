"""Asks DuckDB the questions of the Star Schema Benchmark, and compares every cell with ours.

    ssb.py TABLES RESULTS [--runs 31] [--readme FILE]

TABLES is the folder that the program `ssb` wrote, RESULTS the one that `cargo bench --bench ssb`
wrote (TERNING_BENCH_OUT). Two threads, tables loaded into memory beforehand. Prints one table, or
writes it into a README, and ends with 1 where a cell differs.
"""

import argparse
import csv
import datetime
import os
import re
import resource
import sys
import time
from pathlib import Path

import duckdb

BEGIN, END = "<!-- ssb: written by benches/run -->", "<!-- end of ssb -->"
QUESTIONS = Path(__file__).resolve().parent.parent / "ssb"


def load(tables):
    base = duckdb.connect()
    base.execute("SET threads TO 2")
    began, cpu = time.perf_counter(), time.process_time()
    for name in ["date", "customer", "supplier", "part", "lineorder"]:
        base.execute(f"CREATE TABLE {name} AS FROM read_csv('{tables / (name + '.csv')}')")
    return base, time.perf_counter() - began, time.process_time() - cpu


def measure(call, runs):
    """Median and shortest, wall and CPU, in milliseconds."""
    for _ in range(3):
        call()
    wall, cpu = [], []
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        call()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return sorted(wall), sorted(cpu)


def differs(ours, theirs, by_value):
    with ours.open() as file:
        lines = list(csv.reader(file, delimiter=";"))[1:]
    if by_value:
        # By year and value: equal values may come in any order.
        ranked = [(line[-2], float(line[-1])) for line in lines]
        if ranked != [(str(row[-2]), float(row[-1])) for row in theirs if row[-1] is not None]:
            return len(lines), ["the order of rows"]
    mine = {tuple(line[:-1]): float(line[-1]) for line in lines}
    other = {tuple(str(key) for key in row[:-1]): float(row[-1]) for row in theirs
             if row[-1] is not None}
    wrong = [key for key in mine.keys() | other.keys() if mine.get(key) != other.get(key)]
    return len(mine), wrong


def our_figures(results):
    with (results / "ssb.csv").open() as file:
        rows = csv.DictReader(file, delimiter=";")
        return {row["name"]: (float(row["median"]), float(row["min"] or row["median"]))
                for row in rows}


def preparation(ours, wall, cpu):
    """What was done before the first question, on both sides."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    day = datetime.date.today().isoformat()
    load = " ".join(f"{one:.1f}" for one in os.getloadavg()[:2])
    of = {name: value for name, (value, _) in ours.items()}
    return (f"Measured {day}, load average {load}. Our side: build {of['build, wall']:.1f} s wall, "
            f"{of['build, CPU']:.1f} s CPU, peak {of['peak memory of the build']:.0f} MB while it "
            f"builds, {of['memory with the cube']:.0f} MB with the cube. DuckDB "
            f"{duckdb.__version__}: load {wall:.1f} s wall, {cpu:.1f} s CPU, peak {peak:.0f} MB.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--readme", type=Path)
    words = parser.parse_args()
    base, wall, cpu = load(words.tables)
    ours = our_figures(words.results)
    lines = [preparation(ours, wall, cpu), "",
             "| question | Terning wall | DuckDB wall | ratio | Terning CPU | DuckDB CPU | cells |",
             "|---|---|---|---|---|---|---|"]
    failed = False
    for file in sorted(QUESTIONS.glob("*.sql")):
        name, sql = file.stem, file.read_text()
        theirs = base.execute(sql).fetchall()
        compared = words.results / "cells" / f"{name}.csv"
        cells, wrong = differs(compared, theirs, "value DESC" in sql)
        walls, cpus = measure(lambda: base.execute(sql).fetchnumpy(), words.runs)
        own, own_cpu = ours[f"{name} wall"], ours[f"{name} CPU"]
        middle, middle_cpu = walls[len(walls) // 2], cpus[len(cpus) // 2]
        said = f"{cells}, equal" if not wrong else f"{len(wrong)} DIFFER, such as {wrong[0]}"
        failed |= bool(wrong)
        lines.append(f"| {name} | {own[0]:.2f} ({own[1]:.2f}) | {middle:.2f} ({walls[0]:.2f})"
                     f" | {middle / own[0]:.1f} | {own_cpu[0]:.2f} ({own_cpu[1]:.2f})"
                     f" | {middle_cpu:.2f} ({cpus[0]:.2f}) | {said} |")
    tell("\n".join(lines), words.readme)
    sys.exit(failed)


def tell(table, readme):
    """Prints the table, or puts it between the marks of a README."""
    if readme is None:
        print(table)
        return
    whole = f"{BEGIN}\n\n{table}\n\n{END}"
    text = readme.read_text()
    readme.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: whole, text, flags=re.S))


main()
