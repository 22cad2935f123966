//! What runs on from one period to the next: stock, and what comes and goes.
//!
//! What is active in a period, less what begins in it, runs on from before; less what ends in it, it runs
//! on to the next. So of two periods one behind the other stocks, starts and ends tell each other, also
//! those that nobody asked for.

use std::collections::BTreeMap;

use super::region::Region;
use super::rules::{Rule, Rules};
use super::system::{Role, System};
use super::table::Table;
use super::work::{Stop, Work};
use crate::cube::MeasureRef;

/// The stock of a period, and what comes or goes at the border, if that was asked for.
type Side = (usize, Option<usize>);

/// Of each stock and region, but for the time, and each first month of a period: the stocks on both sides.
type Borders = BTreeMap<((usize, usize), Region, usize), Vec<Side>>;

/// Puts in what runs on over each border between periods, and with it what nobody asked for.
///
/// # Errors
/// The work ended.
pub(super) fn put(
    rules: &Rules,
    table: &Table,
    ages: &[usize],
    system: &mut System,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let periods = periods(table);
    for (((group, measure), of, month), mut sides) in borders(rules, table, ages, work)? {
        work.spend(sides.len() + periods.len())?;
        sides.sort_unstable();
        let value = |cell: usize| system.cells[cell].value.unwrap_or_default();
        let stock = MeasureRef { group, measure };
        if ends_in_nothing(rules, table, (stock, &of, month), &periods) {
            let alike = sides.iter().filter_map(|&(stock, flow)| Some((stock, flow?)));
            let alike: Vec<_> = alike.filter(|&(one, other)| value(one) == value(other)).collect();
            alike.into_iter().for_each(|(stock, flow)| system.equal(stock, flow));
            continue;
        }
        let known = sides.iter().find_map(|&(stock, flow)| Some(value(stock) - value(flow?)));
        let Some(on) = known.filter(|on| *on >= 0 && sides.len() > 1) else { continue };
        let between = system.unseen(on, Role::Between);
        for (stock, flow) in sides {
            let rest = system.cells[stock].value.unwrap_or_default() - on;
            let flow = match flow {
                Some(flow) => flow,
                None if rest >= 0 => system.unseen(rest, Role::Rest),
                None => continue,
            };
            system.difference(stock, flow, between);
        }
    }
    Ok(())
}

/// The periods that were asked for: a set, its first month, and the first behind it.
fn periods(table: &Table) -> Vec<(u32, usize, usize)> {
    let Some(time) = table.time() else { return Vec::new() };
    let sets = table.reads.sets(time).into_iter();
    let period = |set: u32| {
        let (first, last) = table.sets.period(time, set)?;
        Some((set, first, last + 1))
    };
    sets.filter_map(period).collect()
}

/// Whether some period on either side of a border is shown as empty: then nothing runs on over it.
fn ends_in_nothing(
    rules: &Rules,
    table: &Table,
    (stock, of, month): (MeasureRef, &Region, usize),
    periods: &[(u32, usize, usize)],
) -> bool {
    let Some(time) = table.time() else { return false };
    let mut region = of.clone();
    periods.iter().filter(|(_, first, behind)| [*first, *behind].contains(&month)).any(
        |&(set, ..)| {
            region[time] = set;
            rules.nothing_without(stock).any(|own| table.is_shown_empty(&region, own))
        },
    )
}

fn borders(
    rules: &Rules,
    table: &Table,
    ages: &[usize],
    work: &mut Work<'_>,
) -> Result<Borders, Stop> {
    let mut borders = Borders::new();
    let Some(time) = table.time() else { return Ok(borders) };
    for (&region, cells) in &table.together {
        work.spend(cells.len())?;
        let own = &table.regions[region as usize];
        let Some((first, last)) = table.sets.period(time, own[time]) else { continue };
        if ages.iter().any(|&age| own[age] != 0) {
            continue;
        }
        for &(measure, stock) in cells {
            let Some(Rule::Count { flows: Some((starts, ends)), .. }) = rules.of(measure) else {
                continue;
            };
            let mut of = own.clone();
            of[time] = 0;
            let flow = |flow: &MeasureRef| {
                cells.iter().find(|(own, _)| own == flow).map(|(_, cell)| *cell)
            };
            for (month, flow) in [(first, flow(starts)), (last + 1, flow(ends))] {
                let border = borders
                    .entry(((measure.group, measure.measure), of.clone(), month))
                    .or_default();
                border.push((stock, flow));
            }
        }
    }
    Ok(borders)
}
