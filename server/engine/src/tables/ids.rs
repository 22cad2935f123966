//! Texts that are only told apart, as numbers.

use cube_schema::table::NO_ID;
use hashbrown::HashMap;

/// The numbers of different texts, in the order in which they are met.
#[derive(Default)]
pub(super) struct Ids {
    numbers: HashMap<Box<str>, u32>,
    /// The number of each row; [`NO_ID`] where there is nothing.
    pub rows: Vec<u32>,
}

impl Ids {
    pub fn push(&mut self, text: Option<&str>) {
        let number = match text {
            None => NO_ID,
            Some(text) => match self.numbers.get(text) {
                Some(&known) => known,
                None => {
                    let next = self.numbers.len() as u32;
                    self.numbers.insert(text.into(), next);
                    next
                }
            },
        };
        self.rows.push(number);
    }

    /// Whether every row has something.
    pub fn is_whole(&self) -> bool {
        !self.rows.contains(&NO_ID)
    }

    /// The different texts by their numbers.
    pub fn texts(&self) -> Vec<Box<str>> {
        let mut texts: Vec<Box<str>> = vec![Box::default(); self.numbers.len()];
        for (text, &number) in &self.numbers {
            texts[number as usize].clone_from(text);
        }
        texts
    }
}
