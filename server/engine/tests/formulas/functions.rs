//! Functions of order, rank, statistics and periods. Figures are worked out by hand from the table in
//! `world.rs`: citizens are 2, 1, 2 and none in Aby, Bby, Cby and Dby, members of associations 3, 1,
//! none and 2.

use crate::world::{mdx, view};

const PLACES: &str = "[Sted].[Kommune].[Kommune].Members";
const CITIZENS: &str = "[Measures].[Borgere]";
const MEMBERS: &str = "[Measures].[Medlemmer]";

/// The members or tuples of a set; `K` stands for the municipalities, `B` and `M` for the measures.
fn set(text: &str) -> String {
    let text = format!("SELECT {CITIZENS} ON 0, {} ON 1 FROM Lille", written(text));
    let lines = mdx(&view(""), &text);
    match lines.split_first() {
        Some((head, rows)) if head == "Borgere" => {
            let names = rows.iter().map(|row| row.split(" | ").next().unwrap_or_default());
            names.collect::<Vec<_>>().join(" ")
        }
        _ => lines.join("/"),
    }
}

/// The one cell of a formula.
fn cell(formula: &str) -> String {
    let text = format!(
        "WITH MEMBER [Measures].[x] AS {}, FORMAT_STRING = '0.00' SELECT FROM Lille WHERE [Measures].[x]",
        written(formula)
    );
    let lines = mdx(&view(""), &text);
    lines.last().unwrap().trim_start_matches(" | ").to_owned()
}

fn written(text: &str) -> String {
    let mut out = text.replace("<K>", PLACES).replace("<B>", CITIZENS).replace("<M>", MEMBERS);
    for (name, code) in [("Aby", 101), ("Bby", 102), ("Cby", 103), ("Dby", 104)] {
        out = out.replace(&format!("<{name}>"), &format!("[Sted].[Kommune].&[{code}]"));
    }
    out
}

#[test]
fn the_best_and_the_worst_are_taken_by_number_sum_and_percent() {
    for (text, expected) in [
        ("TopCount(<K>, 2)", "Aby Bby"),
        ("BottomCount(<K>, 2)", "Cby Dby"),
        ("BottomCount(<K>, 9)", "Aby Bby Cby Dby"),
        ("TopCount(<K>, 2, <B>)", "Aby Cby"),
        ("TopCount({<Dby>, <Cby>, <Aby>}, 1, <B>)", "Cby"),
        ("BottomCount(<K>, 2, <B>)", "Dby Bby"),
        ("TopSum(<K>, 2, <B>)", "Aby"),
        ("TopSum(<K>, 3, <B>)", "Aby Cby"),
        ("TopSum(<K>, 99, <B>)", "Aby Cby Bby Dby"),
        ("BottomSum(<K>, 1, <B>)", "Dby Bby"),
        // Of five together.
        ("TopPercent(<K>, 40, <B>)", "Aby"),
        ("TopPercent(<K>, 41, <B>)", "Aby Cby"),
        ("TopPercent(<K>, 100, <B>)", "Aby Cby Bby"),
        ("TopPercent(<K>, 0, <B>)", ""),
        ("BottomPercent(<K>, 60, <B>)", "Dby Bby Aby"),
    ] {
        assert_eq!(set(text), expected, "{text}");
    }
    let error = set("TopPercent(<K>, 101, <B>)");
    assert!(error.starts_with("argument 2 i TopPercent skal være mellem 0 og 100"), "{error}");
}

