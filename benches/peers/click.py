"""ClickHouse, in process by chdb: each question in several formulations (see duck.py for the kinds).

Tables are MergeTree, one part each, in the order that suits the question. One thread answers: CPU
time is counted, and a second one costs more than it saves.
"""

from io import BytesIO

import pyarrow as pa
from chdb import session

NAME = "ClickHouse"

ORDERS = {
    "by_cell": "kommune, ydelse, citizen, m0",
    "by_citizen": "citizen, m0",
    "cut": "kommune, ydelse, citizen, q0",
    "marks": "kommune, rule, citizen, m0",
    "period": "grain, p",
    "by_day": "kommune, ydelse, citizen, d0",
    "by_birth": "citizen, y0",
    "year": "y",
}
TYPES = {pa.uint8(): "UInt8", pa.uint32(): "UInt32", pa.bool_(): "Bool", pa.int32(): "Int32"}


class Peer:
    def __init__(self, tables):
        self.tables = tables
        self.db = session.Session()
        self.db.query("CREATE DATABASE star")
        self.db.query("USE star")
        for name, source in tables.names().items():
            columns = ", ".join(
                f"{field.name} {TYPES.get(field.type, 'LowCardinality(String)')}"
                for field in source.schema)
            self.db.query(
                f"CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY ({ORDERS[name]})")
            self.db.query(f"INSERT INTO {name} SELECT * FROM Python(source)")
            self.db.query(f"OPTIMIZE TABLE {name} FINAL")
            self.db.query(f"CREATE TABLE {name}_memory AS {name} ENGINE = Memory")
            self.db.query(
                f"INSERT INTO {name}_memory SELECT * FROM {name} ORDER BY {ORDERS[name]}")

    def ask(self, sql):
        settings = " SETTINGS max_threads = 1"
        answer = self.db.query(sql + settings, "Arrow").bytes()
        return pa.ipc.open_file(BytesIO(answer)).read_all()

    def questions(self):
        texts = formulations(self.tables)
        return {
            question: [(kind, name, lambda sql=sql: self.ask(sql)) for kind, name, sql in all_of]
            for question, all_of in texts.items()
        }


def formulations(t):
    ydelser = ", ".join(str(t.ydelse[code]) for code in ("1.8.1", "1.8.2", "1.12.0.1"))
    kommuner = ", ".join(str(t.kommune[str(code)]) for code in range(153, 171, 2))
    q, brondby, support = t.quarter("2020K4"), t.kommune["153"], t.ydelse["1.12.0.2"]
    year = 12 * (2020 - int(str(t.first)[:4]))
    return {
        "hand07": hand07(52),
        "totals": totals(f"ydelse IN ({ydelser})", t.quarters, t.years),
        "months": months(t.months),
        "benchmark_report": report(f"kommune IN ({kommuner})", q - 3),
        "cell": distinct(
            "by_cell",
            f"kommune = {brondby} AND ydelse = {support} AND q0 <= {q} AND q1 >= {q}"),
        "country_cell": distinct("by_citizen", f"q0 <= {q} AND q1 >= {q}"),
        "m6_kommune_aar_ydelse": covered(t),
        "alder_aar": ages(t),
        "harmonisation": harmonisation(f"kommune = {brondby} AND rule <> {t.rule_none}", year),
    }


# Ways to count different citizens.
COUNTS = [("count distinct", "uniqExact(citizen)"), ("bitmap", "groupBitmap(citizen)")]


def span(name, low="{0}0", high="{0}1"):
    """One row per period of a stretch."""
    return f"arrayJoin(range(toUInt16({low.format(name)}), toUInt16({high.format(name)}) + 1))"


def mask(name="q", first=0):
    """A bit per period of a stretch, as an unsigned number of 64 bits."""
    low = f"toUInt64({name}0 - {first})" if first else f"toUInt64({name}0)"
    return (
        f"bitShiftLeft(bitShiftLeft(toUInt64(2), toUInt64({name}1 - {name}0)) - 1, {low})")


