//! What is done with a question: it is run, and the run is told.
//!
//! `EXPLAIN SELECT …` asks for it. Every number is measured, none is estimated, and each is of what
//! the caller may see. Rows are records; a caller who sees all figures and only some records is told
//! no numbers of rows.

mod table;
#[cfg(test)]
mod tests;

use super::answer::{self, Answer, Prepared, Question};
use super::disclose;
use super::error::QueryError;
use super::limits::{Cancel, Limits};
use super::notes::Notes;
use super::parse::{self, Select, Source, Statement};
use super::table::Table;
use super::view::View;

/// What was done with a question.
#[derive(Debug)]
pub struct Profile {
    /// Its answer.
    pub answer: Answer,
    /// The question, its names resolved.
    pub prepared: Prepared,
    /// The sets, the counts and the formulas, in this order.
    pub table: Table,
    /// What there is to say of the table as a whole, in Danish.
    pub notes: Vec<String>,
}

/// Runs a question and tells what was done. An MDX text may begin with `EXPLAIN`.
///
/// # Errors
/// As an answer to it.
pub fn profile(
    views: &[View],
    question: &Question<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Profile, QueryError> {
    let notes = Notes::default();
    let cancel = &cancel.noting(&notes);
    let (prepared, texts) = prepared(views, question, limits, cancel)?;
    disclose::refuse(&views[prepared.view()], "EXPLAIN")?;
    let answer = prepared.answer(views, limits, cancel)?;
    let view = &views[answer.view];
    let noted = notes.take();
    let told = table::Told { view, bound: prepared.bound(), noted: &noted, texts: &texts };
    Ok(Profile { table: told.table(&answer.cells), notes: told.notes(), prepared, answer })
}

/// The sets of a question as they were written; nothing of a pivot.
#[derive(Default)]
struct Texts {
    inner: Vec<String>,
    slicer: Option<String>,
    axes: Vec<String>,
}

fn prepared(
    views: &[View],
    question: &Question<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(Prepared, Texts), QueryError> {
    let Some((text, parameters)) = question.text() else {
        return Ok((answer::prepare(views, question, limits, cancel)?, Texts::default()));
    };
    let select = match parse::statement(text)? {
        Statement::Explain(select) => select,
        _ => parse::mdx(text)?,
    };
    let select = Select { parameters: parameters.clone(), ..select };
    let prepared = answer::prepare_select(views, &select, limits, cancel)?;
    Ok((prepared, Texts::of(&select)))
}

impl Texts {
    fn of(select: &Select<'_>) -> Texts {
        let text = |set: &parse::Expr| select.text[set.span.range()].to_owned();
        let mut texts = Texts {
            inner: Vec::new(),
            slicer: select.slicer.as_ref().map(text),
            axes: select.axes.iter().map(|axis| text(&axis.set)).collect(),
        };
        let mut source = &select.source;
        while let Source::Select { select, .. } = source {
            texts.inner.extend(select.axes.iter().map(|axis| text(&axis.set)));
            source = &select.source;
        }
        texts
    }
}
