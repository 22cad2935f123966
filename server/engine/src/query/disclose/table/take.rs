//! How the cells of an answer come into the table.

use cube_schema::schema::MeasureKind;

use super::Table;
use crate::cube::{Cube, MeasureRef};
use crate::query::bound::{Bound, HierarchyRef, Member};
use crate::query::cellset::CellSet;
use crate::query::disclose::region::{Place, Region};
use crate::query::disclose::rules::{Rule, Rules};
use crate::query::disclose::system::{Cell, Role};
use crate::query::disclose::veil::Veil;
use crate::query::error::QueryError;
use crate::query::limits::Cancel;

/// Cells after which it is asked whether the question goes on.
const UNCHECKED: usize = 10_000;
/// Empty cells that are noted where they decide what a question means.
const MOST_EMPTY: usize = 200_000;

/// A question that is asked on the way to an answer.
#[derive(Clone, Copy)]
pub(in crate::query::disclose) struct Asked<'q> {
    pub cube: &'q Cube,
    pub rules: &'q Rules,
    pub bound: &'q Bound,
    /// Where it is not told whether there is anything.
    pub veil: &'q Veil,
    /// Whether it is noted where nothing is.
    pub notes_empty: bool,
    pub cancel: &'q Cancel,
}

/// What was taken of an answer.
pub(in crate::query::disclose) struct Taken {
    /// The cell of each value; `None` of what is published openly.
    pub cells: Vec<Option<usize>>,
    /// The ordinals of the cells that are empty, and hidden nevertheless.
    pub veiled: Vec<u32>,
}

impl Table {
    /// Takes the cells of an answer, counts before what is tied to them.
    ///
    /// # Errors
    /// It is too large, or the question was ended.
    pub fn take(&mut self, asked: Asked<'_>, answer: &CellSet) -> Result<Taken, QueryError> {
        let base = self.sets.base(asked.cube, asked.bound);
        let axes = self.sets.positions(asked.cube, answer, asked.cancel)?;
        self.note_axes(asked.bound);
        let read = (&base, asked.bound.measure);
        self.reads.put(read, &axes, &mut self.sets, asked.cancel)?;
        let mut cells = Vec::with_capacity(answer.ordinals.len());
        for (&ordinal, &value) in answer.ordinals.iter().zip(&answer.values) {
            if cells.len() % UNCHECKED == 0 {
                asked.cancel.check()?;
            }
            let (region, measure) = self.place(&base, &axes, ordinal, asked.bound.measure);
            let taken = measure.and_then(|own| self.take_one(asked, region, own, value));
            self.full.extend(taken);
            cells.push(taken);
        }
        let veiled = match asked.notes_empty || !asked.veil.is_nothing() {
            true => self.take_all_empty(asked, answer, &base, &axes)?,
            false => Vec::new(),
        };
        Ok(Taken { cells, veiled })
    }

    /// Takes the cells that are empty, and gives the ordinals of those that are hidden nevertheless.
    fn take_all_empty(
        &mut self,
        asked: Asked<'_>,
        answer: &CellSet,
        base: &Region,
        axes: &[Vec<(Place, Option<Member>)>],
    ) -> Result<Vec<u32>, QueryError> {
        let mut veiled = Vec::new();
        let mut full = answer.ordinals.iter().copied().peekable();
        for ordinal in 0..answer.cell_count() as u32 {
            if (ordinal as usize).is_multiple_of(UNCHECKED) {
                asked.cancel.check()?;
            }
            if full.next_if_eq(&ordinal).is_some() || !exists(asked.bound, answer, ordinal) {
                continue;
            }
            let (region, measure) = self.place(base, axes, ordinal, asked.bound.measure);
            if let Some(measure) = measure.filter(|_| !self.sets.is_nowhere(&region))
                && self.take_empty(asked, region, measure)
            {
                veiled.push(ordinal);
            }
        }
        Ok(veiled)
    }

    /// Where a cell stands, and its stored measure.
    fn place(
        &mut self,
        base: &Region,
        axes: &[Vec<(Place, Option<Member>)>],
        ordinal: u32,
        measure: Member,
    ) -> (Region, Option<MeasureRef>) {
        let (mut region, mut measure) = (base.clone(), measure);
        let mut rest = ordinal as usize;
        for axis in axes {
            let (place, own) = &axis[rest % axis.len()];
            rest /= axis.len();
            self.sets.within(&mut region, place);
            measure = own.unwrap_or(measure);
        }
        match measure {
            Member::Measure(measure) => (region, Some(measure)),
            _ => (region, None),
        }
    }

    /// Notes which dimensions stand on axes that show what is empty.
    fn note_axes(&mut self, bound: &Bound) {
        for axis in bound.axes.iter().filter(|axis| !axis.non_empty) {
            for column in axis.factors.iter().flat_map(|factor| &factor.columns) {
                if let HierarchyRef::Of { dimension, .. } = *column {
                    self.shows_empty[dimension] = true;
                }
            }
        }
    }

