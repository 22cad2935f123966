//! Which cells are parts of which: from where they stand to the relations that everybody knows.

use std::collections::BTreeMap;

use cube_schema::schema::MeasureKind;
use hashbrown::HashMap;

use super::flow;
use super::lines::{Above, Lines, ages};
use super::rules::{Rule, Rules};
use super::system::{Cell, Role, System};
use super::table::{Beside, Table};
use super::veil::Veil;
use super::work::{Stop, Work};
use crate::cube::{Cube, MeasureRef};

/// Cells with what totals have besides.
const MOST_CELLS: usize = 1_000_000;

/// What is known of the cells that were read.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub table: &'k Table,
    pub above: &'k Above,
    pub veil: &'k Veil,
    /// The hidden cells that the answer does not show: whoever sees it knows what they are together.
    pub left: &'k [usize],
}

/// The cells of a table, and behind them what totals have beside the parts that were asked for and
/// beside those that are shown, with their relations; `None` where parts and totals lie across each
/// other, so that they cannot be told by one dimension at a time.
///
/// # Errors
/// The work ended.
pub(super) fn system(
    cube: &Cube,
    rules: &Rules,
    known: Known<'_>,
    work: &mut Work<'_>,
) -> Result<Option<System>, Stop> {
    let (mut table, mut above) = (known.table.clone(), known.above.clone());
    let ages = ages(cube, &table);
    let lines = Lines { table: &table, above: &above, ages: &ages };
    for cell in 0..table.cells.len() {
        if !lines.is_closed(cell, work)? {
            return Ok(None);
        }
    }
    put_rests(rules, (&mut table, &mut above), &ages, known.veil, work)?;
    let sums = put_sums(rules, (&mut table, &mut above), &ages, known.left, work)?;
    let lines = Lines { table: &table, above: &above, ages: &ages };
    let mut system =
        System { cells: table.cells.clone(), relations: Vec::new(), threshold: rules.threshold };
    for dimension in 0..table.sets.dimensions() {
        let all = lines.parts(dimension, &|cell| table.cells[cell].value.is_some(), work)?;
        bound_rests(rules, &table, (dimension, &all), &mut system, work)?;
        for (total, parts) in all {
            match rules.parts(table.places[total].1).contains(&dimension) {
                true => system.additive(total, &parts),
                false => system.covering(total, &parts),
            }
        }
    }
    sums.iter().for_each(|(total, parts)| system.additive(*total, parts));
    ordered(cube, rules, &table, &mut system, work)?;
    flow::put(rules, &table, &ages, &mut system, work)?;
    Ok(Some(system))
}

/// What a total has beside its parts bounds what it has of a larger count beside them: 31 people of whom 27
/// have one service are 4 at least with others, and have 4 of these at least.
fn bound_rests(
    rules: &Rules,
    table: &Table,
    (dimension, all): (usize, &BTreeMap<usize, Vec<usize>>),
    system: &mut System,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let mut bounds: Vec<Vec<(usize, i64)>> = Vec::new();
    for (&region, together) in &table.together {
        work.spend(together.len())?;
        for &(measure, total) in together {
            let (Some(parts), Some(Rule::Count { at_most, parts: own, .. })) =
                (all.get(&total), rules.of(measure))
            else {
                continue;
            };
            let adds_up = |more: &&MeasureRef| rules.parts(**more).contains(&dimension);
            for &more in at_most.iter().filter(adds_up).filter(|_| !own.contains(&dimension)) {
                work.spend(parts.len())?;
                let at = |set: Option<u32>| {
                    let mut place = table.regions[region as usize].clone();
                    place[dimension] = set.unwrap_or(place[dimension]);
                    let own = table.together.get(&table.number_of(&place)?)?;
                    own.iter().find(|(one, _)| *one == more).map(|(_, cell)| *cell)
                };
                let set = |part: &usize| table.regions[table.places[*part].0 as usize][dimension];
                let of_parts: Option<Vec<usize>> =
                    parts.iter().map(|part| at(Some(set(part)))).collect();
                let Some((larger, of_parts)) = at(None).zip(of_parts) else { continue };
                let less = parts.iter().map(|&part| (part, -1)).chain([(total, 1)]);
                let more = of_parts.iter().map(|&part| (part, 1)).chain([(larger, -1)]);
                bounds.push(less.chain(more).collect());
            }
        }
    }
    bounds.sort_unstable();
    bounds.dedup();
    bounds.into_iter().for_each(|terms| system.bounded(terms));
    Ok(())
}