#[test]
fn order_keeps_siblings_below_their_parents_or_breaks_the_hierarchy() {
    for (text, expected) in [
        ("Order([Sted].[Geografi].Members, <M>, DESC)", "I alt Nord Aby Bby Syd Dby Cby"),
        ("Order([Sted].[Geografi].Members, <M>)", "I alt Syd Cby Dby Nord Bby Aby"),
        ("Order([Sted].[Geografi].[Kommune].Members, <M>, ASC)", "Cby Dby Bby Aby"),
        ("Order([Sted].[Geografi].[Kommune].Members, <M>, BASC)", "Cby Bby Dby Aby"),
        ("Order(<K>, <B>, BDESC)", "Aby Cby Bby Dby"),
        ("Order({<Dby>, <Cby>, <Bby>, <Aby>}, <B>, BDESC)", "Cby Aby Bby Dby"),
        ("Order({<Dby>, <Cby>, <Dby>}, <M>, DESC)", "Dby Dby Cby"),
        // In 2019 Aby has 3 and Bby 1, in 2020 Aby has 3 and Dby 2.
        (
            "Order({[Tid].[År].&[2020], [Tid].[År].&[2019]} * {<Aby>, <Bby>, <Dby>}, <M>, ASC)",
            "2019+Dby 2019+Bby 2019+Aby 2020+Bby 2020+Dby 2020+Aby",
        ),
        // All hierarchies from the left: 2020 has 5 in all, and 2019 4.
        (
            "Order({[Tid].[År].&[2019], [Tid].[År].&[2020]} * {<Bby>, <Dby>, <Aby>}, <M>, DESC)",
            "2020+Aby 2020+Dby 2020+Bby 2019+Aby 2019+Bby 2019+Dby",
        ),
        // Members of the first hierarchy with the same value stay apart, as they came.
        (
            "Order({<Dby>, <Aby>, <Bby>} * {[Tid].[År].&[2020], [Tid].[År].&[2019]}, 1, DESC)",
            "Dby+2020 Dby+2019 Aby+2020 Aby+2019 Bby+2020 Bby+2019",
        ),
        (
            "Order({(<Dby>, [Tid].[År].&[2020]), (<Aby>, [Tid].[År].&[2020]), \
             (<Dby>, [Tid].[År].&[2019]), (<Aby>, [Tid].[År].&[2019])}, 1, DESC)",
            "Dby+2020 Dby+2019 Aby+2020 Aby+2019",
        ),
        (
            "Order({[Tid].[År].&[2020], [Tid].[År].&[2019]} * {<Bby>, <Dby>}, <M>, BDESC)",
            "2020+Dby 2019+Bby 2020+Bby 2019+Dby",
        ),
        ("UnOrder({<Dby>, <Aby>})", "Dby Aby"),
    ] {
        assert_eq!(set(text), expected, "{text}");
    }
}

#[test]
fn a_set_is_ordered_as_it_is_among_those_above_it() {
    let all = ["&[Nord]", "&[Nord].&[101]", "&[Nord].&[102]", "&[Syd]", "&[Syd].&[103]"];
    for chosen in 1..1_u32 << all.len() {
        let of = |keep: &dyn Fn(usize) -> bool| {
            let names = all.iter().enumerate().filter(|(at, _)| keep(*at));
            let names = names.map(|(_, name)| format!("[Sted].[Geografi].{name}"));
            format!("{{{}}}", names.collect::<Vec<_>>().join(", "))
        };
        let own = of(&|at| chosen >> at & 1 == 1);
        let with_above = of(&|at| {
            let below = [&[0, 1, 2][..], &[1], &[2], &[3, 4], &[4]][at];
            below.iter().any(|below| chosen >> below & 1 == 1)
        });
        for (by, direction) in [("<M>", "ASC"), ("<M>", "DESC"), ("<B>", "ASC"), ("<B>", "DESC")] {
            let ordered = set(&format!("Order({own}, {by}, {direction})"));
            let among = set(&format!("Intersect(Order({with_above}, {by}, {direction}), {own})"));
            assert_eq!(ordered, among, "{own} {by} {direction}");
        }
    }
}

