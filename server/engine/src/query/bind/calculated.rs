//! The calculated members that a question needs, bound, with those that they need in turn.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::definitions::{Defined, Definitions, place_of};
use super::{ErrorKind, QueryError, View, candidates, expr};
use crate::cube;
use crate::query::bound::{Axis, Calculated, Looks, Member, Own, Part};
use crate::query::evaluate::value::Value;
use crate::query::expr::{Expr, Node};
use crate::query::format::LONGEST_FORMAT;
use crate::query::functions::{self, Kind};
use crate::query::parse::{self, Definition, ExprKind, Operator};

/// Decimals of a measure that divides and says nothing of its format.
const DECIMALS_OF_A_RATIO: u8 = 2;

/// The solve orders that there are.
const SOLVE_ORDERS: std::ops::RangeInclusive<i64> = -8181..=65_535;

/// The properties that may stand after a calculated member. `FORMAT_STRING`, `SOLVE_ORDER`, `CAPTION` and
/// colours mean something here; tools write the others, which change no figure.
const PROPERTIES: [&str; 24] = [
    "FORMAT_STRING",
    "SOLVE_ORDER",
    "CAPTION",
    "MEMBER_CAPTION",
    "DESCRIPTION",
    "VISIBLE",
    "$visible",
    "LANGUAGE",
    "BACK_COLOR",
    "FORE_COLOR",
    "FONT_NAME",
    "FONT_SIZE",
    "FONT_FLAGS",
    "DISPLAY_FOLDER",
    "ASSOCIATED_MEASURE_GROUP",
    "NON_EMPTY_BEHAVIOR",
    "SCOPE_ISOLATION",
    "DATATYPE",
    "FORMAT",
    "MEMBER_ORDINAL",
    "MEMBER_SCOPE",
    "$member_scope",
    "CELL_FORMATTER",
    "EXPRESSION",
];

/// How deep a member may be, with the members that it uses: they are worked out by recursion.
const MAX_DEPTH: usize = 500;

/// Adds the calculated members that expressions and axes name, and those behind them.
pub(super) fn take(
    context: Context<'_>,
    bound: &mut BTreeMap<usize, Calculated>,
    exprs: &[&Expr],
    axes: &[Axis],
    measure: Member,
) -> Result<(), QueryError> {
    let mut found = Found {
        context,
        bound: std::mem::take(bound),
        depths: BTreeMap::new(),
        open: Vec::new(),
        rings: BTreeMap::new(),
        later: Vec::new(),
        reads_texts: exprs.iter().any(|expr| functions::reads_texts(expr)),
    };
    let mut named = vec![measure];
    exprs.iter().for_each(|expr| expr.each_member(&mut |_, member, _| named.push(member)));
    let parts = axes.iter().flat_map(|axis| &axis.factors).flat_map(|factor| &factor.parts);
    named.extend(parts.flat_map(|part| match part {
        Part::Tuples(members) => members.as_slice(),
        Part::Level { .. } => &[],
    }));
    named.into_iter().try_for_each(|member| found.take(member))?;
    while let Some(member) = found.later.pop() {
        found.take(member)?;
    }
    if found.reads_texts {
        found.take_all();
    }
    for (number, error) in found.rings {
        if let Some(own) = found.bound.get_mut(&number) {
            own.formula = Arc::new(own.formula.like(Node::Constant(Value::Error(error.into()))));
        }
    }
    *bound = found.bound;
    Ok(())
}

/// A formula of a cube that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The calculated member or set that it is of.
    pub name: String,
    /// What is wrong, with the place in the formula.
    pub error: QueryError,
}

/// Binds every formula of a view's cube: those that mean nothing, each thing once.
#[must_use]
pub fn faults(view: &View) -> Vec<Fault> {
    let mut found = Vec::new();
    for one in &view.cube().members {
        if let Err(error) = place_of(view, &one.parent) {
            let name = one.member.name.clone();
            found.push(Fault { error: error.in_formula(&name), name });
        }
    }
    let (text, definitions) = (Arc::from(""), Definitions::of_schema(view));
    let context = Context::new(view, &text, &definitions);
    let own = definitions.own.iter().map(|own| &own.name);
    let names = context.cube.calculated.iter().map(|one| &one.name).chain(own);
    for (number, name) in names.enumerate() {
        found.extend(
            fault_of_member(context, number).map(|error| Fault { name: name.clone(), error }),
        );
    }
    let formula = context.in_formula(&text);
    for set in &context.cube.sets {
        definitions.begin_formula();
        if let Err(error) = Definitions::set(formula, &set.name).transpose() {
            found.push(Fault { name: set.name.clone(), error });
        }
    }
    each_once(&found)
}

