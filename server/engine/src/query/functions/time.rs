//! Periods: what stands before, beside and up to a member of time. Everything goes by the position
//! on the level, never by the calendar.

use cube_schema::schema::Period;

use super::{Call, Form, Function, Kind, Outcome, Rule, Takes};
use crate::cube::Hierarchy;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::{At, Frame, Stand};
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Column, Place, Value};
use crate::query::expr::{Depends, Expr, Node};

const LEVEL: Takes = Takes::Need(Kind::Level);
const MEMBER: Takes = Takes::Need(Kind::Member);
const MAY_MEMBER: Takes = Takes::May(Kind::Member);
const VALUE: Takes = Takes::Need(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[LEVEL, MAY_MEMBER],
        meaning: "Perioderne fra den første i niveauets periode til og med medlemmet; uden medlem \
                  det, cellen står ved.",
        example: "PeriodsToDate([Tid].[Kalender].[År], [Tid].[Kalender].[2020].[2020K3])",
        depends: Some(of_level),
        ..Function::call("PeriodsToDate", Kind::Set, Rule::Framed(periods_to_date))
    },
    Function {
        meaning: "Perioderne fra den første under samme overordnede til og med den, cellen står ved.",
        example: "PeriodsToDate()",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("PeriodsToDate", Kind::Set, Rule::Framed(periods_to_date))
    },
    to_date(
        "YTD",
        "Perioderne fra årets første til og med medlemmet.",
        "YTD([Tid].[Kvartal].[2020K3])",
        |own, frame, given| of_time(own, frame, given, &YEAR_TO_DATE),
    ),
    to_date(
        "QTD",
        "Perioderne fra kvartalets første til og med medlemmet.",
        "QTD([Tid].[Måned].[2020-05])",
        |own, frame, given| of_time(own, frame, given, &QUARTER_TO_DATE),
    ),
    to_date(
        "MTD",
        "Perioderne fra månedens første til og med medlemmet.",
        "MTD([Tid].[Måned].[2020-05])",
        |own, frame, given| of_time(own, frame, given, &MONTH_TO_DATE),
    ),
    to_date(
        "WTD",
        "Perioderne fra ugens første til og med medlemmet; af en dimension med uger.",
        "WTD([Tid].[Uger].[Dag].[2024-03-06])",
        |own, frame, given| of_time(own, frame, given, &WEEK_TO_DATE),
    ),
    Function {
        takes: &[LEVEL, Takes::May(Kind::Value), MAY_MEMBER],
        meaning: "Medlemmet på samme plads så mange perioder før, for eksempel samme kvartal sidste \
                  år; uden tal én periode, uden medlem det, cellen står ved.",
        example: "ParallelPeriod([Tid].[Kalender].[År], 1, [Tid].[Kalender].[2020].[2020K3])",
        depends: Some(of_level),
        ..Function::call("ParallelPeriod", Kind::Member, Rule::Framed(parallel_period))
    },
    Function {
        meaning: "Den tilsvarende periode i den forrige under samme overordnede.",
        example: "ParallelPeriod()",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("ParallelPeriod", Kind::Tuple, Rule::Framed(parallel_period))
    },
    Function {
        takes: &[VALUE, MAY_MEMBER],
        meaning: "De sidste n perioder til og med medlemmet; med et negativt tal de første fra og med \
                  det. Uden medlem det, cellen står ved.",
        example: "LastPeriods(4, [Tid].[Kvartal].[2020K3])",
        depends: Some(of_second),
        ..Function::call("LastPeriods", Kind::Set, Rule::Framed(last_periods))
    },
    Function {
        takes: &[LEVEL, MAY_MEMBER],
        meaning: "Den første periode på niveauet under medlemmet; uden medlem det, cellen står ved.",
        example: "OpeningPeriod([Tid].[Kalender].[Kvartal], [Tid].[Kalender].[2020])",
        depends: Some(of_level),
        ..Function::call("OpeningPeriod", Kind::Member, Rule::Framed(opening_period))
    },
    Function {
        meaning: "Den første periode lige under den, cellen står ved.",
        example: "OpeningPeriod()",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("OpeningPeriod", Kind::Tuple, Rule::Framed(opening_period))
    },
    Function {
        takes: &[LEVEL, MAY_MEMBER],
        meaning: "Den sidste periode på niveauet under medlemmet; uden medlem det, cellen står ved.",
        example: "ClosingPeriod([Tid].[Kalender].[Kvartal], [Tid].[Kalender].[2020])",
        depends: Some(of_level),
        ..Function::call("ClosingPeriod", Kind::Member, Rule::Framed(closing_period))
    },
    Function {
        meaning: "Den sidste periode lige under den, cellen står ved.",
        example: "ClosingPeriod()",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("ClosingPeriod", Kind::Tuple, Rule::Framed(closing_period))
    },
];