#[test]
fn ranks_are_places_or_places_by_value() {
    for (formula, expected) in [
        ("Rank(<Cby>, <K>)", "3.00"),
        ("Rank(<Cby>, {<Aby>, <Bby>})", "0.00"),
        ("Rank(<Aby>, {<Bby>, <Aby>, <Aby>})", "2.00"),
        ("Rank(<Aby>, <K>, <B>)", "1.00"),
        ("Rank(<Cby>, <K>, <B>)", "1.00"),
        ("Rank(<Bby>, <K>, <B>)", "3.00"),
        ("Rank(<Dby>, <K>, <B>)", "4.00"),
        ("Rank(<Dby>, {<Aby>}, <B>)", "0.00"),
        ("Rank((<Aby>, [Tid].[År].&[2020]), <K> * [Tid].[År].[År].Members)", "2.00"),
        ("Rank(<Aby>.Parent.PrevMember, <K>)", "0.00"),
    ] {
        assert_eq!(cell(formula), expected, "{formula}");
    }
    let error = cell("Rank([Tid].[År].&[2020], <K>)");
    assert!(error.contains("skal have de samme hierarkier"), "{error}");
    // Of each municipality and year: members are 3, 1, –, – in 2019 and 3, –, –, 2 in 2020.
    let text = written(
        "WITH MEMBER [Measures].[x] AS Rank([Sted].[Kommune].CurrentMember, <K>, <M>) \
         SELECT [Tid].[År].[År].Members ON 0, <K> ON 1 FROM Lille WHERE [Measures].[x]",
    );
    let expected = ["2019 2020", "Aby | 1 1", "Bby | 2 3", "Cby | 3 3", "Dby | 3 2"];
    assert_eq!(mdx(&view(""), &text), expected);
}

#[test]
fn statistics_leave_out_what_is_empty() {
    for (formula, expected) in [
        ("Median(<K>, <B>)", "2.00"),
        ("Median({<Aby>, <Bby>}, <B>)", "1.50"),
        ("Median({<Dby>}, <B>)", "-"),
        ("Percentile(<K>, <M>, 0)", "1.00"),
        ("Percentile(<K>, <M>, 25)", "1.50"),
        ("Percentile(<K>, <M>, 100)", "3.00"),
        ("Var(<K>, <M>)", "1.00"),
        ("Variance(<K>, <M>)", "1.00"),
        ("VarP(<K>, <M>)", "0.67"),
        ("Stdev(<K>, <M>) + Stddev(<K>, <M>)", "2.00"),
        ("StdevP(<K>, <M>)", "0.82"),
        ("Stdev({<Aby>}, <M>)", "-"),
        ("StdevP({<Aby>}, <M>)", "0.00"),
        // Both are there in Aby (2 and 3) and Bby (1 and 1).
        ("Covariance(<K>, <B>, <M>)", "0.50"),
        ("CovarianceN(<K>, <B>, <M>)", "1.00"),
        ("Correlation(<K>, <B>, <M>)", "1.00"),
        ("LinRegSlope(<K>, <B>, <M>)", "0.50"),
        ("LinRegIntercept(<K>, <B>, <M>)", "0.50"),
        ("LinRegPoint(5, <K>, <B>, <M>)", "3.00"),
        ("LinRegR2(<K>, <B>, <M>)", "1.00"),
        ("LinRegVariance(<K>, <B>, <M>)", "-"),
        // y is 2, 1, 2 at x 1, 2, 3: no slope, 2/3 around the line, of which one is free.
        ("LinRegSlope(<K>, <B>, Rank([Sted].[Kommune].CurrentMember, <K>))", "0.00"),
        ("LinRegVariance(<K>, <B>, Rank([Sted].[Kommune].CurrentMember, <K>))", "0.67"),
        ("Count(<K>)", "4.00"),
        ("Count(<K>, INCLUDEEMPTY)", "4.00"),
        ("Count(<K>, EXCLUDEEMPTY)", "3.00"),
        ("DistinctCount({<Aby>, <Aby>, <Dby>})", "1.00"),
    ] {
        assert_eq!(cell(formula), expected, "{formula}");
    }
}

