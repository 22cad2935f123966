"""Compares a rival's answer with ours, cell by cell."""

import csv

import numpy as np

# The columns of each question, in the order of our answer.
SHAPES = {
    "hand07": ["kommune", "q", "ydelse"],
    "totals": ["t", "geo"],
    "months": ["m"],
    "benchmark_report": ["kommune", "q", "ydelse"],
    "cell": [],
    "country_cell": [],
    "harmonisation": ["m", "rule", "citizen"],
    "m6_kommune_aar_ydelse": ["kommune", "y", "ydelse"],
    "alder_aar": ["y", "band"],
}


def ours(folder, question):
    """Our cells: keys → value."""
    with open(folder / f"{question}.csv", encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        return {tuple(row[:-1]): float(row[-1]) for row in rows}


def theirs(question, answer, texts):
    """A rival's cells. A grid with one column per period (`n0`, `n1`, …) is unfolded."""
    names = answer if isinstance(answer, dict) else answer.column_names
    columns = {name: np.asarray(answer[name]) for name in names}
    if "n" not in columns:
        columns = unfold(question, columns)
    kept = np.flatnonzero(columns["n"])
    keys = [texts[name][columns[name][kept].astype(int)] for name in SHAPES[question]]
    values = columns["n"][kept].astype(float)
    return dict(zip(zip(*keys) if keys else [()] * len(kept), values))


def unfold(question, columns):
    period = next(name for name in SHAPES[question] if name in ("q", "m", "t", "y"))
    places = [name for name in columns if name[0] == "n" and name[1:].isdigit()]
    rows = len(columns[places[0]])
    long = {
        name: np.tile(values, len(places))
        for name, values in columns.items() if name not in places
    }
    long[period] = np.repeat([int(name[1:]) for name in places], rows)
    long["n"] = np.concatenate([columns[name] for name in places])
    return long


def difference(mine, other):
    """Empty where all cells are equal, ratios up to their last digits; else what is wrong, in a few
    words."""
    differ = lambda key: abs(mine.get(key, 0) - other.get(key, 0)) > 1e-12 * abs(mine.get(key, 0))
    wrong = [key for key in mine.keys() | other.keys() if differ(key)]
    if not wrong:
        return ""
    first = min(wrong)
    return f"{len(wrong)} cells differ, e.g. {first}: {mine.get(first)} / {other.get(first)}"