type Framed = fn(&Evaluator<'_>, &Frame, &[Expr]) -> Result<Column, QueryError>;

/// The periods up to a member of time.
const fn to_date(
    name: &'static str,
    meaning: &'static str,
    example: &'static str,
    rule: Framed,
) -> Function {
    Function {
        takes: &[MAY_MEMBER],
        meaning,
        example,
        depends: Some(of_first),
        ..Function::call(name, Kind::Set, Rule::Framed(rule))
    }
}

// The same functions with all their arguments.

static PERIODS_TO_DATE: Function = Function {
    takes: &[Takes::Need(Kind::Any), MEMBER],
    ..Function::call("PeriodsToDate", Kind::Set, Rule::Plain(level_to_date))
};
static YEAR_TO_DATE: Function = period_to_date("YTD", |call| to_date_in(call, Period::Years, "år"));
static QUARTER_TO_DATE: Function =
    period_to_date("QTD", |call| to_date_in(call, Period::Quarters, "kvartaler"));
static MONTH_TO_DATE: Function =
    period_to_date("MTD", |call| to_date_in(call, Period::Months, "måneder"));
static WEEK_TO_DATE: Function =
    period_to_date("WTD", |call| to_date_in(call, Period::Weeks, "uger"));
static PARALLEL_PERIOD: Function = Function {
    takes: &[Takes::Need(Kind::Any), VALUE, MEMBER],
    ..Function::call("ParallelPeriod", Kind::Tuple, Rule::Plain(parallel))
};
static LAST_PERIODS: Function = Function {
    takes: &[VALUE, MEMBER],
    ..Function::call("LastPeriods", Kind::Set, Rule::Plain(last))
};
static OPENING_PERIOD: Function = Function {
    takes: &[Takes::Need(Kind::Any), MEMBER],
    ..Function::call("OpeningPeriod", Kind::Tuple, Rule::Plain(|call| end(call, false)))
};
static CLOSING_PERIOD: Function = Function {
    takes: &[Takes::Need(Kind::Any), MEMBER],
    ..Function::call("ClosingPeriod", Kind::Tuple, Rule::Plain(|call| end(call, true)))
};

const fn period_to_date(name: &'static str, rule: fn(&Call<'_>) -> Outcome) -> Function {
    Function { takes: &[MEMBER], ..Function::call(name, Kind::Set, Rule::Plain(rule)) }
}

// What is left out: the member that the cell stands at.

/// A level, and a member at this place, which else is the current one of the level's hierarchy.
fn of_level(arguments: &[Expr]) -> Depends {
    let given = arguments.iter().fold(Depends::NOTHING, |sum, one| sum.or(one.depends()));
    let has_member = arguments.iter().skip(1).any(|one| one.kind() == Kind::Member);
    match arguments.first().and_then(Expr::hierarchy) {
        _ if has_member => given,
        Some(hierarchy) => given.or(Depends::On(vec![hierarchy])),
        None => Depends::EVERYTHING,
    }
}

