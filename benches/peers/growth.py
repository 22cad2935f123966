"""Writes the table of growth into a README: one line a figure, one column a scale."""

import csv
import re
import sys
from pathlib import Path

BEGIN, END = "<!-- growth: written by benches/growth -->", "<!-- end of growth -->"
FIGURES = [
    "rebuild of a month, wall",
    "rebuild of a month, peak memory",
    "size of a version's cubes",
    "start to first answer",
    "memory while serving",
    "of it not mapped",
]


def main(folder, readme, scales):
    results = [of(folder / f"growth-{scale}") for scale in scales]
    names = [name for name in results[0] if results[0][name]["bench"] == "questions"]
    lines = ["| figure | " + " | ".join(f"scale {scale}" for scale in scales) + " | growth |",
             "|---|" + "---|" * (len(scales) + 1)]
    lines += [line(name, results) for name in names + FIGURES]
    text = readme.read_text()
    table = f"{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}"
    readme.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, text, flags=re.S))


def of(folder):
    found = {}
    for bench in ("questions", "service"):
        with open(folder / f"{bench}.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter=";"):
                found[row["name"]] = row | {"bench": bench}
    return found


def line(name, results):
    # A question that a scale could not answer is a dash.
    values = [float(result[name]["median"]) if name in result else None for result in results]
    unit = results[0][name]["unit"]
    shown = " | ".join("–" if value is None else f"{value:.3g} {unit}" for value in values)
    growth = "–" if values[-1] is None else f"{values[-1] / values[0]:.1f} ×"
    return f"| {name.replace('_', ' ')} | {shown} | {growth} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
