"""Polars: each question in several formulations, as lazy frames (see duck.py for the kinds)."""

import os

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl  # noqa: E402

NAME = "Polars"


class Peer:
    def __init__(self, tables):
        self.t = tables
        frames = {name: pl.from_arrow(table) for name, table in tables.names().items()}
        self.by_cell, self.by_citizen = frames["by_cell"], frames["by_citizen"]
        self.period = frames["period"]
        # Polars has no index; the facts of one municipality stand ready in a frame of their own.
        self.cut = frames["cut"]
        self.cell_of = parts(self.by_cell)
        self.cut_of = parts(self.cut)
        self.by_day, self.by_birth = frames["by_day"], frames["by_birth"]
        self.year = frames["year"]
        self.marks, self.marks_of = frames["marks"], parts(frames["marks"])

    def questions(self):
        return {
            "hand07": self.hand07(52),
            "totals": self.totals(),
            "months": self.months(),
            "benchmark_report": self.report(),
            "cell": self.cell(),
            "country_cell": self.country_cell(),
            "m6_kommune_aar_ydelse": self.covered(),
            "alder_aar": self.ages(),
            "harmonisation": self.harmonisation(),
        }

    def hand07(self, count):
        lf = self.by_cell.lazy().filter(pl.col("q0") < count)
        lf = lf.with_columns(pl.col("q1").clip(upper_bound=count - 1))
        keys = ["kommune", "q", "ydelse"]
        long = expanded(lf, "q").select(*keys, "citizen")
        group = number("kommune", "ydelse")
        place = number("kommune", "ydelse", scale=256) * 64
        return [
            ("natural", "expansion", run(distinct(long, keys))),
            ("natural", "expansion, distinct rows", run(long.unique().group_by(keys).agg(n=pl.len()))),
            ("natural", "range join", run(distinct(
                joined(lf, self.period, "q").filter(pl.col("q") < count), keys))),
            ("best", "ordered islands, events", run(
                self.swept(lf, group, "q", place, keys_of_place, 98 * 256 * 64))),
            ("best", "ordered islands, bits", run(bits(
                masks(fresh(lf, group, "q"), "q", "kommune", "ydelse"),
                ["kommune", "ydelse"], count))),
            ("best", "bits", run(bits(
                masks(lf, "q", "kommune", "ydelse", "citizen")
                .group_by("kommune", "ydelse", "citizen").agg(pl.col("mask").bitwise_or()),
                ["kommune", "ydelse"], count))),
        ]

    def swept(self, lf, group, span, place, unfold, places):
        """Merged stretches → +1 and −1 events → one running sum over all cells in order: what a
        cell's events add up to is 0, so that no cell disturbs the next."""
        stretches = fresh(lf, group, span)
        begins = stretches.select(place=place + pl.col(f"{span}0"), d=pl.lit(1, pl.Int32))
        ends = stretches.select(place=place + pl.col(f"{span}1") + 1, d=pl.lit(-1, pl.Int32))
        change = pl.concat([begins, ends]).group_by("place").agg(pl.col("d").sum())
        grid = pl.LazyFrame({"place": pl.int_range(places, dtype=pl.Int64, eager=True)})
        dense = grid.join(change, on="place", how="left", maintain_order="left")
        counted = dense.with_columns(n=pl.col("d").fill_null(0).cum_sum())
        return counted.filter(pl.col("n") > 0).select(*unfold(), "n")

    def totals(self):
        t = self.t
        services = [t.ydelse[code] for code in ("1.8.1", "1.8.2", "1.12.0.1")]
        where = pl.col("ydelse").is_in(services)
        lf = self.by_citizen.lazy().filter(where)
        geos = [
            pl.col("kommune").cast(pl.Int64),
            200 + pl.col("region").cast(pl.Int64),
            pl.lit(255, pl.Int64),
        ]
        spans = [("q", 0), ("y", 100)]

        def natural(count):
            return pl.concat([
                count(expanded(lf, span).select(
                    t=pl.col(span).cast(pl.Int64) + code, geo=geo, citizen="citizen"), ["t", "geo"])
                for span, code in spans for geo in geos])

        ordered = [lf.with_columns(geo=geo).sort("geo", maintain_order=True) for geo in geos]

        def events(one, span, code):
            unfold = lambda: (
                (pl.col("place") % 256 + code).alias("t"), (pl.col("place") // 256).alias("geo"))
            return self.swept(one, pl.col("geo"), span, pl.col("geo") * 256, unfold, 65536)

        def masked():
            kom = masks(lf, "q", "kommune", "region", "citizen").group_by(
                "kommune", "region", "citizen").agg(pl.col("mask").bitwise_or())
            reg = kom.group_by("region", "citizen").agg(pl.col("mask").bitwise_or())
            land = reg.group_by("citizen").agg(pl.col("mask").bitwise_or())
            every = pl.concat([
                one.select(geo=geo, mask="mask") for one, geo in zip((kom, reg, land), geos)])
            count = [((pl.col("mask") & (1 << q)) != 0).sum().alias(f"n{q}")
                     for q in range(t.quarters)]
            count += [((pl.col("mask") & (15 << 4 * y)) != 0).sum().alias(f"n{100 + y}")
                      for y in range(t.years)]
            return every.group_by("geo").agg(count)

        return [
            ("natural", "six expansions", run(natural(distinct))),
            ("natural", "six expansions, distinct rows", run(natural(
                lambda long, keys: long.unique().group_by(keys).agg(n=pl.len())))),
            ("best", "six ordered islands, events", run(pl.concat([
                events(one, span, code) for span, code in spans for one in ordered]))),
            ("best", "bits", run(masked())),
        ]

    def months(self):
        lf = self.by_citizen.lazy()
        group = pl.col("citizen").cast(pl.Int64)
        long = expanded(lf, "m").select("m", "citizen")
        place = pl.lit(0, pl.Int64)
        unfold = lambda: (pl.col("place").alias("m"),)
        return [
            ("natural", "expansion", run(distinct(long, ["m"]))),
            ("natural", "expansion, distinct rows", run(long.unique().group_by("m").agg(n=pl.len()))),
            ("natural", "range join", run(distinct(joined(lf, self.period, "m"), ["m"]))),
            ("best", "ordered islands, events", run(
                self.swept(lf, pl.lit(0, pl.Int64), "m", place, unfold, self.t.months + 1))),
            ("best", "ordered islands, two counts", run(self.two_counts(lf, "m"))),
        ]

    def two_counts(self, lf, span):
        """How many merged stretches begin and end in each period, and running sums of both."""
        stretches = fresh(lf, pl.lit(0, pl.Int64), span)
        begun = stretches.group_by(m=f"{span}0").agg(begun=pl.len())
        ended = stretches.group_by(m=pl.col(f"{span}1") + 1).agg(ended=pl.len())
        both = begun.join(ended, on="m", how="full", coalesce=True).sort("m").fill_null(0)
        active = pl.col("begun").cast(pl.Int32).cum_sum() - pl.col("ended").cast(pl.Int32).cum_sum()
        return both.select("m", n=active).filter(pl.col("n") > 0)

    def report(self):
        q = self.t.quarter("2020K4")
        codes = [self.t.kommune[str(code)] for code in range(153, 171, 2)]
        keys = ["kommune", "q", "ydelse"]
        touching = (pl.col("q0") <= q) & (pl.col("q1") >= q - 3)
        whole = self.cut.lazy().filter(
            pl.col("approved") & pl.col("kommune").is_in(codes) & touching)
        here = [self.cut_of[code].lazy() for code in codes if code in self.cut_of]
        part = pl.concat(here).filter(pl.col("approved") & touching)

        def long(lf):
            clipped = lf.with_columns(
                pl.col("q0").clip(lower_bound=q - 3), pl.col("q1").clip(upper_bound=q))
            return expanded(clipped, "q").select(*keys, "citizen")

        def changes(lf):
            row = number("kommune", "ydelse") + pl.col("citizen")
            new = lambda at: (pl.col("q0") <= at) & (pl.col("q1") >= at)
            return lf.with_columns(row=row).group_by("kommune", "ydelse").agg([
                pl.col("row").filter(new(at)).rle_id().last().add(1).fill_null(0).alias(f"n{at}")
                for at in range(q - 3, q + 1)])

        return [
            ("natural", "expansion", run(distinct(long(whole), keys))),
            ("natural", "range join", run(distinct(
                joined(whole, self.period, "q").filter(pl.col("q").is_between(q - 3, q)), keys))),
            ("natural", "filtered aggregates", run(whole.group_by("kommune", "ydelse").agg([
                pl.col("citizen").filter((pl.col("q0") <= at) & (pl.col("q1") >= at)).n_unique()
                .alias(f"n{at}") for at in range(q - 3, q + 1)]))),
            ("best", "parts, distinct rows", run(
                long(part).unique().group_by(keys).agg(n=pl.len()))),
            ("best", "parts, expansion", run(distinct(long(part), keys))),
            ("best", "parts, row before", run(changes(part))),
        ]

    def cell(self):
        t = self.t
        kommune, q = t.kommune["153"], t.quarter("2020K4")
        active = (pl.col("q0") <= q) & (pl.col("q1") >= q) & (
            pl.col("ydelse") == t.ydelse["1.12.0.2"])
        whole = self.by_cell.lazy().filter((pl.col("kommune") == kommune) & active)
        part = self.cell_of[kommune]
        citizen = pl.col("citizen")
        return [
            ("natural", "distinct", run(whole.select(n=citizen.n_unique()))),
            ("best", "part, distinct", run(part.lazy().filter(active).select(n=citizen.n_unique()))),
            ("best", "part, row before", run(
                part.lazy().filter(active).select(n=citizen.rle_id().last() + 1))),
            ("best", "part, eager", lambda: part.filter(active).select(
                n=(citizen != citizen.shift()).sum() + 1).to_arrow()),
        ]

    def country_cell(self):
        q = self.t.quarter("2020K4")
        active = self.by_citizen.lazy().filter((pl.col("q0") <= q) & (pl.col("q1") >= q))
        citizen = pl.col("citizen")
        return [
            ("natural", "distinct", run(active.select(n=citizen.n_unique()))),
            ("natural", "distinct rows", run(active.select("citizen").unique().select(n=pl.len()))),
            ("best", "row before", run(active.select(n=(citizen != citizen.shift()).sum() + 1))),
            ("best", "runs", run(active.select(n=citizen.rle_id().last() + 1))),
        ]

    def covered(self):
        """Different days of each citizen and service, over the days of the year."""
        lf = self.by_day.lazy()
        group = number("kommune", "ydelse", scale=1 << 28) + pl.col("citizen").cast(pl.Int64)
        base = group * 65536
        before = (base + pl.col("d1")).cum_max().shift() - base

        def fresh(stretches):
            return stretches.filter(pl.col("d1") > pl.col("before")).select(
                "kommune", "ydelse", a0=pl.max_horizontal("d0", pl.col("before") + 1), z0="d1")

        swept = fresh(lf.with_columns(before=before.fill_null(-1)))
        grouped = fresh(lf.with_columns(
            before=pl.col("d1").cum_max().shift().over("kommune", "ydelse", "citizen").fill_null(-1)))
        days = lambda a, z: (
            pl.min_horizontal(pl.col("z0"), z) - pl.max_horizontal(pl.col("a0"), a) + 1)

        def joined(stretches):
            both = stretches.join_where(
                self.year.lazy(), pl.col("a0") <= pl.col("z"), pl.col("z0") >= pl.col("a"))
            summed = days(pl.col("a"), pl.col("z")).sum()
            length = (pl.col("z") - pl.col("a") + 1).first()
            return both.group_by("kommune", "y", "ydelse").agg(n=summed / length)

        def wide(stretches):
            return stretches.group_by("kommune", "ydelse").agg([
                (days(pl.lit(a), pl.lit(z)).clip(lower_bound=0).sum() / (z - a + 1)).alias(f"n{y}")
                for y, (a, z) in enumerate(self.t.year_days())])

        return [
            ("natural", "islands, range join", run(joined(grouped))),
            ("best", "islands, a column per year", run(wide(grouped))),
            ("best", "ordered islands, range join", run(joined(swept))),
            ("best", "ordered islands, a column per year", run(wide(swept))),
        ]

    def ages(self):
        """The age on the last day of the year."""
        long = expanded(self.by_birth.lazy(), "y").join(self.year.lazy(), on="y")
        age = (pl.col("m") - pl.col("born")).floordiv(12)
        band = pl.when(pl.col("born") < -100000).then(6)
        for at, last in enumerate((17, 29, 39, 49, 64)):
            band = band.when(age <= last).then(at)
        long = long.select("citizen", "y", band=band.otherwise(5))
        return [
            ("natural", "expansion", run(distinct(long, ["y", "band"]))),
            ("best", "distinct rows", run(long.unique().group_by("y", "band").agg(n=pl.len()))),
        ]

    def harmonisation(self):
        t = self.t
        kommune, first = t.kommune["153"], 12 * (2020 - int(str(t.first)[:4]))
        marked = (pl.col("rule") != t.rule_none) & (pl.col("m0") <= first + 11) & (
            pl.col("m1") >= first)
        keys = ["m", "rule", "citizen"]

        def long(lf):
            clipped = lf.filter(marked).with_columns(
                pl.col("m0").clip(lower_bound=first), pl.col("m1").clip(upper_bound=first + 11))
            return expanded(clipped, "m").select(*keys)

        whole = self.marks.lazy().filter(pl.col("kommune") == kommune)
        part = self.marks_of[kommune].lazy()
        ranged = joined(whole.filter(marked), self.period, "m").filter(
            pl.col("m").is_between(first, first + 11))
        return [
            ("natural", "expansion", run(distinct(long(whole), keys))),
            ("natural", "range join", run(distinct(ranged, keys))),
            ("best", "part, expansion", run(distinct(long(part), keys))),
            ("best", "part, distinct rows", run(
                long(part).unique().with_columns(n=pl.lit(1, pl.UInt32)))),
        ]


def parts(frame):
    return {key[0]: part for key, part in frame.partition_by("kommune", as_dict=True).items()}


def arrow(lf):
    return lf.collect().to_arrow()


def run(lf):
    return lambda: arrow(lf)


def distinct(long, keys):
    return long.group_by(keys).agg(n=pl.col("citizen").n_unique())


def expanded(lf, span):
    """One row per period of a stretch."""
    periods = pl.int_ranges(
        pl.col(f"{span}0"), pl.col(f"{span}1").cast(pl.UInt16) + 1, dtype=pl.UInt8)
    return lf.with_columns(periods.alias(span)).explode(span)


def joined(lf, period, span):
    periods = period.lazy().filter(pl.col("grain") == span).select(pl.col("p").alias(span))
    return lf.join_where(
        periods, pl.col(f"{span}0") <= pl.col(span), pl.col(f"{span}1") >= pl.col(span))


def number(first, second, scale=1 << 28):
    """A number that ascends with two small keys and leaves room below."""
    both = pl.col(first).cast(pl.Int64) * 256 + pl.col(second).cast(pl.Int64)
    return both * (scale // 256)


def keys_of_place():
    place = pl.col("place")
    return (
        (place // 64 // 256).alias("kommune"), (place % 64).alias("q"),
        (place // 64 % 256).alias("ydelse"))


def fresh(lf, group, span):
    """What each stretch adds to the ones before it of the same citizen and group. Rows come in
    order, so one running maximum serves all."""
    base = (group * (1 << 20) + pl.col("citizen").cast(pl.Int64)) * 256
    end = base + pl.col(f"{span}1")
    before = end.cum_max().shift() - base
    return (
        lf.with_columns(before=before.fill_null(-1))
        .filter(pl.col(f"{span}1") > pl.col("before"))
        .with_columns(pl.max_horizontal(
            pl.col(f"{span}0").cast(pl.Int64), pl.col("before") + 1).alias(f"{span}0"))
    )


POWERS = pl.Series([1 << p for p in range(64)], dtype=pl.UInt64)


def masks(lf, span, *keys):
    power = lambda at: pl.lit(POWERS).gather(at)
    mask = power(pl.col(f"{span}1").cast(pl.UInt32) + 1) - power(pl.col(f"{span}0").cast(pl.UInt32))
    return lf.select(*keys, mask=mask)


def bits(lf, keys, count):
    return lf.group_by(keys).agg([
        ((pl.col("mask") & (1 << q)) != 0).sum().alias(f"n{q}") for q in range(count)])