fn of_first(arguments: &[Expr]) -> Depends {
    match arguments.first().filter(|one| !is_left_out(one)) {
        Some(member) => member.depends(),
        None => Depends::EVERYTHING,
    }
}

fn of_second(arguments: &[Expr]) -> Depends {
    match (arguments.first(), arguments.get(1).filter(|one| !is_left_out(one))) {
        (Some(count), Some(member)) => count.depends().or(member.depends()),
        _ => Depends::EVERYTHING,
    }
}

fn is_left_out(expr: &Expr) -> bool {
    matches!(expr.node, Node::Constant(Value::Omitted))
}

/// The current member of the hierarchy of a level.
fn current_of(level: &Expr) -> Result<Expr, QueryError> {
    let current = super::named("CurrentMember", Form::Step).next();
    let current = current.ok_or_else(|| no_time("CurrentMember findes ikke"))?;
    Ok(level.like(Node::Call(current, vec![level.clone()])))
}

/// The current member of time: of the deepest hierarchy that cells stand at, else of all.
fn current_time(evaluator: &Evaluator<'_>, frame: &Frame) -> Result<Expr, QueryError> {
    let mut all = Vec::new();
    for (dimension, shape) in evaluator.scope.view.dimensions().filter(|(_, one)| one.of_time) {
        let of = |(hierarchy, own): (usize, &Hierarchy)| {
            (HierarchyRef::Of { dimension, hierarchy }, own.levels.len())
        };
        all.extend(shape.shown_hierarchies().map(of));
    }
    let stands_elsewhere = |own: &HierarchyRef| {
        let stand = frame.stand(*own);
        stand.is_some_and(|stand| !matches!(stand, Stand::Same(At::One(Member::All))))
    };
    if all.iter().any(|(own, _)| stands_elsewhere(own)) {
        all.retain(|(own, _)| stands_elsewhere(own));
    }
    let deepest = all.iter().rev().max_by_key(|(_, levels)| *levels).map(|(own, _)| *own);
    let hierarchy = deepest.ok_or_else(|| no_time("kuben har ingen tid"))?;
    current_of(&Expr::unwritten(Node::Constant(Value::Hierarchy(hierarchy))))
}

fn no_time(message: &str) -> QueryError {
    QueryError::new(ErrorKind::Invalid, message)
        .hint("nævn et medlem, for eksempel [Tid].[År].[2020]")
}

/// Works a function out that has all its arguments.
fn full(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    function: &'static Function,
    arguments: Vec<Expr>,
) -> Result<Column, QueryError> {
    let like = arguments.last().cloned();
    let node = Node::Call(function, arguments);
    let call = match like {
        Some(like) => like.like(node),
        None => Expr::unwritten(node),
    };
    evaluator.eval(&call, frame)
}

/// A function of a level and a member, either of which may be left out.
fn with_level(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
    function: &'static Function,
) -> Result<Column, QueryError> {
    let nothing = || Expr::unwritten(Node::Constant(Value::Omitted));
    let level = arguments.first().cloned();
    let last = function.takes.len() - 1;
    let member = match (arguments.get(last).filter(|one| !is_left_out(one)), &level) {
        (Some(member), _) => member.clone(),
        (None, Some(level)) => current_of(level)?,
        (None, None) => current_time(evaluator, frame)?,
    };
    let mut given = vec![level.unwrap_or_else(nothing)];
    given.extend((1..last).map(|at| arguments.get(at).cloned().unwrap_or_else(nothing)));
    given.push(member);
    full(evaluator, frame, function, given)
}

fn periods_to_date(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    with_level(evaluator, frame, arguments, &PERIODS_TO_DATE)
}

fn parallel_period(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    with_level(evaluator, frame, arguments, &PARALLEL_PERIOD)
}

fn opening_period(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    with_level(evaluator, frame, arguments, &OPENING_PERIOD)
}

fn closing_period(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    with_level(evaluator, frame, arguments, &CLOSING_PERIOD)
}