def packed(column, count, sum_name="s", first=0):
    """See duck.py: three counts share one sum, as fields of a number."""
    step = max(-(-count // 3), 18)
    fields = sum(1 << step * field for field in range(3) if step * field < count)
    sums = ", ".join(
        f"sum(bitAnd(bitShiftRight({column}, {place}), {fields})) AS {sum_name}{place}"
        for place in range(min(step, count)))
    counts = ", ".join(
        f"toUInt32(bitAnd(bitShiftRight({sum_name}{place % step}, {place // step * step}),"
        f" {(1 << step) - 1})) AS n{first + place}"
        for place in range(count))
    return sums, counts


def bits(keys, source, count):
    sums, counts = packed("mask", count)
    return f"SELECT {keys}, {counts} FROM (SELECT {keys}, {sums} FROM {source} GROUP BY {keys})"


def islands(table, keys, name, count, where="1"):
    """Stretches of a citizen merged by a window, then events and a running sum."""
    comma = f"{keys}, " if keys else ""
    return f"""
        WITH stretch AS (
            SELECT {comma}{name}0 AS a0, {name}1 AS z0, max(toInt16({name}1)) OVER (
                PARTITION BY {comma}citizen ORDER BY {name}0
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen,
                row_number() OVER (
                PARTITION BY {comma}citizen ORDER BY {name}0
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS place
            FROM {table} WHERE {where}),
        fresh AS (
            SELECT {comma}if(place = 1, toInt16(a0), greatest(toInt16(a0), seen + 1)) AS a,
                   toInt16(z0) AS z FROM stretch WHERE place = 1 OR z0 > seen),
        {events(table, keys, name, count)}"""


def ordered(table, group, keys, order, name):
    """The same without a sort: rows come in order, so one running maximum serves all citizens.
    `group` is a number that ascends with the rows and tells the groups apart."""
    comma = f"{keys}, " if keys else ""
    return f"""
        reached AS (
            SELECT {comma}toInt16({name}0) AS a0, toInt16({name}1) AS z,
                   max({group} * 256 + {name}1) OVER (
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - {group} * 256 AS before
            FROM (SELECT * FROM {table} ORDER BY {order})),
        fresh AS (
            SELECT {comma}if(before < 0, a0, greatest(a0, toInt16(before + 1))) AS a, z
            FROM reached WHERE before < z)"""


def events(table, keys, name, count):
    """+1 where a stretch begins, −1 behind its end, 0 in every cell; and a running sum."""
    comma = f"{keys}, " if keys else ""
    partition = f"PARTITION BY {keys}" if keys else ""
    return f"""
        event AS (
            SELECT {comma}(arrayJoin([(a, toInt32(1)), (z + 1, toInt32(-1))]) AS e).1 AS at,
                   e.2 AS d FROM fresh
            UNION ALL
            SELECT {comma}toInt16(arrayJoin(range({count}))), toInt32(0)
            FROM (SELECT DISTINCT {comma}1 AS one FROM {table})),
        change AS (SELECT {comma}at, sum(d) AS d FROM event GROUP BY {comma}at)
        SELECT * FROM (
            SELECT {comma}at AS {name}, sum(d) OVER (
                {partition} ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n
            FROM change)
        WHERE {name} < {count}"""


def hand07(count):
    keys = "kommune, ydelse"
    joined = span("q", high=f"least({{0}}1, {count - 1})")
    natural = [
        ("natural", f"expansion, {name}",
         f"""SELECT kommune, {joined} AS q, ydelse, {counted} AS n FROM by_cell
             WHERE q0 < {count} GROUP BY kommune, q, ydelse""")
        for name, counted in COUNTS]
    summed = ", ".join(
        f"uniqExactIf(citizen, q0 <= {q} AND q1 >= {q}) AS n{q}" for q in range(count))
    mapped = f"sumForEach(arrayMap(i -> bitTest(mask, i), range({count})))"
    one = f"""(SELECT {keys}, citizen, groupBitOr({mask()}) AS mask FROM by_cell
               GROUP BY {keys}, citizen)"""
    group = "((toInt64(kommune) * 256 + ydelse) * 1048576 + citizen)"
    swept = mask().replace("q0", "a").replace("q1", "z")
    return natural + [
        ("natural", "range join",
         f"""SELECT kommune, p AS q, ydelse, uniqExact(citizen) AS n FROM by_cell
             CROSS JOIN (SELECT p FROM period WHERE grain = 'q' AND p < {count}) AS period
             WHERE p BETWEEN q0 AND q1 GROUP BY kommune, q, ydelse"""),
        ("natural", "conditional aggregates",
         f"SELECT {keys}, {summed} FROM by_cell GROUP BY {keys}"),
        ("best", "islands", islands("by_cell", keys, "q", count, f"q0 < {count}")),
        ("best", "bits", bits(keys, one, count)),
        ("best", "bits, in order", bits(keys, in_order(one), count)),
        ("best", "ordered islands, bits",
         f"""WITH {ordered("by_cell", group, keys, ORDERS["by_cell"], "q")}
             {bits(keys, f"(SELECT {keys}, {swept} AS mask FROM fresh)", count)}"""),
        ("best", "bits, arrays",
         f"""SELECT kommune, ydelse, q - 1 AS q, n FROM (
                 SELECT {keys}, {mapped} AS counts FROM {one} GROUP BY {keys})
             ARRAY JOIN counts AS n, arrayEnumerate(counts) AS q"""),
    ]


def in_order(select):
    """The rows of each group stand together, so that no hash table is needed."""
    return select[:-1] + " SETTINGS optimize_aggregation_in_order = 1)"


def totals(where, quarters, years):
    levels = [("kommune", "kommune"), ("200 + region", "region"), ("255", "")]

    def grain(name, code, counted):
        return " UNION ALL ".join(
            f"""SELECT toInt16({span(name)} + {code}) AS t, toInt16({geo}) AS geo, {counted} AS n
                FROM by_cell WHERE {where} GROUP BY t, geo""" for geo, _ in levels)

    def merged(name, count, code):
        return " UNION ALL ".join(
            f"""SELECT toInt16({name} + {code}) AS t, toInt16({geo}) AS geo, toInt64(n) AS n
                FROM ({islands("by_cell", key, name, count, where)})""" for geo, key in levels)

    sums, counts = zip(packed("mask", quarters), packed("years", years, "z", 100))
    yearly = ", ".join(f"bitShiftLeft(toUInt64(bitAnd(bitShiftRight(mask, {4 * y}), 15) > 0), {y})"
                       for y in range(years))
    sets = f"""
        SELECT toInt16(multiIf(grouping(kommune) = 0, kommune, grouping(region) = 0, 200 + region,
                               255)) AS geo, citizen, groupBitOr({mask()}) AS mask
        FROM by_cell WHERE {where}
        GROUP BY GROUPING SETS ((kommune, citizen), (region, citizen), (citizen))"""
    apart = " UNION ALL ".join(
        f"""SELECT toInt16({geo}) AS geo, citizen, groupBitOr({mask()}) AS mask FROM by_cell
            WHERE {where} GROUP BY geo, citizen""" for geo, _ in levels)

    def counted(masks):
        return f"""
            SELECT geo, {", ".join(counts)} FROM (SELECT geo, {", ".join(sums)} FROM (
                SELECT geo, mask, arraySum([{yearly}]) AS years FROM ({masks})) GROUP BY geo)"""

    return [
        ("natural", f"six expansions, {name}",
         f"{grain('q', 0, one)} UNION ALL {grain('y', 100, one)}") for name, one in COUNTS
    ] + [
        ("best", "islands", f"{merged('q', quarters, 0)} UNION ALL {merged('y', years, 100)}"),
        ("best", "bits, grouping sets", counted(sets)),
        ("best", "bits", counted(apart)),
    ]


def months(count):
    words = range(0, count, 64)
    word = lambda at: f"""groupBitOr(if(m0 < {at + 64} AND m1 >= {at}, bitShiftLeft(
        bitShiftRight(toUInt64(18446744073709551615), toUInt8(63 - (least(m1, {at + 63}) - greatest(m0, {at})))),
        toUInt8(greatest(m0, {at}) - {at})), toUInt64(0))) AS w{at}"""
    sums, counts = zip(*(
        packed(f"w{at}", min(64, count - at), f"s{at}_", at) for at in words))
    masks = f"(SELECT citizen, {', '.join(map(word, words))} FROM by_citizen GROUP BY citizen)"
    grid = lambda source: f"""
        SELECT {", ".join(counts)} FROM (SELECT {", ".join(sums)} FROM {source})"""
    return [
        ("natural", f"expansion, {name}",
         f"SELECT {span('m')} AS m, {one} AS n FROM by_citizen GROUP BY m") for name, one in COUNTS
    ] + [
        ("natural", "range join, bitmap",
         """SELECT p AS m, groupBitmap(citizen) AS n FROM by_citizen
            CROSS JOIN (SELECT p FROM period WHERE grain = 'm') AS period
            WHERE p BETWEEN m0 AND m1 GROUP BY m"""),
        ("best", "islands", islands("by_citizen", "", "m", count)),
        ("best", "ordered islands",
         f"""WITH {ordered("by_citizen", "toInt64(citizen)", "", "citizen, m0", "m")},
             {events("by_citizen", "", "m", count)}"""),
        ("best", "bits", grid(masks)),
        ("best", "bits, in order", grid(in_order(masks))),
    ]


def report(where, first):
    where = f"approved AND {where} AND q0 <= {first + 3} AND q1 >= {first}"
    low, high = f"greatest({{0}}0, {first})", f"least({{0}}1, {first + 3})"
    conditional = lambda counted: ", ".join(
        f"{counted}If(citizen, q0 <= {q} AND q1 >= {q}) AS n{q}" for q in range(first, first + 4))
    places = ", ".join(
        f"countIf(bitTest(mask, {q - first})) AS n{q}" for q in range(first, first + 4))
    clipped = f"greatest(q0, {first}) AS q0, least(q1, {first + 3}) AS q1"
    return [
        ("natural", f"expansion, {name}",
         f"""SELECT kommune, {span('q', low, high)} AS q, ydelse, {one} AS n FROM cut
             WHERE {where} GROUP BY kommune, q, ydelse""") for name, one in COUNTS
    ] + [
        ("natural", f"conditional aggregates, {one}",
         f"SELECT kommune, ydelse, {conditional(one)} FROM cut WHERE {where} "
         "GROUP BY kommune, ydelse") for one in ("uniqExact", "groupBitmap")
    ] + [
        ("best", "table in memory, expansion",
         f"""SELECT kommune, {span('q', low, high)} AS q, ydelse, uniqExact(citizen) AS n
             FROM cut_memory WHERE {where} GROUP BY kommune, q, ydelse"""),
        ("best", "bits",
         f"""SELECT kommune, ydelse, {places} FROM (
                 SELECT kommune, ydelse, citizen, groupBitOr({mask('q', first)}) AS mask FROM (
                     SELECT kommune, ydelse, citizen, {clipped} FROM cut WHERE {where})
                 GROUP BY kommune, ydelse, citizen) GROUP BY kommune, ydelse"""),
    ]


def distinct(table, where):
    return [
        ("natural", name, f"SELECT {one} AS n FROM {table} WHERE {where}") for name, one in COUNTS
    ] + [
        ("best", "distinct rows",
         f"SELECT count() AS n FROM (SELECT DISTINCT citizen FROM {table} WHERE {where})"),
        ("best", "table in memory, bitmap",
         f"SELECT groupBitmap(citizen) AS n FROM {table}_memory WHERE {where}"),
        ("best", "row before",
         f"""SELECT countIf(citizen != before) AS n FROM (
                 SELECT citizen, lagInFrame(citizen, 1, 4294967295) OVER (
                     ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
                 FROM (SELECT citizen FROM {table} WHERE {where} ORDER BY citizen))"""),
    ]


def covered(t):
    """Different days of each citizen and service, over the days of the year."""
    keys = "kommune, ydelse"
    stretch = f"""
        stretch AS (
            SELECT {keys}, d0, d1, max(d1) OVER (
                PARTITION BY {keys}, citizen ORDER BY d0
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
                row_number() OVER (PARTITION BY {keys}, citizen ORDER BY d0) AS place
            FROM by_day),
        fresh AS (
            SELECT {keys}, if(place = 1, d0, greatest(d0, toInt32(before + 1))) AS a0, d1 AS z0
            FROM stretch WHERE place = 1 OR d1 > before)"""
    group = "((toInt64(kommune) * 256 + ydelse) * 1048576 + citizen) * 65536"
    swept = f"""
        reached AS (
            SELECT {keys}, d0, d1, max({group} + d1) OVER (
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - {group} AS before
            FROM (SELECT * FROM by_day ORDER BY kommune, ydelse, citizen, d0)),
        fresh AS (
            SELECT {keys}, if(before < 0, d0, greatest(d0, toInt32(before + 1))) AS a0, d1 AS z0
            FROM reached WHERE before < d1)"""
    joined = f"""
        SELECT kommune, y, ydelse,
               sum(least(z0, z) - greatest(a0, a) + 1) / any(z - a + 1) AS n
        FROM fresh CROSS JOIN year WHERE a0 <= z AND z0 >= a GROUP BY kommune, y, ydelse"""
    columns = ", ".join(
        f"sum(greatest(0, least(z0, {z}) - greatest(a0, {a}) + 1)) / {z - a + 1} AS n{y}"
        for y, (a, z) in enumerate(t.year_days()))
    wide = f"SELECT {keys}, {columns} FROM fresh GROUP BY {keys}"
    return [
        ("natural", "islands, range join", f"WITH {stretch} {joined}"),
        ("best", "islands, a column per year", f"WITH {stretch} {wide}"),
        ("best", "ordered islands, a column per year", f"WITH {swept} {wide}"),
    ]


def ages(t):
    """The age on the last day of the year."""
    months = ", ".join(map(str, t.year_months()))
    age = f"intDiv([{months}][y + 1] - born + 1200000, 12) - 100000"
    limits = ", ".join(
        f"{age} <= {last}, {at}" for at, last in enumerate((17, 29, 39, 49, 64)))
    band = f"toInt16(multiIf(born < -100000, 6, {limits}, 5))"
    long = f"SELECT citizen, born, {span('y')} AS y FROM by_birth"
    return [
        ("natural", f"expansion, {name}",
         f"SELECT y, {band} AS band, {one} AS n FROM ({long}) GROUP BY y, band")
        for name, one in COUNTS
    ]


def harmonisation(where, first):
    where = f"{where} AND m0 <= {first + 11} AND m1 >= {first}"
    low, high = f"greatest({{0}}0, {first})", f"least({{0}}1, {first + 11})"
    long = f"SELECT DISTINCT rule, citizen, {span('m', low, high)} AS m FROM marks WHERE {where}"
    return [
        ("natural", f"expansion, {name}",
         f"""SELECT rule, citizen, {span('m', low, high)} AS m, {one} AS n FROM marks
             WHERE {where} GROUP BY rule, citizen, m""") for name, one in COUNTS
    ] + [
        ("best", "distinct rows", f"SELECT rule, citizen, m, 1 AS n FROM ({long})"),
        ("best", "table in memory, distinct rows",
         f"SELECT rule, citizen, m, 1 AS n FROM ({long.replace('FROM marks', 'FROM marks_memory')})"),
    ]
