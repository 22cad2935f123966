//! An expression → the formula it means: numbers, cells, and measures over sets.

use super::context::Context;
use super::definitions::{self, Definitions};
use super::sets;
use super::{QueryError, candidates, expr};
use crate::query::bound::{HierarchyRef, Member};
use crate::query::formula::{Arithmetic, Comparison, Fold, Formula, Logic, SetFormula};
use crate::query::parse::{Expr, ExprKind, Name, NameKind, Operator, Span};

/// The formula that an expression means.
pub(super) fn formula(context: Context<'_>, expr: &Expr) -> Result<Formula, QueryError> {
    Definitions::count_part(context, expr.span)?;
    match &expr.kind {
        ExprKind::Number(number) => Ok(Formula::Number(*number)),
        ExprKind::Path(names) if is_null(context, names) => Ok(Formula::Empty),
        ExprKind::Path(names) => cell(context, &[names], expr.span),
        ExprKind::Tuple(elements) => tuple(context, elements, expr.span),
        ExprKind::Prefix(operator, operand) => prefix(context, *operator, operand, expr.span),
        ExprKind::Chain(first, rest) => chain(context, first, rest),
        ExprKind::Call(name, arguments) => {
            call(&Call { context, name: *name, arguments, span: expr.span })
        }
        ExprKind::Case(_) | ExprKind::Alias(..) | ExprKind::Parameter(_) => {
            Err(context.not_yet(expr.span))
        }
        ExprKind::Text(_) => Err(context
            .invalid("tekster er endnu ikke understøttet i formler", expr.span)
            .hint("navne skrives i [ ] og ikke i anførselstegn")),
        ExprKind::Steps(_, steps) => {
            let step = steps.first().map_or("", |step| &context.text[step.name.span.range()]);
            let message = format!("'.{step}' er endnu ikke understøttet i formler");
            Err(context.invalid(message, expr.span).hint("skriv et mål eller en tupel"))
        }
        ExprKind::Braces(_) => Err(no_number(context, expr.span)),
    }
}

fn no_number(context: Context<'_>, span: Span) -> QueryError {
    context
        .invalid("en mængde er ikke et tal", span)
        .hint("skriv for eksempel Sum(mængde, [Measures].[et mål])")
}

fn is_null(context: Context<'_>, names: &[Name]) -> bool {
    matches!(names, [only] if only.kind == NameKind::Bare
        && context.name(*only).eq_ignore_ascii_case("NULL"))
}

// Cells.

fn tuple(context: Context<'_>, elements: &[Expr], span: Span) -> Result<Formula, QueryError> {
    let mut paths: Vec<&[Name]> = Vec::with_capacity(elements.len());
    for element in elements {
        match &element.kind {
            ExprKind::Path(names) => paths.push(names),
            _ => {
                return Err(context
                    .invalid("her skal stå et medlem eller et mål", element.span)
                    .hint(
                        "en tupel i en formel er ([Measures].[mål], [Dimension].[Felt].&[nøgle])",
                    ));
            }
        }
    }
    cell(context, &paths, span)
}

/// A measure, and the members that it is looked up at.
fn cell(context: Context<'_>, paths: &[&[Name]], span: Span) -> Result<Formula, QueryError> {
    let (mut measure, mut at) = (None, Vec::new());
    for names in paths {
        let place = names.last().map_or(span, |last| names[0].span.to(last.span));
        let Some((hierarchy, member)) = definitions::member(context, names)? else {
            return Err(context.invalid("her skal stå et medlem eller et mål", place).hint(
                "skriv for eksempel [Tid].[År].&[2020] eller [Measures].[navnet på et mål]",
            ));
        };
        let twice = at.iter().any(|(other, _)| *other == hierarchy)
            || (hierarchy == HierarchyRef::Measures && measure.is_some());
        if twice {
            let name = context.hierarchy_name(hierarchy);
            let message = format!("hierarkiet {name} står to gange i tuplen");
            return Err(context.invalid(message, place));
        }
        match hierarchy {
            HierarchyRef::Measures => measure = Some(member),
            HierarchyRef::Of { .. } => at.push((hierarchy, member)),
        }
    }
    match measure {
        Some(measure) => Ok(Formula::Measure { measure, at }),
        None => Err(context
            .invalid("en tupel i en formel skal nævne et mål", span)
            .hint("skriv for eksempel ([Measures].[mål], [Tid].[År].&[2020])")),
    }
}

