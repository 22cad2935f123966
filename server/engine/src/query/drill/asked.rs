//! The cell that a `DRILLTHROUGH` names: the single-cell question is worked out, and what it stands at
//! becomes conditions.

use super::{CellAt, Drill, Drilled, behind, check_records};
use crate::query::bound::{Bound, Condition, HierarchyRef, Member, Part};
use crate::query::cellset::CellSet;
use crate::query::disclose;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::parse::{self, DrillThrough, Expr, ExprKind, Name, Select, Statement};
use crate::query::view::View;
use crate::query::{Cancel, Limits, Parameters, answer, bind, names, run, told};

/// Words before a column in parentheses; the first ones ask for what is read of a member, the last for
/// its key.
const OF_COLUMN: [(&str, bool); 5] = [
    ("NAME", false),
    ("CAPTION", false),
    ("MEMBER_CAPTION", false),
    ("MEMBER_VALUE", false),
    ("KEY", true),
];

/// Finds the records that a `DRILLTHROUGH` asks for, of the cubes that the views are of; no more than
/// some number, whatever it says.
///
/// # Errors
/// As [`super::drill`]; the question is not of one cell, or of one that no records tell of; each with
/// its place in the text.
pub fn drill_mdx(
    views: &[View],
    (text, parameters): (&str, &Parameters),
    most: usize,
    (limits, cancel): (&Limits, &Cancel),
) -> Result<(usize, Drilled), QueryError> {
    let Statement::DrillThrough(mut asked) = parse::statement(text)? else {
        let message = "her skal stå en DRILLTHROUGH";
        return Err(QueryError::new(ErrorKind::Syntax, message));
    };
    asked.select.parameters.clone_from(parameters);
    let select = &asked.select;
    let prepared = answer::prepare_select(views, select, limits, cancel)?;
    let (at, bound) = (prepared.view(), prepared.bound());
    let view = &views[at];
    disclose::refuse(view, "de enkelte rækker")?;
    let cells = run(view, bound, limits, cancel)?;
    let here = |error: QueryError| match error.place.as_ref().is_some_and(|own| *own.text == *text)
    {
        true => error,
        false => error.at(text, select.span.range()),
    };
    let (conditions, measure) = cell(view, select, bound, &cells)?;
    let conditions = [conditions, bound.conditions.clone()].concat();
    let name = name_of(view, measure).map_err(here)?;
    let told = told::first(views, at, &name, &[], &conditions).map_err(here)?;
    check_records(views, &views[told.view], told.measure).map_err(here)?;
    let told = told.within_sets(views, at, (&[], &conditions), (limits, cancel)).map_err(here)?;
    let columns = Columns::of(&asked);
    let drill = Drill {
        cube: view.cube().name.clone(),
        measure: name,
        columns: columns.names.clone(),
        max: asked.max_rows.map_or(0, |rows| (rows as usize).min(most)),
        first: asked.first_row.map_or(0, |first| first as usize),
        ..Drill::default()
    };
    let cell = CellAt { filters: &told.filters, conditions: &conditions, of: view };
    let found = behind(views, &told, &cell, &drill, (limits, cancel));
    let mut found = found.map_err(|error| columns.place(text, error)).map_err(here)?;
    columns.head(&mut found);
    found.conditions = conditions;
    Ok((at, found))
}

/// What the axes of a single cell say: conditions, and the measure.
fn cell(
    view: &View,
    select: &Select<'_>,
    bound: &Bound,
    cells: &CellSet,
) -> Result<(Vec<Condition>, Member), QueryError> {
    let refuse = |message: String, hint: &str| {
        let error = QueryError::new(ErrorKind::Invalid, message).hint(hint);
        Err(error.at(select.text, select.span.range()))
    };
    if !bound.unions.is_empty() {
        let message = "cellen er af kombinationer, der ikke er et krydsprodukt".to_owned();
        return refuse(message, "skriv én kombination ad gangen");
    }
    let (mut conditions, mut measure) = (Vec::new(), bound.measure);
    for (axis, clause) in cells.axes.iter().zip(&select.axes) {
        if axis.count != 1 {
            let message = format!(
                "DRILLTHROUGH er af én celle, men akse {} har {} positioner",
                clause.number, axis.count
            );
            let error = QueryError::new(ErrorKind::Invalid, message);
            let error = error.hint("skriv en mængde med ét medlem på hver akse, eller brug WHERE");
            return Err(error.at(select.text, clause.set.span.range()));
        }
        for (&hierarchy, &member) in axis.columns.iter().zip(axis.position(0)) {
            match (hierarchy, member) {
                (HierarchyRef::Measures, member) => measure = member,
                (_, Member::Calculated(_)) => return refuse(by_formula(), STORED),
                _ => {
                    let own = bind::condition_of(view.cube(), hierarchy, vec![member]);
                    conditions.extend(own);
                }
            }
        }
    }
    let sliced = bound.slicer.iter().flat_map(|set| &set.factors).flat_map(|own| &own.parts);
    let is_calculated = |member: &Member| matches!(member, Member::Calculated(_));
    let mut members = sliced.flat_map(|part| match part {
        Part::Tuples(members) => members.as_slice(),
        Part::Level { .. } => &[],
    });
    match members.any(is_calculated) {
        true => refuse(by_formula(), STORED),
        false => Ok((conditions, measure)),
    }
}

