//! What the grammar reads, and what it says of a text that is not of the language.

use super::*;
use crate::query::parse::{Case, Definition, ExprKind, MAX_AXES, Name, NameKind, Source};

/// An expression with all its brackets, calls as `f(…)`, steps as `a→b`.
fn shown(text: &str, expr: &Expr) -> String {
    let name = |name: Name| {
        let key = match name.kind {
            NameKind::Key => "&",
            NameKind::KeyPart => "&&",
            NameKind::Bare | NameKind::Bracketed => "",
        };
        format!("{key}{}", name.text(text))
    };
    let list =
        |list: &[Expr]| list.iter().map(|one| shown(text, one)).collect::<Vec<_>>().join(", ");
    let arguments = |list: &[Option<Expr>]| {
        let shown = |one: &Option<Expr>| one.as_ref().map_or("_".into(), |one| shown(text, one));
        list.iter().map(shown).collect::<Vec<String>>().join(", ")
    };
    match &expr.kind {
        ExprKind::Path(names) => names.iter().map(|&one| name(one)).collect::<Vec<_>>().join("."),
        ExprKind::Steps(base, steps) => {
            let steps = steps.iter().map(|step| match &step.arguments {
                None => format!("→{}", name(step.name)),
                Some(list) => format!("→{}({})", name(step.name), arguments(list)),
            });
            format!("{}{}", shown(text, base), steps.collect::<String>())
        }
        ExprKind::Call(function, list) => format!("{}({})", name(*function), arguments(list)),
        ExprKind::Braces(elements) => format!("{{{}}}", list(elements)),
        ExprKind::Tuple(elements) => format!("({})", list(elements)),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Text(literal) => format!("'{}'", literal.text(text)),
        ExprKind::Parameter(one) => format!("@{}", name(*one)),
        ExprKind::Chain(first, rest) => {
            let rest = rest.iter().map(|(op, one)| format!(" {op:?} {}", shown(text, one)));
            format!("<{}{}>", shown(text, first), rest.collect::<String>())
        }
        ExprKind::Prefix(operator, one) => format!("<{operator:?} {}>", shown(text, one)),
        ExprKind::Case(case) => shown_case(text, case),
        ExprKind::Alias(one, alias) => format!("<{} As {}>", shown(text, one), name(*alias)),
    }
}

fn shown_case(text: &str, case: &Case) -> String {
    let shown = |one: &Expr| shown(text, one);
    let branches = case.branches.iter();
    let branches = branches.map(|(when, then)| format!(" {} → {}", shown(when), shown(then)));
    let otherwise =
        case.otherwise.as_ref().map_or(String::new(), |one| format!(" _ → {}", shown(one)));
    let operand = case.operand.as_ref().map_or(String::new(), shown);
    format!("<case {operand}:{}{otherwise}>", branches.collect::<String>())
}

/// What each definition is: its path, formula and properties.
fn defined(text: &str, definitions: &[Definition<'_>]) -> Vec<String> {
    let one = |definition: &Definition<'_>| {
        let path: Vec<_> = definition.name.iter().map(|name| name.text(text)).collect();
        let properties = definition.properties.iter();
        let properties =
            properties.map(|(name, value)| format!("; {}={}", name.text(text), shown(text, value)));
        let formula = shown(&definition.text, &definition.expr);
        format!("{} := {formula}{}", path.join("."), properties.collect::<String>())
    };
    definitions.iter().map(one).collect()
}

