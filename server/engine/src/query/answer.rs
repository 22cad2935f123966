//! The whole journey of a question.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::bound::Bound;
use super::cellset::CellSet;
use super::disclose::{Session, hidden};
use super::error::QueryError;
use super::limits::{Cancel, Limits, Pace};
use super::parameters::Parameters;
use super::parse::{Select, Statement};
use super::pivot::Pivot;
use super::view::View;
use super::{bind, parse, run, show};
use crate::cube::dimension::same;

/// A question, in one of the two ways to ask.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// An MDX text.
    Mdx(&'a str),
    /// An MDX text, and the values of its parameters.
    MdxWith(&'a str, &'a Parameters),
    /// A pivot in fields.
    Pivot(&'a Pivot),
}

/// Of a text that is asked as it is.
static NO_PARAMETERS: Parameters = Parameters::NONE;

impl<'a> Question<'a> {
    /// The text of MDX that it is, and the values of its parameters.
    pub(super) fn text(self) -> Option<(&'a str, &'a Parameters)> {
        match self {
            Question::Mdx(text) => Some((text, &NO_PARAMETERS)),
            Question::MdxWith(text, parameters) => Some((text, parameters)),
            Question::Pivot(_) => None,
        }
    }
}

/// What a text of MDX asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The cells of a `SELECT`.
    Cells,
    /// What is done with a `SELECT`: [`super::profile()`].
    Profile,
    /// The records behind a cell: [`super::drill_mdx`].
    Records,
}

/// What a text of MDX asks for.
///
/// # Errors
/// What in the text is not of the language, with its place; or a statement that asks for nothing.
pub fn wanted(text: &str) -> Result<Wanted, QueryError> {
    match parse::statement(text)? {
        Statement::Explain(_) => Ok(Wanted::Profile),
        Statement::DrillThrough(_) => Ok(Wanted::Records),
        _ => parse::mdx(text).map(|_| Wanted::Cells),
    }
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which of the views was asked.
    pub view: usize,
    /// The figures.
    pub cells: CellSet,
}

/// Answers a question about one of several cubes.
///
/// # Errors
/// The question cannot be understood, its answer would be larger than the limits, or it was
/// cancelled.
pub fn answer(
    views: &[View],
    question: &Question<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Answer, QueryError> {
    prepare(views, question, limits, cancel)?.answer(views, limits, cancel)
}

/// A question whose names are resolved: what it means, however it was asked.
#[derive(Debug)]
pub struct Prepared {
    view: usize,
    bound: Bound,
    /// What was read so far, where small counts are hidden.
    session: Option<Session>,
}

/// How often a question is answered again, where further figures that it reads must be hidden.
const ROUNDS: usize = 8;

/// Resolves the names of a question, and answers nothing yet.
///
/// # Errors
/// The question cannot be understood, its sets would be larger than the limits, or it was cancelled.
pub fn prepare(
    views: &[View],
    question: &Question<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Prepared, QueryError> {
    if views.iter().all(|view| view.asking().is_none()) {
        let (view, bound) = bound(views, question, limits, cancel)?;
        return Ok(Prepared { view, bound, session: None });
    }
    let sessions: Vec<Session> = views.iter().map(|view| Session::new(view.cube())).collect();
    let asked: Vec<View> =
        views.iter().zip(&sessions).map(|(view, session)| view.asked(session)).collect();
    for _ in 0..ROUNDS {
        let (view, bound) = bound(&asked, question, limits, cancel)?;
        let Some(rules) = asked[view].asking().map(|asking| Arc::clone(&asking.rules)) else {
            return Ok(Prepared { view, bound, session: None });
        };
        if !sessions[view].settle(asked[view].cube(), &rules, None, cancel)? {
            sessions[view].end_binding();
            let session = Some(sessions[view].clone());
            return Ok(Prepared { view, bound, session });
        }
    }
    Err(hidden())
}

/// Resolves the names of a `SELECT`, as [`prepare`] does.
pub(super) fn prepare_select(
    views: &[View],
    query: &Select<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Prepared, QueryError> {
    let view = find(views, &query.cube_name())
        .map_err(|error| error.at(query.text, query.cube().span.range()))?;
    let bound = bind::mdx_within(&views[view], query, limits, cancel)?;
    Ok(Prepared { view, bound, session: None })
}

impl Prepared {
    /// Which of the views is asked.
    #[must_use]
    pub fn view(&self) -> usize {
        self.view
    }

    /// The question, bound.
    pub(super) fn bound(&self) -> &Bound {
        &self.bound
    }

    /// What it means: two questions about the same views that have the same are one question. All that
    /// was bound stands in it, and nothing of the words that were bound.
    ///
    /// # Errors
    /// The question was ended.
    pub fn meaning(&self, cancel: &Cancel) -> Result<String, QueryError> {
        let read = self.session.as_ref().map(Session::meaning).unwrap_or_default();
        let mut told = Told { text: String::new(), pace: cancel.pace() };
        match write!(told, "{} {:?}{read}", self.view, self.bound) {
            Ok(()) => Ok(told.text),
            Err(fmt::Error) => cancel.check().map(|()| told.text),
        }
    }

    /// Answers it; the views are those that it was prepared with.
    ///
    /// # Errors
    /// The answer would be larger than the limits, or it was cancelled.
    pub fn answer(
        &self,
        views: &[View],
        limits: &Limits,
        cancel: &Cancel,
    ) -> Result<Answer, QueryError> {
        let cells = self.cells(&views[self.view], limits, cancel)?;
        Ok(Answer { view: self.view, cells })
    }
}

/// A text that can be long: its question can be ended while it is written.
struct Told<'c> {
    text: String,
    pace: Pace<'c>,
}

impl Write for Told<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.pace.step(1).map_err(|_| fmt::Error)?;
        self.text.push_str(text);
        Ok(())
    }
}