#[test]
fn a_ratio_says_what_is_shown_where_there_is_none() {
    for (formula, expected) in [
        ("Divide(6, 4)", "1.50"),
        ("Divide(6, 0)", "-"),
        ("Divide(6, NULL, 7)", "7.00"),
        ("Divide(NULL, 2, 7)", "-"),
        ("Error('husk året')", "fejl: husk året"),
        ("Cache(3) + Count(Cache(<K>))", "7.00"),
        ("<Aby>.Value + (<Bby>, <M>).Value", "3.00"),
        ("Aggregate({(<Aby>, <M>)})", "3.00"),
        ("Aggregate({<Dby>, <Cby>}, <M>)", "2.00"),
        ("Aggregate({}, <M>)", "-"),
    ] {
        assert_eq!(cell(formula), expected, "{formula}");
    }
    let kpi = cell("KPIValue('x')");
    assert!(kpi.contains("KPIValue findes ikke her: kuben har ingen KPI'er"), "{kpi}");
}

#[test]
fn a_calculated_measure_is_worked_out_on_what_is_aggregated() {
    // c0 is in both: two citizens (c0, c1), three members; a sum of ratios would be 66.67.
    let text = written(
        "WITH MEMBER [Measures].[Andel] AS <B> / <M> * 100 \
         MEMBER [Measures].[x] AS Aggregate({<Aby>, <Dby>}, [Measures].[Andel]) \
         SELECT FROM Lille WHERE [Measures].[x]",
    );
    assert_eq!(mdx(&view(""), &text)[1], " | 40.00");
    // A parent and its child are the parent.
    assert_eq!(
        cell("Aggregate({[Sted].[Geografi].&[Nord], [Sted].[Geografi].&[Nord].&[101]}, <B>)"),
        "3.00"
    );
}

#[test]
fn a_measure_that_knows_nothing_of_a_dimension_is_lifted() {
    let text = |formula: &str, source: &str| {
        written(&format!(
            "WITH MEMBER [Measures].[x] AS {formula} \
             SELECT [Measures].[x] ON 0, NON EMPTY [Ydelse].[Kode].Members ON 1 FROM {source}"
        ))
    };
    assert_eq!(mdx(&view(""), &text("<M> + 0", "Lille")), ["x", "I alt | 6", "1.1 | 0", "1.2 | 0"]);
    let lifted = mdx(&view(""), &text("ValidMeasure(<M>)", "Lille"));
    assert_eq!(lifted, ["x", "I alt | 6", "1.1 | 6", "1.2 | 6"]);
    let narrowed = "(SELECT {[Ydelse].[Kode].&[1.2]} ON 0 FROM Lille)";
    let lifted = mdx(&view(""), &text("ValidMeasure((<M>, <Aby>))", narrowed));
    assert_eq!(lifted, ["x", "I alt | 3", "1.2 | 3"]);
}

#[test]
fn what_exists_in_a_measure_group_is_found_by_its_rows() {
    for (text, expected) in [
        ("Exists(<K>, , 'Foreninger')", "Aby Bby Dby"),
        ("Exists(<K>, {[Ydelse].[Kode].&[1.2]}, 'ydelser')", "Aby Cby"),
        ("Exists(<K>, {[Tid].[År].&[2019]} * {[Ydelse].[Kode].&[1.2]}, 'Ydelser')", "Cby"),
        (
            "NonEmptyCrossJoin(<K>, [Ydelse].[Kode].[Kode].Members)",
            "Aby+1.1 Aby+1.2 Bby+1.1 Cby+1.2",
        ),
        ("NonEmptyCrossJoin(<K>, {[Ydelse].[Kode].&[1.2]}, 1)", "Aby Cby"),
    ] {
        assert_eq!(set(text), expected, "{text}");
    }
    let error = set("Exists(<K>, , 'Skoler')");
    assert!(error.starts_with("kuben har ingen målgruppe 'Skoler'"), "{error}");
}

