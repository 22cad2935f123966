//! Sets that many cells have in common, written out once for all of them.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use hashbrown::HashMap;

use super::scope::Scope;
use super::set::{Set, Written};
use crate::query::Cancel;
use crate::query::bound::Member;
use crate::query::error::QueryError;

/// Sets that are kept: a function of a few constant sets, inside some others.
const KEPT: usize = 8;

/// The sets that were written out last.
#[derive(Default)]
pub(super) struct Lists(RefCell<Vec<Known>>);

struct Known {
    set: Arc<Set>,
    /// Whether it was written out inside what `WHERE` leaves.
    deep: bool,
    list: Rc<Listed>,
}

/// A set written out, and where its tuples stand in it.
pub(crate) struct Listed {
    pub written: Arc<Written>,
    positions: OnceCell<HashMap<Vec<Member>, usize>>,
}

impl Listed {
    /// The first position of a tuple of the set's hierarchies.
    ///
    /// # Errors
    /// The question was ended.
    pub(crate) fn position(
        &self,
        tuple: &[Member],
        cancel: &Cancel,
    ) -> Result<Option<usize>, QueryError> {
        let positions = match self.positions.get() {
            Some(known) => known,
            None => {
                let mut found = HashMap::with_capacity(self.written.len());
                cancel.each(self.written.tuples().enumerate(), |(at, tuple)| {
                    found.entry(tuple.to_vec()).or_insert(at);
                })?;
                self.positions.get_or_init(|| found)
            }
        };
        Ok(positions.get(tuple).copied())
    }
}

impl Scope<'_> {
    /// A set written out; one that was so a short while ago is not written out again.
    ///
    /// # Errors
    /// It is too large.
    pub(crate) fn listed(&self, set: &Arc<Set>) -> Result<Rc<Listed>, QueryError> {
        let deep = self.deep.get();
        let is_known = |known: &Known| known.deep == deep && Arc::ptr_eq(&known.set, set);
        let found = self.lists.0.borrow().iter().position(is_known);
        let known = match found {
            Some(at) => self.lists.0.borrow_mut().remove(at),
            None => {
                let written = Arc::new(self.written(set)?);
                let list = Rc::new(Listed { written, positions: OnceCell::new() });
                Known { set: Arc::clone(set), deep, list }
            }
        };
        let list = Rc::clone(&known.list);
        let mut lists = self.lists.0.borrow_mut();
        if lists.len() >= KEPT {
            lists.remove(0);
        }
        lists.push(known);
        Ok(list)
    }
}
