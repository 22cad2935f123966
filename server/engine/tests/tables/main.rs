//! Cubes of plain tables: the example of the documentation is built, broken promises are named, and
//! random stars are counted as a plain join and scan of their tables counts them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod memory;
mod named;
mod plain;
mod records;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use cube_schema::schema::Schema;
use memory::Memory;
use terning_engine::cube::Cube;
use terning_engine::query::bound::Member;
use terning_engine::query::cellset::Special;
use terning_engine::query::format::Language;
use terning_engine::query::{self, Cancel, Limits, Pivot, Question, View, bind, names};
use terning_engine::tables::{Findings, TablesError, build_cubes, read_schema};
use world::World;

/// The worlds that are tried.
const WORLDS: u64 = 60;

fn build(text: &str, tables: &Memory) -> Result<(Vec<Arc<Cube>>, Findings), TablesError> {
    let schema = Schema::parse(text)?;
    let mut cubes = Vec::new();
    let found = build_cubes(&schema, text, tables, &|_| (), |cube| cubes.push(Arc::new(cube)))?;
    Ok((cubes, found))
}

/// The example of the documentation.
fn example() -> String {
    let page = include_str!("../../../../docs/skema.md");
    let start = page.find("```toml\n").unwrap() + "```toml\n".len();
    page[start..start + page[start..].find("```").unwrap()].to_owned()
}

/// Rows of captions and figures, in the order of the answer.
fn ask(cubes: &[Arc<Cube>], question: &Question<'_>) -> Vec<(String, Vec<Option<f64>>)> {
    let views: Vec<View> = cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
    let answer = query::answer(&views, question, &Limits::default(), &Cancel::default());
    let answer = answer.unwrap_or_else(|error| panic!("{}", error.explained()));
    let (cube, cells) = (&cubes[answer.view], &answer.cells);
    let columns = cells.axes[0].count;
    let line = |at: usize| (0..columns).map(|column| cells.value(at * columns + column)).collect();
    let Some(rows) = cells.axes.get(1) else { return vec![(String::new(), line(0))] };
    let caption = |at: usize| {
        let member: Member = rows.position(at)[0];
        names::caption(&**cube, rows.columns[0], member).to_owned()
    };
    (0..rows.count).map(|at| (caption(at), line(at))).collect()
}

fn pivot(cube: &str, field: &str, measures: &[&str]) -> Pivot {
    Pivot {
        cube: cube.to_owned(),
        rows: vec![field.to_owned()],
        measures: measures.iter().map(|&name| name.to_owned()).collect(),
        empty: true,
        ..Pivot::default()
    }
}

#[test]
fn the_example_of_the_documentation_is_built() {
    let (cubes, _) =
        build(&example(), &memory::example()).unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<&str> = cubes.iter().map(|cube| cube.name.as_str()).collect();
    assert_eq!(names, ["Salg", "Medlemmer", "Salg i alt"]);
    let listed: Vec<&str> =
        cubes[0].listed_measures().map(|found| cubes[0].measure(found).name.as_str()).collect();
    assert_eq!(listed[..2], ["Omsætning", "Salg"]);
    let found = ask(&cubes, &Question::Pivot(&pivot("Salg", "Butik.Land", &["Omsætning", "Salg"])));
    // What names no period is about 2024: receipts of 20 and 5.50 of Denmark (that of 10 is of 2023),
    // one of 7 of the Faroes, one of an unknown shop.
    let expected = [
        ("#null", vec![Some(1.0), Some(1.0)]),
        ("Danmark", vec![Some(25.5), Some(2.0)]),
        ("Færøerne", vec![Some(7.0), Some(1.0)]),
    ];
    assert_eq!(found, expected.map(|(name, cells)| (name.to_owned(), cells)));
    let days =
        ask(&cubes, &Question::Pivot(&pivot("Medlemmer", "Kalender.Kvartal", &["Medlemmer"])));
    let expected = [("2024K1", 1.0), ("2024K2", 2.0)];
    assert_eq!(days, expected.map(|(name, cell)| (name.to_owned(), vec![Some(cell)])));
}

