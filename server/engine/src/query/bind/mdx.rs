//! A parsed MDX statement → a bound question.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::definitions::Definitions;
use super::{
    Bound, ErrorKind, QueryError, View, calculated, defaults, expr, pivot, properties, slicer,
};
use crate::cube::dimension::same;
use crate::query::bound::{Axis, HierarchyRef, Member, Part, Union};
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::Value;
use crate::query::evaluate::{Evaluator, of_filled, on_a_stack};
use crate::query::expr::{Expr, Node};
use crate::query::functions::{self, Kind};
use crate::query::notes::Stage;
use crate::query::parse::{AxisClause, Select, Source, Span};
use crate::query::{Cancel, Limits, names};

/// Resolves the names of an MDX statement, and works its sets out. Its cube must be that of the
/// view.
///
/// # Errors
/// A name that does not exist, something that is not understood here, or a question that means
/// nothing; each with its place in the text.
pub fn mdx(view: &View, query: &Select<'_>) -> Result<Bound, QueryError> {
    mdx_within(view, query, &Limits::default(), &Cancel::default())
}

/// As [`mdx`], within some limits, and until it is cancelled.
///
/// # Errors
/// As [`mdx`]; a limit was reached, or the question was cancelled.
pub fn mdx_within(
    view: &View,
    query: &Select<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Bound, QueryError> {
    let text: Arc<str> = Arc::from(query.text);
    let definitions = Definitions::new(view, query, &text)?;
    let context = Context::new(view, &text, &definitions);
    check_cube(context, query)?;
    let parts = Parts::bind(context, query)?;
    let mut bound = Bound {
        axes: Vec::new(),
        conditions: Vec::new(),
        sliced: Vec::new(),
        hidden: Vec::new(),
        hidden_unions: Vec::new(),
        measures: None,
        measure: pivot::default_member(view),
        slicer: Vec::new(),
        defaults: defaults::of(view),
        calculated: BTreeMap::new(),
        own: definitions.own.clone(),
        named: Vec::new(),
        unions: Vec::new(),
        warnings: Vec::new(),
        visual: Vec::new(),
        nested_totals: false,
        properties: Vec::new(),
        cell_properties: properties::of_cells(context, &query.cell_properties)?,
    };
    let all = parts.all();
    calculated::take(context, &mut bound.calculated, &all, &[], bound.measure)?;
    let settle = Settle { view, limits, cancel };
    on_a_stack(&all, &bound.calculated.clone(), || settle.all(&parts, &mut bound))?;
    let axes = parts.axes.iter().zip(&bound.axes);
    let asked = axes.map(|((clause, _), axis)| properties::of_axis(context, clause, axis));
    bound.properties = asked.collect::<Result<_, _>>()?;
    if bound.properties.iter().all(Vec::is_empty) {
        bound.properties.clear();
    }
    defaults::stand(view, &mut bound);
    bound.warnings = definitions.warnings();
    calculated::take(context, &mut bound.calculated, &[], &bound.axes, bound.measure)?;
    Ok(bound)
}

fn check_cube(context: Context<'_>, query: &Select<'_>) -> Result<(), QueryError> {
    let name = query.cube_name();
    if same(&name, &context.cube.name) {
        return Ok(());
    }
    let error = super::unknown_cube(&name, [context.cube.name.as_str()].into_iter());
    Err(error.at(query.text, query.cube().span.range()))
}

/// The expressions of a statement, bound.
struct Parts<'q> {
    /// The innermost first.
    inner: Vec<Inner>,
    slicer: Option<Expr>,
    axes: Vec<(&'q AxisClause, Expr)>,
}

/// An inner `SELECT`, bound.
struct Inner {
    sets: Vec<Expr>,
    /// Where its sets are worked out.
    slicer: Option<Expr>,
    non_visual: bool,
}

impl<'q> Parts<'q> {
    fn bind(context: Context<'_>, query: &'q Select<'_>) -> Result<Parts<'q>, QueryError> {
        let set = |set| expr::bind_as(context.dropping(), set, Kind::Set);
        let mut inner = inner(context, &query.source)?;
        inner.reverse();
        let slicer = query.slicer.as_ref();
        let slicer = slicer.map(|set| expr::bind_as(context, set, Kind::Set)).transpose()?;
        let mut axes = Vec::with_capacity(query.axes.len());
        for number in 0..query.axes.len() as u32 {
            let clause = axis_of_number(context, &query.axes, number)?;
            let mut own = set(&clause.set)?;
            if let Some(having) = &clause.having {
                let having = expr::bind_as(context, having, Kind::Value)?;
                let filter = functions::of_name("Filter")?;
                own = own.like(Node::Call(filter, vec![own.clone(), having]));
            }
            axes.push((clause, own));
        }
        Ok(Parts { inner, slicer, axes })
    }

    fn all(&self) -> Vec<&Expr> {
        let inner = self.inner.iter().flat_map(|one| one.sets.iter().chain(&one.slicer));
        inner.chain(&self.slicer).chain(self.axes.iter().map(|(_, set)| set)).collect()
    }
}

/// The sets of inner `SELECT`s, the outermost first.
fn inner(context: Context<'_>, source: &Source<'_>) -> Result<Vec<Inner>, QueryError> {
    let (mut source, mut found) = (source, Vec::new());
    while let Source::Select { select, non_visual } = source {
        let mut sets = Vec::with_capacity(select.axes.len());
        for axis in &select.axes {
            if axis.non_empty {
                let message = "NON EMPTY kan ikke stå i en indre SELECT";
                return Err(context.invalid(message, axis.set.span));
            }
            if let Some(having) = &axis.having {
                let message = "HAVING kan ikke stå i en indre SELECT";
                return Err(context.invalid(message, having.span));
            }
            sets.push(expr::bind_as(context.dropping(), &axis.set, Kind::Set)?);
        }
        let slicer = select.slicer.as_ref();
        let slicer = slicer.map(|set| expr::bind_as(context, set, Kind::Set)).transpose()?;
        found.push(Inner { sets, slicer, non_visual: *non_visual });
        source = &select.source;
    }
    Ok(found)
}

/// What sets are worked out with.
struct Settle<'a> {
    view: &'a View,
    limits: &'a Limits,
    cancel: &'a Cancel,
}

impl Settle<'_> {
    /// Works the sets of a statement out: the inner ones, the slicer, then the axes.
    fn all(&self, parts: &Parts<'_>, bound: &mut Bound) -> Result<(), QueryError> {
        for inner in &parts.inner {
            for set in &inner.sets {
                self.cancel.note(|noted| noted.begin(Stage::Inner));
                self.narrow(set, inner, bound)?;
            }
        }
        let mut sliced = Set::default();
        if let Some(set) = &parts.slicer {
            self.cancel.note(|noted| noted.begin(Stage::Slicer));
            sliced = self.slice(set, bound)?;
        }
        let mut axes: Vec<Axis> = Vec::with_capacity(parts.axes.len());
        let (mut sets, large) = self.sets(parts, bound)?;
        if let Some(number) = large {
            self.cancel.note(|noted| noted.begin(Stage::Axis(number)));
            let (clause, expr) = &parts.axes[number];
            let others = sets.iter().flatten().map(|set| (**set).clone());
            let others = others.map(|set| Axis { factors: set.factors, non_empty: false });
            let beside = Bound { axes: others.collect(), ..bound.clone() };
            let evaluator = self.deep(&beside);
            let filled = if clause.non_empty { of_filled(expr) } else { expr.clone() };
            sets[number] = Some(set_at(&evaluator, &filled)?);
        }
        for ((clause, expr), set) in parts.axes.iter().zip(sets) {
            let set = left_of(set.unwrap_or_default(), bound.measures.as_deref());
            let others = axes.iter().flat_map(|axis| &axis.factors).chain(&sliced.factors);
            let others: Vec<HierarchyRef> =
                others.flat_map(|factor| factor.columns.iter().copied()).collect();
            self.check_apart(&others, &set, parts.slicer.as_ref(), expr)?;
            axes.push(Axis { factors: set.factors.clone(), non_empty: clause.non_empty });
        }
        self.give_columns(&mut axes, &sliced);
        bound.axes = axes;
        Ok(())
    }

    /// The sets of the axes, and the number of one that leaves out what is empty and is too large to
    /// be written out before it does.
    fn sets(&self, parts: &Parts<'_>, bound: &mut Bound) -> Result<AxisSets, QueryError> {
        let evaluator = self.deep(bound);
        let (mut sets, mut large) = (Vec::with_capacity(parts.axes.len()), None);
        for (number, (clause, expr)) in parts.axes.iter().enumerate() {
            self.cancel.note(|noted| noted.begin(Stage::Axis(number)));
            match set_at(&evaluator, expr) {
                Ok(set) => sets.push(Some(set)),
                Err(error)
                    if error.kind == ErrorKind::TooLarge && clause.non_empty && large.is_none() =>
                {
                    large = Some(number);
                    sets.push(None);
                }
                Err(error) => return Err(error),
            }
        }
        let (named, visual) = (evaluator.named_sets(), evaluator.scope.visuals());
        drop(evaluator);
        bound.named = named;
        bound.visual = visual;
        Ok((sets, large))
    }

    /// What sets of axes are worked out with: inside what `WHERE` leaves.
    fn deep<'b>(&'b self, bound: &'b Bound) -> Evaluator<'b> {
        let evaluator = Evaluator::of(self.view, bound, self.limits, self.cancel);
        evaluator.scope.deep.set(true);
        evaluator
    }

    /// Makes the empty set `{}` on an axis one of no members of a hierarchy that stands nowhere else.
    fn give_columns(&self, axes: &mut [Axis], sliced: &Set) {
        let factors = axes.iter().flat_map(|axis| &axis.factors).chain(&sliced.factors);
        let taken: Vec<HierarchyRef> =
            factors.flat_map(|factor| factor.columns.iter().copied()).collect();
        let all = self.view.dimensions().flat_map(|(dimension, shape)| {
            let own = shape.shown_hierarchies();
            own.map(move |(hierarchy, _)| HierarchyRef::Of { dimension, hierarchy })
        });
        let free = all.filter(|own| !taken.contains(own));
        let empty = axes.iter_mut().filter(|axis| axis.factors.is_empty());
        for (axis, hierarchy) in empty.zip(free) {
            axis.factors = Set::of_members(hierarchy, Vec::new()).factors;
        }
    }

    /// An error where a hierarchy of an axis stands on another axis or in `WHERE`.
    fn check_apart(
        &self,
        others: &[HierarchyRef],
        set: &Set,
        slicer: Option<&Expr>,
        expr: &Expr,
    ) -> Result<(), QueryError> {
        let Some(twice) = set.columns().find(|own| others.contains(own)) else { return Ok(()) };
        let name = names::hierarchy_name(self.view.cube(), twice);
        let error =
            QueryError::new(ErrorKind::Invalid, format!("hierarkiet {name} bruges to steder"));
        let error = error.hint("et hierarki må stå på én akse eller i WHERE");
        let place = slicer.filter(|slicer| slicer.each_hierarchy().contains(&twice));
        Err(place.unwrap_or(expr).place(error))
    }

    /// Narrows the cube to what a set of an inner `SELECT` leaves.
    fn narrow(&self, expr: &Expr, inner: &Inner, bound: &mut Bound) -> Result<(), QueryError> {
        let mut inside = bound.clone();
        let slicer = inner.slicer.as_ref();
        let sliced = slicer.map(|slicer| self.slice(slicer, &mut inside)).transpose()?;
        let evaluator = self.deep(&inside);
        let set = set_of(&evaluator, expr)?;
        let others: Vec<HierarchyRef> = sliced.iter().flat_map(Set::columns).collect();
        self.check_apart(&others, &set, slicer, expr)?;
        check_stored(&evaluator, &set).map_err(|error| expr.place(error))?;
        let narrowed = slicer::read(&evaluator.scope, &set).map_err(|error| expr.place(error))?;
        drop(evaluator);
        let conditions = narrowed.conditions.into_iter().map(|(_, condition)| condition);
        let unions = narrowed.unions.into_iter().map(Arc::new);
        match inner.non_visual {
            true => {
                bound.hidden.extend(conditions);
                bound.hidden_unions.extend(unions);
            }
            false => {
                bound.conditions.extend(conditions);
                bound.unions.extend(unions);
            }
        }
        if !narrowed.measures.is_empty() {
            bound.measures = Some(narrowed.measures);
        }
        self.move_defaults(bound);
        Ok(())
    }

    /// Moves default members that an inner `SELECT` leaves out.
    fn move_defaults(&self, bound: &mut Bound) {
        let evaluator = Evaluator::of(self.view, &*bound, self.limits, self.cancel);
        let moved = |place: &(HierarchyRef, Member)| (place.0, evaluator.scope.first_left(*place));
        let defaults = bound.defaults.iter().map(moved).collect();
        let measure = evaluator.scope.default_member(HierarchyRef::Measures);
        drop(evaluator);
        (bound.defaults, bound.measure) = (defaults, measure);
    }

    /// Puts the cells where `WHERE` says.
    fn slice(&self, expr: &Expr, bound: &mut Bound) -> Result<Set, QueryError> {
        let evaluator = Evaluator::of(self.view, &*bound, self.limits, self.cancel);
        let set = set_of(&evaluator, expr)?;
        let narrowed = slicer::read(&evaluator.scope, &set).map_err(|error| expr.place(error))?;
        drop(evaluator);
        for (hierarchy, condition) in narrowed.conditions {
            bound.sliced.push((bound.conditions.len(), hierarchy));
            bound.conditions.push(condition);
        }
        let unions = narrowed.unions.into_iter();
        bound.unions.extend(unions.map(|own| Arc::new(Union { sliced: true, ..own })));
        bound.slicer = narrowed.stands;
        if !narrowed.measures.is_empty() || set.columns().any(|own| own == HierarchyRef::Measures) {
            let only = slicer::only_measure(&narrowed.measures);
            bound.measure = only.map_err(|error| expr.place(error))?;
        }
        Ok((*set).clone())
    }
}