/// A function of a member of time, which may be left out.
fn of_time(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
    function: &'static Function,
) -> Result<Column, QueryError> {
    let member = match arguments.first().filter(|one| !is_left_out(one)) {
        Some(member) => member.clone(),
        None => current_time(evaluator, frame)?,
    };
    full(evaluator, frame, function, vec![member])
}

fn last_periods(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let Some(count) = arguments.first() else { return Ok(Column::Same(Value::Empty)) };
    let member = match arguments.get(1).filter(|one| !is_left_out(one)) {
        Some(member) => member.clone(),
        None => current_time(evaluator, frame)?,
    };
    full(evaluator, frame, &LAST_PERIODS, vec![count.clone(), member])
}

// What they give.

/// The field of a level: `None` is that of the All member.
type Level = Option<usize>;

/// The member that a call is about; an error where it is of another hierarchy than the level. Beside
/// it the level, which is that above (or below) the member where it is left out.
fn level_and_member(
    call: &Call<'_>,
    at: usize,
    is_below: bool,
) -> Result<Option<(Level, Place)>, QueryError> {
    let Some(place) = call.member(at)? else { return Ok(None) };
    if matches!(call.value(0), Value::Omitted) {
        let levels = call.scope.levels(place.0);
        let depth = call.scope.depth(place);
        let level = match is_below {
            true => levels.get(depth).copied().map(Some),
            false => depth.checked_sub(1).map(|above| above.checked_sub(1).map(|at| levels[at])),
        };
        return Ok(level.map(|level| (level, place)));
    }
    let (hierarchy, level) = call.level(0)?;
    if hierarchy != place.0 {
        let name = |own| call.scope.hierarchy_name(own);
        let message = format!(
            "i {} er niveauet af {} og medlemmet af {}",
            call.function.name,
            name(hierarchy),
            name(place.0)
        );
        return Err(call.invalid(message).hint("de skal være af samme hierarki"));
    }
    Ok(Some((level, place)))
}

/// How far below the top a level is.
fn depth_of(call: &Call<'_>, hierarchy: HierarchyRef, level: Level) -> usize {
    let levels = call.scope.levels(hierarchy);
    level.and_then(|field| levels.iter().position(|one| *one == field)).map_or(0, |at| at + 1)
}

fn nothing() -> Value {
    Value::set(Set::default())
}

fn level_to_date(call: &Call<'_>) -> Outcome {
    let Some((level, place)) = level_and_member(call, 1, false)? else { return Ok(nothing()) };
    if depth_of(call, place.0, level) > call.scope.depth(place) {
        return Ok(Value::set(Set::of_members(place.0, Vec::new())));
    }
    up_to(call, place, level)
}

fn to_date_in(call: &Call<'_>, period: Period, plural: &str) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(nothing()) };
    let HierarchyRef::Of { dimension, hierarchy } = place.0 else {
        return Err(call.invalid(format!("{} skal have et medlem af tiden", call.function.name)));
    };
    let shape = &call.scope.cube.dimensions[dimension];
    let fields = &shape.fields;
    // The years of a hierarchy of weeks are others than those of the months.
    let own = &shape.hierarchies[hierarchy].levels;
    let own = own.iter().copied().find(|&field| fields[field].period == period);
    let any = || fields.iter().position(|field| field.period == period);
    let Some(upper) = own.or_else(any) else {
        let name = &call.scope.cube.dimensions[dimension].name;
        let message = format!("dimensionen '{name}' har intet niveau, der er {plural}");
        return Err(call.invalid(message).hint("skriv PeriodsToDate(niveau, medlem)"));
    };
    match place.1 {
        Member::Of { field, .. } if fineness(fields[field].period) >= fineness(period) => {
            up_to(call, place, Some(upper))
        }
        _ => Ok(Value::set(Set::of_members(place.0, Vec::new()))),
    }
}

/// How short periods are, the longest at 0; what is no period lies in all of them.
fn fineness(period: Period) -> usize {
    match period {
        Period::Years => 0,
        Period::Quarters => 1,
        Period::Months => 2,
        Period::Weeks => 3,
        Period::Days => 4,
        Period::None => 5,
    }
}