#[test]
fn expressions_have_the_shape_of_the_language() {
    for (text, expected) in [
        ("[Tid].[År].&[2020]", "Tid.År.&2020"),
        ("Tid.Kalender.&2020.&[2020K1]", "Tid.Kalender.&2020.&2020K1"),
        ("[H].&[2.016E3] & [a]&7.&8K1.b", "H.&2.016E3.&&a.&&7.&8K1.b"),
        ("[H]./* c */Members", "H→Members"),
        ("[H].[L].MEMBER_CAPTION", "H.L→MEMBER_CAPTION"),
        ("[H].CurrentMember.Properties(\"a\", TYPED)", "H→CurrentMember→Properties('a', TYPED)"),
        ("(a).b", "a→b"),
        ("[a]]b] . [Members]", "a]b.Members"),
        ("[Tid].[År].Members", "Tid.År→Members"),
        ("Measures.cChildren", "Measures.cChildren"),
        ("[H].Levels(1).members.Item(0)", "H→Levels(1)→members→Item(0)"),
        ("{a}.Item(0)", "{a}→Item(0)"),
        ("f(a,,b,)", "f(a, _, b, _)"),
        ("f()", "f()"),
        ("f(,)", "f(_, _)"),
        ("((a))", "a"),
        ("(a, {b, c})", "(a, {b, c})"),
        ("{}", "{}"),
        ("a:b * c:d", "<<a Range b> Times <c Range d>>"),
        ("a * b * c", "<a Times b Times c>"),
        ("a + b * c - d", "<a Plus <b Times c> Minus d>"),
        ("{-{a}}", "{<Minus {a}>}"),
        ("NOT a = 1 AND b > 2. OR c", "<<<Not <a Equal 1>> And <b Greater 2>> Or c>"),
        ("f(a, 'it''s', \"x\"\"\", .5, 1e3)", "f(a, 'it's', 'x\"', 0.5, 1000)"),
        ("('a')", "'a'"),
        ("a AND .5 = .25", "<a And <0.5 Equal 0.25>>"),
        ("{null : b}", "{<null Range b>}"),
        ("- a ^ 2 ^ b", "<Minus <a Power 2 Power b>>"),
        ("2 ^ - a:b * c", "<<2 Power <Minus <a Range b>>> Times c>"),
        ("({a}) * ({b})", "<{a} Times {b}>"),
        ("EXISTING a.Members * b", "<<Existing a→Members> Times b>"),
        ("Count(existing {a})", "Count(<Existing {a}>)"),
        ("a IS NULL", "<a Is NULL>"),
        ("NOT a IN {b} AND c NOT in {d}", "<<Not <a In {b}>> And <c NotIn {d}>>"),
        ("a MATCHES 'x' OR a not matches 'y'", "<<a Matches 'x'> Or <a NotMatches 'y'>>"),
        ("Generate({a} AS [b c], [b c].Current)", "Generate(<{a} As b c>, b c→Current)"),
        ("({a} * {b} AS s).Item(0)", "<<{a} Times {b}> As s>→Item(0)"),
        (
            "DrilldownLevel(a,,,INCLUDE_CALC_MEMBERS)",
            "DrilldownLevel(a, _, _, INCLUDE_CALC_MEMBERS)",
        ),
        ("CASE WHEN a > 1 THEN 'x' WHEN b THEN c END", "<case : <a Greater 1> → 'x' b → c>"),
        (
            "case a when 1 then CASE WHEN b THEN c END else d end.e",
            "<case a: 1 → <case : b → c> _ → d>→e",
        ),
        ("StrToSet(@Aar, CONSTRAINED)", "StrToSet(@Aar, CONSTRAINED)"),
        ("a /* b */ -- c", "a"),
    ] {
        let query = format!("SELECT {{{text}\n}} ON 0 FROM C");
        let select = mdx(&query).unwrap();
        assert_eq!(shown(&query, &select.axes[0].set), format!("{{{expected}}}"), "{text}");
    }
}

#[test]
fn statements_have_axes_a_source_and_a_slicer() {
    let text = "select non empty {a} DIMENSION PROPERTIES PARENT_UNIQUE_NAME, \
                [H].[L].[L]MEMBER_CAPTION on rows, b ON AXIS(0), c PROPERTIES x ON Pages \
                from (SELECT d ON 0 FROM (SELECT FROM [min ]] kube])) WHERE (e, f) \
                CELL PROPERTIES VALUE, FORMAT_STRING ;";
    let select = mdx(text).unwrap();
    let axes: Vec<(u32, bool, usize)> = select
        .axes
        .iter()
        .map(|axis| (axis.number, axis.non_empty, axis.properties.len()))
        .collect();
    assert_eq!(axes, [(0, false, 0), (1, true, 2), (2, false, 1)]);
    let odd = &select.axes[1].properties[1].names;
    let odd: Vec<_> = odd.iter().map(|name| name.text(text)).collect();
    assert_eq!(odd, ["H", "L", "L", "MEMBER_CAPTION"]);
    assert_eq!(select.cube_name(), "min ] kube");
    assert_eq!(select.cell_properties.len(), 2);
    assert_eq!(shown(text, select.slicer.as_ref().unwrap()), "(e, f)");
    assert!(mdx("SELECT FROM Salg").unwrap().axes.is_empty());
}

