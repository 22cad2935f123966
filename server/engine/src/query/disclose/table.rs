//! All stored cells that a question reads, each once, wherever it was read.

mod take;

use hashbrown::{HashMap, HashSet};

pub(super) use self::take::Asked;
use super::reads::Reads;
use super::region::{Region, Sets};
use super::system::{Cell, Role};
use super::veil::Veil;
use crate::cube::{Cube, MeasureRef};

/// The cells that were read so far.
#[derive(Clone)]
pub(super) struct Table {
    pub sets: Sets,
    /// The cells; those that are hidden, by their links, or days for themselves.
    pub cells: Vec<Cell>,
    pub hidden: Vec<bool>,
    /// Where each cell stands, and its measure.
    pub places: Vec<(u32, MeasureRef)>,
    pub regions: Vec<Region>,
    numbers: HashMap<Region, u32>,
    found: HashMap<(u32, MeasureRef), usize>,
    /// Of the regions as they were asked for, the cells of measures that stand there.
    pub together: HashMap<u32, Vec<(MeasureRef, usize)>>,
    /// What was asked for.
    pub reads: Reads,
    /// The cells that were asked for somewhere and not empty there, and those that are known to be nothing.
    full: HashSet<usize>,
    lifted: HashSet<usize>,
    /// The dimension of time.
    time: Option<usize>,
    /// The dimensions of axes that show what is empty too.
    shows_empty: Vec<bool>,
    /// Where the cells that were empty stand, while these are noted; `None` where they are too many.
    empty: Option<HashSet<Region>>,
}

/// What a total has beside some of its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub dimension: usize,
    /// [`Role::Rest`] or [`Role::Sum`].
    pub role: Role,
    /// Whether it is put in where it is nothing, too.
    pub can_be: bool,
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
            reads: Reads::default(),
            full: HashSet::new(),
            lifted: HashSet::new(),
            time: cube.dimensions.iter().position(|one| one.is_time),
            shows_empty: vec![false; cube.dimensions.len()],
            empty: Some(HashSet::new()),
        }
    }

    /// The cell of a region and a measure.
    pub fn find(&self, region: &[u32], measure: MeasureRef) -> Option<usize> {
        self.found.get(&(*self.numbers.get(region)?, measure)).copied()
    }

    /// The number of a region that something stands at.
    pub fn number_of(&self, region: &[u32]) -> Option<u32> {
        self.numbers.get(region).copied()
    }

    /// Whether some axis shows what is empty along a dimension.
    pub fn shows_empty(&self, dimension: usize) -> bool {
        self.shows_empty[dimension]
    }

    /// The counts that are hidden and nothing.
    pub fn hidden_nothing(&self) -> impl Iterator<Item = usize> {
        let is_nothing = |cell: &usize| self.hidden[*cell] && self.cells[*cell].value == Some(0);
        (0..self.cells.len()).filter(is_nothing)
    }

    /// Whether a cell was asked for somewhere and not empty there.
    pub fn is_full(&self, cell: usize) -> bool {
        self.full.contains(&cell)
    }

    /// Shows a cell that is nothing, and what is tied to it, as empty.
    pub fn lift(&mut self, cell: usize) {
        self.hidden[cell] = false;
        self.lifted.insert(cell);
    }

    /// Hides again what was lifted.
    pub fn lower(&mut self) {
        for cell in self.lifted.drain() {
            self.hidden[cell] = true;
        }
    }

    /// Whether a region was asked for, and is shown as empty: it is no cell then.
    pub fn is_shown_empty(&self, region: &[u32], measure: MeasureRef) -> bool {
        self.reads.has(region, measure) && !self.is_cell(region, measure)
    }

    /// Whether a measure is a cell where it was asked for in a region.
    pub fn is_cell(&self, region: &[u32], measure: MeasureRef) -> bool {
        let own = self.number_of(region).and_then(|number| self.together.get(&number));
        own.is_some_and(|own| own.iter().any(|(one, _)| *one == measure))
    }

    /// Whether a veil lies over a cell that was empty, and noted.
    pub fn was_empty_under(&self, veil: &Veil) -> bool {
        match &self.empty {
            None => !veil.is_nothing(),
            Some(empty) => empty.iter().any(|region| veil.covers(region)),
        }
    }

    /// Puts in what a total has beside some parts along a dimension, if that is anything or can be, and
    /// gives the cell, and the set that it stands at. Days and sums have it where the count that they are tied
    /// to has it.
    pub fn put_rest(
        &mut self,
        total: usize,
        parts: &[usize],
        beside: Beside,
    ) -> Option<(usize, u32)> {
        let Beside { dimension, role, can_be } = beside;
        let of = self.cells[total];
        let at = self.cells.len();
        let (region, measure) = self.places[total];
        let mut region = self.regions[region as usize].clone();
        let set = self.sets.rest(dimension, region[dimension], role == Role::Sum);
        region[dimension] = set;
        let parts: Option<i64> = parts.iter().map(|&part| self.cells[part].value).sum();
        let least = i64::from(!can_be);
        let (value, link) = match of.value.zip(parts) {
            Some((all, parts)) => (Some(all - parts).filter(|rest| *rest >= least), at),
            None => (None, self.find(&region, self.places[of.link].1)?),
        };
        if value.is_none() && link == at {
            return None;
        }
        let number = self.number(region);
        self.cells.push(Cell { value, link, role });
        self.hidden.push(true);
        self.places.push((number, measure));
        self.found.insert((number, measure), at);
        self.note_together(number, measure, at);
        Some((at, set))
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

    /// Whether a cell is hidden.
    pub fn is_hidden(&self, cell: usize) -> bool {
        self.hidden[cell] || self.hidden[self.cells[cell].link]
    }

    /// The dimension of time.
    pub fn time(&self) -> Option<usize> {
        self.time
    }
}
