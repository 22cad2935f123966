//! Cells that are empty below something small, and below something that is shown as empty.

use std::sync::Arc;

use cube_schema::schema::Schema;
use terning_engine::query::disclose::Rules;
use terning_engine::query::{Question, View};
use terning_engine::tables::build_cubes;

use super::attacker::{Attack, BRANCHES, Outcome};
use super::memory::Memory;
use super::refused::drawn;
use super::world::view;
use super::{ask, seen};

/// Grants of one person each: how many, the place, the service, and in which months they begin and end (6: never).
pub fn grants(own: &[(usize, usize, usize, usize, usize)]) -> Vec<String> {
    let mut grants = Vec::new();
    for &(count, place, service, from, to) in own {
        for _ in 0..count {
            let person = grants.len();
            let to = if to < 6 { format!("2024-0{}-20", to + 1) } else { String::new() };
            let from = format!("2024-0{}-05", from + 1);
            grants.push(format!("{person},{place},{service},{},{from},{to}", person % 2));
        }
    }
    grants
}

/// What an attack on an answer comes to.
fn attacked(view: &View, text: &str) -> Outcome {
    let known = seen(view, &[], &ask(view, &Question::Mdx(text)));
    let truth = seen(view, &[], &ask(&view.undisclosed(), &Question::Mdx(text)));
    let attack = Attack::new(&known, &truth, &|_| None);
    attack.check(0);
    attack.run(BRANCHES.len())
}

/// In r2, b4: 10 with y1 and 10 with y3, b5: 2 with y3. In r1, b1: 10 with y2 and 10 with y4.
fn three_towns() -> View {
    let r2 = [(10, 3, 0, 0, 6), (10, 3, 2, 0, 6), (2, 4, 2, 0, 6)];
    view(&grants(&[&r2[..], &[(10, 0, 1, 0, 6), (10, 0, 3, 0, 6)]].concat()), 0)
}

const CODES: &str =
    "[Ydelse].[Kode].[y1], [Ydelse].[Kode].[y2], [Ydelse].[Kode].[y3], [Ydelse].[Kode].[y4]";

#[test]
fn below_a_total_that_is_shown_as_empty_no_cell_is_a_star() {
    let view = three_towns();
    let text = format!(
        "SELECT {{{CODES}, [Ydelse].[Kategori].[k1], [Ydelse].[Kategori].[k2], [Ydelse].DefaultMember}} ON 0, \
         {{[Sted].[By].[b4], [Sted].[By].[b5], [Sted].[Region].[r2], [Sted].[By].[b1]}} * {{[Measures].[Par]}} ON 1 FROM [Ydelser]"
    );
    // b5 has two in all, so that it is not told which are something. Nobody in r2 has y2 or y4, so nobody in b5
    // has.
    let drawn = drawn(&view, &text);
    assert_eq!(drawn[..7], ["10", "", "10", "", "10", "10", "20"]);
    assert_eq!(drawn[7..14], ["*", "", "*", "", "*", "*", "*"]);
    assert_eq!(drawn[14..21], ["10", "", "12", "", "10", "12", "22"]);
    assert_eq!(drawn[21..], ["", "10", "", "10", "10", "10", "20"]);
    // y1 and k1 are 0 to 2, y3 and k2 2 to 4, all 2 to 4.
    assert_eq!(attacked(&view, &text), Outcome { hidden: 5, opened: 0, undecided: 0 });
}

