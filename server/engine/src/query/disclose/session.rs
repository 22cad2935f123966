//! A question while it is answered: what it has read, and what of it is hidden so far.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::hide::mark;
use super::rules::{Rule, Rules};
use super::table::Table;
use super::work::{Stop, Work};
use super::{choose, hidden, parts};
use crate::cube::Cube;
use crate::query::bound::{Bound, Member, Part};
use crate::query::cellset::CellSet;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::limits::Cancel;
use crate::query::plan;
use crate::query::view::View;

/// Cells that one question may read under disclosure control.
const MOST_CELLS: usize = 500_000;

/// The rules of a view, and the question that is asked through it.
#[derive(Clone)]
pub(in crate::query) struct Asking {
    pub rules: Arc<Rules>,
    /// `None` of a view that no question is asked through: then nothing is counted.
    pub session: Option<Session>,
}

/// What a question has read. Clones share it.
#[derive(Clone)]
pub(in crate::query) struct Session(Arc<Mutex<State>>);

#[derive(Clone)]
struct State {
    table: Table,
    /// Whether all counts are hidden.
    all: bool,
    /// How many cells the binding of the question has read, and how many of them were hidden then.
    bound: (usize, usize),
    /// Whether the question is not bound yet.
    is_binding: bool,
    /// Of the questions that binding asked: what it means hangs on them.
    asked: Sha256,
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Session")
    }
}

impl Session {
    pub fn new(cube: &Cube) -> Session {
        let (table, asked) = (Table::new(cube), Sha256::new());
        let state = State { table, all: false, bound: (0, 0), is_binding: true, asked };
        Session(Arc::new(Mutex::new(state)))
    }

    /// The same so far, and on its own from here on.
    pub fn fork(&self) -> Session {
        Session(Arc::new(Mutex::new(self.state().clone())))
    }

    /// Notes that all that was read until now decided what the question means.
    pub fn end_binding(&self) {
        let mut state = self.state();
        state.is_binding = false;
        state.bound = (state.table.cells.len(), state.hidden_among(state.table.cells.len()));
    }

    /// What binding read, as part of the question's meaning.
    pub fn meaning(&self) -> String {
        format!(" {:x?}", self.state().asked.clone().finalize())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hides further cells of all that was read; says whether there were any.
    ///
    /// # Errors
    /// What the question means was decided by one of them, or it was ended.
    pub fn settle(&self, cube: &Cube, rules: &Rules, cancel: &Cancel) -> Result<bool, QueryError> {
        let mut state = self.state();
        let before = state.hidden_among(state.table.cells.len());
        if state.all {
            return Ok(false);
        }
        let mut work = Work::new(cancel);
        match protected(cube, rules, &state.table, &mut work) {
            Ok(Some(hidden)) => state.table.hidden = hidden,
            Ok(None) | Err(Stop::TooMuch) => state.all = true,
            Err(Stop::Ended(error)) => return Err(error),
        }
        let (read, known) = state.bound;
        if state.hidden_among(read) > known {
            return Err(hidden());
        }
        Ok(state.hidden_among(state.table.cells.len()) > before)
    }
}

/// Which cells of a table are hidden where each is open; `None` where there is no proof.
fn protected(
    cube: &Cube,
    rules: &Rules,
    table: &Table,
    work: &mut Work<'_>,
) -> Result<Option<Vec<bool>>, Stop> {
    let Some(system) = parts::system(cube, rules, table, work)? else { return Ok(None) };
    let mut hidden = table.hidden.clone();
    hidden.resize(system.cells.len(), true);
    let is_proven = choose::protect(&system, &mut hidden, work)?;
    hidden.truncate(table.cells.len());
    Ok(is_proven.then_some(hidden))
}

impl State {
    fn hidden_among(&self, first: usize) -> usize {
        match self.all {
            true => first,
            false => (0..first).filter(|&cell| self.table.is_hidden(cell)).count(),
        }
    }
}

impl Asking {
    /// Hides what must be hidden of cells that were counted. `count` counts another question.
    ///
    /// # Errors
    /// Another question cannot be counted, the measures are under no rule, or the question was ended.
    pub fn hide(
        &self,
        cube: &Cube,
        bound: &Bound,
        cells: &mut CellSet,
        cancel: &Cancel,
        count: impl Fn(&Bound) -> Result<CellSet, QueryError>,
    ) -> Result<(), QueryError> {
        let measures = plan::measures(bound);
        let rule = |measure: &Member| match measure {
            Member::Measure(one) => self.rules.of(*one),
            _ => None,
        };
        if measures.iter().all(|measure| rule(measure) == Some(&Rule::Open)) {
            return Ok(());
        }
        let (Some(session), true) = (&self.session, measures.iter().all(|own| rule(own).is_some()))
        else {
            return Err(unprotected());
        };
        let is_tied = |own: &Member| matches!(rule(own), Some(Rule::Tied { .. }));
        let counts = match measures.iter().any(is_tied) {
            true => {
                let counts = self.counts(bound);
                Some((count(&counts)?, counts))
            }
            false => None,
        };
        let mut state = session.state();
        if state.table.cells.len() + cells.ordinals.len() > MOST_CELLS {
            return Err(too_large());
        }
        if state.is_binding {
            state.asked.update(format!("{bound:?}"));
        }
        if let Some((answer, counts)) = &counts {
            state.table.take(cube, &self.rules, counts, answer, cancel)?;
        }
        let taken = state.table.take(cube, &self.rules, bound, cells, cancel)?;
        let is_hidden = |cell: usize| state.all || state.table.is_hidden(cell);
        mark(cells, |at| taken[at].is_some_and(is_hidden));
        Ok(())
    }