/// What is wrong with a calculated member, or with one that it needs.
fn fault_of_member(context: Context<'_>, number: usize) -> Option<QueryError> {
    let mut bound = BTreeMap::new();
    match take(context, &mut bound, &[], &[], Member::Calculated(number)) {
        Err(error) => Some(error),
        Ok(_) => bound.values().find_map(|one| match &one.formula.node {
            Node::Constant(Value::Error(error)) => Some((**error).clone()),
            _ => None,
        }),
    }
}

/// Faults that formulas share are told where they are written.
fn each_once(found: &[Fault]) -> Vec<Fault> {
    let is_own = |fault: &Fault| fault.error.message.contains(&format!("'{}'", fault.name));
    let (own, of_others): (Vec<&Fault>, Vec<&Fault>) = found.iter().partition(|&one| is_own(one));
    let mut told: Vec<Fault> = Vec::new();
    for fault in own.into_iter().chain(of_others) {
        if !told.iter().any(|known| known.error == fault.error) {
            told.push(fault.clone());
        }
    }
    told
}

/// Formulas being bound.
struct Found<'a> {
    context: Context<'a>,
    bound: BTreeMap<usize, Calculated>,
    /// How deep each of them is.
    depths: BTreeMap<usize, usize>,
    /// The members that are being bound, and whether each is used where the one before it stands.
    open: Vec<(usize, bool)>,
    /// The members that use themselves where they stand: errors in their cells.
    rings: BTreeMap<usize, QueryError>,
    /// The members that formulas of looks need: they look at cells that are worked out.
    later: Vec<Member>,
    /// Whether a formula reads a text, which can name any member.
    reads_texts: bool,
}

