//! One group, one period: entities are counted 64 rows at a time.
//!
//! Rows of an entity are neighbours, so that an entity is a run of bits in a mask of rows. In the
//! sum of the run's lower bits and ones below its last bit, a carry reaches the last bit exactly
//! when one of them is set: the number of entities with a row in the mask is the number of last
//! bits that are set by the carry or by themselves.

use std::ops::Range;

use cube_schema::schema::MeasureKind;

use super::super::error::QueryError;
use super::columns::{Keys, Spans};
use super::counts::Counts;
use super::place::{Map, OUT, Place};
use super::sweep::Pass;

/// Rows in one word of a mask.
const WORD: usize = 64;
/// Words between two looks at whether the question was cancelled.
const CHECK: usize = 4096;

/// Whether a pass counts entities of one group in one whole period, over all rows.
pub(super) fn fits(pass: &Pass<'_>) -> bool {
    let plain = |(place, keys): (&Place<'_>, &Option<Keys<'_>>)| {
        let bytes = matches!(keys, Some(Keys::U8(_)));
        place.size == 1
            && (matches!(place.map, Map::One) || matches!(place.map, Map::Table { .. }) && bytes)
    };
    let counted = matches!(pass.counting.kind, MeasureKind::Distinct | MeasureKind::DistinctAtEnd);
    counted
        && pass.columns.parts.is_none()
        && pass.time.count == 1
        && pass.time.holes.is_none()
        && pass.columns.all
        && pass.places.iter().zip(&pass.columns.dimensions).all(plain)
}

/// Counts the entities.
pub(super) fn count(pass: &Pass<'_>) -> Result<Counts, QueryError> {
    let (columns, until) = (pass.columns, pass.until());
    let Spans::Months { first, last } = &columns.spans else { return Ok(Counts::single(0)) };
    // The months of rows that reach the period: up to the first bound, and from the second on.
    let latest_first = pass.time.from.partition_point(|&from| from == 0) as u16;
    let earliest_last = until.partition_point(|&until| until == 0) as u16;
    let mut entities = Entities::default();
    for start in (0..columns.keys.len()).step_by(WORD) {
        if (start / WORD).is_multiple_of(CHECK) {
            pass.cancel.check()?;
        }
        let range = start..columns.keys.len().min(start + WORD);
        let mut active = [0_u8; WORD];
        let months = first[range.clone()].iter().zip(&last[range.clone()]);
        for (active, (&first, &last)) in active.iter_mut().zip(months) {
            *active = u8::from(first < latest_first) & u8::from(last >= earliest_last);
        }
        for (place, keys) in pass.places.iter().zip(&columns.dimensions) {
            keep(&place.map, keys.as_ref(), range.clone(), &mut active);
        }
        entities.take(bits(&active), pass.rows.last_of_entity[start / WORD]);
    }
    Ok(Counts::single(entities.count as i32))
}

/// Clears the rows whose key does not count.
fn keep(map: &Map<'_>, keys: Option<&Keys<'_>>, range: Range<usize>, active: &mut [u8; WORD]) {
    let (Map::Table { adds }, Some(Keys::U8(keys))) = (map, keys) else { return };
    let Some(adds) = adds.first_chunk::<256>() else { return };
    for (active, &key) in active.iter_mut().zip(&keys[range]) {
        *active &= u8::from(adds[usize::from(key)] < OUT);
    }
}

/// One bit for each byte, which is 0 or 1.
fn bits(bytes: &[u8; WORD]) -> u64 {
    /// Moves bit 0 of byte `i` to bit `56 + i`, without carries meeting.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut word = 0;
    for (at, eight) in bytes.chunks_exact(8).enumerate() {
        let eight = eight.try_into().map_or(0, u64::from_le_bytes);
        word |= (eight.wrapping_mul(GATHER) >> 56) << (at * 8);
    }
    word
}

/// Entities counted so far, and the carry into the next word.
#[derive(Default)]
struct Entities {
    count: u32,
    carry: bool,
}

impl Entities {
    /// Takes 64 rows: which of them are active, and which are the last of their entity.
    fn take(&mut self, active: u64, last: u64) {
        let (sum, over) = (active & !last).overflowing_add(!last);
        let (sum, over_carry) = sum.overflowing_add(u64::from(self.carry));
        self.carry = over | over_carry;
        self.count += ((sum | active) & last).count_ones();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts by looking at every row.
    fn plainly(active: &[bool], last: &[bool]) -> u32 {
        let (mut count, mut any) = (0, false);
        for (active, last) in active.iter().zip(last) {
            any |= *active;
            if *last {
                count += u32::from(any);
                any = false;
            }
        }
        count
    }

    fn word(bits: &[bool]) -> u64 {
        bits.iter().enumerate().map(|(at, bit)| u64::from(*bit) << at).sum()
    }

    #[test]
    fn the_carry_counts_as_looking_at_every_row_does() {
        let mut state = 1_u64;
        let mut random = |of: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33).is_multiple_of(of)
        };
        for (sparse, long) in [(1, 1), (2, 2), (7, 3), (40, 9), (3, 50), (90, 70)] {
            let active: Vec<bool> = (0..WORD * 50).map(|_| random(sparse)).collect();
            let mut last: Vec<bool> = (0..WORD * 50).map(|_| random(long)).collect();
            *last.last_mut().unwrap() = true;
            let mut entities = Entities::default();
            for (active, last) in active.chunks(WORD).zip(last.chunks(WORD)) {
                entities.take(word(active), word(last));
            }
            assert_eq!(entities.count, plainly(&active, &last), "one in {sparse}, one in {long}");
        }
    }

    #[test]
    fn bytes_become_bits_in_order() {
        let mut bytes = [0; WORD];
        for at in [0, 1, 7, 8, 31, 62, 63] {
            bytes[at] = 1;
        }
        assert_eq!(bits(&bytes), 1 | 2 | 1 << 7 | 1 << 8 | 1 << 31 | 1 << 62 | 1 << 63);
    }
}
