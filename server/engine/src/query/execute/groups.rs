//! From the places of a row to the number of its group in a grid.

use hashbrown::HashMap;

use super::super::error::{ErrorKind, QueryError};
use super::super::{Cancel, Limits};
use super::block::Block;
use super::place::{OUT, Place};

/// Up to this many counters a grid holds every group that could be; beyond, only those that occur.
const DENSE_COUNTERS: u64 = 1 << 22;

/// The groups of one pass.
pub(super) enum Groups {
    /// The group's number is the row's code.
    Dense {
        /// The number of groups.
        count: usize,
    },
    /// Groups are numbered as they are found: the one place where a row is looked up by hash.
    Sparse {
        /// From code to number.
        numbers: HashMap<u64, u32>,
        /// From number to code.
        codes: Vec<u64>,
        /// Counters of one group.
        width: usize,
        /// How many counters there may be together.
        limit: usize,
    },
}

impl Groups {
    /// The groups of some places, each of which takes so many counters.
    pub fn new(places: &[Place<'_>], width: usize, limits: &Limits) -> Result<Groups, QueryError> {
        let product =
            places.iter().try_fold(1_u64, |product, place| product.checked_mul(place.size));
        let Some(product) = product.filter(|product| *product < OUT) else {
            return Err(too_many(limits.counters));
        };
        if product.saturating_mul(width as u64) <= DENSE_COUNTERS {
            return Ok(Groups::Dense { count: product as usize });
        }
        let (numbers, codes) = (HashMap::new(), Vec::new());
        Ok(Groups::Sparse { numbers, codes, width, limit: limits.counters })
    }

    /// The groups of a block's rows; [`OUT`] for a row that does not count.
    pub fn find(&mut self, block: &Block<'_>) -> Result<Vec<usize>, QueryError> {
        let Groups::Sparse { numbers, codes, width, limit } = self else { return Ok(Vec::new()) };
        let mut found = Vec::with_capacity(block.codes.len());
        for ((&code, &from), &until) in block.codes.iter().zip(block.from).zip(block.until) {
            if code >= OUT || from >= until {
                found.push(OUT as usize);
                continue;
            }
            found.push(number_in(numbers, codes, code));
        }
        if codes.len().saturating_mul(*width) > *limit {
            return Err(too_many(*limit));
        }
        Ok(found)
    }

    /// The groups at places that were counted apart, each with the group that it belongs to.
    pub fn folds(
        &mut self,
        places: &[Place<'_>],
        cancel: &Cancel,
    ) -> Result<Vec<(usize, usize)>, QueryError> {
        let mut folds = Vec::new();
        for place in places.iter().filter(|place| !place.folded.is_empty()) {
            let apart = place.size - place.folded.len() as u64;
            cancel.each(0..self.count(), |group| {
                let code = self.code(group);
                let own = code / place.stride % place.size;
                if let Some(at) = own.checked_sub(apart) {
                    let code = code - (own - place.folded[at as usize]) * place.stride;
                    folds.push((group, self.number(code)));
                }
            })?;
        }
        Ok(folds)
    }

    /// The number of the group of a code, which is a new one where it has none.
    fn number(&mut self, code: u64) -> usize {
        let Groups::Sparse { numbers, codes, .. } = self else { return code as usize };
        number_in(numbers, codes, code)
    }

    /// The number of groups so far.
    pub fn count(&self) -> usize {
        match self {
            Groups::Dense { count } => *count,
            Groups::Sparse { codes, .. } => codes.len(),
        }
    }

    /// The code of a group.
    pub fn code(&self, group: usize) -> u64 {
        match self {
            Groups::Dense { .. } => group as u64,
            Groups::Sparse { codes, .. } => codes[group],
        }
    }
}

fn number_in(numbers: &mut HashMap<u64, u32>, codes: &mut Vec<u64>, code: u64) -> usize {
    let next = codes.len() as u32;
    let number = *numbers.entry(code).or_insert(next);
    if number == next {
        codes.push(code);
    }
    number as usize
}

pub(super) fn too_many(counters: usize) -> QueryError {
    let message = format!("spørgsmålet ville kræve over {counters} tællere");
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser")
}
