//! Bytes → choices. When they are used up every choice is the first one, which ends what is made.

/// Bytes that have not been used.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// A number below another, which is at most 256.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) * count / 256
    }

    /// One of some things.
    pub fn one<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// Yes in one of so many cases.
    pub fn rarely(&mut self, cases: usize) -> bool {
        self.below(cases) + 1 == cases
    }

    /// As many things as a choice between `least` and `most` says.
    pub fn several<T>(
        &mut self,
        least: usize,
        most: usize,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| make(self)).collect()
    }
}