impl Prepared {
    /// The cells. Where small counts are hidden, it is answered again until all that it read is known,
    /// and no further cell need be hidden.
    fn cells(&self, view: &View, limits: &Limits, cancel: &Cancel) -> Result<CellSet, QueryError> {
        let Some(asking) = view.asking() else { return run(view, &self.bound, limits, cancel) };
        let session = match &self.session {
            Some(session) => session.fork(),
            None => Session::new(view.cube()),
        };
        let asked = view.asked(&session);
        for _ in 0..ROUNDS {
            let cells = run(&asked, &self.bound, limits, cancel)?;
            let answer = Some((&self.bound, &cells));
            if !session.settle(view.cube(), &asking.rules, answer, cancel)? {
                return Ok(cells);
            }
        }
        Err(hidden())
    }
}

/// Writes a pivot as the MDX that asks the same.
///
/// # Errors
/// The pivot cannot be understood.
pub fn translate(
    views: &[View],
    pivot: &Pivot,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<String, QueryError> {
    let (view, bound) = bound(views, &Question::Pivot(pivot), limits, cancel)?;
    Ok(show::mdx(&views[view], &bound))
}

fn bound(
    views: &[View],
    question: &Question<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(usize, Bound), QueryError> {
    match question {
        Question::Mdx(text) => {
            let with = Question::MdxWith(text, &NO_PARAMETERS);
            bound(views, &with, limits, cancel)
        }
        Question::MdxWith(text, parameters) => {
            let select = Select { parameters: (*parameters).clone(), ..parse::mdx(text)? };
            let prepared = prepare_select(views, &select, limits, cancel)?;
            Ok((prepared.view, prepared.bound))
        }
        Question::Pivot(pivot) => {
            let view = find(views, &pivot.cube)?;
            Ok((view, bind::pivot(&views[view], pivot)?))
        }
    }
}

/// The view of a cube's name, upper and lower case being equal. A hidden cube is asked by the program
/// alone: it may tell more than its view does.
pub(super) fn find(views: &[View], cube: &str) -> Result<usize, QueryError> {
    let shown = || views.iter().enumerate().filter(|(_, view)| !view.cube().hidden);
    let found = shown().find(|(_, view)| same(&view.cube().name, cube));
    let names = shown().map(|(_, view)| view.cube().name.as_str());
    found.map(|(at, _)| at).ok_or_else(|| bind::unknown_cube(cube, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::bind::fixture::view;

    fn meaning(question: &Question<'_>) -> String {
        let cancel = Cancel::default();
        let prepared = prepare(&[view()], question, &Limits::default(), &cancel).unwrap();
        prepared.meaning(&cancel).unwrap()
    }

    #[test]
    fn questions_of_one_meaning_are_one_whatever_their_words() {
        let of = |text: &str| meaning(&Question::Mdx(text));
        let plain = of("SELECT NON EMPTY {[Tid].[Kvartal].[2020K1]} ON COLUMNS, \
                        NON EMPTY {[Handle kommune].[Kommune].[Dragør]} ON ROWS FROM [Voksne]");
        for same in [
            "select non empty tid.kvartal.&[2020K1] on 0, -- by key\n \
             non empty {[Handle kommune].[Kommune].&[155]} on 1 from voksne",
            "SELECT NON EMPTY {[Handle kommune].[Kommune].[DRAGØR]} ON ROWS, \
             NON EMPTY {[Tid].[Kvartal].[2020K1]} ON COLUMNS FROM [Voksne]",
        ] {
            assert_eq!(of(same), plain, "{same}");
        }
        for other in [
            "SELECT NON EMPTY {[Tid].[Kvartal].[2020K2]} ON 0, \
             NON EMPTY {[Handle kommune].[Kommune].[Dragør]} ON 1 FROM [Voksne]",
            "SELECT {[Tid].[Kvartal].[2020K1]} ON 0, \
             NON EMPTY {[Handle kommune].[Kommune].[Dragør]} ON 1 FROM [Voksne]",
            "SELECT NON EMPTY {[Tid].[Kvartal].[2020K1]} ON 0, \
             NON EMPTY {[Handle kommune].[Kommune].[Dragør]} ON 1 FROM [Voksne] \
             WHERE [Tid].[År].[2020]",
        ] {
            assert_ne!(of(other), plain, "{other}");
        }
    }

    #[test]
    fn a_pivot_means_what_its_mdx_means() {
        let pivot = Pivot {
            cube: "Voksne".to_owned(),
            columns: vec!["Tid.Kvartal".to_owned()],
            rows: vec!["Handle kommune.Kommune".to_owned()],
            ..Pivot::default()
        };
        let text = translate(&[view()], &pivot, &Limits::default(), &Cancel::default()).unwrap();
        assert_eq!(meaning(&Question::Mdx(&text)), meaning(&Question::Pivot(&pivot)), "{text}");
    }
}