#[test]
fn a_set_that_is_gone_through_knows_where_it_is() {
    for (text, expected) in [
        ("Generate({<Bby>, <Aby>} AS [m], {[m].Current})", "Bby Aby"),
        ("Generate({<Bby>, <Aby>} AS [m], Head(<K>, [m].CurrentOrdinal), ALL)", "Aby Aby Bby"),
        // The inner set is of the same hierarchy: the outer tuple is still known.
        (
            "Generate({<Bby>, <Aby>} AS [m], Filter(<K>, [Sted].[Kommune].CurrentMember.Name \
             = [m].Current.Name))",
            "Bby Aby",
        ),
        (
            "Generate(Hierarchize({[Sted].[Geografi].[All]}) AS [XL_Filter_Set_0], \
             TopCount(Filter(Except([XL_Filter_Set_0].Current.Children AS [XL_Filter_HelperSet_0], \
             {}), Not IsEmpty(<M>)), 1, <M>))",
            "Nord",
        ),
    ] {
        assert_eq!(set(text), expected, "{text}");
    }
    assert_eq!(cell("Sum(<K> AS [m], [m].CurrentOrdinal)"), "10.00");
    let text = written(
        "WITH SET [m] AS {<Cby>, <Aby>} \
         MEMBER [Measures].[x] AS Generate([m], [m].Current.Name, '-') \
         SELECT FROM Lille WHERE [Measures].[x]",
    );
    assert_eq!(mdx(&view(""), &text)[1], " | Cby-Aby");
    let outside = cell("Count({<Aby>} AS [m]) + [m].CurrentOrdinal");
    assert!(outside.starts_with("fejl: Current kan kun bruges"), "{outside}");
}

#[test]
fn periods_go_by_their_place_on_the_level() {
    let quarter = |name: &str| format!("[Tid].[Kalender].[Kvartal].&[{name}]");
    let (third, first) = (quarter("2020K3"), quarter("2020K1"));
    for (text, expected) in [
        (format!("YTD({third})"), "2020K1 2020K2 2020K3"),
        ("YTD([Tid].[Kvartal].&[2020K2])".to_owned(), "2020K1 2020K2"),
        ("YTD([Tid].[Kalender].&[2020])".to_owned(), "2020"),
        (format!("QTD({third})"), "2020K3"),
        ("QTD([Tid].[Kalender].&[2020])".to_owned(), ""),
        (
            format!("PeriodsToDate([Tid].[Kalender].[(All)], {first})"),
            "2019K1 2019K2 2019K3 2019K4 2020K1",
        ),
        (format!("PeriodsToDate([Tid].[Kalender].[År], {first})"), "2020K1"),
        (format!("{{ParallelPeriod([Tid].[Kalender].[År], 1, {third})}}"), "2019K3"),
        (format!("{{ParallelPeriod([Tid].[Kalender].[Kvartal], 2, {first})}}"), "2019K3"),
        (format!("{{ParallelPeriod([Tid].[Kalender].[År], -1, {})}}", quarter("2019K2")), "2020K2"),
        (format!("{{{first}, ParallelPeriod([Tid].[Kalender].[År], 2, {first})}}"), "2020K1"),
        (format!("LastPeriods(3, {first})"), "2019K3 2019K4 2020K1"),
        (format!("LastPeriods(-2, {third})"), "2020K3 2020K4"),
        (format!("LastPeriods(0, {third})"), ""),
        (
            "{OpeningPeriod([Tid].[Kalender].[Kvartal], [Tid].[Kalender].&[2020])}".to_owned(),
            "2020K1",
        ),
        (
            "{ClosingPeriod([Tid].[Kalender].[Kvartal], [Tid].[Kalender].&[2020])}".to_owned(),
            "2020K4",
        ),
        ("{ClosingPeriod([Tid].[Kalender].[År])}".to_owned(), "2020"),
    ] {
        assert_eq!(set(&text), expected, "{text}");
    }
    let error = set(&format!("MTD({third})"));
    assert!(error.starts_with("dimensionen 'Tid' har intet niveau, der er måneder"), "{error}");
    let error = set(&format!("{{ParallelPeriod([Tid].[År].[År], 1, {third})}}"));
    assert!(error.starts_with("i ParallelPeriod er niveauet af [Tid].[År]"), "{error}");
}