#[test]
fn the_as_of_day_is_that_of_the_last_fact_by_the_table_of_time() {
    let now = |tables: &Memory| {
        let (cubes, _) = build(&example(), tables).unwrap_or_else(|error| panic!("{error}"));
        let views = [View::everything(Arc::clone(&cubes[0]))];
        let text = "WITH MEMBER [Measures].[Nu] AS Format(Now(), 'yyyy-mm-dd') \
                    SELECT {[Measures].[Nu]} ON 0 FROM [Salg]";
        let answer =
            query::answer(&views, &Question::Mdx(text), &Limits::default(), &Cancel::default());
        answer.unwrap().cells.formatted(Language::Danish, &Cancel::default()).unwrap()
    };
    let mut tables = memory::example();
    assert_eq!(now(&tables), ["2024-01-31"]);
    // Day 2 is of March instead of January.
    tables.set("days", "month", 1, "3");
    assert_eq!(now(&tables), ["2024-03-31"]);
    // Without facts of 2024 the last ones are of December 2023.
    for row in 1..5 {
        tables.set("sales", "day_id", row, "1");
    }
    assert_eq!(now(&tables), ["2023-12-31"]);
}

#[test]
fn january_2000_is_a_month_as_others_are() {
    let mut tables = memory::example();
    for row in 0..2 {
        tables.set("days", "the_year", row, "2000");
        tables.set("days", "month", row, "1");
    }
    let text = example().replace("default = [\"2024\"]", "default = [\"2000\"]");
    let (cubes, _) = build(&text, &tables).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(cubes[0].as_of().map(|day| day.to_string()).as_deref(), Some("2000-01-31"));
}

#[test]
fn a_column_can_be_counted_and_shown() {
    let text = example().replace("column = \"sale_id\" }", "column = \"customer_id\" }");
    assert_ne!(text, example());
    let (cubes, _) = build(&text, &memory::example()).unwrap_or_else(|error| panic!("{error}"));
    // Customers 1, 2 and 3; what names no period is about 2024, when each of them bought.
    let found = ask(&cubes, &Question::Mdx("SELECT {[Measures].[Kunder]} ON 0 FROM [Salg]"));
    assert_eq!(found, [(String::new(), vec![Some(3.0)])]);
}

#[test]
fn a_table_that_is_not_there_is_told_of_once() {
    let text = example().replace("facts = \"sales\"", "facts = \"salg\"");
    let error = build(&text, &memory::example()).err().unwrap().to_string();
    assert_eq!(error.matches("tabellen 'salg' findes ikke").count(), 1, "{error}");
}

#[test]
fn a_name_of_several_members_means_the_first_and_is_told_of() {
    let mut tables = memory::example();
    tables.set("products", "product_name", 2, "Brød");
    let (cubes, _) = build(&example(), &tables).unwrap_or_else(|error| panic!("{error}"));
    let views = [View::everything(Arc::clone(&cubes[0]))];
    let asked = |member: &str| {
        let text = format!("SELECT {{[Measures].[Salg]}} ON 0, {{{member}}} ON 1 FROM [Salg]");
        let question = Question::Mdx(&text);
        let answer = query::answer(&views, &question, &Limits::default(), &Cancel::default());
        let cells = answer.unwrap_or_else(|error| panic!("{}", error.explained())).cells;
        (cells.values, cells.warnings)
    };
    // Of 2024 products 1 (twice: an unknown shop too), and 3 once, which stands before it: its rank is lower.
    let (values, warnings) = asked("[Vare].[Vare].[Vare].[Brød]");
    assert_eq!(values.len(), 1);
    assert!(warnings.len() == 1 && warnings[0].contains("2 medlemmer"), "{warnings:?}");
    assert!(warnings[0].contains("&[1]") && warnings[0].contains("&[3]"), "{warnings:?}");
    assert_eq!(asked("[Vare].[Vare].[Vare].[Ost]").1, [""; 0]);
    assert_eq!(asked("[Vare].[Vare].[Mad].[Brød]").1, [""; 0]);
}