#[test]
fn it_is_so_along_two_dimensions_and_of_other_measures() {
    let view = three_towns();
    for (above, below) in
        [("Antal", "Par"), ("Personer", "Antal"), ("Ultimo", "Antal"), ("Par", "Par")]
    {
        // What is above, of the region and of another measure; and below it the town and its codes.
        let text = format!(
            "SELECT {{([Sted].[Region].[r2], [Ydelse].[Kode].[y2], [Measures].[{above}]), \
             ([Sted].[By].[b5], [Ydelse].[Kode].[y1], [Measures].[{below}]), \
             ([Sted].[By].[b5], [Ydelse].[Kode].[y2], [Measures].[{below}]), \
             ([Sted].[By].[b5], [Ydelse].[Kode].[y3], [Measures].[{below}]), \
             ([Sted].[By].[b5], [Ydelse].DefaultMember, [Measures].[{below}])}} ON 0 FROM [Ydelser]"
        );
        assert_eq!(drawn(&view, &text), ["", "*", "", "*", "*"], "{above} over {below}");
        assert_eq!(attacked(&view, &text).opened, 0, "{above} over {below}");
    }
    // In months: nobody in r2 has y4 in the whole half year.
    let text = "SELECT {[Tid].[Måned].[2024-01], [Tid].[Måned].DefaultMember} ON 0, \
                {([Sted].[Region].[r2], [Ydelse].[Kode].[y4]), ([Sted].[By].[b5], [Ydelse].[Kode].[y1]), \
                ([Sted].[By].[b5], [Ydelse].[Kode].[y4]), ([Sted].[By].[b5], [Ydelse].[Kode].[y3]), \
                ([Sted].[By].[b5], [Ydelse].DefaultMember)} * {[Measures].[Par]} ON 1 FROM [Ydelser]";
    assert_eq!(drawn(&view, text), ["", "", "*", "*", "", "", "*", "*", "*", "*"]);
    assert_eq!(attacked(&view, text).opened, 0);
}

#[test]
fn what_nobody_has_anywhere_is_a_star_below_a_small_total_too() {
    // In b1 three have a service each; nobody has y4. If that were told, each would be told to have something:
    // 1 or 2 of at most 4.
    let view = view(&grants(&[(1, 0, 0, 0, 6), (1, 0, 1, 0, 6), (1, 0, 2, 0, 6)]), 0);
    let text = format!(
        "SELECT {{{CODES}, [Ydelse].DefaultMember}} ON 0 FROM [Ydelser] \
         WHERE ([Sted].[By].[b1], [Measures].[Antal])"
    );
    assert_eq!(drawn(&view, &text), ["*", "*", "*", "*", "*"]);
    // Where it is shown that nobody has y4 in all of r1, it is told of b1 as well.
    let text = format!(
        "SELECT {{{CODES}, [Ydelse].DefaultMember}} ON 0, {{[Sted].[By].[b1], [Sted].[By].[b2], \
         [Sted].[Region].[r1]}} ON 1 FROM [Ydelser] WHERE [Measures].[Par]"
    );
    let many = [(1, 0, 0, 0, 6), (1, 0, 1, 0, 6), (9, 1, 0, 0, 6), (9, 1, 1, 0, 6)];
    let drawn = drawn(&super::world::view(&grants(&many), 0), &text);
    assert_eq!((drawn[2].as_str(), drawn[3].as_str()), ("", ""));
}

#[test]
fn where_nothing_runs_on_what_is_there_is_what_ends() {
    // In January b1 has 20, all of which end, b2 has 3 and b3 has 30; in February b1 has nothing.
    let view = view(&grants(&[(20, 0, 0, 0, 0), (3, 1, 0, 0, 6), (30, 2, 0, 0, 6)]), 0);
    let text = "SELECT {([Tid].[Måned].[2024-01], [Measures].[Antal]), ([Tid].[Måned].[2024-02], [Measures].[Antal]), \
                ([Tid].[Måned].[2024-01], [Measures].[Ophørte])} ON 0, {[Sted].[By].[b1], [Sted].[By].[b2], \
                [Sted].[By].[b3], [Sted].[Region].[r1]} ON 1 FROM [Ydelser]";
    let drawn = drawn(&view, text);
    // The 20 of b1 that end are the 20 of b1: hidden alone, they would be told, and with them the 3 of b2.
    assert!(drawn[0] != "*" || drawn[2] == "*", "{drawn:?}");
    let outcome = attacked(&view, text);
    assert_eq!((outcome.opened, outcome.undecided), (0, 0), "{drawn:?}");
}

