//! One clause of a pivot: `Dimension.Felt`, `Dimension.Felt=a,b` or `Dimension.Felt<>"a, b"`.
//!
//! Names of dimensions and fields may hold any character, so they are not cut out of the text but
//! looked for at its beginning, the longest first.

use std::borrow::Cow;
use std::ops::Range;

use super::{candidates, value};
use crate::cube::Dimension;
use crate::cube::dimension::prefix;
use crate::query::bound::Condition;
use crate::query::{ErrorKind, QueryError, View};

/// A field, and perhaps a condition on it.
#[derive(Debug, PartialEq)]
pub(in crate::query) struct Clause {
    /// The position of the dimension in the cube.
    pub(in crate::query) dimension: usize,
    /// The position of the field in the dimension.
    pub(in crate::query) field: usize,
    /// The condition.
    pub(in crate::query) condition: Option<Condition>,
}

/// Reads a clause.
pub(in crate::query) fn read(view: &View, text: &str) -> Result<Clause, QueryError> {
    let (dimension, after) = find_dimension(view, text)?;
    let (field, after) = find_field(&view.cube().dimensions[dimension], text, after)?;
    let mut clause = Clause { dimension, field, condition: None };
    let (except, values_from) = match &text[after..] {
        "" => return Ok(clause),
        rest if rest.starts_with("<>") => (true, after + 2),
        _ => (false, after + 1),
    };
    let values = Values { view, text, dimension, field, from: values_from };
    let members = values.members()?;
    clause.condition = Some(Condition { dimension, field, members, except });
    Ok(clause)
}

fn find_dimension(view: &View, text: &str) -> Result<(usize, usize), QueryError> {
    let start = skip_spaces(text, 0);
    let after = |name: &str| {
        let dot = skip_spaces(text, start + prefix(&text[start..], name)?);
        text[dot..].starts_with('.').then_some(dot + 1)
    };
    view.dimensions()
        .filter_map(|(position, dimension)| Some((position, after(&dimension.name)?)))
        .max_by_key(|&(_, after)| after)
        .ok_or_else(|| unknown_dimension(view, name_part(text)))
}

/// A text with so many digits may hold a personal number, and is not repeated.
const PERSONAL_DIGITS: usize = 6;

fn unknown_dimension(view: &View, text: &str) -> QueryError {
    let cube = view.cube();
    let end = text.find('.').unwrap_or(text.len());
    let span = trimmed(text, 0..end);
    let wanted = &text[span.clone()];
    if let Some(found) = view.find_dimension(wanted) {
        let message = format!("'{wanted}' er en dimension uden felt");
        let fields = cube.dimensions[found].fields.iter();
        let fields = fields.map(|field| format!("{wanted}.{}", field.name));
        return QueryError::new(ErrorKind::Syntax, message)
            .hint("skriv Dimension.Felt")
            .candidates(fields.collect())
            .at(text, span);
    }
    let names = view.dimensions().map(|(_, dimension)| dimension.name.as_str());
    let candidates = candidates::nearest(wanted, names);
    let hint = "skriv Dimension.Felt, for eksempel Tid.År";
    if wanted.bytes().filter(u8::is_ascii_digit).count() >= PERSONAL_DIGITS {
        let message = format!("kuben '{}' har ingen dimension af det navn", cube.name);
        return QueryError::new(ErrorKind::Unknown, message).hint(hint).candidates(candidates);
    }
    let message = format!("kuben '{}' har ingen dimension '{wanted}'", cube.name);
    QueryError::new(ErrorKind::Unknown, message).hint(hint).candidates(candidates).at(text, span)
}

fn find_field(
    dimension: &Dimension,
    text: &str,
    from: usize,
) -> Result<(usize, usize), QueryError> {
    let start = skip_spaces(text, from);
    let after = |name: &str| {
        let end = skip_spaces(text, start + prefix(&text[start..], name)?);
        let rest = &text[end..];
        (rest.is_empty() || rest.starts_with('=') || rest.starts_with("<>")).then_some(end)
    };
    dimension
        .fields
        .iter()
        .enumerate()
        .filter_map(|(position, field)| Some((position, after(&field.name)?)))
        // Of several of a name, the first: levels of two hierarchies can share one.
        .rev()
        .max_by_key(|&(_, after)| after)
        .ok_or_else(|| unknown_field(dimension, name_part(text), start))
}

fn unknown_field(dimension: &Dimension, text: &str, start: usize) -> QueryError {
    let span = trimmed(text, start.min(text.len())..text.len());
    let wanted = &text[span.clone()];
    let names = dimension.fields.iter().map(|field| field.name.as_str());
    if !wanted.is_empty() && dimension.fields.iter().any(|field| field.personal) {
        // What stands here may be a value, of which nothing is repeated.
        let message = format!("dimensionen '{}' har ikke det felt, der spørges om", dimension.name);
        return QueryError::new(ErrorKind::Unknown, message)
            .hint("skriv Dimension.Felt, eventuelt med = eller <> og værdier")
            .candidates(names.map(str::to_owned).collect())
            .at(&text[..start], 0..start);
    }
    let error = if wanted.is_empty() {
        let message = format!("feltet mangler efter dimensionen '{}'", dimension.name);
        QueryError::new(ErrorKind::Syntax, message)
    } else {
        let message = format!("dimensionen '{}' har intet felt '{wanted}'", dimension.name);
        QueryError::new(ErrorKind::Unknown, message)
    };
    error
        .hint("skriv Dimension.Felt, eventuelt med = eller <> og værdier")
        .candidates(candidates::nearest(wanted, names))
        .at(text, span)
}