#[test]
fn the_language_of_the_schema_is_that_of_its_figures_also_after_a_snapshot() {
    let shown = |text: &str| {
        let (cubes, _) = build(text, &memory::example()).unwrap_or_else(|error| panic!("{error}"));
        let mut bytes = Vec::new();
        terning_engine::snapshot::write(&[&cubes[0]], &mut bytes).unwrap();
        let cube = terning_engine::snapshot::open(Arc::new(bytes)).unwrap().remove(0);
        let views = [View::everything(Arc::new(cube))];
        let text = "WITH MEMBER [Measures].[Tekst] AS Format(CDate('2024-03-09'), 'Long Date') \
                    SELECT {[Measures].[Omsætning], [Measures].[Tekst]} ON 0 FROM [Salg]";
        let answer =
            query::answer(&views, &Question::Mdx(text), &Limits::default(), &Cancel::default());
        let found = answer.unwrap();
        found.cells.formatted(views[0].cube().language, &Cancel::default()).unwrap()
    };
    let named = |language: &str| {
        let written = example().lines().position(|line| line.starts_with("language")).unwrap();
        let mut lines: Vec<String> = example().lines().map(str::to_owned).collect();
        lines[written] = language.to_owned();
        shown(&lines.join("\n"))
    };
    assert_eq!(named(""), ["33,50", "9. marts 2024"]);
    assert_eq!(named("language = \"da-DK\""), ["33,50", "9. marts 2024"]);
    assert_eq!(named("language = \"en\""), ["33.50", "Saturday, March 9, 2024"]);
    let unknown = Schema::parse("name = \"x\"\nlanguage = \"xx\"\n").unwrap_err().to_string();
    assert!(unknown.contains("sproget 'xx' kendes ikke"), "{unknown}");
}

#[test]
fn what_does_not_hold_is_told_at_once_with_its_lines() {
    let text = example()
        .replace("key = \"region\"", "key = \"landsdel\"")
        .replace("column = \"discount\"", "column = \"rabat\"")
        .replace("table = \"days\"", "table = \"dage\"");
    let error = build(&text, &memory::example()).err().unwrap().to_string();
    for what in ["'landsdel'", "'rabat'", "'dage'"] {
        let line = text.lines().position(|line| line.contains(&what.replace('\'', "\""))).unwrap();
        let told =
            error.lines().find(|told| told.contains(what)).unwrap_or_else(|| panic!("{error}"));
        // A table is missed where its key is looked for, on the line below.
        let lines = [line + 1, line + 2].map(|line| format!("linje {line}:"));
        assert!(lines.iter().any(|line| told.contains(line)), "{told}");
    }
}

#[test]
fn promises_of_the_schema_and_columns_that_are_missing_are_told_together() {
    let text = example()
        .replace("key = \"region\"", "key = \"landsdel\"")
        .replace("kind = \"sum\"", "kind = \"distinct\"");
    let promises = Schema::parse(&text).unwrap_err().problems;
    assert!(!promises.is_empty());
    let error = read_schema(&text, &memory::example()).unwrap_err().to_string();
    assert!(error.contains("'landsdel'"), "{error}");
    for promise in promises {
        assert!(error.contains(&promise.to_string()), "{promise} is not in {error}");
    }
    assert!(read_schema(&example(), &memory::example()).is_ok());
}

#[test]
fn whatever_line_is_missing_columns_are_looked_for() {
    let all: Vec<String> = example().lines().map(str::to_owned).collect();
    for left_out in 0..all.len() {
        let mut lines = all.clone();
        lines.remove(left_out);
        let text = lines.join("\n");
        let told = read_schema(&text, &memory::example()).err().map(|error| error.to_string());
        for problem in Schema::parse(&text).err().into_iter().flat_map(|error| error.problems) {
            let told = told.as_deref().unwrap_or_default();
            assert!(told.contains(&problem.to_string()), "{problem} is not in {told}");
        }
    }
}

#[test]
fn what_is_wrong_with_several_tables_is_told_together() {
    let wrong = |changes: &[(&str, &str, usize, &str)]| {
        let mut tables = memory::example();
        changes
            .iter()
            .for_each(|(table, column, row, value)| tables.set(table, column, *row, value));
        build(&example(), &tables).err().unwrap().to_string()
    };
    let error = wrong(&[("stores", "store_id", 1, ""), ("classes", "class_id", 1, "1")]);
    assert!(error.contains("kolonnen 'store_id' er tom"), "{error}");
    assert!(error.contains("tabellen 'classes', linje 3: nøglen '1'"), "{error}");
    let error = wrong(&[("sales", "amount", 2, "ti"), ("memberships", "from_date", 0, "2024")]);
    assert!(error.contains("tabellen 'sales', linje 4: 'ti' er ikke et tal"), "{error}");
    assert!(error.contains("'2024' er ikke en dato"), "{error}");
}

