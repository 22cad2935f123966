//! The calculated measures that a question needs, bound, with those that they need in turn.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::context::Context;
use super::definitions::Definitions;
use super::{ErrorKind, QueryError, View, formula};
use crate::query::bound::{Axis, Calculated, Member, Part};
use crate::query::formula::{Arithmetic, Formula};
use crate::query::parse::{self, Definition, Expr, ExprKind};

/// Decimals of a measure that divides and says nothing of its format.
const DECIMALS_OF_A_RATIO: u8 = 2;

/// How deep a measure may be, with the measures that it uses: they are made ready and worked out by
/// recursion, on the 2 MB of a server's thread.
const MAX_DEPTH: usize = 500;

/// The calculated measures of the axes and of the slicer, and those behind them.
pub(super) fn calculated(
    context: Context<'_>,
    axes: &[Axis],
    measure: Member,
) -> Result<BTreeMap<usize, Calculated>, QueryError> {
    let mut found =
        Found { context, bound: BTreeMap::new(), depths: BTreeMap::new(), open: Vec::new() };
    let tuples = axes.iter().flat_map(|axis| &axis.factors).flat_map(|factor| &factor.parts);
    let members = tuples.flat_map(|part| match part {
        Part::Tuples(members) => members.as_slice(),
        Part::Level { .. } => &[],
    });
    for member in members.chain([&measure]) {
        found.take(*member)?;
    }
    Ok(found.bound)
}

/// Binds every formula of a view's cube.
///
/// # Errors
/// The first formula that means nothing, with its name and the place in it.
pub fn check(view: &View) -> Result<(), QueryError> {
    let (written, definitions) = (Cell::new(0), Definitions::default());
    let context = Context::new(view, "", &definitions, &written);
    for number in 0..context.cube.calculated.len() {
        calculated(context, &[], Member::Calculated(number))?;
    }
    for set in &context.cube.sets {
        definitions.begin_formula();
        formula::named_set(context, &set.name)?;
    }
    Ok(())
}

/// Formulas being bound.
struct Found<'a> {
    context: Context<'a>,
    bound: BTreeMap<usize, Calculated>,
    /// How deep each of them is.
    depths: BTreeMap<usize, usize>,
    /// The measures that are being bound, the innermost last.
    open: Vec<usize>,
}

impl Found<'_> {
    /// Binds a calculated measure and all that it needs.
    fn take(&mut self, member: Member) -> Result<(), QueryError> {
        let Member::Calculated(number) = member else { return Ok(()) };
        if self.open.contains(&number) {
            return Err(self.cycle(number));
        }
        if self.bound.contains_key(&number) {
            return Ok(());
        }
        let mut own = self.bind(number)?;
        let mut needed = Vec::new();
        own.formula.each_measure(&mut |member| needed.push(member));
        self.open.push(number);
        needed.iter().try_for_each(|&member| self.take(member))?;
        self.open.pop();
        self.measure_depth(number, &own.formula)?;
        if number >= self.context.cube.calculated.len() {
            own.decimals = self.decimals(number, &own.formula, &needed)?;
        }
        self.bound.insert(number, own);
        Ok(())
    }

    fn measure_depth(&mut self, number: usize, formula: &Formula) -> Result<(), QueryError> {
        let depth = formula.depth(&|member| match member {
            Member::Calculated(number) => self.depths.get(&number).copied().unwrap_or(0),
            _ => 0,
        });
        if depth > MAX_DEPTH {
            let message = format!("målet '{}' er med de mål, det bruger, over", self.name(number));
            let message = format!("{message} {MAX_DEPTH} lag dybt");
            return Err(QueryError::new(ErrorKind::TooLarge, message)
                .hint("lad færre mål bygge på hinanden, eller brug Sum over en mængde"));
        }
        self.depths.insert(number, depth);
        Ok(())
    }

    fn bind(&self, number: usize) -> Result<Calculated, QueryError> {
        let context = self.context;
        context.definitions.begin_formula();
        let Some(measure) = context.cube.calculated.get(number) else {
            let (name, definition) = self.own(number);
            let formula = formula::formula(context.in_text(&definition.text), &definition.expr);
            let formula = formula.map_err(|error| error.in_formula(name))?;
            return Ok(Calculated { name: name.clone(), decimals: 0, at_all: Vec::new(), formula });
        };
        let formula = parse::expression(&measure.formula)
            .and_then(|expr| formula::formula(context.in_text(&measure.formula), &expr))
            .map_err(|error| error.in_formula(&measure.name))?;
        let at_all = measure.at_all.clone();
        Ok(Calculated { name: measure.name.clone(), decimals: measure.decimals, at_all, formula })
    }

    fn own(&self, number: usize) -> &(String, &Definition<'_>) {
        &self.context.definitions.members()[number - self.context.cube.calculated.len()]
    }

    fn name(&self, number: usize) -> &str {
        match self.context.cube.calculated.get(number) {
            Some(measure) => &measure.name,
            None => &self.own(number).0,
        }
    }

    fn cycle(&self, number: usize) -> QueryError {
        let start = self.open.iter().position(|&one| one == number).unwrap_or(0);
        let names = self.open[start..].iter().chain([&number]).map(|&one| self.name(one));
        let path = names.collect::<Vec<_>>().join(" → ");
        let message = format!("målet '{}' bruger sig selv: {path}", self.name(number));
        QueryError::new(ErrorKind::Invalid, message).hint("skriv en af formlerne ud")
    }

    /// The decimals of a measure of the question: by its format, else the most of what it is made
    /// of, and some for a ratio.
    fn decimals(
        &self,
        number: usize,
        formula: &Formula,
        needed: &[Member],
    ) -> Result<u8, QueryError> {
        let (_, definition) = self.own(number);
        for (property, value) in &definition.properties {
            let name = self.context.name(*property);
            if name.eq_ignore_ascii_case("FORMAT_STRING") {
                return self.of_format(value);
            }
        }
        let of = |member: &Member| match member {
            Member::Measure(measure) => self.context.cube.measure(*measure).decimals,
            Member::Calculated(number) => self.bound.get(number).map_or(0, |one| one.decimals),
            _ => 0,
        };
        let ratio = if divides(formula) { DECIMALS_OF_A_RATIO } else { 0 };
        Ok(needed.iter().map(of).max().unwrap_or(0).max(ratio))
    }

    /// The decimals of `'#,##0.00'`, and of the named formats.
    fn of_format(&self, value: &Expr) -> Result<u8, QueryError> {
        let ExprKind::Text(format) = value.kind else {
            return Err(self
                .context
                .invalid("et format skal være en tekst", value.span)
                .hint("skriv for eksempel FORMAT_STRING = '#,##0.00'"));
        };
        let format = format.text(self.context.text);
        if ["Standard", "Fixed", "Percent", "Currency"]
            .iter()
            .any(|named| named.eq_ignore_ascii_case(&format))
        {
            return Ok(DECIMALS_OF_A_RATIO);
        }
        let first = format.split(';').next().unwrap_or_default();
        let behind = first.split_once('.').map_or("", |(_, behind)| behind);
        let digits = behind.chars().take_while(|letter| matches!(letter, '0' | '#'));
        Ok(digits.count().min(9) as u8)
    }
}

fn divides(formula: &Formula) -> bool {
    matches!(formula, Formula::Arithmetic(Arithmetic::Divide, _))
        || formula.parts().into_iter().any(divides)
}
