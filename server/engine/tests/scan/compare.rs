//! One question asked of both, the scan and the engine, and what is done where they differ.

use std::collections::HashSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use terning_engine::cube::{Cube, Rows, build};
use terning_engine::query::bound::{Bound, Member};
use terning_engine::query::view::Seen;
use terning_engine::query::{Cancel, CellSet, ErrorKind, Limits, View, run};

use crate::question;
use crate::scan::{Answer, Scan};
use crate::world::World;

/// Which facts the caller may see; all if `None`.
pub type SeenFacts = Option<HashSet<usize>>;

/// The cube of a star.
pub fn cube(world: &World) -> Arc<Cube> {
    let cube = &world.schema.cubes[world.cube];
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

/// Whether the engine answers as the scan does. `Ok(None)` where the scan would take too long
/// or the answer is beyond the limits, else the number of cells and of those that are not empty.
pub fn check(
    view: &View,
    scan: &Scan<'_>,
    bound: &Bound,
    effort: usize,
) -> Result<Option<(usize, usize)>, String> {
    let Some(expected) = scan.answer(bound, effort) else { return Ok(None) };
    let asked = || run(view, bound, &Limits::default(), &Cancel::default());
    let answer =
        catch_unwind(AssertUnwindSafe(asked)).map_err(|_| "the engine panicked".to_owned())?;
    let answer = match answer {
        Ok(answer) => answer,
        // A limit: a set with repeats is listed before its empty positions are left out.
        Err(error) if error.kind == ErrorKind::TooLarge => return Ok(None),
        Err(error) => return Err(format!("the engine said: {error}")),
    };
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
                if matches!(member, Member::Measure(_)) {
                    measure = *member;
                }
            }
            left /= axis.count;
        }
        match measure {
            Member::Measure(measure) => view.cube().measure(measure).decimals,
            _ => 0,
        }
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
    let own = &world.schema.cubes[world.cube];
    let scan = Scan::new(&world.schema, own, &star, world.timeline, seen.clone());
    check(&view(&cube, seen), &scan, bound, usize::MAX).map(|_| ())
}

/// The time that a failing case is made smaller for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A question that the engine and the scan answer differently.
#[derive(Clone)]
struct Case {
    world: World,
    seen: SeenFacts,
    bound: Bound,
}

impl Case {
    fn fails(&self) -> bool {
        check_world(&self.world, &self.seen, &self.bound).is_err()
    }

    /// The case without some facts.
    fn without(&self, left_out: Range<usize>) -> Case {
        let mut world = self.world.clone();
        world.facts.drain(left_out.clone());
        let kept = |fact: &&usize| !left_out.contains(*fact);
        let moved =
            |fact: &usize| if *fact < left_out.start { *fact } else { fact - left_out.len() };
        let seen = self.seen.as_ref().map(|all| all.iter().filter(kept).map(moved).collect());
        Case { world, seen, bound: self.bound.clone() }
    }

    /// Cases that are a little smaller: many facts fewer first, then less of a question.
    fn smaller(&self) -> impl Iterator<Item = Case> {
        let everything = self.seen.is_some().then(|| Case { seen: None, ..self.clone() });
        let count = self.world.facts.len();
        let sizes = std::iter::successors(Some(count), |size| Some(size / 2));
        let chunks = sizes.take_while(|size| *size > 0).flat_map(move |size| {
            (0..count).step_by(size).map(move |start| start..count.min(start + size))
        });
        let questions = question::smaller(&self.bound);
        let questions = questions.into_iter().map(|bound| Case { bound, ..self.clone() });
        everything.into_iter().chain(chunks.map(|facts| self.without(facts))).chain(questions)
    }
}

/// Makes a failing case as small as it goes, and says it.
pub fn explain(world: &World, seen: &SeenFacts, bound: &Bound) -> String {
    let start = Instant::now();
    let mut case = Case { world: world.clone(), seen: seen.clone(), bound: bound.clone() };
    loop {
        let next = case.smaller().take_while(|_| start.elapsed() < PATIENCE).find(Case::fails);
        match next {
            Some(smaller) => case = smaller,
            None => break,
        }
    }
    let message = check_world(&case.world, &case.seen, &case.bound).unwrap_err();
    format!("{}seen: {:?}\n{:#?}\n{message}", case.world.describe(), case.seen, case.bound)
}