#[test]
fn what_is_not_of_the_language_is_named_with_its_place() {
    for (text, message, line, column) in [
        ("", "forventede SELECT, men teksten slutter", 1, 1),
        ("SELECT {a} FROM c", "forventede ON, men fandt 'FROM'", 1, 12),
        ("SELECT {a ON 0 FROM c", "forventede ',' eller '}', men fandt 'ON'", 1, 11),
        (
            "SELECT {a}\n ON FROM c",
            "forventede en akse: COLUMNS, ROWS eller et tal, men fandt 'FROM'",
            2,
            5,
        ),
        (
            "SELECT {a,} ON 0 FROM c",
            "forventede en mængde, et medlem eller et tal, men fandt '}'",
            1,
            11,
        ),
        ("SELECT f(a ON 0 FROM c", "forventede ',' eller ')', men fandt 'ON'", 1, 12),
        ("SELECT a. ON 0 FROM c", "forventede ON, men fandt '0'", 1, 14),
        ("SELECT a.2020 ON 0 FROM c", "forventede et navn efter '.', men fandt '2020'", 1, 10),
        (
            "SELECT a ON 0.5 FROM c",
            "forventede en akse: COLUMNS, ROWS eller et tal, men fandt '0.5'",
            1,
            13,
        ),
        ("SELECT a ON 0", "forventede FROM, men teksten slutter", 1, 14),
        ("SELECT a ON 0 FROM", "forventede navnet på en kube, men teksten slutter", 1, 19),
        (
            "SELECT a ON 0 FROM c WHERE",
            "forventede en mængde, et medlem eller et tal, men teksten slutter",
            1,
            27,
        ),
        ("SELECT a ON 0 FROM c x", "forventede slutningen af forespørgslen, men fandt 'x'", 1, 22),
        (
            "WITH FOO x AS y SELECT x ON 0 FROM c",
            "forventede MEMBER, SET eller SELECT, men fandt 'FOO'",
            1,
            6,
        ),
        ("WITH SET x y SELECT x ON 0 FROM c", "forventede AS, men fandt 'y'", 1, 12),
        (
            "WITH MEMBER m.x AS '1 +' SELECT x ON 0 FROM c",
            "forventede en mængde, et medlem eller et tal, men teksten slutter",
            1,
            24,
        ),
        (
            "SELECT a HAVING ON 0 FROM c",
            "forventede en mængde, et medlem eller et tal, men fandt 'ON'",
            1,
            17,
        ),
    ] {
        let error = mdx(text).unwrap_err();
        assert_eq!(error.message, message);
        assert_eq!(error.place.unwrap().line_and_column(), (line, column), "{text}");
    }
}

#[test]
fn clauses_and_statements_that_are_not_of_the_language_are_named_with_their_place() {
    for (text, message, line, column) in [
        ("SELECT a ON 0, b ON ROWS, c ON 0 FROM c", "akse 0 er skrevet to gange", 1, 32),
        ("SELECT a ON 0, b ON 2 FROM c", "akse 1 mangler", 1, 21),
        ("SELECT a ON 1 FROM c", "akse 0 mangler", 1, 13),
        ("SELECT a AS b AS c ON 0 FROM c", "forventede ON, men fandt 'AS'", 1, 15),
        (
            "SELECT CASE END ON 0 FROM c",
            "forventede en mængde, et medlem eller et tal, men fandt 'END'",
            1,
            13,
        ),
        ("SELECT CASE a ELSE b END ON 0 FROM c", "forventede WHEN, men fandt 'ELSE'", 1, 15),
        (
            "SELECT CASE WHEN a THEN b ON 0 FROM c",
            "forventede WHEN, ELSE eller END, men fandt 'ON'",
            1,
            27,
        ),
        ("SELECT {1e999} ON 0 FROM c", "tallet er for stort", 1, 9),
        (
            "SELECT FROM NON VISUAL c",
            "forventede '(' og en indre SELECT efter NON VISUAL, men fandt 'c'",
            1,
            24,
        ),
        (
            "SELECT a DIMENSION PROPERTIES ON 0 FROM c",
            "forventede navnet på en egenskab, men fandt 'ON'",
            1,
            31,
        ),
        (
            "WITH CELL CALCULATION x SELECT FROM c",
            "WITH CELL CALCULATION er ikke understøttet",
            1,
            6,
        ),
        ("WITH SELECT FROM c", "forventede MEMBER, SET eller SELECT, men fandt 'SELECT'", 1, 6),
        ("CREATE SESSION MEMBER [C].m.x AS 1", "CREATE er ikke understøttet her", 1, 1),
        ("CREATE SESSION CUBE x FROM y", "CREATE CUBE er ikke understøttet", 1, 16),
        ("DROP SET [C].x, [C].y", "DROP er ikke understøttet her", 1, 1),
        ("REFRESH CUBE c", "REFRESH CUBE er ikke understøttet her", 1, 14),
        ("UPDATE CUBE c SET x = 1", "UPDATE er ikke understøttet", 1, 1),
        ("EXPLAIN SELECT FROM c", "EXPLAIN er ikke understøttet her", 1, 9),
        (
            "DRILLTHROUGH MAXROWS x SELECT FROM c",
            "forventede et antal rækker efter MAXROWS, men fandt 'x'",
            1,
            22,
        ),
    ] {
        let error = mdx(text).unwrap_err();
        assert_eq!(error.message, message);
        assert_eq!(error.place.unwrap().line_and_column(), (line, column), "{text}");
    }
}

