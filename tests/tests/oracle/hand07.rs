//! HAND07 on difficult folders: what a published table with known faults is explained by.
//!
//! The effect of a rule on a cell is known from the oracle alone: our figure less the one that is
//! published where the rule was switched off.

use std::collections::{BTreeMap, BTreeSet};

use cube_schema::domains::vh::hand07::kendte_tekster;
use cube_schema::domains::vh::kodelister::YDELSER;
use terning_engine::query::table::Values;
use terning_engine::query::{Cancel, Limits, Pivot, View};
use terning_oracle::{
    Eyes, Hand07, OracleRecord, Publication, PublishedCell, RULES_IN_ORDER as RULES, Written,
};
use terning_server::reports::hand07::run;
use terning_server::reports::{Given, Lines};
use terning_tests::random::Random;

use crate::both::Both;
use crate::difficult::{deliver, deliver_later};
use crate::sample::given;

/// Folders in an ordinary run; `TERNING_HAND07` asks for another number.
const FOLDERS: u64 = 20;

/// Those that have records, and one that has none.
const KOMMUNER: [&str; 7] = ["153", "155", "183", "185", "187", "461", "101"];

/// A folder as both sides read it.
struct World {
    seed: u64,
    both: Both,
    views: Vec<View>,
    /// What each rule does to the cells that it changes.
    effects: BTreeMap<&'static str, BTreeMap<Place, i64>>,
}

/// A cell: municipality, StatBank code, quarter.
type Place = (String, String, String);
/// Records that are missing: reporter, system and Ydelsesid.
type Missing = BTreeSet<(String, String, String)>;

fn worlds() -> impl Iterator<Item = World> {
    (0..given("TERNING_HAND07", FOLDERS)).map(World::read)
}

impl World {
    /// Every other folder goes on to 2022, when Ishøj is published without Vallensbæk.
    fn read(seed: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut random = Random(seed);
        deliver(folder.path(), &mut random);
        if seed % 2 == 1 {
            deliver_later(folder.path(), &mut random);
        }
        let both = Both::read(folder.path());
        let views = both.views(&Eyes::National);
        let mut world = World { seed, both, views, effects: BTreeMap::new() };
        let of_rule = |rule| (rule, effects_of(&world.publish(Some(rule), Missing::new())));
        world.effects = RULES.into_iter().map(of_rule).collect();
        world
    }

    fn publish(&self, off: Option<&'static str>, without: Missing) -> Hand07 {
        let quarters = Some(("2013K4".to_owned(), self.last_quarter().to_owned()));
        let off = off.into_iter().collect();
        let kommuner = KOMMUNER.map(str::to_owned).into();
        let written = Written::default();
        self.both.oracle.hand07(&Publication { written, off, without, kommuner, quarters })
    }

    fn last_quarter(&self) -> &'static str {
        if self.both.oracle.as_of().starts_with("2022") { "2022K1" } else { "2020K4" }
    }

    /// What the report says of an export, of some municipalities and years where they are named.
    fn report_of(&self, published: &Hand07, kommuner: &str, aar: &str) -> Lines {
        let parameters = [("kommuner", kommuner), ("aar", aar)];
        let given = Given {
            parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            files: [("statbank".to_owned(), published.csv.clone())].into(),
        };
        let (limits, cancel) = (Limits::default(), Cancel::default());
        run(&self.views, &pivot(), &given, &kendte_tekster(), (&limits, &cancel)).unwrap()
    }

    fn report(&self, published: &Hand07) -> Lines {
        self.report_of(published, "", "")
    }

    /// Some of the records of services that a rule does not change in a way that is not allowed.
    fn missing(&self, percent: usize, is_allowed: impl Fn(i64) -> bool) -> Missing {
        let changed: BTreeSet<(&str, &str)> = self
            .effects
            .values()
            .flatten()
            .filter(|(_, effect)| !is_allowed(**effect))
            .map(|((kommune, ydelse, _), _)| (area(kommune), ydelse.as_str()))
            .collect();
        let is_free = |record: &&OracleRecord| {
            !record.is_deleted()
                // Those without an id would be taken out all at once.
                && !record.id.is_empty()
                && statbank(&record.ydelseskode)
                    .is_some_and(|code| !changed.contains(&(area(&record.handlekommune), code)))
        };
        let free = self.both.oracle.records().iter().filter(is_free);
        let mut random = Random(self.seed);
        let chosen = free.filter(|_| random.percent(percent));
        chosen
            .map(|record| (record.reporter.clone(), record.system.clone(), record.id.clone()))
            .collect()
    }
}