/// The part of a clause that names a field: errors about names do not repeat values.
pub(in crate::query) fn name_part(text: &str) -> &str {
    let end = text.find('=').unwrap_or(text.len());
    &text[..text.find("<>").unwrap_or(end).min(end)]
}

/// A value as it is written.
struct Written<'a> {
    value: Cow<'a, str>,
    span: Range<usize>,
    /// Where the next value begins; `None` behind the last.
    next: Option<usize>,
}

/// The values of a condition.
struct Values<'a> {
    view: &'a View,
    text: &'a str,
    dimension: usize,
    field: usize,
    /// Where the values begin.
    from: usize,
}

impl Values<'_> {
    /// The members that the values mean, ascending.
    fn members(&self) -> Result<Vec<u32>, QueryError> {
        let mut members = Vec::new();
        let mut at = self.from;
        loop {
            let written = self.value(at)?;
            let before = members.len();
            value::find(self.view, self.dimension, self.field, &written.value, &mut members);
            if members.len() == before {
                return Err(self.unknown(&written.value, written.span));
            }
            let Some(next) = written.next else { break };
            at = next;
        }
        members.sort_unstable();
        members.dedup();
        Ok(members)
    }

    fn value(&self, at: usize) -> Result<Written<'_>, QueryError> {
        let start = skip_spaces(self.text, at);
        if self.text[start..].starts_with('"') {
            return self.quoted(start);
        }
        let comma = self.text[start..].find(',').map(|found| start + found);
        let span = trimmed(self.text, start..comma.unwrap_or(self.text.len()));
        if span.is_empty() {
            let message = "en betingelse mangler en værdi";
            return Err(self.fault(ErrorKind::Syntax, message, span));
        }
        let value = Cow::from(&self.text[span.clone()]);
        Ok(Written { value, span, next: comma.map(|comma| comma + 1) })
    }

    fn quoted(&self, start: usize) -> Result<Written<'_>, QueryError> {
        let Some(end) = closing_quote(self.text, start + 1) else {
            let (message, span) = ("et anførselstegn er ikke afsluttet", start..self.text.len());
            return Err(self.fault(ErrorKind::Syntax, message, span));
        };
        let inner = &self.text[start + 1..end];
        let value = match inner.contains('"') {
            true => Cow::from(inner.replace("\"\"", "\"")),
            false => Cow::from(inner),
        };
        let span = start..end + 1;
        let after = skip_spaces(self.text, end + 1);
        match self.text[after..].chars().next() {
            None => Ok(Written { value, span, next: None }),
            Some(',') => Ok(Written { value, span, next: Some(after + 1) }),
            Some(_) => {
                let message = "efter en værdi i anførselstegn skal der stå komma eller ingenting";
                Err(self.fault(ErrorKind::Syntax, message, after..self.text.len()))
            }
        }
    }

    fn unknown(&self, wanted: &str, span: Range<usize>) -> QueryError {
        let dimension = &self.view.cube().dimensions[self.dimension];
        let field = &dimension.fields[self.field];
        let name = format!("{}.{}", dimension.name, field.name);
        let message = match field.personal {
            true => format!("feltet '{name}' har ikke den værdi, der spørges om"),
            false => format!("feltet '{name}' har ingen værdi '{wanted}'"),
        };
        self.fault(ErrorKind::Unknown, &message, span)
            .hint("værdier er billedtekster eller nøgler; kontrollér stavningen")
            .candidates(candidates::members(
                self.view,
                self.dimension,
                &[self.field],
                wanted,
                |_, _| true,
            ))
    }

    /// An error that points at a value, or, where values are personal, at the field.
    fn fault(&self, kind: ErrorKind, message: &str, span: Range<usize>) -> QueryError {
        let error = QueryError::new(kind, message);
        if self.view.cube().dimensions[self.dimension].fields[self.field].personal {
            let text = name_part(self.text);
            return error.at(text, trimmed(text, 0..text.len()));
        }
        error.at(self.text, span)
    }
}

/// The place of the quote that ends a value; doubled quotes are part of it.
fn closing_quote(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let quote = at + text[at..].find('"')?;
        if !text[quote + 1..].starts_with('"') {
            return Some(quote);
        }
        at = quote + 2;
    }
}

fn skip_spaces(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.start + (text[span.clone()].len() - text[span.clone()].trim_start().len());
    let end = start + text[start..span.end].trim_end().len();
    start..end
}