#[test]
fn what_defines_or_refreshes_says_what_to_do_instead() {
    for (text, hint) in [
        ("REFRESH CUBE [C]", "udelad sætningen"),
        ("CREATE SESSION MEMBER [C].m.x AS 1", "WITH"),
        ("DROP SET [C].x", "der er intet at slette"),
    ] {
        let said = mdx(text).unwrap_err().hint.unwrap_or_default();
        assert!(said.contains(hint), "{text}: {said}");
    }
}

#[test]
fn length_and_depth_have_limits() {
    let long = " ".repeat(MAX_TEXT_BYTES + 1);
    assert_eq!(mdx(&long).unwrap_err().kind, ErrorKind::TooLarge);
    let nests = [
        ("(", ")"),
        ("{", "}"),
        ("f(", ")"),
        ("- ", ""),
        ("NOT ", ""),
        ("EXISTING ", ""),
        ("CASE ", " WHEN 1 THEN 1 END"),
        ("CASE WHEN 1 THEN ", " END"),
        ("a + b * c ^ d : f(", ")"),
        ("a OR a AND a = a + a * a ^ -", ""),
    ];
    for (open, close) in nests {
        let text = format!("SELECT {}a{} ON 0 FROM c", open.repeat(100_000), close.repeat(9));
        assert_eq!(mdx(&text).unwrap_err().kind, ErrorKind::TooLarge, "{open}");
    }
    let inner = "(SELECT FROM ".repeat(70_000);
    assert_eq!(mdx(&format!("SELECT FROM {inner}")).unwrap_err().kind, ErrorKind::TooLarge);
}

#[test]
fn long_chains_are_not_deep() {
    for link in ["*a", "-a", ":a", ".a", ".Parent", ".Item(0)", " AND a"] {
        let text = format!("SELECT a{} ON 0 FROM c", link.repeat(100_000));
        assert!(mdx(&text).is_ok(), "{link}");
    }
}

#[test]
fn a_hint_says_what_to_mend() {
    for (text, hint) in [
        ("SELECT\n {a, (b ON 0 FROM c", "'(' i linje 2, kolonne 6 er ikke lukket"),
        ("SELECT CASE WHEN a THEN b ON 0 FROM c", "'CASE' i linje 1, kolonne 8 er ikke lukket"),
        (
            "SELECT f(a; b) ON 0 FROM c",
            "argumenter og medlemmer adskilles med komma; ';' slutter forespørgslen",
        ),
        ("SELECT FROM 'c'", "navne skrives i [ ] og ikke i anførselstegn"),
        (
            "SELECT {set} ON 0 FROM c",
            "er ordet et navn, skal det stå i [ ]; ellers mangler noget foran det",
        ),
        ("SELECT [a].2020 ON 0 FROM c", "navne, der begynder med et ciffer, skal stå i [ ]"),
        ("SELECT a ON 0 FROM c WHERE a != 1", "forskellig fra skrives <>"),
    ] {
        assert_eq!(mdx(text).unwrap_err().hint.as_deref(), Some(hint), "{text}");
    }
}

#[test]
fn definitions_come_in_any_mixture() {
    let text = "WITH MEMBER Measures.x AS '[m].[a''b] + 1', SOLVE_ORDER = 2, FORMAT_STRING='0.0'
        SET s AS {a} AS t
        MEMBER [m].[y] AS \"a text\" FORMAT_STRING = \"#\" LANGUAGE = 1030,
        MEMBER [m].[z] AS 'a' + \"b\", CAPTION = 'c' || 'd'
        SET [ u ] AS '{b}', set v as {[set]} SELECT s ON 0 FROM c";
    let select = mdx(text).unwrap();
    assert_eq!(
        defined(text, &select.definitions),
        [
            "Measures.x := <m.a'b Plus 1>; SOLVE_ORDER=2; FORMAT_STRING='0.0'",
            "s := <{a} As t>",
            "m.y := 'a text'; FORMAT_STRING='#'; LANGUAGE=1030",
            "m.z := <'a' Plus 'b'>; CAPTION=<'c' Join 'd'>",
            " u  := {b}",
            "v := {set}",
        ]
    );
    assert_eq!(select.definitions.iter().filter(|one| one.is_member).count(), 3);
    assert_eq!(select.span.range(), 0..text.len());
}