fn pivot() -> Pivot {
    Pivot {
        cube: "Voksne Handicappede Benchmark".to_owned(),
        columns: vec!["Tid.Kvartal".to_owned()],
        rows: vec!["Handle kommune.Kommunenummer".to_owned(), "Ydelse VH.DST navn".to_owned()],
        measures: vec!["Antal Unikke Borgere".to_owned()],
        ..Pivot::default()
    }
}

/// The municipality whose pair a municipality belongs to, or itself.
fn area(kommune: &str) -> &str {
    match kommune {
        "187" => "183",
        "155" => "185",
        own => own,
    }
}

/// The StatBank code of a service of the list.
fn statbank(code: &str) -> Option<&'static str> {
    let mut lines = YDELSER.lines().map(|line| line.split(';').collect::<Vec<_>>());
    lines.find(|fields| fields[0] == code).map(|fields| fields[5])
}

fn place(cell: &PublishedCell) -> Place {
    let code = statbank(&cell.ydelseskode).unwrap();
    (cell.kommune.clone(), code.to_owned(), cell.kvartal.clone())
}

/// The cells that are published otherwise than we have them, and by how much.
fn effects_of(published: &Hand07) -> BTreeMap<Place, i64> {
    let effect = |cell: &PublishedCell| {
        let effect = cell.flis? as i64 - cell.published? as i64;
        (effect != 0).then(|| (place(cell), effect))
    };
    published.cells.iter().filter_map(effect).collect()
}

/// How many citizens the missing records take from each cell.
fn taken(published: &Hand07) -> BTreeMap<Place, i64> {
    let cells = published.cells.iter().filter(|cell| cell.taken != 0);
    cells.map(|cell| (place(cell), cell.taken as i64)).collect()
}

// What the report says.

/// A column of figures, cell by cell, where it is not 0.
fn column(lines: &Lines, name: &str) -> BTreeMap<Place, i64> {
    let cells = cells(lines, name).into_iter();
    cells.map(|(place, value)| (place, value as i64)).filter(|(_, value)| *value != 0).collect()
}

/// A column of figures, cell by cell, where it has one.
fn cells(lines: &Lines, name: &str) -> BTreeMap<Place, f64> {
    let texts = |column: &str| match lines.table.column(column) {
        Some(Values::Text(texts)) => {
            texts.iter().map(|one| one.as_deref().unwrap_or("").to_owned()).collect::<Vec<_>>()
        }
        _ => panic!("no column {column}"),
    };
    let Some(Values::Number(values)) = lines.table.column(name) else {
        panic!("no column {name}: {:?}", lines.notes);
    };
    let places = texts("Kommunenummer").into_iter().zip(texts("Ydelsestype")).zip(texts("Kvartal"));
    let places = places.map(|((kommune, ydelse), kvartal)| (kommune, ydelse, kvartal));
    places.zip(values).filter_map(|(place, value)| Some((place, (*value)?))).collect()
}

/// The rules that are named as the explanation: the columns before the rest.
fn named(lines: &Lines) -> Vec<&str> {
    let columns: Vec<&str> =
        lines.table.columns.iter().map(|column| column.name.as_str()).collect();
    let begin = columns.iter().position(|name| *name == "Procent").unwrap() + 1;
    let end = columns.iter().position(|name| *name == "Uforklaret").unwrap();
    columns[begin..end].to_vec()
}

// The laws.

#[test]
fn a_rule_that_was_switched_off_explains_all_that_it_changes() {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for world in worlds() {
        for rule in RULES {
            let effects = &world.effects[rule];
            let lines = world.report(&world.publish(Some(rule), Missing::new()));
            let about = format!("folder {} without {rule}: {:?}", world.seed, lines.notes);
            assert_eq!(&column(&lines, "Forskel"), effects, "{about}");
            assert_eq!(column(&lines, "Uforklaret"), BTreeMap::new(), "{about}");
            // Of the rules that do the same the first is named, and the others beside it.
            let same: Vec<&str> =
                RULES.into_iter().filter(|other| &world.effects[other] == effects).collect();
            let named = named(&lines);
            if effects.is_empty() {
                assert!(named.is_empty(), "{about}");
                continue;
            }
            assert!(named.len() == 1 && named[0].starts_with(same[0]), "{about}");
            assert_eq!(&column(&lines, named[0]), effects, "{about}");
            let equal = lines.notes.iter().find(|note| note.starts_with("Lige så godt passer"));
            assert_eq!(equal.is_some(), same.len() > 1, "{about}");
            let is_said =
                |rule: &&str| equal.is_some_and(|note| note.contains(&format!("{rule} ")));
            assert!(same.iter().skip(1).take(3).all(is_said), "{about}");
            if same[0] == rule {
                found.insert(rule);
            }
        }
    }
    // K2 cannot be seen, as the next law says.
    let visible: BTreeSet<&str> = RULES.into_iter().filter(|rule| *rule != "K2").collect();
    assert_eq!(found, visible);
}