/// Puts in what totals have beside their parts: who subtracts has it. What that has besides along the
/// next dimensions too. Where nobody is shown all parts of a small total, it may have something besides
/// that is nothing.
fn put_rests(
    rules: &Rules,
    (table, above): (&mut Table, &mut Above),
    ages: &[usize],
    veil: &Veil,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    for dimension in 0..table.sets.dimensions() {
        let lines = Lines { table, above, ages };
        let parts = lines.parts(dimension, &|cell| table.cells[cell].value.is_some(), work)?;
        let unseen = lines.unseen(rules, dimension, &parts, veil);
        for (total, parts) in parts {
            let (region, measure) = table.places[total];
            if !rules.parts(measure).contains(&dimension) {
                continue;
            }
            let of = table.regions[region as usize][dimension];
            let beside = Beside { dimension, role: Role::Rest, can_be: unseen.contains(&region) };
            let Some((_, set)) = table.put_rest(total, &parts, beside) else { continue };
            let above = &mut above[dimension];
            above.resize(above.len().max(set as usize + 1), None);
            above[set as usize] = Some(of);
            is_held(table)?;
        }
    }
    Ok(())
}

/// Puts in what totals have beside the parts that are shown, where not all are: several hidden cells
/// together, and what nobody asked for. Gives of each the total, and its parts with what it has besides.
fn put_sums(
    rules: &Rules,
    (table, above): (&mut Table, &mut Above),
    ages: &[usize],
    left: &[usize],
    work: &mut Work<'_>,
) -> Result<Vec<(usize, Vec<usize>)>, Stop> {
    let mut sums = Vec::new();
    if left.is_empty() {
        return Ok(sums);
    }
    let is_rest = |cell: &Cell| cell.role == Role::Rest;
    let mut shown: Vec<bool> = table.cells.iter().map(|cell| !is_rest(cell)).collect();
    left.iter().for_each(|&cell| shown[cell] = false);
    for dimension in 0..table.sets.dimensions() {
        let lines = Lines { table, above, ages };
        let is_shown =
            |cell: usize| shown.get(cell) != Some(&false) && table.cells[cell].value.is_some();
        for (total, mut parts) in lines.parts(dimension, &is_shown, work)? {
            if !rules.parts(table.places[total].1).contains(&dimension) {
                continue;
            }
            let beside = Beside { dimension, role: Role::Sum, can_be: false };
            let Some((sum, set)) = table.put_rest(total, &parts, beside) else { continue };
            let above = &mut above[dimension];
            above.resize(above.len().max(set as usize + 1), None);
            parts.push(sum);
            sums.push((total, parts));
            is_held(table)?;
        }
    }
    Ok(sums)
}

/// # Errors
/// There are too many cells.
fn is_held(table: &Table) -> Result<(), Stop> {
    if table.cells.len() > MOST_CELLS { Err(Stop::TooMuch) } else { Ok(()) }
}

/// Counts that are never larger than others, wherever both are asked for. Two that count different
/// things, and as many, can be one there: people, and pairs of person and service, within one service.
fn ordered(
    cube: &Cube,
    rules: &Rules,
    table: &Table,
    system: &mut System,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let is_distinct =
        |cell: usize| cube.measure(table.places[cell].1).kind == MeasureKind::Distinct;
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for own in table.together.values() {
        work.spend(own.len())?;
        let cells: HashMap<MeasureRef, usize> = own.iter().copied().collect();
        for &(measure, less) in own {
            let Some(Rule::Count { at_most, .. }) = rules.of(measure) else { continue };
            pairs.extend(at_most.iter().filter_map(|more| Some((less, *cells.get(more)?))));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    for &(less, more) in &pairs {
        let is_alike = system.cells[less].value == system.cells[more].value;
        match is_alike && is_distinct(less) && is_distinct(more) {
            true => system.equal(less, more),
            false => system.at_most(less, more),
        }
        // Where it is not told whether there are citizens, there are services of theirs or none.
        if may_be_none(table, less) && counts_all(cube, table, less) {
            system.none_without(more, less);
        }
    }
    Ok(())
}

fn may_be_none(table: &Table, cell: usize) -> bool {
    matches!(table.cells[cell].role, Role::Veiled | Role::Rest | Role::Sum)
}

/// Whether a count has something wherever anything is.
fn counts_all(cube: &Cube, table: &Table, cell: usize) -> bool {
    let kind = cube.measure(table.places[cell].1).kind;
    matches!(kind, MeasureKind::Distinct | MeasureKind::Count)
}