// Operators.

fn prefix(
    context: Context<'_>,
    operator: Operator,
    operand: &Expr,
    span: Span,
) -> Result<Formula, QueryError> {
    let of = formula(context, operand)?;
    match operator {
        Operator::Minus => Ok(Formula::Negative(Box::new(of))),
        Operator::Plus => Ok(of),
        Operator::Not => Ok(Formula::Not(Box::new(of))),
        _ => Err(context.invalid("operatoren kan ikke stå foran et tal", span)),
    }
}

/// Operators of one precedence, from the left.
fn chain(
    context: Context<'_>,
    first: &Expr,
    rest: &[(Operator, Expr)],
) -> Result<Formula, QueryError> {
    let mut left = formula(context, first)?;
    for (operator, operand) in rest {
        let both = |left, right| Box::new([left, right]);
        let is_null = |expr: &Expr| match &expr.kind {
            ExprKind::Path(names) => is_null(context, names),
            _ => false,
        };
        if *operator == Operator::Is && is_null(operand) {
            Definitions::count_part(context, operand.span)?;
            left = Formula::IsEmpty(Box::new(left));
            continue;
        }
        let right = formula(context, operand)?;
        left = match (arithmetic(*operator), comparison(*operator), logic(*operator)) {
            (Some(own), ..) => Formula::Arithmetic(own, both(left, right)),
            (_, Some(own), _) => Formula::Comparison(own, both(left, right)),
            (.., Some(own)) => Formula::Logic(own, both(left, right)),
            _ => {
                let span = first.span.to(operand.span);
                return Err(context
                    .invalid("operatoren er ikke understøttet mellem tal", span)
                    .hint("der findes + - * / = <> < <= > >= AND OR XOR NOT og IS NULL"));
            }
        };
    }
    Ok(left)
}

fn arithmetic(operator: Operator) -> Option<Arithmetic> {
    Some(match operator {
        Operator::Plus => Arithmetic::Plus,
        Operator::Minus => Arithmetic::Minus,
        Operator::Times => Arithmetic::Times,
        Operator::Divide => Arithmetic::Divide,
        _ => return None,
    })
}

fn comparison(operator: Operator) -> Option<Comparison> {
    Some(match operator {
        Operator::Equal => Comparison::Equal,
        Operator::Unequal => Comparison::Unequal,
        Operator::Less => Comparison::Less,
        Operator::AtMost => Comparison::AtMost,
        Operator::Greater => Comparison::Greater,
        Operator::AtLeast => Comparison::AtLeast,
        _ => return None,
    })
}

fn logic(operator: Operator) -> Option<Logic> {
    Some(match operator {
        Operator::And => Logic::And,
        Operator::Or => Logic::Or,
        Operator::Xor => Logic::Xor,
        _ => return None,
    })
}

// Functions.

/// A call being bound: the function's name, its arguments, and the whole of it.
struct Call<'a> {
    context: Context<'a>,
    name: Name,
    arguments: &'a [Option<Expr>],
    span: Span,
}

