//! Hidden cells in answers: marked on their way, and positions that have nothing else left out.

use crate::query::bound::Bound;
use crate::query::cellset::{AxisPositions, CellSet, Special};

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
pub(in crate::query) fn without_positions(bound: &Bound, cells: CellSet) -> CellSet {
    if !cells.special.values().any(|special| *special == Special::Hidden) {
        return cells;
    }
    let mut kept: Vec<Vec<bool>> = bound
        .axes
        .iter()
        .zip(&cells.axes)
        .map(|(axis, own)| vec![!axis.non_empty || own.columns.is_empty(); own.count])
        .collect();
    let place = |mut ordinal: usize| {
        let of = move |axis: &AxisPositions| {
            let own = ordinal % axis.count;
            ordinal /= axis.count;
            own
        };
        cells.axes.iter().map(of).collect::<Vec<usize>>()
    };
    for (at, &ordinal) in cells.ordinals.iter().enumerate() {
        if cells.special.get(&at) != Some(&Special::Hidden) {
            let place = place(ordinal as usize);
            kept.iter_mut().zip(place).for_each(|(kept, position)| kept[position] = true);
        }
    }
    if kept.iter().flatten().all(|kept| *kept) {
        return cells;
    }
    narrowed(&cells, &kept, place)
}

fn narrowed(cells: &CellSet, kept: &[Vec<bool>], place: impl Fn(usize) -> Vec<usize>) -> CellSet {
    let mut next = CellSet { axes: Vec::new(), ..cells.clone() };
    next.ordinals.clear();
    next.values.clear();
    next.decimals.clear();
    next.formats.clear();
    next.colors.clear();
    next.special.clear();
    let mut adds: Vec<Vec<u32>> = Vec::new();
    let mut stride = 1_u32;
    for (axis, kept) in cells.axes.iter().zip(kept) {
        let positions: Vec<usize> = (0..axis.count).filter(|&at| kept[at]).collect();
        let mut add = vec![0; axis.count];
        positions.iter().zip(0_u32..).for_each(|(&at, number)| add[at] = number * stride);
        adds.push(add);
        stride = stride.saturating_mul(positions.len() as u32);
        let members = positions.iter().flat_map(|&at| axis.position(at)).copied().collect();
        let columns = axis.columns.clone();
        next.axes.push(AxisPositions { columns, members, count: positions.len() });
    }
    for (at, &ordinal) in cells.ordinals.iter().enumerate() {
        let place = place(ordinal as usize);
        if !place.iter().zip(kept).all(|(&position, kept)| kept[position]) {
            continue;
        }
        let special = cells.special.get(&at).cloned();
        next.special.extend(special.map(|special| (next.values.len(), special)));
        next.ordinals.push(adds.iter().zip(&place).map(|(add, &position)| add[position]).sum());
        next.values.push(cells.values[at]);
        next.decimals.push(cells.decimals[at]);
        next.formats.extend(cells.formats.get(at).cloned());
        next.colors.extend(cells.colors.get(at).copied());
    }
    next
}
