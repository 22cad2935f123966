//! Columns that are either built in memory or read in place from a mapped snapshot.

use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::{AnyBitPattern, NoUninit};

/// Whoever owns the bytes of a snapshot: a map or a buffer. Cloned into every column that reads it,
/// so that no lifetimes travel.
pub type Owner = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A fixed-width value that a column can hold.
pub trait Fixed: AnyBitPattern + NoUninit + Send + Sync {}
impl<T: AnyBitPattern + NoUninit + Send + Sync> Fixed for T {}

/// An immutable column of fixed-width values.
#[derive(Clone)]
pub enum Array<T> {
    /// Built in memory.
    Built(Arc<[T]>),
    /// Read in place; the range was checked for length and alignment when it was made.
    Mapped(Owner, Range<usize>, PhantomData<T>),
}

impl<T: Fixed> Array<T> {
    /// A column over a range of an owner's bytes; `None` where the range does not hold whole,
    /// aligned values.
    #[must_use]
    pub fn mapped(owner: &Owner, range: Range<usize>) -> Option<Array<T>> {
        let bytes = owner.as_ref().as_ref().get(range.clone())?;
        bytemuck::try_cast_slice::<u8, T>(bytes).ok()?;
        Some(Array::Mapped(Arc::clone(owner), range, PhantomData))
    }

    /// The bytes of the column, little-endian on every supported machine.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self)
    }
}

impl<T: Fixed> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Array::Built(values) => values,
            Array::Mapped(owner, range, _) => {
                bytemuck::cast_slice(&owner.as_ref().as_ref()[range.clone()])
            }
        }
    }
}

impl<T> From<Vec<T>> for Array<T> {
    fn from(values: Vec<T>) -> Array<T> {
        Array::Built(values.into())
    }
}

impl<T: Fixed> Default for Array<T> {
    fn default() -> Array<T> {
        Array::from(Vec::new())
    }
}

/// Numbers stored in the fewest bytes that hold the largest of them.
#[derive(Clone)]
pub enum Column {
    /// Up to 255.
    U8(Array<u8>),
    /// Up to 65 535.
    U16(Array<u16>),
    /// Any.
    U32(Array<u32>),
}

impl Column {
    /// Stores numbers that are all below `bound`.
    #[must_use]
    pub fn new(values: &[u32], bound: usize) -> Column {
        match bound {
            0..=0x100 => {
                Column::U8(values.iter().map(|&value| value as u8).collect::<Vec<_>>().into())
            }
            0x101..=0x1_0000 => {
                Column::U16(values.iter().map(|&value| value as u16).collect::<Vec<_>>().into())
            }
            _ => Column::U32(values.to_vec().into()),
        }
    }

    /// The number in a row.
    #[must_use]
    pub fn get(&self, row: usize) -> u32 {
        match self {
            Column::U8(values) => u32::from(values[row]),
            Column::U16(values) => u32::from(values[row]),
            Column::U32(values) => values[row],
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Column::U8(values) => values.len(),
            Column::U16(values) => values.len(),
            Column::U32(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The largest number; `None` in an empty column.
    #[must_use]
    pub fn max(&self) -> Option<u32> {
        match self {
            Column::U8(values) => values.iter().max().map(|&value| value.into()),
            Column::U16(values) => values.iter().max().map(|&value| value.into()),
            Column::U32(values) => values.iter().max().copied(),
        }
    }
}

/// Texts stored one behind the other.
#[derive(Clone, Default)]
pub struct Texts {
    /// `offsets[i]..offsets[i + 1]` are the bytes of text `i`; one longer than the texts.
    pub offsets: Array<u32>,
    /// All texts, UTF-8.
    pub bytes: Array<u8>,
}

impl Texts {
    /// Stores texts.
    #[must_use]
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Texts {
        let (mut offsets, mut bytes) = (vec![0_u32], Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_bytes());
            offsets.push(bytes.len() as u32);
        }
        Texts { offsets: offsets.into(), bytes: bytes.into() }
    }

    /// The text at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> &str {
        let range = self.offsets[position] as usize..self.offsets[position + 1] as usize;
        std::str::from_utf8(&self.bytes[range]).unwrap_or_default()
    }

    /// The number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are no texts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A list of numbers per position, stored one behind the other.
#[derive(Clone, Default)]
pub struct Lists {
    /// `offsets[i]..offsets[i + 1]` is list `i`; one longer than the lists.
    pub offsets: Array<u32>,
    /// All lists.
    pub values: Array<u32>,
}

impl Lists {
    /// For each of `count` targets, the ascending positions whose value is the target.
    #[must_use]
    pub fn inverse(values: &[u32], count: usize) -> Lists {
        let mut offsets = vec![0_u32; count + 1];
        let placed = |value: &u32| (*value as usize) < count;
        for value in values.iter().filter(|value| placed(value)) {
            offsets[*value as usize + 1] += 1;
        }
        for target in 0..count {
            offsets[target + 1] += offsets[target];
        }
        let mut next = offsets.clone();
        let mut positions = vec![0_u32; offsets[count] as usize];
        let placed = values.iter().enumerate().filter(|(_, value)| placed(value));
        for (position, &value) in placed {
            positions[next[value as usize] as usize] = position as u32;
            next[value as usize] += 1;
        }
        Lists { offsets: offsets.into(), values: positions.into() }
    }

    /// The list at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> &[u32] {
        &self.values[self.offsets[position] as usize..self.offsets[position + 1] as usize]
    }

    /// The number of lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are no lists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_the_fewest_bytes_and_gives_back_what_it_got() {
        for (bound, values) in [(256, vec![0, 255]), (257, vec![0, 256]), (70_000, vec![0, 69_999])]
        {
            let column = Column::new(&values, bound);
            let got: Vec<u32> = (0..column.len()).map(|row| column.get(row)).collect();
            assert_eq!(got, values);
        }
    }

    #[test]
    fn lists_can_be_turned_round() {
        let lists = Lists::inverse(&[2, 0, 2, 1], 4);
        let all: Vec<&[u32]> = (0..lists.len()).map(|list| lists.get(list)).collect();
        assert_eq!(all, [&[1][..], &[3], &[0, 2], &[]]);
    }

    #[test]
    fn a_mapped_column_must_hold_whole_aligned_values() {
        let owner: Owner = Arc::new(vec![1_u8, 0, 0, 0, 2, 0, 0, 0, 3]);
        let aligned = owner.as_ref().as_ref().as_ptr().align_offset(4);
        if aligned == 0 {
            assert_eq!(Array::<u32>::mapped(&owner, 0..8).unwrap()[..], [1, 2]);
            assert!(Array::<u32>::mapped(&owner, 1..5).is_none());
        }
        assert!(Array::<u32>::mapped(&owner, 0..9).is_none());
        assert!(Array::<u32>::mapped(&owner, 8..40).is_none());
    }
}
