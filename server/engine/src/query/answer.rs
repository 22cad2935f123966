//! The whole journey of a question.

use super::bound::Bound;
use super::cellset::CellSet;
use super::error::QueryError;
use super::limits::{Cancel, Limits};
use super::pivot::Pivot;
use super::view::View;
use super::{bind, parse, run, show};
use crate::cube::dimension::same;

/// A question, in one of the two ways to ask.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// An MDX text.
    Mdx(&'a str),
    /// A pivot in fields.
    Pivot(&'a Pivot),
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
    let (view, bound) = bound(views, question, limits, cancel)?;
    Ok(Answer { view, cells: run(&views[view], &bound, limits, cancel)? })
}

/// Writes a pivot as the MDX that asks the same.
///
/// # Errors
/// The pivot cannot be understood.
pub fn translate(views: &[View], pivot: &Pivot) -> Result<String, QueryError> {
    let (view, bound) =
        bound(views, &Question::Pivot(pivot), &Limits::default(), &Cancel::default())?;
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
            let query = parse::mdx(text)?;
            let view = find(views, &query.cube_name())
                .map_err(|error| error.at(text, query.cube().span.range()))?;
            Ok((view, bind::mdx_within(&views[view], &query, limits, cancel)?))
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