/// An error where a set of an inner `SELECT` names a calculated member of a dimension: the cube has no
/// records of it.
fn check_stored(evaluator: &Evaluator<'_>, set: &Set) -> Result<(), QueryError> {
    for factor in &set.factors {
        let members = factor.parts.iter().flat_map(|part| match part {
            Part::Tuples(members) => members.as_slice(),
            Part::Level { .. } => &[],
        });
        let of_column = members.zip(factor.columns.iter().cycle());
        let calculated = of_column.filter(|(member, _)| matches!(member, Member::Calculated(_)));
        let mut calculated = calculated.filter(|(_, own)| **own != HierarchyRef::Measures);
        if let Some((member, own)) = calculated.next() {
            let name = evaluator.scope.caption((*own, *member));
            let message = format!("det beregnede medlem '{name}' kan ikke stå i en indre SELECT");
            return Err(QueryError::new(ErrorKind::Invalid, message)
                .hint("skriv de medlemmer, det er beregnet af"));
        }
    }
    Ok(())
}

/// A set of an axis without the measures that an inner `SELECT` leaves out.
fn left_of(set: Arc<Set>, measures: Option<&[Member]>) -> Arc<Set> {
    let Some(left) = measures else { return set };
    let mut set = (*set).clone();
    for factor in &mut set.factors {
        let at = factor.columns.iter().position(|own| *own == HierarchyRef::Measures);
        let (Some(at), width) = (at, factor.columns.len()) else { continue };
        for part in &mut factor.parts {
            if let Part::Tuples(members) = part {
                let tuples = members.chunks_exact(width);
                *members =
                    tuples.filter(|tuple| left.contains(&tuple[at])).flatten().copied().collect();
            }
        }
    }
    Arc::new(set)
}

