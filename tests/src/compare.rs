//! Whether two answers are the same, and the first place where they are not.

use terning_oracle::CellSet as Table;

/// Where two answers differ first: positions in order, then cells. Nothing where they agree.
#[must_use]
pub fn difference(ours: &Table, theirs: &Table) -> Option<String> {
    positions("columns", &ours.columns, &theirs.columns)
        .or_else(|| positions("rows", &ours.rows, &theirs.rows))
        .or_else(|| cells(ours, theirs))
}

fn positions(axis: &str, ours: &[Vec<String>], theirs: &[Vec<String>]) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let at = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let (counts, one) = ((ours.len(), theirs.len()), (ours.get(at), theirs.get(at)));
    Some(format!(
        "{axis}: {} here, {} there; position {at} is {:?} here, {:?} there",
        counts.0, counts.1, one.0, one.1
    ))
}

fn cells(ours: &Table, theirs: &Table) -> Option<String> {
    for (row, (our_line, their_line)) in ours.cells.iter().zip(&theirs.cells).enumerate() {
        for (column, (our, their)) in our_line.iter().zip(their_line).enumerate() {
            if !same(*our, *their) {
                let place = (&ours.rows[row], &ours.columns[column]);
                return Some(format!(
                    "{:?} × {:?}: {our:?} here, {their:?} there",
                    place.0, place.1
                ));
            }
        }
    }
    None
}

/// Counts are equal; ratios of days may differ in the last digits.
fn same(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * ours.abs().max(1.0),
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    }
}

/// The number of cells of an answer, the empty ones included.
#[must_use]
pub fn cell_count(table: &Table) -> usize {
    table.rows.len() * table.columns.len()
}
