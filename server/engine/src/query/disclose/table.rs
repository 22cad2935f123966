//! All stored cells that a question reads, each once, wherever it was read.

use cube_schema::schema::MeasureKind;
use hashbrown::HashMap;

use super::region::{Region, Sets};
use super::rules::{Rule, Rules};
use super::system::Cell;
use crate::cube::{Cube, MeasureRef};
use crate::query::bound::{Bound, Member};
use crate::query::cellset::CellSet;
use crate::query::error::QueryError;
use crate::query::limits::Cancel;

/// Cells after which it is asked whether the question goes on.
const UNCHECKED: usize = 10_000;

/// The cells that were read so far.
#[derive(Clone)]
pub(super) struct Table {
    pub sets: Sets,
    /// The cells; those that are hidden, by their links.
    pub cells: Vec<Cell>,
    pub hidden: Vec<bool>,
    /// Where each cell stands, and its measure.
    pub places: Vec<(u32, MeasureRef)>,
    pub regions: Vec<Region>,
    numbers: HashMap<Region, u32>,
    found: HashMap<(u32, MeasureRef), usize>,
    /// Of the regions as they were asked for, the cells of measures that stand there.
    pub together: HashMap<u32, Vec<(MeasureRef, usize)>>,
    /// The dimension of time.
    time: Option<usize>,
}

impl Table {
    pub fn new(cube: &Cube) -> Table {
        Table {
            sets: Sets::new(cube),
            cells: Vec::new(),
            hidden: Vec::new(),
            places: Vec::new(),
            regions: Vec::new(),
            numbers: HashMap::new(),
            found: HashMap::new(),
            together: HashMap::new(),
            time: cube.dimensions.iter().position(|one| one.is_time),
        }
    }

    /// The cell of a region and a measure.
    pub fn find(&self, region: &[u32], measure: MeasureRef) -> Option<usize> {
        self.found.get(&(*self.numbers.get(region)?, measure)).copied()
    }

    /// Takes the cells of an answer, counts before what is tied to them. Gives the cell of each; `None`
    /// of what is published openly.
    ///
    /// # Errors
    /// The question was ended.
    pub fn take(
        &mut self,
        cube: &Cube,
        rules: &Rules,
        bound: &Bound,
        answer: &CellSet,
        cancel: &Cancel,
    ) -> Result<Vec<Option<usize>>, QueryError> {
        let base = self.sets.base(cube, bound);
        let axes = self.sets.positions(cube, answer);
        let mut taken = Vec::with_capacity(answer.ordinals.len());
        for (&ordinal, &value) in answer.ordinals.iter().zip(&answer.values) {
            if taken.len() % UNCHECKED == 0 {
                cancel.check()?;
            }
            let (mut region, mut measure) = (base.clone(), bound.measure);
            let mut rest = ordinal as usize;
            for axis in &axes {
                let (place, own) = &axis[rest % axis.len()];
                rest /= axis.len();
                self.sets.within(&mut region, place);
                measure = own.unwrap_or(measure);
            }
            let Member::Measure(measure) = measure else {
                taken.push(None);
                continue;
            };
            taken.push(self.take_one(cube, rules, region, measure, value));
        }
        Ok(taken)
    }

    fn take_one(
        &mut self,
        cube: &Cube,
        rules: &Rules,
        asked: Region,
        measure: MeasureRef,
        value: f64,
    ) -> Option<usize> {
        let rule = rules.of(measure)?;
        if *rule == Rule::Open {
            return None;
        }
        let number = self.number(asked);
        let own = self.own_region(cube, number, measure);
        if let Some(&known) = self.found.get(&(own, measure)) {
            self.note_together(number, measure, known);
            return Some(known);
        }
        let at = self.cells.len();
        let cell = match rule {
            Rule::Tied { to, .. } => {
                let region = self.own_region(cube, number, *to);
                let link = self.found.get(&(region, *to)).copied();
                Cell { value: None, link: link.unwrap_or(at), is_rest: false }
            }
            _ => Cell { value: Some(value as i64), link: at, is_rest: false },
        };
        let is_small = cell.value.is_some_and(|value| (1..rules.threshold).contains(&value));
        // What has no count to be tied to is hidden for itself.
        let is_alone = cell.value.is_none() && cell.link == at;
        self.cells.push(cell);
        self.hidden.push(is_small || is_alone);
        self.places.push((own, measure));
        self.found.insert((own, measure), at);
        self.note_together(number, measure, at);
        Some(at)
    }

    /// Puts in what a total has beside some parts along a dimension, if that is anything, and gives the
    /// set that it stands at. Days and sums have it where the count that they are tied to has it.
    pub fn put_rest(&mut self, total: usize, dimension: usize, parts: &[usize]) -> Option<u32> {
        let of = self.cells[total];
        let at = self.cells.len();
        let (region, measure) = self.places[total];
        let mut region = self.regions[region as usize].clone();
        let set = self.sets.rest(dimension, region[dimension]);
        region[dimension] = set;
        let parts: Option<i64> = parts.iter().map(|&part| self.cells[part].value).sum();
        let (value, link) = match of.value.zip(parts) {
            Some((all, parts)) => (Some(all - parts).filter(|rest| *rest > 0), at),
            None => (None, self.find(&region, self.places[of.link].1)?),
        };
        if value.is_none() && link == at {
            return None;
        }
        let number = self.number(region);
        self.cells.push(Cell { value, link, is_rest: true });
        self.hidden.push(true);
        self.places.push((number, measure));
        self.found.insert((number, measure), at);
        self.note_together(number, measure, at);
        Some(set)
    }

    /// Whether all cells were asked for within the same combinations that are no product.
    pub fn is_of_one_union(&self) -> bool {
        let union = |&(region, _): &(u32, MeasureRef)| self.regions[region as usize].last();
        self.places.windows(2).all(|two| union(&two[0]) == union(&two[1]))
    }

    fn note_together(&mut self, region: u32, measure: MeasureRef, cell: usize) {
        let own = self.together.entry(region).or_default();
        if !own.contains(&(measure, cell)) {
            own.push((measure, cell));
        }
    }

    fn number(&mut self, region: Region) -> u32 {
        let regions = &mut self.regions;
        *self.numbers.entry(region).or_insert_with_key(|region| {
            regions.push(region.clone());
            regions.len() as u32 - 1
        })
    }

    /// Where a measure stands: what is counted at the end of a period stands in its last month alone.
    fn own_region(&mut self, cube: &Cube, asked: u32, measure: MeasureRef) -> u32 {
        let at_end = matches!(
            cube.measure(measure).kind,
            MeasureKind::DistinctAtEnd | MeasureKind::SumAtEnd
        );
        let Some(time) = self.time.filter(|_| at_end) else { return asked };
        let mut region = self.regions[asked as usize].clone();
        region[time] = self.sets.last(time, region[time]);
        self.number(region)
    }

    /// Whether a cell is hidden.
    pub fn is_hidden(&self, cell: usize) -> bool {
        self.hidden[self.cells[cell].link]
    }

    /// The dimension of time.
    pub fn time(&self) -> Option<usize> {
        self.time
    }
}