#[test]
fn tables_that_break_a_promise_are_named_with_their_lines() {
    for (table, column, row, value, message) in [
        ("stores", "store_id", 1, "1", "linje 3: nøglen '1'"),
        ("stores", "store_id", 1, "", "linje 3: kolonnen 'store_id' er tom"),
        ("stores", "square_metres", 0, "mange", "linje 2: 'mange'"),
        ("stores", "opened", 0, "i fjor", "en dato"),
        ("classes", "class_id", 1, "1", "tabellen 'classes', linje 3: nøglen '1'"),
        ("sales", "amount", 2, "ti", "tabellen 'sales', linje 4: 'ti' er ikke et tal"),
        ("memberships", "from_date", 0, "2024", "'2024' er ikke en dato"),
        ("staff", "manager_id", 1, "9", "tabellen 'staff', linje 3: medlemmet '2'"),
        ("staff", "manager_id", 0, "2", "tabellen 'staff', linje 2: medlemmet '1' er sin egen"),
    ] {
        let mut tables = memory::example();
        tables.set(table, column, row, value);
        let error =
            build(&example(), &tables).err().map_or(String::new(), |error| error.to_string());
        assert!(error.contains(message), "{table}.{column}: {error}");
    }
}

#[test]
fn random_stars_are_counted_as_a_plain_join_and_scan_counts_them() {
    for seed in 1..=WORLDS {
        let world = World::new(seed);
        let (cubes, found) =
            build(world::SCHEMA, &world.tables()).unwrap_or_else(|error| panic!("{seed}: {error}"));
        let unmatched: u64 = found.unmatched.iter().map(|one| one.without + one.unknown).sum();
        assert_eq!(unmatched, world.unmatched(), "{seed}");
        for (field, members) in plain::fields(&world) {
            let asked = Question::Pivot(&pivot("Salg", field, &plain::MEASURES));
            let mut found = ask(&cubes, &asked);
            let mut expected: Vec<(String, Vec<Option<f64>>)> = members
                .into_iter()
                .map(|(caption, facts)| (caption, plain::figures(&world, &facts)))
                .collect();
            // What is no member of the level has no position; two members can have one name.
            found.sort_by(|left, right| left.partial_cmp(right).unwrap());
            expected.sort_by(|left, right| left.partial_cmp(right).unwrap());
            assert_eq!(found, expected, "world {seed}, {field}");
        }
    }
}

#[test]
fn a_tree_is_counted_with_all_below_each_member() {
    for seed in 1..=WORLDS {
        let world = World::new(seed);
        let (cubes, _) = build(world::SCHEMA, &world.tables()).unwrap();
        let measures = plain::MEASURES.map(|name| format!("[Measures].[{name}]")).join(", ");
        for (key, facts) in plain::tree(&world) {
            let text = format!(
                "SELECT {{{measures}}} ON COLUMNS, {{[Medarbejder].[Medarbejder].&[{key}]}} ON ROWS \
                 FROM [Salg]"
            );
            let found = ask(&cubes, &Question::Mdx(&text));
            assert_eq!(found[0].1, plain::figures(&world, &facts), "world {seed}, {key}");
        }
    }
}