/// What is asked for a part of the country is what the whole says of it, and what rules do to its cells
/// is what the oracle says they do.
#[test]
fn what_is_counted_for_one_export_is_what_is_counted_for_all() {
    let (mut compared, mut explained) = (0, 0);
    for world in worlds() {
        let published = world.publish(Some("C2"), world.missing(30, |_| true));
        let whole = world.report(&published);
        for (kommuner, aar) in [("", ""), ("153", ""), ("183", "2020"), ("185,461", "2019,2020")] {
            let part = world.report_of(&published, kommuner, aar);
            let about = format!("folder {} {kommuner} {aar}", world.seed);
            let is_asked = |(kommune, _, kvartal): &Place| {
                (kommuner.is_empty() || kommuner.contains(kommune.as_str()))
                    && (aar.is_empty() || aar.contains(&kvartal[..4]))
            };
            for name in ["FLIS", "DST", "Forskel", "Procent"] {
                let mut of_whole = cells(&whole, name);
                of_whole.retain(|place, _| is_asked(place));
                assert_eq!(cells(&part, name), of_whole, "{about} {name}");
            }
            let places = cells(&part, "Forskel");
            for rule in named(&part) {
                let mut effects = world.effects[rule.split(' ').next().unwrap()].clone();
                effects.retain(|place, _| places.contains_key(place));
                assert_eq!(column(&part, rule), effects, "{about} {rule}");
                explained += effects.len();
            }
            compared += places.len();
        }
    }
    assert!(compared > 200 && explained > 20, "{compared} {explained}");
}

#[test]
fn a_pair_that_is_always_published_as_one_hides_its_rule() {
    for world in worlds() {
        assert_eq!(world.effects["K2"], BTreeMap::new(), "folder {}", world.seed);
        let until_2021 = |place: &&Place| place.2.as_str() <= "2021K4";
        assert_eq!(world.effects["K1"].keys().filter(until_2021).count(), 0);
    }
}

#[test]
fn records_that_no_rule_explains_are_the_rest_cell_by_cell() {
    let mut citizens = 0;
    for world in worlds() {
        // Where no rule would publish fewer, none can pass for a missing record.
        let missing = world.missing(60, |effect| effect <= 0);
        let published = world.publish(None, missing);
        let lines = world.report(&published);
        let about = format!("folder {}: {:?}", world.seed, lines.notes);
        assert_eq!(column(&lines, "Uforklaret"), taken(&published), "{about}");
        assert_eq!(named(&lines), [""; 0], "{about}");
        citizens += taken(&published).values().sum::<i64>();
    }
    println!("{citizens} citizens in cells");
    assert!(citizens > 50, "{citizens}");
}

#[test]
fn a_rule_and_missing_records_are_told_apart() {
    let (mut citizens, mut rules) = (0, BTreeSet::new());
    for world in worlds() {
        // Where no rule changes anything, what is missing cannot hide the rule's effect.
        let missing = world.missing(70, |effect| effect == 0);
        for rule in RULES {
            let published = world.publish(Some(rule), missing.clone());
            let (lines, taken) = (world.report(&published), taken(&published));
            let about = format!("folder {} without {rule}: {:?}", world.seed, lines.notes);
            assert_eq!(column(&lines, "Uforklaret"), taken, "{about}");
            if !taken.is_empty() && !world.effects[rule].is_empty() {
                citizens += taken.values().sum::<i64>();
                rules.insert(rule);
            }
        }
    }
    println!("{citizens} citizens in cells, {rules:?}");
    assert!(citizens > 50 && rules.len() >= 8, "{citizens} {rules:?}");
}
