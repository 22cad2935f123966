//! From the places of a row to the number of its group in a grid.

use hashbrown::HashMap;

use super::super::Limits;
use super::super::error::{ErrorKind, QueryError};
use super::block::Block;
use super::place::{OUT, Place};
use super::sweep::Counters;

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
        /// How many counters there may be, in all periods together.
        limit: usize,
    },
}

impl Groups {
    pub fn new(
        places: &[Place<'_>],
        periods: usize,
        limits: &Limits,
    ) -> Result<Groups, QueryError> {
        let product =
            places.iter().try_fold(1_u64, |product, place| product.checked_mul(place.size));
        let Some(product) = product.filter(|product| *product < OUT) else {
            return Err(too_many(limits.counters));
        };
        if product.saturating_mul(periods as u64 + 1) <= DENSE_COUNTERS {
            return Ok(Groups::Dense { count: product as usize });
        }
        Ok(Groups::Sparse { numbers: HashMap::new(), codes: Vec::new(), limit: limits.counters })
    }

    /// The groups of a block's rows; [`OUT`] for a row that does not count.
    pub fn find(
        &mut self,
        block: &Block<'_>,
        counters: &Counters<'_>,
    ) -> Result<Vec<usize>, QueryError> {
        let Groups::Sparse { numbers, codes, limit } = self else { return Ok(Vec::new()) };
        let mut found = Vec::with_capacity(block.codes.len());
        for ((&code, &first), &last) in block.codes.iter().zip(block.first).zip(block.last) {
            let (from, until) = counters.periods(first, last);
            if code >= OUT || from >= until {
                found.push(OUT as usize);
                continue;
            }
            let next = codes.len() as u32;
            let number = *numbers.entry(code).or_insert(next);
            if number == next {
                codes.push(code);
            }
            found.push(number as usize);
        }
        if codes.len().saturating_mul(counters.width) > *limit {
            return Err(too_many(*limit));
        }
        Ok(found)
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

pub(super) fn too_many(counters: usize) -> QueryError {
    let message = format!("spørgsmålet ville kræve over {counters} tællere");
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser")
}