impl Found<'_> {
    /// Binds a calculated member and all that it needs.
    fn take(&mut self, member: Member) -> Result<(), QueryError> {
        self.take_at(member, true)
    }

    /// Binds all that can be bound.
    fn take_all(&mut self) {
        let count = self.context.cube.calculated.len() + self.context.definitions.own.len();
        for number in 0..count {
            // What is wrong with a member that nobody may ask for is said where it is asked for.
            if self.take(Member::Calculated(number)).is_err() {
                self.open.clear();
            }
        }
    }

    fn take_at(&mut self, member: Member, same_cell: bool) -> Result<(), QueryError> {
        let Member::Calculated(number) = member else { return Ok(()) };
        let named = self.context.cube.calculated.len() + self.context.definitions.own.len();
        if number >= named {
            // A visual total: it has no formula.
            return Ok(());
        }
        if let Some(start) = self.open.iter().position(|(open, _)| *open == number) {
            let ring = self.open[start + 1..].iter().all(|(_, same_cell)| *same_cell);
            if ring && same_cell {
                let error = self.cycle(number);
                self.rings.insert(number, error);
            }
            return Ok(());
        }
        if self.bound.contains_key(&number) {
            return Ok(());
        }
        let mut own = self.bind(number)?;
        self.reads_texts |= functions::reads_texts(&own.formula);
        let mut needed = Vec::new();
        own.formula.each_member(&mut |_, member, same_cell| needed.push((member, same_cell)));
        self.open.push((number, same_cell));
        needed.iter().try_for_each(|&(member, same_cell)| self.take_at(member, same_cell))?;
        self.open.pop();
        self.measure_depth(number, &own.formula)?;
        if self.own(number).is_some() {
            self.properties(number, &mut own)?;
        }
        for look in own.looks.each() {
            self.reads_texts |= functions::reads_texts(look);
            look.each_member(&mut |_, member, _| self.later.push(member));
        }
        self.bound.insert(number, own);
        Ok(())
    }

    fn measure_depth(&mut self, number: usize, formula: &Expr) -> Result<(), QueryError> {
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
        let bind = |text: &str, parsed: &parse::Expr, name: &str| {
            let text: Arc<str> = Arc::from(text);
            let formula = expr::bind_as(context.in_formula(&text), parsed, Kind::Value);
            formula.map(Arc::new).map_err(|error| error.in_formula(name))
        };
        let of_schema = context.cube.calculated.get(number).or_else(|| self.of_schema(number));
        let Some(measure) = of_schema else {
            let Some((own, definition)) = self.own(number) else {
                let message = format!("beregning {number} findes ikke");
                return Err(QueryError::new(ErrorKind::Invalid, message));
            };
            return Ok(Calculated {
                name: own.name.clone(),
                decimals: 0,
                free: true,
                format: None,
                at_all: Vec::new(),
                solve_order: 0,
                looks: Looks::default(),
                formula: bind(&definition.text, &definition.expr, &own.name)?,
            });
        };
        if !SOLVE_ORDERS.contains(&i64::from(measure.solve_order)) {
            let message = "solve_order skal være et helt tal fra -8181 til 65535";
            let error = QueryError::new(ErrorKind::Invalid, message);
            return Err(error.in_formula(&measure.name));
        }
        let parsed = parse::expression(&measure.formula);
        let parsed = parsed.map_err(|error| error.in_formula(&measure.name))?;
        Ok(Calculated {
            name: measure.name.clone(),
            decimals: measure.decimals,
            free: measure.free,
            format: (!measure.format.is_empty()).then(|| Arc::from(&*measure.format)),
            at_all: measure.at_all.clone(),
            solve_order: i64::from(measure.solve_order),
            looks: Looks::default(),
            formula: self.formula_of_schema(measure, &parsed)?,
        })
    }

    /// The formula of a member of the schema; an error in its cells, which names the member alone, where
    /// it is made of what does not exist for the caller.
    fn formula_of_schema(
        &self,
        measure: &cube::Calculated,
        parsed: &parse::Expr,
    ) -> Result<Arc<Expr>, QueryError> {
        let text: Arc<str> = Arc::from(&*measure.formula);
        let context = Context { in_formula: true, ..self.context.of_schema(&text) };
        let formula = match expr::bind_as(context, parsed, Kind::Value) {
            Err(error) if self.context.view.lacks_members() => {
                let error = self.context.told(&measure.name, error);
                Expr::unwritten(Node::Constant(Value::Error(error.into())))
            }
            formula => formula.map_err(|error| error.in_formula(&measure.name))?,
        };
        Ok(Arc::new(formula))
    }

    fn member(&self, number: usize) -> Option<(&Own, Defined<'_>)> {
        let number = number.checked_sub(self.context.cube.calculated.len())?;
        self.context.definitions.member(number)
    }

    /// A member that the question defines.
    fn own(&self, number: usize) -> Option<(&Own, &Definition<'_>)> {
        match self.member(number)? {
            (own, Defined::Question(definition)) => Some((own, definition)),
            _ => None,
        }
    }

    /// A member of a dimension that the schema defines.
    fn of_schema(&self, number: usize) -> Option<&cube::Calculated> {
        match self.member(number)?.1 {
            Defined::Schema(at) => self.context.cube.members.get(at).map(|one| &one.member),
            Defined::Question(_) => None,
        }
    }

    fn name(&self, number: usize) -> &str {
        match self.context.cube.calculated.get(number) {
            Some(measure) => &measure.name,
            None => self.member(number).map_or("", |(own, _)| &own.name),
        }
    }

    fn cycle(&self, number: usize) -> QueryError {
        let start = self.open.iter().position(|(one, _)| *one == number).unwrap_or(0);
        let names = self.open[start..].iter().map(|(one, _)| one).chain([&number]);
        let path = names.map(|&one| self.name(one)).collect::<Vec<_>>().join(" → ");
        let message = format!("målet '{}' bruger sig selv: {path}", self.name(number));
        QueryError::new(ErrorKind::Invalid, message).hint("skriv en af formlerne ud")
    }

    /// What a member of the question says of itself, and its decimals: by its format, else the most
    /// of what it is made of, and some for a ratio.
    fn properties(&self, number: usize, own: &mut Calculated) -> Result<(), QueryError> {
        let of = |member: Member| match member {
            Member::Measure(measure) => self.context.cube.measure(measure).decimals,
            Member::Calculated(number) => self.bound.get(&number).map_or(0, |one| one.decimals),
            _ => 0,
        };
        let mut decimals = if divides(&own.formula) { DECIMALS_OF_A_RATIO } else { 0 };
        own.formula.each_shown(&mut |member| decimals = decimals.max(of(member)));
        own.decimals = decimals;
        let Some((_, definition)) = self.own(number) else { return Ok(()) };
        for (property, value) in &definition.properties {
            let name = self.context.name(*property);
            if name.eq_ignore_ascii_case("FORMAT_STRING") {
                self.take_format(value, own)?;
            } else if let Some(at) = color(&name) {
                own.looks.colors[at] = Some(self.look(value)?);
            } else if name.eq_ignore_ascii_case("SOLVE_ORDER") {
                own.solve_order = self.whole(value)?;
            } else if !PROPERTIES.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
                let message = format!("der er ingen egenskab '{name}' ved et beregnet medlem");
                let error = QueryError::new(ErrorKind::Unknown, message)
                    .candidates(candidates::nearest(&name, PROPERTIES.into_iter()));
                return Err(error.at(self.context.text, property.span.range()));
            }
        }
        Ok(())
    }

    /// Takes what `FORMAT_STRING` says: a text, or a formula that is one in each cell.
    fn take_format(&self, value: &parse::Expr, own: &mut Calculated) -> Result<(), QueryError> {
        let ExprKind::Text(format) = value.kind else {
            own.looks.format = Some(self.look(value)?);
            return Ok(());
        };
        let format = format.text(self.context.text);
        (own.decimals, own.free) = (self.of_format(&format, value)?, false);
        own.format = Some(Arc::from(&*format));
        Ok(())
    }

    /// A formula of how cells look.
    fn look(&self, value: &parse::Expr) -> Result<Arc<Expr>, QueryError> {
        let context = self.context;
        context.definitions.begin_formula();
        let own = context.in_formula(context.shared);
        expr::bind_as(own, value, Kind::Value).map(Arc::new)
    }

    fn whole(&self, value: &parse::Expr) -> Result<i64, QueryError> {
        let number = match &value.kind {
            ExprKind::Number(number) => Some(*number),
            ExprKind::Prefix(Operator::Minus, of) => match of.kind {
                ExprKind::Number(number) => Some(-number),
                _ => None,
            },
            _ => None,
        };
        let number = number.filter(|number| number.fract() == 0.0).map(|number| number as i64);
        number.filter(|number| SOLVE_ORDERS.contains(number)).ok_or_else(|| {
            self.context
                .invalid("SOLVE_ORDER skal være et helt tal fra -8181 til 65535", value.span)
                .hint("det højeste tal regnes ud sidst")
        })
    }

    /// The decimals of `'#,##0.00'`, and of the named formats.
    fn of_format(&self, format: &str, value: &parse::Expr) -> Result<u8, QueryError> {
        if format.len() > LONGEST_FORMAT {
            let message = format!("et format kan højst fylde {LONGEST_FORMAT} tegn");
            return Err(self.context.invalid(message, value.span).hint("skriv et kortere format"));
        }
        if ["Standard", "Fixed", "Percent", "Currency"]
            .iter()
            .any(|named| named.eq_ignore_ascii_case(format))
        {
            return Ok(DECIMALS_OF_A_RATIO);
        }
        let first = format.split(';').next().unwrap_or_default();
        let behind = first.split_once('.').map_or("", |(_, behind)| behind);
        let digits = behind.chars().take_while(|letter| matches!(letter, '0' | '#'));
        Ok(digits.count().min(9) as u8)
    }
}

/// Which colour a property is, if it is one.
fn color(name: &str) -> Option<usize> {
    Looks::COLORS.iter().position(|own| own.eq_ignore_ascii_case(name))
}

fn divides(formula: &Expr) -> bool {
    let own = match &formula.node {
        Node::Chain(_, rest) => rest.iter().any(|(operator, _)| *operator == Operator::Divide),
        _ => false,
    };
    own || formula.parts().into_iter().any(divides)
}
