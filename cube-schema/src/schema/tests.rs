//! The promises of a schema file, each broken once.

use super::*;

const SMALL: &str = r#"
    name = "lille"
    first_month = "2020-01"
    [[dimension]]
    name = "Tid"
    fields = [{ name = "År", grain = "year" }]
    [[dimension]]
    name = "Farve"
    table = "farve"
    fields = [{ name = "Farve", key = "kode" }]
    hierarchies = [{ name = "Farver", levels = ["Farve"] }]
    [[cube]]
    name = "Ting"
    [[cube.group]]
    name = "Ting"
    facts = "ting"
    entity = "ejer"
    first = "fra"
    last = "til"
    dimensions = [{ dimension = "Tid" }, { dimension = "Farve", column = "farve" }]
    measures = [{ name = "Ejere", kind = "distinct", key = ["ejer"] }]
    [[role]]
    name = "ejer"
    parameter = "farve"
    cubes = [{ cube = "Ting", rows = { dimension = "Farve", field = "Farve" }, hidden = ["Tid"] }]
"#;

const BY_OWNER: &str = "kind = \"distinct\", key = [\"ejer\"]";

#[test]
fn a_schema_that_keeps_its_promises_is_read() {
    let schema = Schema::parse(SMALL).unwrap();
    assert_eq!(schema.all, "I alt");
    assert!(schema.dimension("Tid").unwrap().is_time());
}

#[test]
fn each_broken_promise_is_named() {
    for (good, bad, message) in [
        ("\"Farver\", levels = [\"Farve\"]", "\"Farver\", levels = [\"Form\"]", "'Form'"),
        ("name = \"Farver\"", "name = \"FARVE\"", "to gange"),
        ("{ dimension = \"Tid\" }", "{ dimension = \"Sted\" }", "'Sted'"),
        (BY_OWNER, "kind = \"distinct_at_end\", key = [\"farve\"]", "begynde med"),
        (", column = \"farve\"", "", "tidsdimension"),
        ("farve\" }", "farve\", age = \"foedt\" }", "'column' og 'age'"),
        ("column = \"farve\"", "age = \"foedt\", steps = \"trin\"", "'steps'"),
        ("kind = \"distinct\"", "kind = \"starts\"", "'key'"),
        (BY_OWNER, "kind = \"starts\"", "'starts'"),
        (BY_OWNER, "kind = \"ends\"", "'ends'"),
        (BY_OWNER, "kind = \"covered_days\"", "begynde med"),
        (BY_OWNER, "kind = \"sum\"", "'column'"),
        ("key = [\"ejer\"]", "key = [\"ejer\"], column = \"pris\"", "'column'"),
        (BY_OWNER, "kind = \"middel\"", "'middel' kendes ikke her; vælg en af"),
        ("2020-01", "2020", "first_month"),
        ("first = \"fra\"", "first = 1", "her står tallet `1`, men der skal stå en tekst"),
        ("cube = \"Ting\"", "cube = \"Tang\"", "'Tang'"),
        ("hidden = [\"Tid\"]", "hidden = [\"Sted\"]", "'Sted'"),
        ("field = \"Farve\" }", "field = \"Form\" }", "'Form'"),
        ("rows = { dimension = \"Farve\"", "rows = { dimension = \"Tid\"", "'Farve'"),
        ("parameter = \"farve\"", "", "parameter"),
    ] {
        assert!(SMALL.contains(good), "{good}");
        let error = Schema::parse(&SMALL.replace(good, bad)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn an_observed_age_a_changing_sum_and_a_start_without_a_column_are_named() {
    let roles = SMALL.find("[[role]]").unwrap();
    let aged = SMALL[..roles].replace("column = \"farve\"", "age = \"foedt\"");
    assert!(Schema::parse(&aged).is_ok());
    let observed = aged.replace("table = \"farve\"", "table = \"farve\"\nobserved = true");
    let stepped = SMALL[..roles].replace("\"farve\" }", "\"farve\", steps = \"trin\" }");
    let sum = stepped.replace(BY_OWNER, "kind = \"sum\", column = \"pris\"");
    let days = SMALL.replace(BY_OWNER, "kind = \"days\"");
    assert!(Schema::parse(&days).is_ok());
    let days = days.replacen("[[dimension]]", "day_count = \"exclude-start\"\n[[dimension]]", 1);
    for (text, message) in [(observed, "observed"), (sum, "'steps'"), (days, "'starts'")] {
        let error = Schema::parse(&text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_column_on_deliveries_without_one_of_its_own_is_named() {
    let file = "provenance = [{ name = \"Fil\", column = \"fil\", delivery = true }]\nmeasures =";
    let leaky = SMALL.replace("measures =", file);
    let error = Schema::parse(&leaky).unwrap_err().to_string();
    assert!(error.contains("'Fil'") && error.contains("'own'"), "{error}");
    let own = leaky.replace("delivery = true", "own = \"fil_egen\", delivery = true");
    assert!(Schema::parse(&own).is_ok());
    let without = leaky.replace("hidden = [\"Tid\"]", "deliveries = false");
    assert!(Schema::parse(&without).is_ok());
}

#[test]
fn the_cubes_of_vh_are_a_valid_schema() {
    let schema = Schema::parse(include_str!("../domains/vh/vh.toml")).unwrap();
    assert_eq!(schema.cubes.len(), 4);
}

#[test]
fn everything_that_cannot_be_read_is_told_at_once_with_its_line() {
    let text = SMALL
        .replace("table = \"farve\"", "tabel = \"farve\"")
        .replace("facts = \"ting\"", "facts = 3")
        .replace(BY_OWNER, "kind = \"middel\"")
        .replace("cubes = [{ cube = \"Ting\"", "cubes = [{ kube = \"Ting\"")
        .replace("first_month = \"2020-01\"", "foerste = \"2020-01\"");
    let error = Schema::parse(&text).unwrap_err();
    let line = |what: &str| text.lines().position(|line| line.contains(what)).map(|at| at + 1);
    // A group is looked at as a whole where its parts can be read.
    for (line, what) in [
        (line("foerste"), "nøglen 'foerste' kendes ikke her; der er name"),
        (line("tabel ="), "nøglen 'tabel' kendes ikke her; der er"),
        (line("middel"), "'middel' kendes ikke her; vælg en af"),
        (line("kube"), "nøglen 'kube' kendes ikke her; der er cube"),
    ] {
        let found = error.problems.iter().find(|one| one.what.starts_with(what));
        assert_eq!(found.and_then(|one| one.line), line, "{what}: {error}");
    }
    let text = SMALL.replace("name = \"Tid\"", "name = \"Tid").replace("facts = \"ting\"", "facts");
    let error = Schema::parse(&text).unwrap_err();
    let lines: Vec<Option<usize>> = error.problems.iter().map(|one| one.line).collect();
    let line = |what: &str| text.lines().position(|line| line.trim() == what).map(|at| at + 1);
    assert!(lines.contains(&line("name = \"Tid")) && lines.contains(&line("facts")), "{error}");
    assert!(error.problems.iter().all(|one| one.what.contains("en tekst står i")), "{error}");
}