#[test]
fn periods_without_a_member_are_those_of_the_cell() {
    let rows = |formula: &str| {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0, \
             {{[Tid].[Kalender].[Kvartal].&[2019K4], [Tid].[Kalender].[Kvartal].&[2020K1], \
             [Tid].[Kalender].[Kvartal].&[2020K2]}} ON 1 FROM Lille"
        );
        let lines = mdx(&view(""), &written(&text));
        lines[1..].iter().map(|row| row.split(" | ").nth(1).unwrap_or("").to_owned()).collect()
    };
    let seen = |formula: &str| -> Vec<String> { rows(formula) };
    // Citizens are 2 in every quarter of 2019, 3 in those of 2020.
    assert_eq!(seen("Sum(YTD(), <B>)"), ["8", "3", "6"]);
    assert_eq!(seen("Sum(PeriodsToDate([Tid].[Kalender].[År]), <B>)"), ["8", "3", "6"]);
    assert_eq!(seen("Sum(PeriodsToDate(), <B>)"), ["8", "3", "6"]);
    assert_eq!(seen("(<B>, ParallelPeriod([Tid].[Kalender].[År]))"), ["-", "2", "2"]);
    assert_eq!(seen("(<B>, ParallelPeriod())"), ["-", "2", "2"]);
    assert_eq!(seen("Sum(LastPeriods(2), <B>)"), ["4", "5", "6"]);
    assert_eq!(
        seen(
            "(<B>, ClosingPeriod([Tid].[Kalender].[Kvartal], [Tid].[Kalender].CurrentMember.Parent))"
        ),
        ["2", "3", "3"]
    );
    assert_eq!(seen("Aggregate(YTD(), <B>)"), ["2", "3", "3"]);
}

/// The rows of a set on the second axis, with a measure.
fn rows(measure: &str, set: &str) -> Vec<String> {
    let text = format!("SELECT {measure} ON 0, {set} ON 1 FROM Lille");
    mdx(&view(""), &written(&text)).split_off(1)
}

#[test]
fn a_visual_total_is_counted_anew_of_what_follows() {
    let geo = |name: &str| format!("[Sted].[Geografi].{name}");
    let (all, north, south) = (geo("[All]"), geo("&[Nord]"), geo("&[Syd]"));
    let (aby, cby) = (geo("&[Nord].&[101]"), geo("&[Syd].&[103]"));
    // c0 is in both Aby and Cby: c0, c1 and c3 are three.
    let set = format!("VisualTotals({{{all}, {north}, {aby}, {south}, {cby}}})");
    assert_eq!(rows("<B>", &set), ["I alt | 3", "Nord | 2", "Aby | 2", "Syd | 2", "Cby | 2"]);
    let set = format!("VisualTotals({{{north}, {aby}, {south}}}, 'I alt - *')");
    assert_eq!(rows("<B>", &set), ["I alt - Nord | 2", "Aby | 2", "Syd | 2"]);
    // What does not follow does not count.
    let set = format!("VisualTotals({{{aby}, {north}}})");
    assert_eq!(rows("<B>", &set), ["Aby | 2", "Nord | 3"]);
    // Both are members of their hierarchy still, and formulas are worked out at the total.
    let text = written(&format!(
        "WITH SET [s] AS VisualTotals({{{all}, {north}, {aby}}}) \
         MEMBER [Measures].[x] AS <B> / <M> * 300 \
         SELECT {{<B>, [Measures].[x]}} ON 0, NON EMPTY Hierarchize(Intersect({{{north}, {all}, {south}}}, \
         [s])) ON 1 FROM Lille"
    ));
    assert_eq!(mdx(&view(""), &text), ["Borgere x", "I alt | 2 200.00", "Nord | 2 200.00"]);
    let crossed = format!("VisualTotals({{{all}, {aby}}}) * {{[Tid].[År].&[2019]}}");
    assert_eq!(rows("<B>", &crossed), ["I alt+2019 | 1", "Aby+2019 | 1"]);
}