#[test]
fn members_of_a_tree_are_counted_together_whatever_their_depth_and_alone_by_their_data_member() {
    for seed in 1..=WORLDS {
        let world = World::new(seed);
        let (cubes, _) = build(world::SCHEMA, &world.tables()).unwrap();
        let measures = plain::MEASURES.map(|name| format!("[Measures].[{name}]")).join(", ");
        let of = |key: usize| format!("[Medarbejder].[Medarbejder].&[{key}]");
        let check = |slicer: String, facts: &[usize]| {
            let text = format!("SELECT {{{measures}}} ON COLUMNS FROM [Salg] WHERE {{{slicer}}}");
            let found = ask(&cubes, &Question::Mdx(&text));
            assert_eq!(found[0].1, plain::figures(&world, facts), "world {seed}, {slicer}");
        };
        let tree = plain::tree(&world);
        for pair in tree.windows(2) {
            let [(left, below_left), (right, below_right)] = pair else { continue };
            let own = |staff: usize| -> Vec<usize> {
                (0..world.sales.len()).filter(|&fact| world.sales[fact].staff == staff).collect()
            };
            let union = |left: &[usize], right: &[usize]| -> Vec<usize> {
                let all: BTreeSet<usize> = left.iter().chain(right).copied().collect();
                all.into_iter().collect()
            };
            check(format!("{}, {}", of(*left), of(*right)), &union(below_left, below_right));
            check(format!("{}.DataMember", of(*left)), &own(*left));
            let mixed = format!("{}.DataMember, {}", of(*left), of(*right));
            check(mixed, &union(&own(*left), below_right));
        }
    }
}

#[test]
fn facts_that_end_before_they_begin_are_counted_with_their_lines() {
    let mut tables = memory::example();
    tables.set("memberships", "to_date", 1, "2024-03-31");
    let (cubes, found) = build(&example(), &tables).unwrap_or_else(|error| panic!("{error}"));
    let told = found.to_text();
    let expected = "kuben 'Medlemmer': 1 række i 'memberships' slutter, før den begynder, og er ikke med i \
                    noget mål (linje 3); ret 'from_date' eller 'to_date' i tabellen";
    assert!(told.contains(expected), "{told}");
    // And they are in no figure.
    let found =
        ask(&cubes, &Question::Mdx("SELECT {[Measures].[Medlemmer]} ON 0 FROM [Medlemmer]"));
    assert_eq!(found[0].1, [Some(1.0)]);
    let (_, sound) = build(&example(), &memory::example()).unwrap();
    assert_eq!(sound.backwards, []);
}

#[test]
fn facts_outside_the_months_of_their_cube_are_counted() {
    let text = example().replace("first_month = \"2024-01\"", "first_month = \"2024-05\"");
    let (_, found) = build(&text, &memory::example()).unwrap_or_else(|error| panic!("{error}"));
    let expected = "kuben 'Medlemmer': 1 række i 'memberships' ligger uden for kubens måneder, 2024-05 til \
                    2024-05, og er ikke med i noget mål (1 før, 0 efter); ret 'first_month'";
    assert!(found.to_text().contains(expected), "{}", found.to_text());
    let (_, sound) = build(&example(), &memory::example()).unwrap();
    assert_eq!(sound.outside, []);
}

#[test]
fn what_cannot_be_read_of_facts_is_told_with_column_measure_and_how_much_there_is() {
    let text = example().replace("column = \"amount\", format", "column = \"texts\", format");
    let wrong = |rows: usize| {
        let (mut tables, columns) = (
            memory::example(),
            "sale_id,store_id,day_id,product_id,staff_id,customer_id,amount,cost,discount,promotion_id,texts",
        );
        let rows: Vec<String> = (0..rows).map(|at| format!("{at},1,1,1,1,1,1,1,,0,x")).collect();
        tables.add("sales", columns, &rows);
        build(&text, &tables).err().unwrap().to_string()
    };
    let one = "tabellen 'sales', linje 2: 'x' er ikke et tal (kolonnen 'texts', målet 'Omsætning')";
    assert_eq!(wrong(1), one);
    assert!(wrong(2).starts_with("tabellerne kan ikke bruges; de har 2 fejl:\n"), "{}", wrong(2));
    let many = "tabellerne kan ikke bruges; de har mindst 20 fejl, hvoraf de første 20 af en tabel er vist:\n";
    assert!(wrong(30).starts_with(many), "{}", wrong(30));
    // A number that cannot be added up, with the line of its measure.
    let mut tables = memory::example();
    tables.set("sales", "cost", 0, "99999999999999999999999999");
    let text = example().replace("column = \"amount\", format", "column = \"cost\", format");
    let line =
        text.lines().position(|line| line.contains("column = \"cost\", format")).unwrap() + 1;
    let error = build(&text, &tables).err().unwrap().to_string();
    assert!(
        error.contains(&format!("linje {line}: kolonnen 'cost' i tabellen 'sales' har tal")),
        "{error}"
    );
}