    /// The question about the counts that its measures are tied to.
    fn counts(&self, bound: &Bound) -> Bound {
        let of = |member: &mut Member| {
            if let Member::Measure(measure) = *member
                && let Some(Rule::Tied { to, .. }) = self.rules.of(measure)
            {
                *member = Member::Measure(*to);
            }
        };
        let mut counts = bound.clone();
        of(&mut counts.measure);
        let factors = counts.axes.iter_mut().flat_map(|axis| &mut axis.factors);
        for part in factors.flat_map(|factor| &mut factor.parts) {
            if let Part::Tuples(members) = part {
                members.iter_mut().for_each(of);
            }
        }
        counts
    }
}

/// Refuses a question whose conditions select too few.
///
/// # Errors
/// They do, or they cannot be counted.
pub(in crate::query) fn check_set(
    view: &View,
    bound: &Bound,
    count: impl Fn(&Bound) -> Result<CellSet, QueryError>,
) -> Result<(), QueryError> {
    let Some(rules) = view.asking().map(|asking| &asking.rules) else { return Ok(()) };
    let says = !bound.conditions.is_empty() || !bound.unions.is_empty();
    let Some(measure) = rules.counts.filter(|_| says && rules.minimum_set > 0) else {
        return Ok(());
    };
    let uses = &view.cube().groups[measure.group].uses;
    let related = |dimension: usize| uses[dimension].is_some();
    let conditions = bound.conditions.iter().filter(|one| related(one.dimension)).cloned();
    let unions = bound.unions.iter().filter(|own| own.dimensions().into_iter().all(related));
    let unions = unions.cloned().collect();
    let question = Bound::stored(Vec::new(), conditions.collect(), measure, false);
    let selected = count(&Bound { unions, ..question })?;
    let selected = selected.values.first().copied().unwrap_or_default();
    if selected >= f64::from(rules.minimum_set) {
        return Ok(());
    }
    let message = format!(
        "spørgsmålets betingelser udvælger færre end {}, og det besvares ikke (A3)",
        rules.minimum_set
    );
    Err(QueryError::new(ErrorKind::Hidden, message).hint("brug færre eller videre betingelser"))
}

fn unprotected() -> QueryError {
    let message = "målet hører ikke under kubens regler for skjul af små tal (A3)";
    QueryError::new(ErrorKind::Hidden, message).hint("genopbyg med et skema, der nævner målet")
}

fn too_large() -> QueryError {
    let message = "spørgsmålet er for stort, mens små tal skjules (A3)";
    QueryError::new(ErrorKind::TooLarge, message).hint("spørg om færre felter ad gangen")
}