const LISTS: &str = r#"
name = "lister"
first_month = "2024-01"
last_month = "2024-06"
[[dimension]]
name = "Gruppe"
table = "groups"
key = "group_id"
[[dimension.hierarchies]]
levels = [{ name = "Gruppe", key = "name", unique = true }]
[[dimension]]
name = "Tid"
fields = [{ name = "Måned", grain = "month" }]
[[cube]]
name = "Ydelser"
[cube.disclosure]
threshold = 5
count = [{ measure = "Personer", parts = [] }]
[[cube.group]]
facts = "grants"
entity = "person_id"
first = "from_day"
dimensions = [
    { dimension = "Gruppe", column = "person_id", bridge = { table = "has", key = "person_id", column = "group_id" } },
    { dimension = "Tid" },
]
measures = [{ name = "Personer", kind = "distinct", key = ["person_id"] }]
"#;

/// Twenty people, of whom some have a group: the last of these g2, the others g1.
fn lists(some: usize) -> View {
    let mut tables = Memory::default();
    let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
    tables.add("groups", "group_id,name", &rows(&["0,g1", "1,g2"]));
    let has = (0..some).map(|person| format!("{person},{}", usize::from(person + 1 == some)));
    tables.add("has", "person_id,group_id", &has.collect::<Vec<_>>());
    let grants: Vec<String> = (0..20).map(|person| format!("{person},2024-01-05")).collect();
    tables.add("grants", "person_id,from_day", &grants);
    let schema = Schema::parse(LISTS).unwrap_or_else(|error| panic!("{error}"));
    let mut cubes = Vec::new();
    build_cubes(&schema, LISTS, &tables, &|_| (), |cube| cubes.push(Arc::new(cube))).unwrap();
    let cube = cubes.remove(0);
    let rules = Rules::new(&cube, schema.cubes[0].disclosure.as_ref().unwrap(), 0);
    View::everything(cube).disclosed(rules)
}

#[test]
fn all_members_of_a_list_are_fewer_than_all_there_is() {
    let view = lists(3);
    let text = "WITH MEMBER [Gruppe].[Alle] AS 'AGGREGATE({[Gruppe].[Gruppe].[g1], [Gruppe].[Gruppe].[g2]})' \
                MEMBER [Gruppe].[Ingen] AS '[Gruppe].DefaultMember - [Gruppe].[Alle]' \
                SELECT {[Gruppe].DefaultMember, [Gruppe].[Alle], [Gruppe].[Ingen]} ON 0 FROM [Ydelser] \
                WHERE [Measures].[Personer]";
    assert_eq!(drawn(&view.undisclosed(), text), ["20", "3", "17"]);
    assert_eq!(drawn(&view, text), ["20", "*", "*"]);
    let other = text.replace(
        "{[Gruppe].DefaultMember, [Gruppe].[Alle], ",
        "{[Gruppe].[Alle], [Gruppe].DefaultMember, ",
    );
    assert_eq!(drawn(&view, &other), ["*", "20", "*"]);
    let slicer = "SELECT {[Measures].[Personer]} ON 0 FROM [Ydelser] WHERE {[Gruppe].[Gruppe].[g1], [Gruppe].[Gruppe].[g2]}";
    assert_eq!(drawn(&view.undisclosed(), slicer), ["3"]);
    assert_eq!(drawn(&view, slicer), ["*"]);
    // Of 18, two have no group: 20 - 18 would tell it.
    assert_eq!(drawn(&lists(18).undisclosed(), text), ["20", "18", "2"]);
    assert_eq!(drawn(&lists(18), text), ["20", "*", "*"]);
    assert_eq!(drawn(&lists(15), text), ["20", "15", "5"]);
}