#[test]
fn what_the_tables_do_not_hold_of_the_schema_is_told_with_its_line() {
    let mut tables = memory::example();
    tables.set("days", "quarter", 0, "K1");
    let wrong = |changes: &[(&str, &str)]| {
        let change = |text: String, (from, to): &(&str, &str)| text.replacen(from, to, 1);
        let text = changes.iter().fold(example(), change);
        let error = build(&text, &tables).err().unwrap().to_string();
        for (_, to) in changes {
            let line = text.lines().position(|line| line.contains(to)).unwrap() + 1;
            assert!(error.contains(&format!("linje {line}: ")), "{error}");
        }
        error
    };
    let default = ("default = [\"2024\"]", "default = [\"1999\"]");
    assert!(wrong(&[default]).contains("standardmedlemmet findes ikke"));
    let unique = ("key = \"quarter\", period", "key = \"quarter\", unique = true, period");
    assert!(wrong(&[unique]).contains("nøglen 'K1' står under to forældre"));
}

#[test]
fn a_join_to_a_table_that_is_not_there_is_told_where_it_is_written() {
    let text = example().replace("table = \"classes\"", "table = \"klasser\", as = \"classes\"");
    let line = text.lines().position(|line| line.contains("\"klasser\"")).unwrap() + 1;
    let error = build(&text, &memory::example()).err().unwrap().to_string();
    let expected =
        format!("linje {line}: 'joins' til 'klasser' i tabellen 'products': tabellen 'klasser'");
    assert!(error.contains(&expected), "{error}");
    assert_eq!(error.matches("klasser' findes ikke").count(), 1, "{error}");
    // A join under another name than the columns are asked by.
    let text = example().replace("table = \"classes\",", "table = \"classes\", as = \"klasse\",");
    let error = build(&text, &memory::example()).err().unwrap().to_string();
    assert!(error.contains("eller en tabel 'classes' blandt sine 'joins'"), "{error}");
}

/// Who sees the receipts of the Faroes.
fn of_the_faroes(cubes: &[Arc<Cube>]) -> View {
    let shop = cubes[0].find_dimension("Butik").unwrap();
    let land = cubes[0].dimensions[shop].find_field("Land").unwrap();
    let field = &cubes[0].dimensions[shop].fields[land];
    let member = field.with_caption("Færøerne").next().unwrap();
    let keys = field.keys_of_member.get(member as usize).to_vec();
    View::of_keys(Arc::clone(&cubes[0]), shop, &keys)
}