type Function = fn(&Call<'_>) -> Result<Formula, QueryError>;

/// All functions that give a number.
const FUNCTIONS: [(&str, Function); 5] = [
    ("Aggregate", |call| call.fold(Fold::Aggregate)),
    ("CoalesceEmpty", |call| {
        call.at_least(2)?;
        Ok(Formula::Coalesce(
            (0..call.arguments.len()).map(|at| call.formula(at)).collect::<Result<_, _>>()?,
        ))
    }),
    ("IIf", |call| {
        call.exactly(3)?;
        Ok(Formula::If(Box::new([call.formula(0)?, call.formula(1)?, call.formula(2)?])))
    }),
    ("IsEmpty", |call| {
        call.exactly(1)?;
        Ok(Formula::IsEmpty(Box::new(call.formula(0)?)))
    }),
    ("Sum", |call| call.fold(Fold::Sum)),
];

fn call(call: &Call<'_>) -> Result<Formula, QueryError> {
    let wanted = call.context.name(call.name);
    match FUNCTIONS.iter().find(|(function, _)| function.eq_ignore_ascii_case(&wanted)) {
        Some((_, function)) => function(call),
        None => {
            let names = FUNCTIONS.map(|(name, _)| name);
            let message = format!("funktionen '{wanted}' er ikke understøttet i formler");
            Err(call
                .context
                .invalid(message, call.name.span)
                .hint(format!("funktionerne er {}", names.join(", ")))
                .candidates(candidates::alike(&wanted, names.into_iter())))
        }
    }
}

impl Call<'_> {
    fn argument(&self, position: usize) -> Result<&Expr, QueryError> {
        self.arguments.get(position).and_then(Option::as_ref).ok_or_else(|| {
            let function = self.context.name(self.name);
            let message = format!("{function} mangler argument {}", position + 1);
            self.context.invalid(message, self.span)
        })
    }

    fn formula(&self, position: usize) -> Result<Formula, QueryError> {
        formula(self.context, self.argument(position)?)
    }

    fn exactly(&self, count: usize) -> Result<(), QueryError> {
        match self.arguments.get(count) {
            Some(Some(more)) => {
                let function = self.context.name(self.name);
                let message = format!("{function} har kun {count} argumenter");
                Err(self.context.invalid(message, more.span))
            }
            _ => self.at_least(count),
        }
    }

    fn at_least(&self, count: usize) -> Result<(), QueryError> {
        (0..count).try_for_each(|position| self.argument(position).map(drop))
    }

    /// A measure over a set.
    fn fold(&self, fold: Fold) -> Result<Formula, QueryError> {
        self.exactly(2)?;
        let of = self.formula(1)?;
        let argument = self.argument(0)?;
        let set = set(self.context, argument)?;
        if set.columns.contains(&HierarchyRef::Measures) {
            let message = "mål kan ikke stå i en mængde, der regnes over";
            return Err(self.context.invalid(message, argument.span));
        }
        if fold == Fold::Aggregate && set.condition.is_some() && set.columns.len() > 1 {
            let message = "Aggregate over Filter kræver en mængde af ét hierarki";
            return Err(self.context.invalid(message, argument.span));
        }
        if fold == Fold::Aggregate && set.condition.is_none() && !is_product(&set) {
            let message = "mængden i Aggregate skal være et krydsprodukt";
            return Err(self
                .context
                .invalid(message, argument.span)
                .hint("brug Sum for hver del, eller skriv mængden som {…} * {…}"));
        }
        Ok(Formula::Fold(fold, Box::new(set), Box::new(of)))
    }
}

// Sets.

/// The set that an expression means in a formula: a named set of the schema is that of the cell.
fn set(context: Context<'_>, expr: &Expr) -> Result<SetFormula, QueryError> {
    if let ExprKind::Call(name, arguments) = &expr.kind
        && context.name(*name).eq_ignore_ascii_case("Filter")
    {
        let call = Call { context, name: *name, arguments, span: expr.span };
        call.exactly(2)?;
        let mut sifted = set(context, call.argument(0)?)?;
        let condition = call.formula(1)?;
        sifted.condition = Some(match sifted.condition.take() {
            Some(before) => Formula::Logic(Logic::And, Box::new([before, condition])),
            None => condition,
        });
        return Ok(sifted);
    }
    if let Some(name) = definitions::set_name(context, expr)
        && let Some(named) = named_set(context, &name)?
    {
        return Ok(named);
    }
    let bound = expr::set(context, expr)?;
    let bound = sets::distinct(context, &bound, expr.span)?;
    let tuples = sets::tuples(context, &bound, expr.span)?;
    let columns = bound.columns().collect();
    Ok(SetFormula { columns, tuples, existing: false, condition: None })
}

/// The set of a name of the schema: those of its tuples that exist in the cell.
pub(super) fn named_set(
    context: Context<'_>,
    name: &str,
) -> Result<Option<SetFormula>, QueryError> {
    let Some(own) = Definitions::schema_set(context, name) else { return Ok(None) };
    let bound = definitions::once(context, name, || {
        let (context, expr) = own?;
        set(context, &expr)
    })?;
    Ok(Some(SetFormula { existing: true, ..bound }))
}

/// Whether the tuples are all combinations of the members in them.
fn is_product(set: &SetFormula) -> bool {
    let width = set.columns.len();
    let different = |column: usize| {
        let members: hashbrown::HashSet<Member> =
            set.tuples.iter().skip(column).step_by(width).copied().collect();
        members.len()
    };
    width == 1 || (0..width).map(different).product::<usize>() * width == set.tuples.len()
}
