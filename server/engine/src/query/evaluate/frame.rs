//! Many cells at once: where each of them stands on every hierarchy.

use std::sync::Arc;

use hashbrown::HashMap;

use super::value::{Column, Value};
use crate::query::Cancel;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::QueryError;

/// Where a cell stands on a hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum At {
    /// At a member.
    One(Member),
    /// At the members of a set counted as one, by the set's number.
    Together(u32),
}

impl At {
    /// The member, where it is one.
    pub(crate) fn member(self) -> Option<Member> {
        match self {
            At::One(member) => Some(member),
            At::Together(_) => None,
        }
    }
}

/// Where the cells of a frame stand on a hierarchy.
#[derive(Clone, Debug)]
pub(crate) enum Stand {
    /// All of them at the same.
    Same(At),
    /// Different stands, and which of them each row has.
    Coded(Arc<[At]>, Arc<[u32]>),
}

impl Stand {
    pub(crate) fn at(&self, row: usize) -> At {
        match self {
            Stand::Same(at) => *at,
            Stand::Coded(different, of_row) => different[of_row[row] as usize],
        }
    }

    /// The different stands; some may be at no row.
    pub(crate) fn different(&self) -> &[At] {
        match self {
            Stand::Same(at) => std::slice::from_ref(at),
            Stand::Coded(different, _) => different,
        }
    }

    pub(crate) fn code(&self, row: usize) -> u32 {
        match self {
            Stand::Same(_) => 0,
            Stand::Coded(_, of_row) => of_row[row],
        }
    }

    /// The stands of chosen rows.
    fn select(&self, rows: &[u32]) -> Stand {
        match self {
            Stand::Same(at) => Stand::Same(*at),
            Stand::Coded(different, of_row) => Stand::Coded(
                Arc::clone(different),
                rows.iter().map(|&row| of_row[row as usize]).collect(),
            ),
        }
    }

    /// The stands of members, one for each row.
    ///
    /// # Errors
    /// The question was ended.
    pub(crate) fn of_members(
        members: impl Iterator<Item = Member>,
        cancel: &Cancel,
    ) -> Result<Stand, QueryError> {
        let mut different = Vec::new();
        let mut known: HashMap<Member, u32> = HashMap::new();
        let codes: Vec<u32> = cancel.collect(members.map(|member| {
            *known.entry(member).or_insert_with(|| {
                different.push(At::One(member));
                different.len() as u32 - 1
            })
        }))?;
        Ok(match different[..] {
            [only] => Stand::Same(only),
            _ => Stand::Coded(different.into(), codes.into()),
        })
    }
}

impl Iteration {
    fn select(&self, rows: &[u32]) -> Iteration {
        let stands = self.stands.iter().map(|(own, stand)| (*own, stand.select(rows)));
        let ordinals = rows.iter().map(|&row| self.ordinals[row as usize]).collect();
        Iteration { of: self.of, stands: stands.collect(), ordinals }
    }
}

/// Pairs are numbered in a table up to this size (four bytes each), and by hash beyond it.
const TABLE: usize = 1 << 22;

/// The numbers of pairs.
enum Numbers {
    /// One more than the number of each pair, and how many seconds there are.
    Table(Vec<u32>, usize),
    Known(HashMap<(u32, u32), u32>),
}

impl Numbers {
    fn new(firsts: usize, seconds: usize) -> Numbers {
        match firsts.saturating_mul(seconds) {
            size if size <= TABLE => Numbers::Table(vec![0; size], seconds),
            _ => Numbers::Known(HashMap::new()),
        }
    }

    /// The number of a pair; `next` where it is new.
    fn of(&mut self, first: u32, second: u32, next: u32) -> u32 {
        match self {
            Numbers::Table(table, seconds) => {
                let own = &mut table[first as usize * *seconds + second as usize];
                if *own == 0 {
                    *own = next + 1;
                }
                *own - 1
            }
            Numbers::Known(known) => *known.entry((first, second)).or_insert(next),
        }
    }
}

/// Many cells at once.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// How many.
    pub rows: usize,
    /// Where they stand; on other hierarchies at the default member.
    stands: Vec<(HierarchyRef, Stand)>,
    /// Sets that what is counted must lie in besides; a row without one stands at All.
    pub within: Vec<Stand>,
    /// The sets with names that are being gone through, and the tuple of each that a row is at.
    iterations: Vec<Iteration>,
    /// Whether measures are read at All on the dimensions that they know nothing of.
    pub lifts_unrelated: bool,
}

/// Which tuple of a set rows are at, while it is gone through.
#[derive(Clone, Debug)]
pub(crate) struct Iteration {
    of: SetName,
    pub stands: Vec<(HierarchyRef, Stand)>,
    /// The number of each row's tuple in the set.
    pub ordinals: Arc<[u32]>,
}

/// A set that has a name in the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetName {
    /// By `WITH SET`.
    Defined(usize),
    /// Where it stands (`AS`).
    Alias(usize),
}

