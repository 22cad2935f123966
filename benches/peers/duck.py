"""DuckDB: each question in several formulations.

`natural` is what a person or a BI tool writes; `best` imitates by hand what an ordered sweep does:
islands (stretches merged per citizen), events (+1 where one begins, −1 behind its end), or one bit
per period and citizen.
"""

import duckdb

NAME = "DuckDB"


class Peer:
    def __init__(self, tables):
        self.tables = tables
        self.db = duckdb.connect(":memory:")
        self.db.sql("SET threads = 2")
        for name, table in tables.names().items():
            self.db.register("source", table)
            self.db.sql(f"CREATE TABLE {name} AS FROM source")
            self.db.unregister("source")

    def ask(self, sql):
        return self.db.execute(sql).fetchnumpy()

    def questions(self):
        """question → list of (kind, formulation, call)"""
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
        "alder_aar": ages(),
        "harmonisation": harmonisation(f"kommune = {brondby} AND rule <> {t.rule_none}", year),
    }


def hand07(count):
    keys = "kommune, ydelse"
    ranged = f"FROM by_cell JOIN period ON grain = 'q' AND p BETWEEN q0 AND q1 WHERE p < {count}"
    expanded = f"""(SELECT kommune, ydelse, citizen,
        unnest(range(q0::INT, least(q1, {count - 1})::INT + 1)) AS q FROM by_cell)"""
    group = "((kommune::BIGINT * 256 + ydelse) * 1048576 + citizen)"
    swept = f"""
        WITH {ordered("by_cell", group, keys, "q")},
        fresh AS (
            SELECT {keys}, greatest(q0, coalesce(before + 1, 0))::UTINYINT AS q0, q1 FROM stretch
            WHERE before IS NULL OR q1 > before)
        {bits(keys, f"(SELECT {keys}, {mask('q')} AS mask FROM fresh)", count)}"""
    return [
        ("natural", "range join",
         f"SELECT kommune, p AS q, ydelse, count(DISTINCT citizen) AS n {ranged} GROUP BY ALL"),
        ("natural", "expansion",
         f"SELECT kommune, q, ydelse, count(DISTINCT citizen) AS n FROM {expanded} GROUP BY ALL"),
        ("natural", "expansion, distinct rows",
         f"""SELECT kommune, q, ydelse, count(*) AS n
             FROM (SELECT DISTINCT * FROM {expanded}) GROUP BY ALL"""),
        ("best", "islands", islands("by_cell", keys, "q", count, f"q0 < {count}")),
        ("best", "ordered islands, bits", swept),
        ("best", "bits", bits(keys, f"""
            (SELECT {keys}, citizen, bit_or({mask('q')}) AS mask FROM by_cell GROUP BY ALL)""",
            count)),
    ]


def mask(span, first=0):
    """A bit per period of a stretch, as an unsigned number of 64 bits."""
    low = f"{span}0 - {first}" if first else f"{span}0"
    width = f"({span}1 - {span}0)"
    return f"(((2::UBIGINT << {width}::UBIGINT) - 1) << ({low})::UBIGINT)"