#[test]
fn inner_selects_say_whether_totals_are_visual() {
    let text = "SELECT FROM NON VISUAL (SELECT {a} ON COLUMNS, b ON ROWS FROM (SELECT c ON 0 FROM d WHERE e))";
    let mut select = &mdx(text).unwrap();
    let mut found = Vec::new();
    while let Source::Select { select: inner, non_visual } = &select.source {
        found.push((*non_visual, inner.axes.len(), inner.slicer.is_some()));
        select = inner;
    }
    assert_eq!(found, [(true, 2, false), (false, 1, true)]);
}

#[test]
fn an_axis_has_a_condition() {
    let text = "SELECT NON EMPTY {a} HAVING b > 1 AND c DIMENSION PROPERTIES d ON 0 FROM e";
    let select = mdx(text).unwrap();
    let having = select.axes[0].having.as_ref().unwrap();
    assert_eq!(shown(text, having), "<<b Greater 1> And c>");
    assert_eq!(select.axes[0].properties.len(), 1);
}

#[test]
fn statements_are_told_apart() {
    let text = "drillthrough maxrows 10 FIRSTROWSET 20 WITH SET s AS {a} SELECT FROM c WHERE (a) \
                RETURN [Measures].[x], Key([$d].[e]) AS f";
    let Statement::DrillThrough(drill) = statement(text).unwrap() else { panic!("{text}") };
    assert_eq!((drill.max_rows, drill.first_row), (Some(10), Some(20)));
    assert_eq!(drill.select.definitions.len(), 1);
    let columns: Vec<_> = drill.columns.iter().map(|one| shown(text, one)).collect();
    assert_eq!(columns, ["Measures.x", "<Key($d.e) As f>"]);

    let text = "CREATE SESSION SET [C].[s] AS '{a}'";
    let Statement::Create(create) = statement(text).unwrap() else { panic!("{text}") };
    assert!(!create.definition.is_member);
    assert_eq!(defined(text, &[create.definition]), ["C.s := {a}"]);

    let text = "DROP SESSION MEMBER [C].[m].[a], [C].[m].[b]";
    let Statement::Drop(drop) = statement(text).unwrap() else { panic!("{text}") };
    assert_eq!((drop.is_member, drop.names.len()), (true, 2));
    assert!(matches!(statement("REFRESH CUBE [C]"), Ok(Statement::Refresh(_))));
    assert!(matches!(statement("EXPLAIN SELECT FROM C;"), Ok(Statement::Explain(_))));
}

#[test]
fn axes_have_a_limit() {
    let axes = |count: usize| {
        let axes: Vec<String> = (0..count).map(|number| format!("a ON {number}")).collect();
        format!("SELECT {} FROM c", axes.join(", "))
    };
    assert_eq!(mdx(&axes(MAX_AXES)).unwrap().axes.len(), MAX_AXES);
    assert_eq!(mdx(&axes(MAX_AXES + 1)).unwrap_err().message, "der er over 128 akser");
}

#[test]
fn the_deepest_text_fits_a_small_stack() {
    let link = "a OR a AND a = a + a * a ^ f(CASE WHEN a OR a AND a = a + a * a ^ -";
    let text = format!("SELECT {}a", link.repeat(MAX_DEPTH / 4));
    let read = move || assert!(mdx(&text).is_err());
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read);
    thread.unwrap().join().unwrap();
}

#[test]
fn a_decimal_comma_is_told_of() {
    let text = "WITH MEMBER [Measures].[x] AS [Measures].[y] * 1,5 SELECT FROM [c]";
    let hint = mdx(text).unwrap_err().hint.unwrap_or_default();
    assert!(hint.contains("punktum"), "{hint}");
    let text = "WITH MEMBER [Measures].[x] AS [Measures].[y], 5 SELECT FROM [c]";
    assert!(!mdx(text).unwrap_err().hint.unwrap_or_default().contains("punktum"));
}
