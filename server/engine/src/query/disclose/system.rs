//! What everybody knows of the cells of a result: whole numbers, and how they hang together.

/// More than any count is.
const MANY: i64 = 1 << 40;

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// The count; of days and sums nothing is known but that parts make totals.
    pub value: Option<i64>,
    /// The cell that it is hidden with: itself, or the count that it is tied to.
    pub link: usize,
    /// What it is to whoever sees the result.
    pub role: Role,
}

/// What a cell is to whoever sees the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A cell of the result that is not empty: where it is hidden, everybody knows that there is something.
    Shown,
    /// A cell of the result that is hidden whether there is something or not.
    Veiled,
    /// What a total has beside its parts, or what other cells tell of one that is not in the result: nobody
    /// is shown it, and who subtracts finds it.
    Rest,
    /// What a total has beside the parts that the answer shows: hidden cells together, of which nobody
    /// knows that they are few.
    Sum,
    /// A number that relations share, and that stands for no cell.
    Between,
}

/// `sum(factor × change) ≤ room` for every change of the cells that nobody can rule out; without
/// room, the sum does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// Cells, each with a factor: 1 or -1, where the sum does not change.
    pub terms: Vec<(usize, i64)>,
    /// How much the sum may grow; `None` where it stays as it is.
    pub room: Option<i64>,
}

/// Cells and their relations.
#[derive(Clone, Debug, Default)]
pub(super) struct System {
    pub cells: Vec<Cell>,
    pub relations: Vec<Relation>,
    /// Counts from 1 up to, but without, this number are small, as everybody knows.
    pub threshold: i64,
}

impl System {
    /// A count.
    #[cfg(test)]
    pub fn count(&mut self, value: i64) -> usize {
        let link = self.cells.len();
        self.cells.push(Cell { value: Some(value), link, role: Role::Shown });
        link
    }

    /// A number that stands in no result: nobody is shown it.
    pub fn unseen(&mut self, value: i64, role: Role) -> usize {
        let link = self.cells.len();
        self.cells.push(Cell { value: Some(value), link, role });
        link
    }

    /// Whether a cell is small, or tied to one that is.
    pub fn is_small(&self, cell: usize) -> bool {
        let value = self.cells[self.cells[cell].link].value;
        value.is_some_and(|value| (1..self.threshold).contains(&value))
    }

    /// Whether a hidden cell must be open: all of the result, and what others tell where that is small.
    pub fn must_be_open(&self, cell: usize) -> bool {
        match self.cells[cell].role {
            Role::Shown | Role::Veiled => true,
            Role::Rest | Role::Sum => self.is_small(cell),
            Role::Between => false,
        }
    }

    /// The least and the largest that a hidden count can be: small ones as everybody knows them, and
    /// something, where that is told.
    pub fn bounds(&self, cell: usize) -> (i64, i64) {
        let Cell { value, role, .. } = self.cells[cell];
        let least = i64::from(role == Role::Shown);
        match value {
            Some(value) if value < self.threshold && !matches!(role, Role::Sum | Role::Between) => {
                (least, self.threshold - 1)
            }
            _ => (least, i64::MAX),
        }
    }

    /// Two that are alike.
    pub fn equal(&mut self, one: usize, other: usize) {
        self.relations.push(Relation { terms: vec![(one, 1), (other, -1)], room: None });
    }

    /// One is at most the other.
    pub fn at_most(&mut self, less: usize, more: usize) {
        let (Some(one), Some(other)) = (self.cells[less].value, self.cells[more].value) else {
            return;
        };
        if one <= other {
            let terms = vec![(less, 1), (more, -1)];
            self.relations.push(Relation { terms, room: Some(other - one) });
        }
    }

    /// Some counts less others are nothing or less, if that is so.
    pub fn bounded(&mut self, terms: Vec<(usize, i64)>) {
        let value = |(cell, factor): &(usize, i64)| Some(factor * self.cells[*cell].value?);
        let sum: Option<i64> = terms.iter().map(value).sum();
        if let Some(sum) = sum.filter(|sum| *sum <= 0) {
            self.relations.push(Relation { terms, room: Some(-sum) });
        }
    }

    /// Where one is nothing the other is.
    pub fn none_without(&mut self, one: usize, other: usize) {
        let values = self.cells[one].value.zip(self.cells[other].value);
        let Some(room) = values.map(|(one, other)| MANY * other - one).filter(|room| *room >= 0)
        else {
            return;
        };
        let terms = vec![(one, 1), (other, -MANY)];
        self.relations.push(Relation { terms, room: Some(room) });
    }

    /// One less another is a third, as everybody knows.
    pub fn difference(&mut self, one: usize, other: usize, third: usize) {
        let terms = vec![(one, 1), (other, -1), (third, -1)];
        self.relations.push(Relation { terms, room: None });
    }

    /// Parts of a total that add up to it, if what is there does.
    pub fn additive(&mut self, total: usize, parts: &[usize]) {
        let Some((sum, of_total)) = self.sum(parts).zip(self.cells[total].value) else {
            return self.relations.push(Relation { terms: terms(total, parts), room: None });
        };
        match of_total - sum {
            0 => self.relations.push(Relation { terms: terms(total, parts), room: None }),
            room if room > 0 => {
                self.relations.push(Relation { terms: terms(total, parts), room: Some(room) });
            }
            _ => self.covering(total, parts),
        }
    }

    /// Parts that have things in common: none is larger than the total, and all together are no
    /// smaller, if what is there is not.
    pub fn covering(&mut self, total: usize, parts: &[usize]) {
        parts.iter().for_each(|&part| self.at_most(part, total));
        let Some((sum, of_total)) = self.sum(parts).zip(self.cells[total].value) else { return };
        if sum >= of_total {
            let terms = terms(total, parts).into_iter().map(|(cell, factor)| (cell, -factor));
            self.relations.push(Relation { terms: terms.collect(), room: Some(sum - of_total) });
        }
    }

    fn sum(&self, parts: &[usize]) -> Option<i64> {
        parts.iter().map(|&part| self.cells[part].value).sum()
    }

    /// The relations of every cell, each with its factor.
    pub fn by_cell(&self) -> Vec<Vec<(u32, i64)>> {
        let mut all = vec![Vec::new(); self.cells.len()];
        for (at, relation) in self.relations.iter().enumerate() {
            relation.terms.iter().for_each(|&(cell, factor)| all[cell].push((at as u32, factor)));
        }
        all
    }
}

fn terms(total: usize, parts: &[usize]) -> Vec<(usize, i64)> {
    parts.iter().map(|&part| (part, 1)).chain([(total, -1)]).collect()
}
