"""The star that our side exported, as tables for the rivals.

What our side prepares at rebuild the rivals get ready-made: citizens numbered, days as numbers of
months, quarters and years, marks one per row, and pieces cut where the approval changes. All of it
is made here, from the star, without our engine.
"""

import csv
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv

UNKNOWN = "Ukendt"
ALL_COUNTRY = 255  # code of the country among municipalities (0–) and regions (200–)
REGIONS = 200
BANDS = ["0-17", "18-29", "30-39", "40-49", "50-64", "65+"]
NOT_BORN = -1000000  # month of a birth that is not known
YEARS = 100  # code of the first year among quarters (0–)


class Tables:
    """Arrow tables, and texts of the codes in them."""

    def __init__(self, folder: Path):
        self.folder = folder
        first, last = self._timeline()
        self.first, self.months = first, int((last - first).astype(int)) + 1
        self.quarters, self.years = -(-self.months // 3), -(-self.months // 12)
        kommuner = self._rows("handlekommune")
        regions = sorted({row["regionskode"] or UNKNOWN for row in kommuner})
        self.region_of = np.array(
            [regions.index(row["regionskode"] or UNKNOWN) for row in kommuner], np.uint8
        )
        self.texts = {
            "kommune": self._keys("handlekommune", "kommunekode"),
            "ydelse": self._keys("ydelse", "ydelseskode"),
            "rule": self._keys("regel", "regel"),
            "citizen": self._keys("borger", "personnummer"),
            "m": np.array([str(first + m) for m in range(self.months)]),
            "q": np.array([self._quarter(q) for q in range(self.quarters)]),
        }
        self.texts["y"] = np.array([str(int(str(first)[:4]) + y) for y in range(self.years)])
        self.texts["band"] = np.array(BANDS + [UNKNOWN])
        self.texts["geo"] = self._geo(regions)
        self.texts["t"] = self._periods()
        self.kommune = {key: code for code, key in enumerate(self.texts["kommune"])}
        self.ydelse = {key: code for code, key in enumerate(self.texts["ydelse"])}
        self.rule_none = int(np.flatnonzero(self.texts["rule"] == UNKNOWN)[0])
        facts = self._facts("ydelser_benchmark")
        pieces = self._pieces(facts)
        self.by_cell = sort(pieces, ["kommune", "ydelse", "citizen", "m0"])
        self.by_citizen = sort(pieces, ["citizen", "m0"])
        days = self._days(facts)
        self.by_day = sort(days, ["kommune", "ydelse", "citizen", "d0"])
        self.by_birth = sort(self._births(facts), ["citizen", "y0"])
        self.year = self._year_table()
        self.cut = sort(self._cut(facts), ["kommune", "ydelse", "citizen", "q0"])
        self.marks = sort(self._marks(), ["kommune", "rule", "citizen", "m0"])
        self.period = self._period_table()

    def names(self):
        """The tables by name."""
        return {
            "by_cell": self.by_cell,
            "by_citizen": self.by_citizen,
            "cut": self.cut,
            "marks": self.marks,
            "period": self.period,
            "by_day": self.by_day,
            "by_birth": self.by_birth,
            "year": self.year,
        }

    def quarter(self, text):
        return int(np.flatnonzero(self.texts["q"] == text)[0])

    def _rows(self, name):
        with open(self.folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def _keys(self, name, column):
        return np.array([row[column] or UNKNOWN for row in self._rows(name)])

    def _timeline(self):
        row = self._rows("tid")[0]
        return (np.datetime64(row[name], "M") for name in ("first_month", "last_month"))

    def _quarter(self, q):
        month = self.first + 3 * q
        year = month.astype("datetime64[Y]")
        return f"{year}K{int((month - year.astype('datetime64[M]')).astype(int)) // 3 + 1}"

    def _geo(self, regions):
        geo = np.full(256, "", dtype=object)
        kommuner = self.texts["kommune"]
        geo[: len(kommuner)] = kommuner
        geo[REGIONS : REGIONS + len(regions)] = regions
        geo[ALL_COUNTRY] = "*"
        return geo

    def _periods(self):
        periods = np.full(256, "", dtype=object)
        periods[: self.quarters] = self.texts["q"]
        first = int(str(self.first)[:4])
        periods[YEARS : YEARS + self.years] = [str(first + y) for y in range(self.years)]
        return periods

    def _facts(self, name):
        options = pa.csv.ParseOptions(delimiter=";")
        lists = {"maalgrupper": pa.string(), "regler": pa.string()}
        types = pa.csv.ConvertOptions(column_types=lists)
        table = pa.csv.read_csv(
            self.folder / f"{name}.csv", parse_options=options, convert_options=types
        )
        columns = {key: table[key].to_numpy() for key in table.column_names}
        as_of = (self.first + self.months).astype("datetime64[D]").astype(int) - 1
        start = self.first.astype("datetime64[D]").astype(int)
        columns["first"] = np.maximum(columns["foerste_dag"], start)
        columns["last"] = np.minimum(columns["sidste_dag"], as_of)
        kept = columns["first"] <= columns["last"]
        kept &= columns["foerste_dag"] <= columns["sidste_dag"]
        return {key: values[kept] for key, values in columns.items()}

    def _month(self, days):
        return (days.astype("datetime64[D]").astype("datetime64[M]") - self.first).astype(np.uint8)

    def _spans(self, columns):
        m0, m1 = self._month(columns["first"]), self._month(columns["last"])
        small = lambda values: values.astype(np.uint8)
        return {
            "m0": m0, "m1": m1,
            "q0": small(m0 // 3), "q1": small(m1 // 3),
            "y0": small(m0 // 12), "y1": small(m1 // 12),
        }

    def _keys_of(self, columns):
        kommune = columns["handlekommune"].astype(np.uint8)
        return {
            "citizen": columns["borger"].astype(np.uint32),
            "kommune": kommune,
            "region": self.region_of[kommune],
            "ydelse": columns["ydelse"].astype(np.uint8),
        }

    def _pieces(self, columns):
        return pa.table({**self._keys_of(columns), **self._spans(columns)})

    def _days(self, columns):
        """First and last day, counted from the start of the timeline."""
        start = self.first.astype("datetime64[D]").astype(int)
        day = lambda name: (columns[name] - start).astype(np.int32)
        return pa.table({**self._keys_of(columns), "d0": day("first"), "d1": day("last")})

    def _births(self, columns):
        """Years, and the month of birth counted from the start of the timeline: every year ends on
        the last day of a month, so the day of birth makes no difference."""
        days = columns["foedt"].astype(np.int64)
        known = days > -(2**31)
        months = np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[M]") - self.first
        spans = self._spans(columns)
        return pa.table({
            "citizen": columns["borger"].astype(np.uint32), "y0": spans["y0"], "y1": spans["y1"],
            "born": np.where(known, months.astype(np.int64), NOT_BORN).astype(np.int32),
        })

    def year_days(self):
        """The first and the last day of each year, counted from the start of the timeline."""
        day = lambda month: int((self.first + month).astype("datetime64[D]").astype(int)
                                - self.first.astype("datetime64[D]").astype(int))
        ends = [min(12 * (y + 1), self.months) for y in range(self.years)]
        return [(day(12 * y), day(end) - 1) for y, end in enumerate(ends)]

    def year_months(self):
        """The last month of each year."""
        return [min(12 * (y + 1), self.months) - 1 for y in range(self.years)]

    def _year_table(self):
        days = self.year_days()
        return pa.table({
            "y": pa.array(range(self.years), pa.uint8()),
            "a": pa.array([first for first, _ in days], pa.int32()),
            "z": pa.array([last for _, last in days], pa.int32()),
            "m": pa.array(self.year_months(), pa.int32()),
        })

    def _cut(self, columns):
        """Pieces cut where the approval changes, with the mark of each."""
        facts = pa.table({key: columns[key] for key in (
            "borger", "handlekommune", "ydelse", "godkendelsesserie", "first", "last")})
        steps = pa.csv.read_csv(
            self.folder / "godkendelser.csv", parse_options=pa.csv.ParseOptions(delimiter=";")
        )
        cut = duckdb.sql("""
            WITH step AS (
                SELECT series, "from"::BIGINT AS a, member,
                       coalesce(lead("from") OVER (PARTITION BY series ORDER BY "from"),
                                2147483647)::BIGINT - 1 AS z
                FROM steps)
            SELECT borger, handlekommune, ydelse, member,
                   greatest(first, a) AS first, least(last, z) AS last
            FROM facts JOIN step ON series = godkendelsesserie AND a <= last AND z >= first
        """).to_arrow_table()
        cut = {key: cut[key].to_numpy() for key in cut.column_names}
        spans = {key: values for key, values in self._spans(cut).items() if key in ("q0", "q1")}
        return pa.table({**self._keys_of(cut), **spans, "approved": cut["member"] == 0})

    def _marks(self):
        """The VH cube, one row per record and mark."""
        columns = self._facts("ydelser_indberettet")
        lists = [text.split() for text in columns["regler"]]
        row = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
        rule = np.array([int(mark) for one in lists for mark in one], np.uint8)
        columns = {key: columns[key][row] for key in (
            "borger", "handlekommune", "ydelse", "first", "last")}
        spans = {key: values for key, values in self._spans(columns).items() if key[0] == "m"}
        return pa.table({**self._keys_of(columns), **spans, "rule": rule})

    def _period_table(self):
        """Months (grain m), quarters (q) and years (y) with their place in the timeline."""
        rows = [("m", m) for m in range(self.months)]
        rows += [("q", q) for q in range(self.quarters)] + [("y", y) for y in range(self.years)]
        return pa.table({
            "grain": [grain for grain, _ in rows],
            "p": pa.array([p for _, p in rows], pa.uint8()),
        })


def sort(table, columns):
    return table.sort_by([(column, "ascending") for column in columns])
