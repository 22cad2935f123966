//! A question while it is answered: what it has read, and what of it is hidden so far.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::hide::{mark, put};
use super::lines::Above;
use super::minimum::check_set;
use super::nothing::{self, Found};
use super::parts::Known;
use super::rules::{Rule, Rules};
use super::table::{Asked, Table};
use super::veil::{Veil, Width};
use super::work::{Stop, Work};
use super::{choose, days, hidden, lines, parts, subtract};
use crate::cube::Cube;
use crate::query::bound::{Bound, Member, Part};
use crate::query::cellset::CellSet;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::limits::Cancel;
use crate::query::plan;

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
    /// Where it is not told whether there is anything.
    veil: Veil,
    /// Over which totals that is.
    width: Width,
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
        let (veil, width) = (Veil::default(), Width::Small);
        let state = State { table, veil, width, bound: (0, 0), is_binding: true, asked };
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

    /// Hides further cells of all that was read; says whether it must be read again. Of an answer it is known
    /// what it shows.
    ///
    /// # Errors
    /// What the question means was decided by one of them, there is no proof that small counts stay
    /// hidden, or it was ended.
    pub fn settle(
        &self,
        cube: &Cube,
        rules: &Rules,
        answer: Option<(&Bound, &CellSet)>,
        cancel: &Cancel,
    ) -> Result<bool, QueryError> {
        let mut state = self.state();
        let before = state.hidden_among(state.table.cells.len());
        let shown = answer.map(|answer| state.table.shown(cube, answer, cancel)).transpose()?;
        let shown = shown.as_deref();
        let again =
            state.settle(cube, rules, shown, &mut Work::new(cancel)).map_err(
                |stop| match stop {
                    Stop::TooMuch => too_large(),
                    Stop::Ended(error) => error,
                },
            )?;
        let (read, known) = state.bound;
        if state.hidden_among(read) > known {
            return Err(hidden());
        }
        Ok(again || state.hidden_among(state.table.cells.len()) > before)
    }
}

impl State {
    fn hidden_among(&self, first: usize) -> usize {
        (0..first).filter(|&cell| self.table.is_hidden(cell)).count()
    }

    /// Hides further cells; says whether a veil lies over more, so that it must be read again.
    fn settle(
        &mut self,
        cube: &Cube,
        rules: &Rules,
        shown: Option<&[bool]>,
        work: &mut Work<'_>,
    ) -> Result<bool, Stop> {
        let Some(above) = lines::above(&self.table, work)? else {
            return Err(Stop::Ended(crossing()));
        };
        let asked = lines::asked(&self.table, &above, work)?;
        if self.lay(Veil::of(rules, &self.table, &asked, self.width))? {
            return Ok(true);
        }
        match nothing::lift(cube, rules, &mut self.table, work)? {
            Found::Told => return Err(Stop::Ended(unproven())),
            Found::Lifted => return Ok(true),
            Found::None => {}
        }
        if self.protect(cube, rules, (&above, shown), work)? {
            days::hide(cube, rules, &mut self.table, &above, work)?;
            return Ok(false);
        }
        if self.width == Width::Hidden {
            return Err(Stop::Ended(unproven()));
        }
        self.width = Width::Hidden;
        let wide = Veil::of(rules, &self.table, &asked, self.width);
        match self.lay(wide)? {
            true => Ok(true),
            false => Err(Stop::Ended(unproven())),
        }
    }

    /// Hides further cells until nothing small can be had by subtracting, and every hidden cell is proven to be
    /// open. False where there is no proof.
    fn protect(
        &mut self,
        cube: &Cube,
        rules: &Rules,
        (above, shown): (&Above, Option<&[bool]>),
        work: &mut Work<'_>,
    ) -> Result<bool, Stop> {
        let count = self.table.cells.len();
        loop {
            subtract::hide(cube, rules, &mut self.table, above, work)?;
            let before = self.hidden_among(count);
            let is_left = |cell: &usize| {
                self.table.is_hidden(*cell) && shown.is_some_and(|shown| !shown[*cell])
            };
            let left: Vec<usize> = (0..count).filter(is_left).collect();
            let known = Known { table: &self.table, above, veil: &self.veil, left: &left };
            let Some(system) = parts::system(cube, rules, known, work)? else {
                return Err(Stop::Ended(crossing()));
            };
            let mut hidden = self.table.hidden.clone();
            hidden.resize(system.cells.len(), true);
            let is_proven = choose::protect(&system, &mut hidden, work).map_err(unfinished)?;
            hidden.truncate(count);
            self.table.hidden = hidden;
            if !is_proven || self.hidden_among(count) == before {
                return Ok(is_proven);
            }
        }
    }

