//! One question asked of both, the scan and the engine, and what is done where they differ.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use roaring::RoaringBitmap;
use terning_engine::cube::{Cube, Rows, build};
use terning_engine::query::bound::Bound;
use terning_engine::query::view::Seen;
use terning_engine::query::{Cancel, CellSet, Limits, View, run};

use crate::question;
use crate::scan::{Answer, Scan};
use crate::world::World;

/// Which facts the caller may see; all if `None`.
pub type SeenFacts = Option<HashSet<usize>>;

/// The cube of a star.
pub fn cube(world: &World) -> Arc<Cube> {
    let cube = &world.schema.cubes[0];
    Arc::new(build(&world.schema, cube, &world.star(), world.timeline).unwrap())
}

/// A view of a cube through which some facts are seen: all their rows.
pub fn view(cube: &Arc<Cube>, seen: &SeenFacts) -> View {
    let Some(seen) = seen else { return View::everything(Arc::clone(cube)) };
    let of = |rows: &Rows| -> RoaringBitmap {
        (0..rows.len() as u32)
            .filter(|&row| seen.contains(&(rows.fact[row as usize] as usize)))
            .collect()
    };
    let group = &cube.groups[0];
    let seen = Seen { rows: of(&group.rows), cut: group.cut.as_ref().map(of).unwrap_or_default() };
    View::of_rows(Arc::clone(cube), vec![seen])
}

/// The engine's answer, written out.
pub fn written_out(answer: &CellSet) -> Answer {
    let axes = answer
        .axes
        .iter()
        .map(|axis| (0..axis.count).map(|position| axis.position(position).to_vec()).collect());
    Answer {
        axes: axes.collect(),
        cells: (0..answer.cell_count()).map(|ordinal| answer.value(ordinal)).collect(),
    }
}

/// Whether the engine answers as the scan does. `Ok(None)` where the scan would take too long,
/// else the number of cells and of those that are not empty.
pub fn check(
    view: &View,
    scan: &Scan<'_>,
    bound: &Bound,
    effort: usize,
) -> Result<Option<(usize, usize)>, String> {
    let Some(expected) = scan.answer(bound, effort) else { return Ok(None) };
    let asked = || run(view, bound, &Limits::default(), &Cancel::default());
    let answer = catch_unwind(AssertUnwindSafe(asked))
        .map_err(|_| "the engine panicked".to_owned())?
        .map_err(|error| format!("the engine said: {error}"))?;
    check_form(view, bound, &answer)?;
    let found = written_out(&answer);
    if found != expected {
        return Err(format!("expected {expected:?}\nfound    {found:?}"));
    }
    Ok(Some((expected.cells.len(), answer.values.len())))
}

/// What every answer promises, whatever its numbers.
fn check_form(view: &View, bound: &Bound, answer: &CellSet) -> Result<(), String> {
    let columns = bound.axes.iter().map(|axis| {
        axis.factors.iter().flat_map(|factor| factor.columns.clone()).collect::<Vec<_>>()
    });
    if !answer.axes.iter().map(|axis| axis.columns.clone()).eq(columns) {
        return Err("the columns of the axes differ from those asked for".to_owned());
    }
    if !answer.ordinals.is_sorted_by(|left, right| left < right) {
        return Err("ordinals are not ascending".to_owned());
    }
    let lengths = [answer.values.len(), answer.decimals.len()];
    if lengths != [answer.ordinals.len(); 2] {
        return Err("columns of cells differ in length".to_owned());
    }
    let decimals = answer.ordinals.iter().map(|&ordinal| {
        let mut left = ordinal as usize;
        let mut measure = bound.measure;
        for axis in &answer.axes {
            for member in axis.position(left % axis.count) {
                if let terning_engine::query::bound::Member::Measure(one) = member {
                    measure = *one;
                }
            }
            left /= axis.count;
        }
        view.cube().measure(measure).decimals
    });
    if !decimals.eq(answer.decimals.iter().copied()) {
        return Err("decimals are not those of the measures".to_owned());
    }
    Ok(())
}

/// Checks one question on a star from the beginning.
fn check_world(world: &World, seen: &SeenFacts, bound: &Bound) -> Result<(), String> {
    let star = world.star();
    let cube = cube(world);
    let scan =
        Scan::new(&world.schema, &world.schema.cubes[0], &star, world.timeline, seen.clone());
    check(&view(&cube, seen), &scan, bound, usize::MAX).map(|_| ())
}

/// Makes a failing case as small as it goes, and says it.
pub fn explain(world: &World, seen: &SeenFacts, bound: &Bound) -> String {
    let (mut world, mut seen, mut bound) = (world.clone(), seen.clone(), bound.clone());
    let fails =
        |world: &World, seen: &SeenFacts, bound: &Bound| check_world(world, seen, bound).is_err();
    loop {
        if seen.is_some() && fails(&world, &None, &bound) {
            seen = None;
        }
        let fewer = (0..world.facts.len()).rev().find_map(|fact| {
            let mut smaller = world.clone();
            smaller.facts.remove(fact);
            let moved = |one: &usize| one - usize::from(*one > fact);
            let seen: SeenFacts = seen
                .as_ref()
                .map(|all| all.iter().filter(|one| **one != fact).map(moved).collect());
            fails(&smaller, &seen, &bound).then_some((smaller, seen))
        });
        if let Some(fewer) = fewer {
            (world, seen) = fewer;
            continue;
        }
        let simpler =
            question::smaller(&bound).into_iter().find(|bound| fails(&world, &seen, bound));
        match simpler {
            Some(simpler) => bound = simpler,
            None => break,
        }
    }
    let message = check_world(&world, &seen, &bound).unwrap_err();
    format!("{}seen: {seen:?}\n{bound:#?}\n{message}", world.describe())
}
