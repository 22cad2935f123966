//! Hidden cells in answers: marked on their way, and positions that have nothing else left out.

use std::collections::BTreeMap;

use crate::query::bound::Bound;
use crate::query::cellset::{AxisPositions, CellSet, Special};
use crate::query::error::QueryError;
use crate::query::limits::Cancel;

/// The bits of a number that is hidden: no number, and told apart from an empty cell by its bits.
const BITS: u64 = 0x7ff8_0000_0000_a300;

/// A figure that is hidden.
pub(in crate::query) const HIDDEN: f64 = f64::from_bits(BITS);

/// Whether a figure is hidden.
pub(in crate::query) fn is_hidden(number: f64) -> bool {
    number.to_bits() == BITS
}

/// Marks the cells that are hidden, by their places among the values.
pub(super) fn mark(cells: &mut CellSet, is_hidden: impl Fn(usize) -> bool) {
    for at in (0..cells.values.len()).filter(|&at| is_hidden(at)) {
        cells.values[at] = HIDDEN;
        cells.special.insert(at, Special::Hidden);
    }
}

/// Puts in cells that are empty and hidden nevertheless, by their ordinals, ascending.
pub(super) fn put(cells: &mut CellSet, veiled: &[u32]) {
    if veiled.is_empty() {
        return;
    }
    let before = std::mem::take(&mut cells.special);
    let (ordinals, values) =
        (std::mem::take(&mut cells.ordinals), std::mem::take(&mut cells.values));
    let decimals = std::mem::take(&mut cells.decimals);
    let mut veiled = veiled.iter().copied().peekable();
    let hide = |cells: &mut CellSet, ordinal: u32| {
        cells.special.insert(cells.values.len(), Special::Hidden);
        cells.ordinals.push(ordinal);
        cells.values.push(HIDDEN);
        cells.decimals.push(0);
    };
    for (at, ordinal) in ordinals.into_iter().enumerate() {
        while let Some(empty) = veiled.next_if(|empty| *empty < ordinal) {
            hide(cells, empty);
        }
        let special = before.get(&at).cloned();
        cells.special.extend(special.map(|special| (cells.values.len(), special)));
        cells.ordinals.push(ordinal);
        cells.values.push(values[at]);
        cells.decimals.push(decimals[at]);
    }
    veiled.for_each(|empty| hide(cells, empty));
}

/// An answer without the positions that have nothing but hidden and empty cells, on axes that leave
/// out what is empty.
///
/// # Errors
/// The question was ended.
pub(in crate::query) fn without_positions(
    bound: &Bound,
    cells: CellSet,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let mut hidden = Vec::new();
    cancel.each(&cells.special, |(&at, special)| {
        if *special == Special::Hidden {
            hidden.push(at);
        }
    })?;
    if hidden.is_empty() {
        return Ok(cells);
    }
    let mut kept: Vec<Vec<bool>> = bound
        .axes
        .iter()
        .zip(&cells.axes)
        .map(|(axis, own)| vec![!axis.non_empty || own.columns.is_empty(); own.count])
        .collect();
    let mut hidden = hidden.into_iter().peekable();
    cancel.each(cells.ordinals.iter().enumerate(), |(at, &ordinal)| {
        if hidden.next_if_eq(&at).is_none() {
            let place = place(&cells, ordinal);
            kept.iter_mut().zip(place).for_each(|(kept, position)| kept[position] = true);
        }
    })?;
    if kept.iter().flatten().all(|kept| *kept) {
        return Ok(cells);
    }
    narrowed(&cells, &kept, cancel)
}

/// The position on every axis that a cell stands at.
fn place(cells: &CellSet, ordinal: u32) -> impl Iterator<Item = usize> {
    let mut rest = ordinal as usize;
    cells.axes.iter().map(move |axis| {
        let own = rest % axis.count;
        rest /= axis.count;
        own
    })
}

fn narrowed(cells: &CellSet, kept: &[Vec<bool>], cancel: &Cancel) -> Result<CellSet, QueryError> {
    let (axes, adds) = narrowed_axes(cells, kept, cancel)?;
    let mut next = CellSet {
        axes,
        ordinals: Vec::new(),
        values: Vec::new(),
        decimals: Vec::new(),
        formats: Vec::new(),
        colors: Vec::new(),
        special: BTreeMap::new(),
        ..cells.clone()
    };
    cancel.each(cells.ordinals.iter().enumerate(), |(at, &ordinal)| {
        if !place(cells, ordinal).zip(kept).all(|(position, kept)| kept[position]) {
            return;
        }
        let special = cells.special.get(&at).cloned();
        next.special.extend(special.map(|special| (next.values.len(), special)));
        next.ordinals.push(place(cells, ordinal).zip(&adds).map(|(at, add)| add[at]).sum());
        next.values.push(cells.values[at]);
        next.decimals.push(cells.decimals[at]);
        next.formats.extend(cells.formats.get(at).cloned());
        next.colors.extend(cells.colors.get(at).copied());
    })?;
    Ok(next)
}

/// The positions that are kept, and what each adds to the ordinal.
fn narrowed_axes(
    cells: &CellSet,
    kept: &[Vec<bool>],
    cancel: &Cancel,
) -> Result<(Vec<AxisPositions>, Vec<Vec<u32>>), QueryError> {
    let (mut axes, mut adds, mut stride) = (Vec::new(), Vec::new(), 1_u32);
    for (axis, kept) in cells.axes.iter().zip(kept) {
        let (mut add, mut count, mut members) = (vec![0; axis.count], 0, Vec::new());
        cancel.each((0..axis.count).filter(|&at| kept[at]), |at| {
            add[at] = count * stride;
            count += 1;
            members.extend(axis.position(at));
        })?;
        adds.push(add);
        stride = stride.saturating_mul(count);
        axes.push(AxisPositions { columns: axis.columns.clone(), members, count: count as usize });
    }
    Ok((axes, adds))
}