    /// Lays a veil, and says whether it lies over more than was known when it was read.
    fn lay(&mut self, veil: Veil) -> Result<bool, Stop> {
        let is_more = veil.is_more_than(&self.veil);
        self.veil = veil;
        if is_more && !self.is_binding && self.table.was_empty_under(&self.veil) {
            return Err(Stop::Ended(hidden()));
        }
        if is_more {
            self.table.lower();
        }
        Ok(is_more)
    }
}

impl Asking {
    /// Hides what must be hidden of cells that were counted. `count` counts another question.
    ///
    /// # Errors
    /// Another question cannot be counted, the measures are under no rule, it is too large, or it was ended.
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
        let levels = |own: &Member| match rule(own) {
            Some(Rule::Tied { to, .. }) => to.len(),
            _ => 0,
        };
        let levels = 0..measures.iter().map(levels).max().unwrap_or_default();
        let counts = levels.map(|level| {
            let counts = self.counts(bound, level);
            Ok((count(&counts)?, counts))
        });
        let counts: Vec<(CellSet, Bound)> = counts.collect::<Result<_, QueryError>>()?;
        check_set(cube, &self.rules, bound, cells, &count)?;
        let mut state = session.state();
        if state.table.cells.len() + cells.ordinals.len() > MOST_CELLS {
            return Err(too_large());
        }
        if state.is_binding {
            state.asked.update(format!("{bound:?}"));
        }
        let State { table, veil, is_binding, .. } = &mut *state;
        let (rules, notes_empty) = (&*self.rules, *is_binding);
        let asked = Asked { cube, rules, bound, veil, notes_empty, cancel };
        for (answer, counts) in &counts {
            table.take(Asked { bound: counts, ..asked }, answer)?;
        }
        let taken = table.take(asked, cells)?;
        mark(cells, |at| taken.cells[at].is_some_and(|cell| table.is_hidden(cell)));
        put(cells, &taken.veiled);
        Ok(())
    }

    /// The question about the counts that its measures are tied to, or about one of the larger.
    fn counts(&self, bound: &Bound, level: usize) -> Bound {
        let of = |member: &mut Member| {
            if let Member::Measure(measure) = *member
                && let Some(Rule::Tied { to, .. }) = self.rules.of(measure)
            {
                *member = Member::Measure(to[level.min(to.len() - 1)]);
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

fn unprotected() -> QueryError {
    let message = "målet hører ikke under kubens regler for skjul af små tal (A3)";
    QueryError::new(ErrorKind::Hidden, message).hint("genopbyg med et skema, der nævner målet")
}

pub(super) fn too_large() -> QueryError {
    let message = "spørgsmålet er for stort, mens små tal skjules (A3)";
    QueryError::new(ErrorKind::TooLarge, message).hint("spørg om færre felter ad gangen")
}

fn crossing() -> QueryError {
    let message = "spørgsmålets mængder ligger på tværs af hinanden, så små tal ikke kan skjules sikkert (A3)";
    QueryError::new(ErrorKind::Hidden, message)
        .hint("spørg om den ene inddeling ad gangen, eller uden totaler")
}

fn unproven() -> QueryError {
    let message =
        "der er ikke fundet et bevis for, at svaret ikke røber små tal, så det gives ikke (A3)";
    QueryError::new(ErrorKind::Hidden, message)
        .hint("spørg uden totaler, om færre felter eller på et højere niveau")
}

/// Where the work ends before there is a proof, there is none.
fn unfinished(stop: Stop) -> Stop {
    match stop {
        Stop::TooMuch => Stop::Ended(unproven()),
        ended => ended,
    }
}