#[test]
fn a_formula_of_the_schema_tells_nothing_of_what_may_not_be_seen() {
    let one = |name: &str, parent: &str, formula: &str| {
        format!("[[cube.calculated]]\nname = \"{name}\"\n{parent}formula = \"{formula}\"\n")
    };
    let parent = "parent = \"[Butik].[Geografi]\"\n";
    let (home, away) = ("[Butik].[Geografi].[Danmark]", "[Butik].[Geografi].[Færøerne]");
    let staff = "Sum([Medarbejder].[Medarbejder].Members, [Measures].[Salg])";
    let formulas = [
        one("Norden", parent, &format!("Aggregate({{{home}, {away}}})")),
        one("Forhold", parent, &format!("{away} / {home}")),
        one("Ansatte", "", staff),
        one("Ulige", "", &format!("Count({{{home}, {away}}}) = 'x'")),
    ];
    let set = format!("[[cube.set]]\nname = \"Alle lande\"\nformula = \"{{{home}, {away}}}\"\n");
    let begin = "[[cube.calculated]]\nname = \"Dækningsgrad\"";
    let text = example().replacen(begin, &format!("{}{set}{begin}", formulas.concat()), 1);
    let (cubes, _) = build(&text, &memory::example()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(bind::faults(&View::everything(Arc::clone(&cubes[0]))), []);
    let hidden = ["Medarbejder", "Leder"].map(|name| cubes[0].find_dimension(name).unwrap());
    let views = [of_the_faroes(&cubes).without(hidden.to_vec())];
    let asked = |select: &str| {
        let text = format!("SELECT {select} FROM [Salg]");
        let question = Question::Mdx(&text);
        let answer = query::answer(&views, &question, &Limits::default(), &Cancel::default());
        let answer = answer.unwrap_or_else(|error| panic!("{text}: {}", error.explained()));
        let cells = answer.cells;
        let (axis, own) = (&cells.axes[0], names::Names::new(&cubes[0], &cells.own));
        let member = |at: usize| names::caption(own, axis.columns[0], axis.position(at)[0]);
        let shown = (0..axis.count).map(|at| {
            let found = cells.ordinals.iter().position(|one| *one as usize == at);
            let value = found.map_or("-".to_owned(), |at| match cells.special.get(&at) {
                Some(Special::Error(error)) => error.explained(),
                _ => cells.values[at].to_string(),
            });
            format!("{}: {value}", member(at))
        });
        let shown = shown.chain(cells.warnings.clone()).collect::<Vec<_>>().join("; ");
        assert!(!shown.contains("Danmark") && !shown.contains("Medarbejder"), "{shown}");
        shown
    };
    let unseen = |name: &str| {
        format!(
            "{name}: '{name}' bygger på noget, der ikke findes her\nspørg uden den, eller om det, der findes"
        )
    };
    let all = format!("I alt: 7; Færøerne: 7; Norden: 7; {}", unseen("Forhold"));
    let geography = "[Butik].[Geografi]";
    for set in [
        format!(
            "NON EMPTY Hierarchize({{DrilldownLevel({{{geography}.[Alle butikker]}},,,INCLUDE_CALC_MEMBERS)}}) ON 0"
        ),
        format!(
            "{{{geography}.[Alle butikker], AddCalculatedMembers({geography}.[Land].Members)}} ON 0"
        ),
        format!("{{{geography}.[Alle butikker], {geography}.[Land].AllMembers}} ON 0"),
    ] {
        let shown = asked(&set).replace("Alle butikker", "I alt");
        let sorted = |text: &str| {
            let mut parts: Vec<String> = text.split("; ").map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(sorted(&shown), sorted(&all), "{set}");
    }
    assert_eq!(asked("{[Measures].[Ansatte]} ON 0"), unseen("Ansatte"));
    assert!(asked("{[Measures].[Ulige]} ON 0").starts_with("Ulige: "));
    assert_eq!(asked("[Alle lande] ON 0"), "Færøerne: 7");
}

#[test]
fn who_sees_some_rows_is_listed_the_members_of_these_and_all_of_time_and_reference() {
    let listed = |text: &str, set: &str| {
        let (cubes, _) = build(text, &memory::example()).unwrap_or_else(|error| panic!("{error}"));
        let views = [of_the_faroes(&cubes)];
        let text = format!("SELECT {set} ON 0 FROM [Salg]");
        let question = Question::Mdx(&text);
        let answer = query::answer(&views, &question, &Limits::default(), &Cancel::default());
        let answer = answer.unwrap_or_else(|error| panic!("{}", error.explained()));
        let axis = &answer.cells.axes[0];
        let caption =
            |at| names::caption(&*cubes[0], axis.columns[0], axis.position(at)[0]).to_owned();
        (0..axis.count).map(caption).collect::<Vec<String>>()
    };
    // The one receipt of the Faroes is of product 1 (Brød) and employee 2 (Bo, below Ane).
    let goods = "[Vare].[Vare].[Vare].Members";
    assert_eq!(listed(&example(), goods), ["Brød"]);
    assert_eq!(listed(&example(), "[Medarbejder].[Medarbejder].Members")[1..], ["Ane", "Bo"]);
    assert_eq!(listed(&example(), "[Butik].[Geografi].[Land].Members"), ["Færøerne"]);
    assert_eq!(listed(&example(), "[Tid].[Kalender].[År].Members"), ["2023", "2024"]);
    let open =
        example().replace("name = \"Vare\"\ntable", "name = \"Vare\"\nreference = true\ntable");
    assert_ne!(open, example());
    assert_eq!(listed(&open, goods), ["Mælk", "Ost", "Brød"]);
}