    fn take_one(
        &mut self,
        asked: Asked<'_>,
        region: Region,
        measure: MeasureRef,
        value: f64,
    ) -> Option<usize> {
        let rule = asked.rules.of(measure)?;
        if *rule == Rule::Open {
            return None;
        }
        let own = self.own_region(asked.cube, &region, measure);
        let is_veiled = asked.veil.covers(&region) || asked.veil.covers(&own);
        let to = match rule {
            Rule::Tied { to, .. } => Some((self.own_region(asked.cube, &region, to[0]), to[0])),
            _ => None,
        };
        let (number, own) = (self.number(region), self.number(own));
        if let Some(&known) = self.found.get(&(own, measure)) {
            self.note_together(number, measure, known);
            if is_veiled {
                self.cells[known].role = Role::Veiled;
                self.hidden[known] |= self.cells[known].value == Some(0);
            }
            return Some(known);
        }
        let at = self.cells.len();
        let role = if is_veiled { Role::Veiled } else { Role::Shown };
        let cell = match to {
            Some((of, to)) => {
                let link = self.find(&of, to).unwrap_or(at);
                Cell { value: None, link, role }
            }
            None => Cell { value: Some(value as i64), link: at, role },
        };
        let least = i64::from(!is_veiled);
        let is_small =
            cell.value.is_some_and(|value| (least..asked.rules.threshold).contains(&value));
        // What has no count to be tied to is hidden for itself.
        let is_alone = cell.value.is_none() && cell.link == at;
        self.cells.push(cell);
        self.hidden.push(is_small || is_alone);
        self.places.push((own, measure));
        self.found.insert((own, measure), at);
        self.note_together(number, measure, at);
        Some(at)
    }

    /// Takes a cell that is empty, and says whether that is hidden.
    fn take_empty(&mut self, asked: Asked<'_>, region: Region, measure: MeasureRef) -> bool {
        if matches!(asked.rules.of(measure), None | Some(Rule::Open)) {
            return false;
        }
        let own = self.own_region(asked.cube, &region, measure);
        let known = self.find(&own, measure);
        if known.is_some_and(|known| self.lifted.contains(&self.cells[known].link)) {
            return false;
        }
        if known.is_some_and(|known| self.is_hidden(known))
            || asked.veil.covers(&region)
            || asked.veil.covers(&own)
        {
            return self.take_one(asked, region, measure, 0.0).is_some();
        }
        if let Some(empty) = self.empty.as_mut().filter(|_| asked.notes_empty) {
            empty.extend([region, own]);
            if empty.len() > MOST_EMPTY {
                self.empty = None;
            }
        }
        false
    }

    /// Which cells an answer shows, hidden or not, and with them the counts that they are tied to.
    ///
    /// # Errors
    /// The question was ended.
    pub fn shown(
        &mut self,
        cube: &Cube,
        (bound, answer): (&Bound, &CellSet),
        cancel: &Cancel,
    ) -> Result<Vec<bool>, QueryError> {
        let base = self.sets.base(cube, bound);
        let axes = self.sets.positions(cube, answer, cancel)?;
        let mut shown = vec![false; self.cells.len()];
        for (at, &ordinal) in answer.ordinals.iter().enumerate() {
            if at.is_multiple_of(UNCHECKED) {
                cancel.check()?;
            }
            let (region, measure) = self.place(&base, &axes, ordinal, bound.measure);
            let Some(measure) = measure.filter(|_| is_stored(answer, ordinal)) else { continue };
            let own = self.own_region(cube, &region, measure);
            if let Some(cell) = self.find(&own, measure) {
                shown[cell] = true;
                // Days tell of all their counts.
                let is_tied = self.cells[cell].link != cell;
                let together = self.number_of(&region).and_then(|own| self.together.get(&own));
                let counts = together.into_iter().flatten().filter(|_| is_tied);
                counts.for_each(|(_, count)| shown[*count] = true);
            }
        }
        Ok(shown)
    }

    /// Where a measure stands: what is counted at the end of a period stands in its last month alone.
    fn own_region(&mut self, cube: &Cube, asked: &Region, measure: MeasureRef) -> Region {
        let at_end = matches!(
            cube.measure(measure).kind,
            MeasureKind::DistinctAtEnd | MeasureKind::SumAtEnd
        );
        let mut region = asked.clone();
        if let Some(time) = self.time.filter(|_| at_end) {
            region[time] = self.sets.last(time, region[time]);
        }
        region
    }
}

/// Whether no member of a cell of an answer is calculated.
fn is_stored(answer: &CellSet, ordinal: u32) -> bool {
    let mut rest = ordinal as usize;
    answer.axes.iter().all(|axis| {
        let position = axis.position(rest % axis.count);
        rest /= axis.count;
        !position.iter().any(|member| matches!(member, Member::Calculated(_)))
    })
}

/// Whether a cell of an answer exists: among hierarchies of one dimension, a total is of the inner ones
/// alone where totals are nested.
fn exists(bound: &Bound, answer: &CellSet, ordinal: u32) -> bool {
    if !bound.nested_totals {
        return true;
    }
    let mut rest = ordinal as usize;
    let mut totals: Vec<usize> = Vec::new();
    for axis in &answer.axes {
        let position = axis.position(rest % axis.count);
        rest /= axis.count;
        for (column, member) in axis.columns.iter().zip(position) {
            let HierarchyRef::Of { dimension, .. } = *column else { continue };
            match member {
                Member::All => totals.push(dimension),
                _ if totals.contains(&dimension) => return false,
                _ => {}
            }
        }
    }
    true
}