impl Frame {
    /// One cell, at the default members.
    pub(crate) fn one() -> Frame {
        Frame {
            rows: 1,
            stands: Vec::new(),
            within: Vec::new(),
            iterations: Vec::new(),
            lifts_unrelated: false,
        }
    }

    /// Where the cells stand on a hierarchy; `None` is at the default member.
    pub(crate) fn stand(&self, hierarchy: HierarchyRef) -> Option<&Stand> {
        self.stands.iter().find(|(own, _)| *own == hierarchy).map(|(_, stand)| stand)
    }

    pub(crate) fn stands(&self) -> &[(HierarchyRef, Stand)] {
        &self.stands
    }

    /// The same cells, but elsewhere on a hierarchy.
    pub(crate) fn put(&mut self, hierarchy: HierarchyRef, stand: Stand) {
        match self.stands.iter_mut().find(|(own, _)| *own == hierarchy) {
            Some(own) => own.1 = stand,
            None => self.stands.push((hierarchy, stand)),
        }
    }

    /// The same cells, at the default member of a hierarchy.
    pub(crate) fn without(&self, hierarchy: HierarchyRef) -> Frame {
        let mut frame = self.clone();
        frame.stands.retain(|(own, _)| *own != hierarchy);
        frame
    }

    /// Chosen rows; one may be chosen more than once.
    pub(crate) fn select(&self, rows: &[u32]) -> Frame {
        Frame {
            rows: rows.len(),
            stands: self.stands.iter().map(|(own, stand)| (*own, stand.select(rows))).collect(),
            within: self.within.iter().map(|stand| stand.select(rows)).collect(),
            iterations: self.iterations.iter().map(|one| one.select(rows)).collect(),
            lifts_unrelated: self.lifts_unrelated,
        }
    }

    /// The same cells, each at a tuple of a set that has a name: where they stand on some hierarchies,
    /// and the number of the tuple.
    pub(crate) fn iterate(&mut self, of: SetName, columns: &[HierarchyRef], ordinals: Arc<[u32]>) {
        let own = |column: &HierarchyRef| Some((*column, self.stand(*column)?.clone()));
        let stands = columns.iter().filter_map(own).collect();
        self.iterations.retain(|one| one.of != of);
        self.iterations.push(Iteration { of, stands, ordinals });
    }

    /// Which tuple of a set rows are at, if it is being gone through.
    pub(crate) fn iteration(&self, of: SetName) -> Option<&Iteration> {
        self.iterations.iter().find(|one| one.of == of)
    }

    /// Rows that differ on some hierarchies, one of each, and which of them every row is like. All
    /// sets that are counted within matter, and the tuples of those that are gone through.
    ///
    /// # Errors
    /// The question was ended.
    pub(crate) fn different(
        &self,
        matters: impl Fn(HierarchyRef) -> bool,
        cancel: &Cancel,
    ) -> Result<(Vec<u32>, Arc<[u32]>), QueryError> {
        let stands = self.stands.iter().filter(|(own, _)| matters(*own)).map(|(_, stand)| stand);
        let iterated = self.iterations.iter().flat_map(|one| &one.stands).map(|(_, stand)| stand);
        let stands = stands.chain(&self.within).chain(iterated);
        let mut coded: Vec<(&[u32], usize)> = stands
            .filter_map(|stand| match stand {
                Stand::Same(_) => None,
                Stand::Coded(different, of_row) => Some((&**of_row, different.len())),
            })
            .collect();
        coded.extend(self.iterations.iter().map(|one| {
            let most = one.ordinals.iter().max().map_or(0, |&most| most as usize);
            (&*one.ordinals, most + 1)
        }));
        if coded.is_empty() {
            return Ok((vec![0], vec![0; self.rows].into()));
        }
        let mut first = vec![0];
        let mut of_row: Vec<u32> = vec![0; self.rows];
        for (codes, count) in coded {
            let mut numbers = Numbers::new(first.len(), count);
            first.clear();
            cancel.each((0_u32..).zip(&mut of_row).zip(codes), |((row, own), code)| {
                let next = first.len() as u32;
                *own = numbers.of(*own, *code, next);
                if *own == next {
                    first.push(row);
                }
            })?;
        }
        Ok((first, of_row.into()))
    }

    /// The current member of a hierarchy; `error` makes what a set in its place gives.
    pub(crate) fn current(
        &self,
        hierarchy: HierarchyRef,
        default: Member,
        error: impl Fn() -> Value,
    ) -> Column {
        let of = |at: &At| match at {
            At::One(member) => Value::Member(hierarchy, *member),
            At::Together(_) => error(),
        };
        match self.stand(hierarchy) {
            None => Column::Same(Value::Member(hierarchy, default)),
            Some(Stand::Same(at)) => Column::Same(of(at)),
            Some(Stand::Coded(different, of_row)) => {
                Column::Coded(different.iter().map(of).collect(), Arc::clone(of_row))
            }
        }
    }
}
