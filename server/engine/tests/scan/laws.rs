//! What a set of members leaves is what a condition on the rows leaves, in whichever words it is asked
//! for: in a subselect, in `WHERE`, and as the parts of a total; of ages and of lists of keys too, where
//! all members leave out the rows with an empty list.

use terning_engine::cube::{Cube, MeasureRef};
use terning_engine::query::bound::{Bound, Condition, HierarchyRef, Member};
use terning_engine::query::{Cancel, ErrorKind, Limits, Question, View, answer, names};

use crate::compare::{cube, view};
use crate::random::Random;
use crate::scan::Scan;
use crate::world::{SMALL, World};

const WORLDS: u64 = 400;

/// Some members of a field of a dimension, now and then all of them.
fn some(random: &mut Random, cube: &Cube, dimension: usize) -> Option<Condition> {
    let fields = &cube.dimensions[dimension].fields;
    let field = random.below(fields.len());
    let is_asked = !fields[field].personal;
    if random.percent(20) {
        let members = (0..fields[field].len() as u32).collect();
        return is_asked.then_some(Condition { dimension, field, members, except: false });
    }
    // A key that is the caption of those without a key names both.
    let is_named = |id: &u32| !["", "Ukendt"].contains(&fields[field].keys.get(*id as usize));
    let mut members: Vec<u32> = (0..fields[field].len() as u32).filter(is_named).collect();
    random.shuffle(&mut members);
    members.truncate(random.between(1, 3));
    let is_asked = is_asked && !members.is_empty();
    is_asked.then_some(Condition { dimension, field, members, except: false })
}

fn is_whole(cube: &Cube, of: &Condition) -> bool {
    of.members.len() == cube.dimensions[of.dimension].fields[of.field].len()
}

/// The set: its members, or the level where it is all of them.
fn written(cube: &Cube, of: &Condition) -> String {
    if is_whole(cube, of) {
        let shape = &cube.dimensions[of.dimension];
        let level = &shape.fields[of.field].name;
        return format!("[{}].[{level}].[{level}].Members", shape.name);
    }
    let name = |&id: &u32| {
        let own = HierarchyRef::Of { dimension: of.dimension, hierarchy: of.field };
        names::unique_name(cube, own, Member::Of { field: of.field, id })
    };
    format!("{{{}}}", of.members.iter().map(name).collect::<Vec<_>>().join(", "))
}

/// The one cell of a question, if it has a value; `None` where it is not answered.
fn cell(view: &View, text: &str) -> Option<Option<f64>> {
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let question = Question::Mdx(text);
    match answer(std::slice::from_ref(view), &question, &limits, &cancel) {
        Ok(found) if found.cells.special.is_empty() => Some(found.cells.value(0)),
        Ok(found) => panic!("{text}: {:?}", found.cells.special),
        // What rows alone do not tell is refused.
        Err(error) if error.message.contains("er ikke et krydsprodukt") => None,
        Err(error) => {
            panic!("{text}: {:?} {}", error.kind == ErrorKind::Invalid, error.explained())
        }
    }
}

#[test]
fn a_set_leaves_what_a_condition_leaves_and_a_total_is_that_of_its_parts() {
    let (mut with_values, mut of_ages, mut of_lists, mut of_both) = (0, 0, 0, 0);
    let mut of_whole_lists = 0;
    for seed in 1..=WORLDS {
        let mut random = Random::new(seed);
        let world = World::random(&mut random, SMALL);
        let (star, cube) = (world.star(), cube(&world));
        let own = &world.schema.cubes[world.cube];
        let scan = Scan::new(&world.schema, own, &star, world.timeline, None);
        let view = view(&cube, &None);
        let group = &cube.groups[0];
        let related: Vec<usize> =
            (0..cube.dimensions.len()).filter(|&at| group.uses[at].is_some()).collect();
        for _ in 0..6 {
            let (one, other) = (*random.pick(&related), *random.pick(&related));
            let mut conditions: Vec<Condition> =
                some(&mut random, &cube, one).into_iter().collect();
            if other != one {
                conditions.extend(some(&mut random, &cube, other));
            }
            let measure = MeasureRef { group: 0, measure: random.below(group.measures.len()) };
            let bound = Bound::stored(Vec::new(), conditions.clone(), measure, false);
            let Some(expected) = scan.answer(&bound, SMALL.effort) else { continue };
            let expected = expected.cells[0];
            let sets: Vec<String> = conditions.iter().map(|one| written(&cube, one)).collect();
            if sets.is_empty() {
                continue;
            }
            let (product, cube_name) = (sets.join(" * "), &cube.name);
            let asked = format!("[Measures].[{}]", cube.measure(measure).name);
            let nested = sets.iter().fold(format!("[{cube_name}]"), |from, set| {
                format!("(SELECT {set} ON 0 FROM {from})")
            });
            for text in [
                format!("SELECT {asked} ON 0 FROM (SELECT {product} ON 0 FROM [{cube_name}])"),
                format!("SELECT {asked} ON 0 FROM {nested}"),
                format!("SELECT {asked} ON 0 FROM [{cube_name}] WHERE {product}"),
                format!(
                    "WITH MEMBER [Measures].[parts] AS Aggregate({product}, {asked}) \
                     SELECT [Measures].[parts] ON 0 FROM [{cube_name}]"
                ),
            ] {
                let Some(found) = cell(&view, &text) else { continue };
                let is_near = match (found, expected) {
                    (Some(found), Some(expected)) => (found - expected).abs() < 1e-6,
                    (found, expected) => found == expected,
                };
                assert!(is_near, "seed {seed}: {text}: {found:?}, and not {expected:?}");
                with_values += usize::from(found.is_some());
                let is = |at: &Condition, name: &str| cube.dimensions[at.dimension].name == name;
                let ages = conditions.iter().any(|one| is(one, "Alder"));
                let lists = conditions.iter().any(|one| is(one, "Målgruppe"));
                of_ages += usize::from(ages);
                of_lists += usize::from(lists);
                of_both += usize::from(ages && lists);
                let is_whole_list = |one| is(one, "Målgruppe") && is_whole(&cube, one);
                of_whole_lists += usize::from(conditions.iter().any(is_whole_list));
            }
        }
    }
    println!("{with_values} values, {of_ages} of ages, {of_lists} of lists, {of_both} of both");
    println!("{of_whole_lists} of all members of lists");
    assert!(with_values > 1000 && of_ages > 100 && of_lists > 100 && of_both > 20);
    assert!(of_whole_lists > 20);
}