def packed(column, count, sum_name="s", first=0):
    """How many masks of up to 64 bits have each bit, as sums and as what is taken of them: three
    counts share one sum, as fields of a number. A count stays below 2^18, the number of citizens."""
    step = max(-(-count // 3), 18)
    fields = sum(1 << step * field for field in range(3) if step * field < count)
    sums = ", ".join(
        f"sum((({column} >> {place}) & {fields}::UBIGINT)::BIGINT)::BIGINT AS {sum_name}{place}"
        for place in range(min(step, count)))
    counts = ", ".join(
        f"(({sum_name}{place % step} >> {place // step * step}) & {(1 << step) - 1})::INT"
        f" AS n{first + place}"
        for place in range(count))
    return sums, counts


def bits(keys, source, count):
    """A grid with one column per period, from one mask per citizen and key."""
    sums, counts = packed("mask", count)
    return f"SELECT {keys}, {counts} FROM (SELECT {keys}, {sums} FROM {source} GROUP BY {keys})"


def islands(table, keys, span, count, where="true"):
    """Stretches of a citizen merged by a window, then events and a running sum."""
    comma = f"{keys}, " if keys else ""
    return f"""
        WITH stretch AS (
            SELECT {comma}{span}0, {span}1, max({span}1) OVER (
                PARTITION BY {comma}citizen ORDER BY {span}0
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM {table} WHERE {where}),
        {events(table, keys, span, count)}"""


def ordered(table, group, keys, span):
    """The same without a sort: rows come in order, so one running maximum serves all citizens.
    `group` is a number that ascends with the rows and tells the groups apart."""
    comma = f"{keys}, " if keys else ""
    return f"""
        running AS (
            SELECT {comma}{span}0, {span}1, {group} * 256 AS base,
                   max({group} * 256 + {span}1) OVER (ROWS UNBOUNDED PRECEDING) AS reach
            FROM {table}),
        stretch AS (
            SELECT {comma}{span}0, {span}1, (lag(reach) OVER () - base)::BIGINT AS reached,
                   CASE WHEN reached >= 0 THEN reached END AS before FROM running)"""


def events(table, keys, span, count):
    """+1 where a stretch begins, −1 behind its end, 0 in every cell; and a running sum."""
    comma = f"{keys}, " if keys else ""
    partition = f"PARTITION BY {keys}" if keys else ""
    return f"""
        fresh AS (
            SELECT *, greatest({span}0, coalesce(before + 1, 0)) AS a FROM stretch
            WHERE before IS NULL OR {span}1 > before),
        event AS (
            SELECT {comma}unnest([a, {span}1 + 1]) AS {span}, unnest([1, -1]) AS d FROM fresh
            UNION ALL
            SELECT {comma}p, 0 FROM (SELECT DISTINCT {comma}1 FROM {table}), period
            WHERE grain = '{span}' AND p < {count}),
        change AS (SELECT {comma}{span}, sum(d) AS d FROM event GROUP BY ALL)
        SELECT * FROM (
            SELECT {comma}{span}, sum(d) OVER ({partition} ORDER BY {span})::INT AS n FROM change)
        WHERE {span} < {count}"""


LEVELS = [("kommune", "kommune"), ("(200 + region)::UTINYINT", "region"), ("255::UTINYINT", "")]


def totals(where, quarters, years):
    def union(select):
        return " UNION ALL ".join(select(geo, key) for geo, key in LEVELS)

    def grain(name, code):
        ranged = f"FROM by_cell JOIN period ON grain = '{name}' AND p BETWEEN {name}0 AND {name}1"
        return union(lambda geo, key: f"""
            SELECT {code} AS t, {geo} AS geo, count(DISTINCT citizen) AS n
            {ranged} WHERE {where} GROUP BY ALL""")

    sets = f"""
        SELECT CASE grain WHEN 'q' THEN p ELSE 100 + p END AS t,
               CASE WHEN grouping(kommune) = 0 THEN kommune
                    WHEN grouping(region) = 0 THEN 200 + region ELSE 255 END AS geo,
               count(DISTINCT citizen) AS n
        FROM by_cell JOIN period ON p BETWEEN CASE grain WHEN 'q' THEN q0 ELSE y0 END
                                          AND CASE grain WHEN 'q' THEN q1 ELSE y1 END
        WHERE grain IN ('q', 'y') AND {where}
        GROUP BY GROUPING SETS ((grain, p, kommune), (grain, p, region), (grain, p))"""

    def one_level(name, count, code):
        parts = []
        for geo, key in LEVELS:
            source = islands("by_cell", key, name, count, where)
            parts.append(f"SELECT {code} AS t, {geo} AS geo, n FROM ({source})")
        return " UNION ALL ".join(parts)

    yearly = " | ".join(
        f"(((mask >> {4 * y}) & 15 > 0)::UBIGINT << {y}::UBIGINT)" for y in range(years))
    sums, counts = zip(packed("mask", quarters), packed("years", years, "z", 100))
    masks = f"""
        WITH kom AS MATERIALIZED (
            SELECT kommune, region, citizen, bit_or({mask('q')}) AS mask
            FROM by_cell WHERE {where} GROUP BY ALL),
        reg AS MATERIALIZED (
            SELECT region, citizen, bit_or(mask) AS mask FROM kom GROUP BY ALL),
        land AS (SELECT citizen, bit_or(mask) AS mask FROM reg GROUP BY ALL),
        every AS (
            SELECT kommune AS geo, mask FROM kom UNION ALL
            SELECT (200 + region)::UTINYINT, mask FROM reg UNION ALL
            SELECT 255::UTINYINT, mask FROM land),
        yearly AS (SELECT geo, mask, {yearly} AS years FROM every)
        SELECT geo, {", ".join(counts)}
        FROM (SELECT geo, {", ".join(sums)} FROM yearly GROUP BY geo)"""
    return [
        ("natural", "six range joins", f"{grain('q', 'p')} UNION ALL {grain('y', '(100 + p)')}"),
        ("natural", "grouping sets", sets),
        ("best", "islands",
         f"{one_level('q', quarters, 'q')} UNION ALL {one_level('y', years, '(100 + y)')}"),
        ("best", "bits", masks),
    ]


def months(count):
    words = range(0, count, 64)
    word = lambda at: f"""bit_or(CASE WHEN m0 < {at + 64} AND m1 >= {at} THEN
        (18446744073709551615::UBIGINT >> (63 - (least(m1, {at + 63}) - greatest(m0, {at})))::UBIGINT)
        << (greatest(m0, {at}) - {at})::UBIGINT ELSE 0 END) AS w{at}"""
    sums, counts = zip(*(
        packed(f"w{at}", min(64, count - at), f"s{at}_", at) for at in words))
    swept = f"""
        WITH {ordered("by_citizen", "citizen::BIGINT", "", "m")},
        {events("by_citizen", "", "m", count)}"""
    return [
        ("natural", "range join",
         """SELECT p AS m, count(DISTINCT citizen) AS n FROM by_citizen
            JOIN period ON grain = 'm' AND p BETWEEN m0 AND m1 GROUP BY ALL"""),
        ("natural", "expansion",
         """SELECT m, count(DISTINCT citizen) AS n FROM (
                SELECT citizen, unnest(range(m0::INT, m1::INT + 1)) AS m FROM by_citizen)
            GROUP BY ALL"""),
        ("best", "islands", islands("by_citizen", "", "m", count)),
        ("best", "ordered islands", swept),
        ("best", "bits",
         f"""SELECT {", ".join(counts)} FROM (SELECT {", ".join(sums)} FROM (
                 SELECT citizen, {", ".join(map(word, words))} FROM by_citizen GROUP BY citizen))"""),
    ]


def report(where, first):
    where = f"approved AND {where} AND q0 <= {first + 3} AND q1 >= {first}"
    clipped = f"greatest(q0, {first}) AS q0, least(q1, {first + 3}) AS q1"
    columns = ", ".join(
        f"count(DISTINCT citizen) FILTER (q0 <= {q} AND q1 >= {q}) AS n{q}"
        for q in range(first, first + 4))
    small = ", ".join(
        f"sum(((mask >> {q - first}) & 1)::INT)::INT AS n{q}" for q in range(first, first + 4))
    bit = f"(((2::UTINYINT << (q1 - q0)) - 1) << (q0 - {first}))::UTINYINT"
    return [
        ("natural", "range join",
         f"""SELECT kommune, p AS q, ydelse, count(DISTINCT citizen) AS n FROM cut
             JOIN period ON grain = 'q' AND p BETWEEN q0 AND q1
             WHERE {where} AND p BETWEEN {first} AND {first + 3} GROUP BY ALL"""),
        ("natural", "expansion",
         f"""SELECT kommune, q, ydelse, count(DISTINCT citizen) AS n FROM (
                 SELECT kommune, ydelse, citizen, unnest(range(q0::INT, q1::INT + 1)) AS q
                 FROM (SELECT kommune, ydelse, citizen, {clipped} FROM cut WHERE {where}))
             GROUP BY ALL"""),
        ("natural", "filtered aggregates",
         f"SELECT kommune, ydelse, {columns} FROM cut WHERE {where} GROUP BY ALL"),
        ("best", "bits",
         f"""SELECT kommune, ydelse, {small} FROM (
                 SELECT kommune, ydelse, citizen, bit_or({bit}) AS mask FROM (
                     SELECT kommune, ydelse, citizen, {clipped} FROM cut WHERE {where})
                 GROUP BY ALL) GROUP BY ALL"""),
    ]


def distinct(table, where):
    return [
        ("natural", "count distinct",
         f"SELECT count(DISTINCT citizen) AS n FROM {table} WHERE {where}"),
        ("best", "distinct rows",
         f"SELECT count(*) AS n FROM (SELECT DISTINCT citizen FROM {table} WHERE {where})"),
        ("best", "row before",
         f"""SELECT count(*) AS n FROM (
                 SELECT citizen, lag(citizen) OVER () AS before FROM {table} WHERE {where})
             WHERE before IS NULL OR citizen <> before"""),
        ("best", "bit string",
         f"SELECT bit_count(bitstring_agg(citizen, 0, 999999)) AS n FROM {table} WHERE {where}"),
    ]


def covered(t):
    """Different days of each citizen and service, over the days of the year."""
    keys = "kommune, ydelse"
    stretch = f"""
        stretch AS (
            SELECT {keys}, d0, d1, max(d1) OVER (
                PARTITION BY {keys}, citizen ORDER BY d0
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM by_day)"""
    group = "((kommune::BIGINT * 256 + ydelse) * 1048576 + citizen) * 65536"
    swept = f"""
        running AS (
            SELECT {keys}, d0, d1, {group} AS base,
                   max({group} + d1) OVER (ROWS UNBOUNDED PRECEDING) AS reach FROM by_day),
        stretch AS (
            SELECT {keys}, d0, d1, (lag(reach) OVER () - base)::BIGINT AS reached,
                   CASE WHEN reached >= 0 THEN reached END AS before FROM running)"""
    fresh = """
        fresh AS (
            SELECT kommune, ydelse, greatest(d0, coalesce(before + 1, d0))::INT AS a0, d1 AS z0
            FROM stretch WHERE before IS NULL OR d1 > before)"""
    joined = f"""
        SELECT kommune, y, ydelse,
               sum(least(z0, z) - greatest(a0, a) + 1) / any_value(z - a + 1) AS n
        FROM fresh JOIN year ON a0 <= z AND z0 >= a GROUP BY kommune, y, ydelse"""
    columns = ", ".join(
        f"sum(greatest(0, least(z0, {z}) - greatest(a0, {a}) + 1)) / {z - a + 1} AS n{y}"
        for y, (a, z) in enumerate(t.year_days()))
    wide = f"SELECT {keys}, {columns} FROM fresh GROUP BY {keys}"
    return [
        ("natural", "islands, range join", f"WITH {stretch}, {fresh} {joined}"),
        ("best", "islands, a column per year", f"WITH {stretch}, {fresh} {wide}"),
        ("best", "ordered islands, range join", f"WITH {swept}, {fresh} {joined}"),
        ("best", "ordered islands, a column per year", f"WITH {swept}, {fresh} {wide}"),
    ]


def band(age):
    limits = " ".join(f"WHEN {age} <= {last} THEN {at}" for at, last in enumerate((17, 29, 39, 49, 64)))
    return f"CASE WHEN born < -100000 THEN 6 {limits} ELSE 5 END"


def ages():
    """The age on the last day of the year."""
    own = band("floor((m - born) / 12)")
    ordered = """
        WITH running AS (
            SELECT citizen::BIGINT * 256 AS base, born, y0, y1,
                   max(citizen::BIGINT * 256 + y1) OVER (ROWS UNBOUNDED PRECEDING) AS reach
            FROM by_birth),
        stretch AS (
            SELECT born, y0, y1, (lag(reach) OVER () - base)::BIGINT AS before FROM running),
        fresh AS (
            SELECT born, greatest(y0, coalesce(before + 1, 0))::INT AS y0, y1 FROM stretch
            WHERE before IS NULL OR y1 > before)"""
    return [
        ("natural", "range join",
         f"""SELECT y, {own} AS band, count(DISTINCT citizen) AS n
             FROM by_birth JOIN year ON y BETWEEN y0 AND y1 GROUP BY ALL"""),
        ("best", "distinct rows",
         f"""SELECT y, {own} AS band, count(*) AS n FROM (
                 SELECT DISTINCT citizen, born, y, m FROM by_birth JOIN year ON y BETWEEN y0 AND y1)
             GROUP BY ALL"""),
        ("best", "ordered islands",
         f"""{ordered} SELECT y, {own} AS band, count(*) AS n
             FROM fresh JOIN year ON y BETWEEN y0 AND y1 GROUP BY ALL"""),
    ]


def harmonisation(where, first):
    where = f"{where} AND m0 <= {first + 11} AND m1 >= {first}"
    clipped = f"greatest(m0, {first}) AS m0, least(m1, {first + 11}) AS m1"
    bit = f"((2::UINTEGER << (m1 - m0)::UINTEGER) - 1) << (m0 - {first})::UINTEGER"
    columns = ", ".join(
        f"((mask >> {m - first}) & 1)::UTINYINT AS n{m}" for m in range(first, first + 12))
    return [
        ("natural", "range join",
         f"""SELECT rule, citizen, p AS m, count(DISTINCT citizen) AS n FROM marks
             JOIN period ON grain = 'm' AND p BETWEEN m0 AND m1
             WHERE {where} AND p BETWEEN {first} AND {first + 11} GROUP BY ALL"""),
        ("natural", "expansion",
         f"""SELECT rule, citizen, m, count(DISTINCT citizen) AS n FROM (
                 SELECT rule, citizen, unnest(range(m0::INT, m1::INT + 1)) AS m FROM (
                     SELECT rule, citizen, {clipped} FROM marks WHERE {where}))
             GROUP BY ALL"""),
        ("best", "bits",
         f"""SELECT rule, citizen, {columns} FROM (
                 SELECT rule, citizen, bit_or({bit}) AS mask FROM (
                     SELECT rule, citizen, {clipped} FROM marks WHERE {where}) GROUP BY ALL)"""),
    ]