/// The sets of axes; `None` where it is not worked out.
type AxisSets = (Vec<Option<Arc<Set>>>, Option<usize>);

/// The set of an axis; an empty one where there is none.
fn set_at(evaluator: &Evaluator<'_>, expr: &Expr) -> Result<Arc<Set>, QueryError> {
    match evaluator.once(expr)? {
        Value::Set(set) => Ok(set),
        _ => Ok(Arc::default()),
    }
}

/// The set that an expression is.
fn set_of(evaluator: &Evaluator<'_>, expr: &Expr) -> Result<Arc<Set>, QueryError> {
    match evaluator.once(expr)? {
        Value::Set(set) if !set.factors.is_empty() => Ok(set),
        _ => {
            let error = QueryError::new(ErrorKind::Invalid, "mængden {} er tom");
            Err(expr.place(error).hint("skriv mindst ét medlem i mængden"))
        }
    }
}

/// The axis of a number; every number below that of the last axis must be there once.
fn axis_of_number<'q>(
    context: Context<'_>,
    clauses: &'q [AxisClause],
    number: u32,
) -> Result<&'q AxisClause, QueryError> {
    let mut found = clauses.iter().filter(|clause| clause.number == number);
    let clause = found.next();
    if let Some(twice) = found.next() {
        let message = format!("akse {number} er skrevet to gange");
        return Err(context.invalid(message, twice.number_span));
    }
    clause.ok_or_else(|| {
        let highest = clauses.iter().max_by_key(|clause| clause.number);
        let span = highest.map_or(Span::default(), |clause| clause.number_span);
        context
            .invalid(format!("akse {number} mangler"), span)
            .hint("akser nummereres fra 0 uden huller: COLUMNS er 0, ROWS er 1")
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{failure, shown, view, view_of_153};
    use super::*;
    use crate::query::parse;

    fn asked(view: &View, text: &str) -> String {
        match parse::mdx(text).and_then(|query| mdx(view, &query)) {
            Ok(bound) => shown(view, &bound),
            Err(error) => failure(&error),
        }
    }

    /// What a set on the columns means.
    fn set(view: &View, set: &str) -> String {
        let shown = asked(view, &format!("SELECT {set} ON 0 FROM Voksne"));
        shown.strip_suffix(" # Antal Unikke Borgere").unwrap_or(&shown).to_owned()
    }

    /// What a set after WHERE means.
    fn slicer(view: &View, set: &str) -> String {
        let shown = asked(view, &format!("SELECT FROM Voksne WHERE {set}"));
        shown.trim_start_matches([' ', '?']).to_owned()
    }

    #[test]
    fn every_form_of_a_members_name_is_understood() {
        let view = view();
        for (text, expected) in [
            ("[Tid].[Kvartal].&[2020K1]", "2020K1"),
            ("[Tid].[Kvartal].[2020K1]", "2020K1"),
            ("[Tid].[Kvartal].[Kvartal].[2020k1]", "2020K1"),
            ("[tid].[KALENDER].[kvartal].&[2020K1]", "2020K1"),
            ("[Tid].[Kalender].&[2020K1]", "2020K1"),
            ("[Tid].[Kalender].[2020].[2020K1]", "2020K1"),
            ("[Tid].[Kalender].[2020].[2020-02]", "2020-02"),
            ("[Tid].[Kalender].[I alt].[2020].[2020K1].[2020-03]", "2020-03"),
            ("[Tid].[Kalender].[(All)].[All].&[2020]&[2020K1]", "2020K1"),
            ("[Tid].[2020K1]", "2020K1"),
            ("[Tid].&[2020-01]", "2020-01"),
            ("[Tid].[År].&[2.02E3]", "2020"),
            ("[Kvartal].[2020K1]", "2020K1"),
            ("Kvartal.[2020K1]", "2020K1"),
            ("[Tid].[Kalender].[I alt]", "I alt"),
            ("[Tid].[Kalender].[all]", "I alt"),
            ("[Tid].[Kalender].[ALLE]", "I alt"),
            ("[Tid].[Kalender]", "I alt"),
            ("[Køn].[Mand]", "Mand"),
            ("Køn.&Mand", "Mand"),
            ("[Køn].[Køn].[Køn].[Kvinde]", "Kvinde"),
            ("[Køn]", "I alt"),
            ("[Handle kommune].[Kommune].[Brøndby]", "Brøndby"),
            ("[Handle kommune].[Kommune].&[153]", "Brøndby"),
            ("[Handle kommune].[Kommune].[153]", "Brøndby"),
            ("[Handle kommune].[Geografi].[Sjælland].[Greve]", "Greve"),
            ("[Handle kommune].[Geografi].&[1085].&[253]", "Greve"),
            ("[Opholdssted].[Opholdssted].&[s4]", "Østerly [afd. 2]"),
            ("[Opholdssted].[Opholdssted].[østerly [afd. 2]]]", "Østerly [afd. 2]"),
            ("[Opholdssted].[Steder].[Dragør].[Solgården]", "Solgården"),
            ("[Åben ydelse § 107.nr. 2].[Ukendt]", "Ukendt"),
            ("[Borger].[Personnummer].&[6101011234]", "6101011234"),
            ("[Measures].[Antal Ydelser]", "Antal Ydelser"),
            ("Measures.&[antal ydelser]", "Antal Ydelser"),
            ("[Measures].[MeasuresLevel].[Antal Ydelser]", "Antal Ydelser"),
            ("[Measures]", "Antal Unikke Borgere"),
        ] {
            assert_eq!(set(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_that_means_nothing_is_pointed_at() {
        let view = view();
        for (text, expected) in [
            ("[Tidd].[År]", "kuben 'Voksne' har ingen dimension 'Tidd' @[Tidd] Tid"),
            (
                "[Tid].[Kalendr].[2020]",
                "dimensionen 'Tid' har intet hierarki eller medlem 'Kalendr' @[Kalendr] Kalender",
            ),
            (
                "[Tid].[Kvartal].[2020K5]",
                "hierarkiet [Tid].[Kvartal] har intet medlem '2020K5' her @[2020K5] \
                 2020K1|2020K2|2020K3|2020K4",
            ),
            (
                "[Tid].[Kalender].[2019].[2020K1]",
                "hierarkiet [Tid].[Kalender] har intet medlem '2020K1' her @[2020K1] \
                 2019K1",
            ),
            (
                "[Tid].[Kvartal].[2020K1].[x]",
                "hierarkiet [Tid].[Kvartal] har intet medlem 'x' her @[x] ",
            ),
            (
                "[Measures].[Antal]",
                "kuben 'Voksne' har intet mål 'Antal' @[Antal] Antal Ydelser|Antal Unikke Borgere",
            ),
            ("[Measures].[Antal Ydelser].[x]", "et mål har ingen medlemmer under sig @[x] "),
            ("&[2020]", "en nøgle skal stå efter en dimension @[2020] "),
            (
                "[Handle kommune].&[153]",
                "navnet kan betyde flere ting i dimensionen 'Handle kommune' @[153] \
                 [Handle kommune].[Region]|[Handle kommune].[Kommunenummer]|\
                 [Handle kommune].[Kommune]|[Handle kommune].[Geografi]",
            ),
            (
                "[Opholdssted].[I alt]",
                "navnet kan betyde flere ting i dimensionen 'Opholdssted' @[I alt] \
                 [Opholdssted].[Beliggenhedskommune]|[Opholdssted].[Opholdssted]|\
                 [Opholdssted].[Steder]",
            ),
            (
                "[Tid].Members",
                "dimensionen 'Tid' har flere hierarkier @[Tid] \
                 [Tid].[År]|[Tid].[Kvartal]|[Tid].[Måned]|[Tid].[Kalender]",
            ),
            (
                "[Tid].[Kvartal].[Kvartal]",
                "et niveau er ikke en mængde @[Tid].[Kvartal].[Kvartal] ",
            ),
            ("[Køn].[Mand].Members", "et medlem har ingen .Members @[Køn].[Mand].Members "),
            ("{[Køn].[Mand]}.Children", "her skal stå et medlem eller et mål @{[Køn].[Mand]} "),
            (
                "[Køn].[Mand].Childen",
                "hierarkiet [Køn].[Køn] har intet medlem 'Childen' her @Childen ",
            ),
            ("[Køn].[Mand].Lag().Childen", "Lag mangler argument 1 @[Køn].[Mand].Lag "),
            ("Filtr([Køn].Members, 1)", "funktionen 'Filtr' findes ikke @Filtr Filter"),
            ("Hed([Køn].Members)", "funktionen 'Hed' findes ikke @Hed Head"),
            ("Head()", "Head mangler argument 1 @Head() "),
            (
                "Head([Køn].Members, 1.5)",
                "argument 2 i Head skal være et helt tal @Head([Køn].Members, 1.5) ",
            ),
            (
                "CrossJoin([Køn].Members,)",
                "CrossJoin mangler argument 2 @CrossJoin([Køn].Members,) ",
            ),
            ("'x'", "en tekst i anførselstegn er ikke en mængde @'x' "),
            ("12", "et tal er ikke en mængde @12 "),
            ("[Køn].[Mand] = 1", "et tal er ikke en mængde @[Køn].[Mand] = 1 "),
        ] {
            assert_eq!(set(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn sets_stay_products_of_levels_and_lists() {
        let view = view();
        for (text, expected) in [
            ("[Tid].[År].[År].Members", "År.*"),
            ("[Tid].[År].Members", "I alt|År.*"),
            ("[Tid].[År].AllMembers", "I alt|År.*"),
            ("[Tid].[År].Children", "År.*"),
            ("[Tid].[År].[I alt].Children", "År.*"),
            ("[Tid].[År].[(All)].Members", "I alt"),
            ("[Køn].Members", "I alt|Køn.*"),
            ("[Køn].[Mand].Children", ""),
            ("[Tid].[Kalender].DefaultMember", "I alt"),
            ("[Tid].[Kalender].[2020].Children", "2020K1|2020K2|2020K3|2020K4"),
            ("[Tid].[Kalender].[Kvartal].Members", "Kvartal.*"),
            (
                "[Handle kommune].[Geografi].Members",
                "I alt|Hovedstaden|Brøndby|Dragør|Gentofte|Sjælland|Greve",
            ),
            ("[Measures].Members", "Antal Unikke Borgere|Antal Ydelser"),
            ("{{[Køn].[Mand]}, {{[Køn].Members}}}", "Mand|I alt|Køn.*"),
            ("{[Køn].[Mand], [Køn].[Mand]}", "Mand|Mand"),
            ("[Tid].[Kvartal].[2020K2]:[Tid].[Kvartal].[2020K4]", "2020K2|2020K3|2020K4"),
            ("{[Tid].[Kvartal].[2020K4]:[Tid].[Kvartal].[2020K3]}", "2020K3|2020K4"),
            ("{null:[Tid].[Kvartal].[2019K2]}", "2019K1|2019K2"),
            ("{[Tid].[Kvartal].[2020K3]:NULL}", "2020K3|2020K4"),
            ("[Køn].[Køn].[Køn].Members * [Tid].[År].[År].Members", "Køn.* × År.*"),
            (
                "CrossJoin([Køn].[Køn].[Køn].Members * {[Tid].[År].[2020]}, [Measures].Members)",
                "Køn.* × 2020 × Antal Unikke Borgere|Antal Ydelser",
            ),
            ("([Køn].[Mand], [Tid].[År].[2020])", "Mand × 2020"),
            ("{([Køn].[Mand], [Tid].[År].[2020])}", "Mand × 2020"),
            (
                "{([Køn].[Mand], [Tid].[År].[2020]), ([Køn].[Kvinde], [Tid].[År].[2019])}",
                "Mand+2020|Kvinde+2019",
            ),
            (
                "{[Køn].[Mand] * {[Tid].[År].[2019], [Tid].[År].[2020]}, \
                 ([Køn].[Kvinde], [Tid].[År].[2019])} * [Measures].[Antal Ydelser]",
                "Mand+2019|Mand+2020|Kvinde+2019 × Antal Ydelser",
            ),
            (
                "{[Tid].[År].[2020] * [Tid].[Kvartal].[Kvartal].Members, \
                 ([Tid].[År].[I alt], [Tid].[Kvartal].[2019K1])}",
                "2020+2020K1|2020+2020K2|2020+2020K3|2020+2020K4|I alt+2019K1",
            ),
            ("Union({[Køn].[Mand]}, [Køn].[Køn].[Køn].Members)", "Mand|Kvinde"),
            ("Union({[Køn].[Mand]}, {[Køn].[Mand]}, ALL)", "Mand|Mand"),
            ("{[Køn].[Mand]} + {[Køn].[Mand]} + {[Køn].[Kvinde]}", "Mand|Kvinde"),
            ("[Køn].Members - {[Køn].[Mand]}", "I alt|Kvinde"),
            ("{-{[Køn].[Mand]}}", "Kvinde"),
            ("Except([Køn].Members, {[Køn].[Mand]})", "I alt|Kvinde"),
            ("Intersect([Køn].Members, {[Køn].[Mand]})", "Mand"),
            ("Distinct({[Køn].[Mand], [Køn].[Kvinde], [Køn].[Mand]})", "Mand|Kvinde"),
            ("Head([Tid].[Kvartal].[Kvartal].Members, 2)", "2019K1|2019K2"),
            ("Head([Køn].[Køn].[Køn].Members * [Tid].[År].[År].Members)", "Mand+2019"),
            ("Tail([Tid].[Kvartal].[Kvartal].Members, 2)", "2020K3|2020K4"),
            ("Tail([Køn].[Køn].[Køn].Members, 20)", "Mand|Kvinde"),
            ("Hierarchize([Køn].Members)", "I alt|Køn.*"),
            (
                "Hierarchize({[Tid].[Kalender].[2020K1], [Tid].[Kalender].[2020], \
                 [Tid].[Kalender].[2019K4], [Tid].[Kalender].[I alt]})",
                "I alt|2019K4|2020|2020K1",
            ),
            (
                "Hierarchize({[Tid].[Kalender].[2020], [Tid].[Kalender].[I alt], \
                 [Tid].[Kalender].[2020K1]}, POST)",
                "2020K1|2020|I alt",
            ),
        ] {
            assert_eq!(set(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn a_statement_has_axes_in_any_order_and_one_measure() {
        let view = view();
        for (text, expected) in [
            ("SELECT FROM [voksne]", " # Antal Unikke Borgere"),
            ("SELECT FROM Voksne WHERE [Measures].[Antal Ydelser]", " # Antal Ydelser"),
            (
                "SELECT NON EMPTY [Køn].[Køn].Members ON ROWS, {[Measures].[Antal Ydelser]} ON \
                 COLUMNS FROM Voksne WHERE ([Tid].[År].[2020], [Handle kommune].[Region].[Alle])",
                "Antal Ydelser / !I alt|Køn.* ? Tid.År = 2020 # Antal Unikke Borgere",
            ),
            (
                "SELECT [Measures].Members ON 0, [Køn].[Mand] ON 1, [Tid].[År].[2020] ON AXIS(2) \
                 FROM Voksne",
                "Antal Unikke Borgere|Antal Ydelser / Mand / 2020 # Antal Unikke Borgere",
            ),
            (
                "SELECT [Køn].Members ON 0 FROM (SELECT ({[Tid].[År].[2020]}, {[Køn].[Mand]}) ON 0 \
                 FROM (SELECT {[Tid].[Kvartal].[2020K1]} ON COLUMNS FROM [Voksne]))",
                "I alt|Køn.* ? Tid.Kvartal = 2020K1 ? Tid.År = 2020 ? Køn.Køn = Mand \
                 # Antal Unikke Borgere",
            ),
            ("SELECT [Køn].Members ON 1 FROM Voksne", "akse 0 mangler @1 "),
            ("SELECT [Køn].Members ON 0, [Tid].[År] ON 2 FROM Voksne", "akse 1 mangler @2 "),
            (
                "SELECT [Køn] ON 0, [Tid].[År] ON COLUMNS FROM Voksne",
                "akse 0 er skrevet to gange @COLUMNS ",
            ),
            (
                "SELECT [Køn].Members ON 0, [Køn].[Mand] ON 1 FROM Voksne",
                "hierarkiet [Køn].[Køn] bruges to steder @[Køn].[Mand] ",
            ),
            (
                "SELECT [Measures].Members ON 0 FROM Voksne WHERE [Measures].[Antal Ydelser]",
                "hierarkiet [Measures] bruges to steder @[Measures].[Antal Ydelser] ",
            ),
            (
                "SELECT [Køn].Members * [Køn].[Mand] ON 0 FROM Voksne",
                "hierarkiet [Køn].[Køn] indgår to gange i et krydsprodukt @[Køn].Members * [Køn].[Mand] ",
            ),
            (
                "SELECT {[Køn].[Mand], [Tid].[År].[2020]} ON 0 FROM Voksne",
                "her mødes [Køn].[Køn] og [Tid].[År], men alle i en mængde skal have de samme \
                 hierarkier @[Tid].[År].[2020] ",
            ),
            ("SELECT FROM Vksne", "kuben 'Vksne' findes ikke @Vksne Voksne"),
        ] {
            assert_eq!(asked(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_after_where_becomes_conditions() {
        let view = view();
        for (text, expected) in [
            ("[Tid].[År].[2020]", "Tid.År = 2020 # Antal Unikke Borgere"),
            ("[Tid].[Kalender].[2020]", "Tid.År = 2020 # Antal Unikke Borgere"),
            ("[Tid].[År].[I alt]", "# Antal Unikke Borgere"),
            ("[Tid].[År].[År].Members", "# Antal Unikke Borgere"),
            ("{[Tid].[År].[2019], [Tid].[År].[2020]}", "# Antal Unikke Borgere"),
            (
                "{[Tid].[Kalender].[2019], [Tid].[Kalender].[2020K1]}",
                "Tid.Kvartal ≠ 2020K2|2020K3|2020K4 # Antal Unikke Borgere",
            ),
            (
                "([Køn].[Mand], {[Handle kommune].[Kommunenummer].&[153], \
                 [Handle kommune].[Kommunenummer].&[155]}, [Measures].[Antal Ydelser])",
                "Køn.Køn = Mand ? Handle kommune.Kommunenummer = 153|155 # Antal Ydelser",
            ),
            (
                "{([Køn].[Mand], [Tid].[Kvartal].[2019K1]), ([Køn].[Mand], [Tid].[Kvartal].[2019K2])}",
                "Køn.Køn = Mand ? Tid.Kvartal = 2019K1|2019K2 # Antal Unikke Borgere",
            ),
            (
                "Except([Borger].[Personnummer].[Personnummer].Members, \
                 {[Borger].[Personnummer].&[6202022345]})",
                "Borger.Personnummer ≠ 6202022345 # Antal Unikke Borgere",
            ),
            ("[Measures].Members", "der kan kun stå ét mål i WHERE @[Measures].Members "),
        ] {
            assert_eq!(slicer(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn what_may_not_be_seen_does_not_exist() {
        let view = view_of_153();
        for (text, expected) in [
            ("[Opholdssted].[Steder].Members", "I alt|Brøndby|Solgården|Æblehaven"),
            ("Tail([Opholdssted].[Opholdssted].[Opholdssted].Members, 9)", "Solgården|Æblehaven"),
            (
                "[Opholdssted].[Opholdssted].&[s4]",
                "hierarkiet [Opholdssted].[Opholdssted] har intet medlem 's4' her @[s4] \
                 Solgården|Æblehaven",
            ),
        ] {
            assert_eq!(set(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn personal_values_are_never_repeated() {
        let view = view_of_153();
        for (text, pointed) in [
            ("[Borger].[Personnummer].&[6202022345]", "[**********]"),
            ("[Borger].[6202022345]", "[**********]"),
            ("Borger.&[6202-ab]", "[*******]"),
        ] {
            let listed = format!("SELECT {{[Borger].&[6101011234], {text}}} ON 0 FROM Voksne");
            let bound = parse::mdx(&listed).and_then(|query| mdx(&view, &query)).unwrap();
            assert!(bound.warnings.len() == 1 && !bound.warnings[0].contains("620"), "{text}");
            let query = format!("SELECT {text} ON 0 FROM Voksne");
            let error = parse::mdx(&query).and_then(|query| mdx(&view, &query)).unwrap_err();
            assert!(!format!("{error:?}").contains("620"), "{error:?}");
            let place = error.place.unwrap();
            assert_eq!(&place.text[place.span.clone()], pointed);
        }
    }

    #[test]
    fn sets_that_are_written_out_have_a_limit() {
        let view = view();
        let product = "[Tid].[Måned].[Måned].Members * [Borger].[Personnummer].[Personnummer].Members \
                       * [Ydelse VH].[Ydelseskode].Members * [Køn].Members * [Opholdssted].[Steder]\
                       .Members * [Harmonisering VH].[Regel].Members * [Handle kommune].[Kommune]\
                       .Members * [Åben ydelse § 107].Members * [Åben ydelse § 107.nr. 2].Members";
        assert!(!set(&view, product).contains('@'));
        let text = format!("SELECT Distinct({product}) ON 0 FROM Voksne");
        let error = parse::mdx(&text).and_then(|query| mdx(&view, &query)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooLarge);
    }

    #[test]
    fn deep_questions_are_bound_on_a_small_stack() {
        const STACK: usize = 2 << 20;
        let deep = |open: &str, close: &str| {
            let (open, close) = (open.repeat(96), close.repeat(96));
            format!("SELECT {open}[Køn].[Mand]{close} ON 0 FROM Voksne")
        };
        let texts =
            [deep("{", "}"), deep("Head(", ")"), deep("{[Køn].[Mand] + ", "}"), deep("-{", "}")];
        let bind = move || {
            let view = view();
            texts.iter().filter(|text| !asked(&view, text).starts_with("Mand")).count()
        };
        let bound = std::thread::Builder::new().stack_size(STACK).spawn(bind).unwrap();
        assert_eq!(bound.join().unwrap(), 1);
    }
}