/// What to do about a cell of a formula.
const STORED: &str = "vælg medlemmer, der findes i data, og et af de mål, som formlen bruger";

fn by_formula() -> String {
    "cellen står på et medlem, som spørgsmålet selv beregner, og har ingen rækker".to_owned()
}

/// The name of a measure of the cube.
fn name_of(view: &View, measure: Member) -> Result<String, QueryError> {
    let is_own = |number: usize| number >= view.cube().calculated.len();
    match measure {
        Member::Calculated(number) if is_own(number) => {
            Err(QueryError::new(ErrorKind::Invalid, by_formula()).hint(STORED))
        }
        _ => Ok(names::caption(view.cube(), HierarchyRef::Measures, measure).to_owned()),
    }
}

/// The columns after `RETURN`.
struct Columns<'a> {
    /// In the words that records are asked for with.
    names: Vec<String>,
    /// The expressions that they are.
    exprs: Vec<&'a Expr>,
    /// What each is to be called, if that is said.
    heads: Vec<Option<String>>,
}

impl<'a> Columns<'a> {
    fn of(asked: &'a DrillThrough<'_>) -> Columns<'a> {
        let text = asked.select.text;
        let mut columns = Columns { names: Vec::new(), exprs: Vec::new(), heads: Vec::new() };
        for expr in &asked.columns {
            let (of, head) = match &expr.kind {
                ExprKind::Alias(of, name) => (&**of, Some(name.text(text).into_owned())),
                _ => (expr, None),
            };
            columns.names.push(column(text, of));
            columns.exprs.push(expr);
            columns.heads.push(head);
        }
        columns
    }

    /// The error about a column, at its place.
    fn place(&self, text: &str, error: QueryError) -> QueryError {
        let of_error = |name: &&String| {
            let own = error.place.as_ref().map(|place| &*place.text);
            own == Some(name.as_str()) || error.message.contains(&format!("'{}'", name.trim()))
        };
        match self.names.iter().position(|name| of_error(&name)) {
            Some(at) => {
                let error = QueryError { place: None, ..error };
                error.at(text, self.exprs[at].span.range()).hint(
                    "skriv [Dimension].[Felt], KEY([Dimension].[Felt]) eller navnet på en kolonne",
                )
            }
            None => error,
        }
    }

    /// Gives columns the names that are said.
    fn head(&self, found: &mut Drilled) {
        let named = found.table.columns.iter_mut().zip(&self.heads);
        for (column, head) in named {
            if let Some(head) = head {
                column.name.clone_from(head);
            }
        }
    }
}

/// A column in the words that records are asked for with: `[$Dim].[Felt]` is `Dim.Felt`, and
/// `KEY([Dim].[Felt])` is `KEY(Dim.Felt)`.
fn column(text: &str, expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Path(names) => of_path(text, names),
        ExprKind::Call(name, arguments) => {
            let word = name.text(text);
            let known = OF_COLUMN.iter().find(|(own, _)| own.eq_ignore_ascii_case(&word));
            match (known, &arguments[..]) {
                (Some((_, is_key)), [Some(Expr { kind: ExprKind::Path(names), .. })]) => {
                    let name = of_path(text, names);
                    if *is_key { format!("KEY({name})") } else { name }
                }
                _ => text[expr.span.range()].to_owned(),
            }
        }
        ExprKind::Tuple(parts) if parts.len() == 1 => column(text, &parts[0]),
        _ => text[expr.span.range()].to_owned(),
    }
}

/// A path: of a measure its name, of a field its dimension and itself, else the name of a column.
fn of_path(text: &str, path: &[Name]) -> String {
    let name = |own: &Name| own.text(text).trim_start_matches('$').to_owned();
    match path {
        [] => String::new(),
        [only] => name(only),
        [first, .., last] if name(first).eq_ignore_ascii_case(names::MEASURES) => name(last),
        [first, .., last] => format!("{}.{}", name(first), name(last)),
    }
}