/// The members of a member's level up to it, those under the same member of a level above.
fn up_to(call: &Call<'_>, place: Place, level: Level) -> Outcome {
    let (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) = place else {
        return Ok(Value::set(Set::of_members(place.0, vec![place.1])));
    };
    let mut members = call.scope.level(place.0, field, 0..id + 1)?;
    if let Some(upper) = level {
        let shape = &call.scope.cube.dimensions[dimension];
        let above = |member: &Member| match *member {
            Member::Of { field, id } => shape.ancestor(field, id, upper),
            _ => None,
        };
        let own = above(&place.1);
        members.retain(|member| above(member) == own);
    }
    Ok(Value::set(Set::of_members(place.0, members)))
}

fn parallel(call: &Call<'_>) -> Outcome {
    let Some((level, place)) = level_and_member(call, 2, false)? else { return Ok(Value::Empty) };
    let by = -call.whole(1, 1)?;
    let (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) = place else {
        return Ok(Value::Empty);
    };
    if level == Some(field) {
        return Ok(Value::member(call.scope.lead(place, by)?));
    }
    let shape = &call.scope.cube.dimensions[dimension];
    let above = match call.scope.ancestor(place, level) {
        Some(above @ (_, Member::Of { .. })) => above,
        _ => return Ok(Value::Empty),
    };
    let Some((_, Member::Of { field: upper, id: there })) = call.scope.lead(above, by)? else {
        return Ok(Value::Empty);
    };
    let (_, Member::Of { id: here, .. }) = above else { return Ok(Value::Empty) };
    // Members that may not be seen take no place among the others.
    let below = |above: u32| {
        let all = shape.descendants(upper, above, field).into_iter();
        all.filter(|&one| call.scope.view.has_member(dimension, field, one))
    };
    let found = below(here).position(|one| one == id).and_then(|at| below(there).nth(at));
    Ok(found.map_or(Value::Empty, |id| Value::Member(place.0, Member::Of { field, id })))
}

fn last(call: &Call<'_>) -> Outcome {
    let Some(place) = call.member(1)? else { return Ok(nothing()) };
    let count = call.whole(0, 1)?;
    let Member::Of { field, id } = place.1 else {
        let own = if count == 0 { Vec::new() } else { vec![place.1] };
        return Ok(Value::set(Set::of_members(place.0, own)));
    };
    let most = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let mut members = match count >= 0 {
        true => call.scope.level(place.0, field, 0..id + 1)?,
        false => call.scope.level(place.0, field, id..u32::MAX)?,
    };
    match count >= 0 {
        true => drop(members.drain(..members.len().saturating_sub(most))),
        false => members.truncate(most),
    }
    Ok(Value::set(Set::of_members(place.0, members)))
}

fn end(call: &Call<'_>, is_last: bool) -> Outcome {
    let Some((level, place)) = level_and_member(call, 1, true)? else { return Ok(Value::Empty) };
    let HierarchyRef::Of { dimension, .. } = place.0 else { return Ok(Value::Empty) };
    let members = match (level, place.1) {
        (Some(level), Member::All) => call.scope.level(place.0, level, 0..u32::MAX)?,
        (None, Member::All) => vec![Member::All],
        (Some(level), Member::Of { field, .. }) if level == field => vec![place.1],
        (Some(level), Member::Of { field, id })
            if depth_of(call, place.0, Some(level)) > call.scope.depth(place) =>
        {
            let below = call.scope.cube.dimensions[dimension].descendants(field, id, level);
            let below = below.into_iter().map(|id| Member::Of { field: level, id });
            below.filter(|member| call.scope.shows(place.0, *member)).collect()
        }
        _ => Vec::new(),
    };
    let found = if is_last { members.last() } else { members.first() };
    Ok(found.map_or(Value::Empty, |member| Value::Member(place.0, *member)))
}
