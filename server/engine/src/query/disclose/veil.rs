//! Where it is not told whether there is anything: below small totals whose parts add up.
//!
//! Who knows that a total is at most 4, and sees below it four cells that are not empty, has them all.
//! So below such a total the empty cells are hidden like those that are not, and each can be nothing.

use hashbrown::HashMap;

use super::lines::Above;
use super::region::Region;
use super::rules::Rules;
use super::table::Table;

/// Totals above one cell that are looked through; where there are more, it is hidden.
const MOST_ABOVE: usize = 2048;

/// Which totals lie under a veil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// The small ones.
    Small,
    /// All that are hidden.
    Hidden,
}

/// The regions of such totals.
#[derive(Clone, Default)]
pub(super) struct Veil {
    above: Above,
    /// Each total, and the dimensions along which its parts add up.
    over: HashMap<Region, Vec<usize>>,
    /// All of these dimensions.
    dimensions: Vec<usize>,
}

impl Veil {
    /// The veil over what was read.
    pub fn of(rules: &Rules, table: &Table, above: &Above, width: Width) -> Veil {
        let has_below: Vec<Vec<bool>> = above.iter().map(|own| has_below(own)).collect();
        let mut veil = Veil { above: above.clone(), ..Veil::default() };
        for (cell, &(region, measure)) in table.places.iter().enumerate() {
            let is_over = match width {
                Width::Small => {
                    let value = table.cells[cell].value;
                    value.is_some_and(|value| (1..rules.threshold).contains(&value))
                }
                Width::Hidden => table.hidden[table.cells[cell].link],
            };
            let region = &table.regions[region as usize];
            let is_total = |dimension: &&usize| {
                let below = &has_below[**dimension];
                below.get(region[**dimension] as usize) == Some(&true)
            };
            let own: Vec<usize> = rules.parts(measure).iter().filter(is_total).copied().collect();
            if is_over && !own.is_empty() {
                veil.put(region, &own);
            }
        }
        veil
    }

    fn put(&mut self, region: &Region, own: &[usize]) {
        let known = self.over.entry(region.clone()).or_default();
        for &dimension in own {
            if !known.contains(&dimension) {
                known.push(dimension);
            }
            if !self.dimensions.contains(&dimension) {
                self.dimensions.push(dimension);
            }
        }
    }

    /// Whether it lies over nothing.
    pub fn is_nothing(&self) -> bool {
        self.over.is_empty()
    }

    /// Whether it lies over more than another.
    pub fn is_more_than(&self, other: &Veil) -> bool {
        let more = |(region, own): (&Region, &Vec<usize>)| {
            let known = other.over.get(region);
            known.is_none_or(|known| own.iter().any(|one| !known.contains(one)))
        };
        self.over.iter().any(more)
    }

    /// Whether a region is one of the totals.
    pub fn is_over(&self, region: &Region) -> bool {
        self.over.contains_key(region)
    }

    /// Whether a region lies below one of the totals.
    pub fn covers(&self, region: &Region) -> bool {
        let chains: Vec<(usize, Vec<u32>)> =
            self.dimensions.iter().map(|&own| (own, self.chain(own, region[own]))).collect();
        let all = chains.iter().map(|(_, chain)| chain.len()).fold(1, usize::saturating_mul);
        if all > MOST_ABOVE {
            return true;
        }
        let mut total = region.clone();
        (1..all).any(|mut number| {
            let mut differ = Vec::new();
            for (dimension, chain) in &chains {
                let level = number % chain.len();
                number /= chain.len();
                total[*dimension] = chain[level];
                if level > 0 {
                    differ.push(*dimension);
                }
            }
            let over = self.over.get(&total);
            over.is_some_and(|own| differ.iter().all(|dimension| own.contains(dimension)))
        })
    }

    /// A set of a dimension and the larger ones.
    fn chain(&self, dimension: usize, set: u32) -> Vec<u32> {
        let next = |set: &u32| *self.above[dimension].get(*set as usize)?;
        std::iter::successors(Some(set), next).collect()
    }
}

fn has_below(above: &[Option<u32>]) -> Vec<bool> {
    let mut has = vec![false; above.len()];
    above.iter().flatten().for_each(|&set| has[set as usize] = true);
    has
}
