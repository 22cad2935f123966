//! A parsed MDX statement → a bound question.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::definitions::Definitions;
use super::settle::Settle;
use super::{Bound, QueryError, View, calculated, defaults, expr, pivot, properties, slicer};
use crate::cube::dimension::same;
use crate::query::bound::{Condition, Member, Part};
use crate::query::evaluate::on_a_stack;
use crate::query::expr::{Expr, Node};
use crate::query::functions::{self, Kind};
use crate::query::parse::{self, AxisClause, Select, Source, Span};
use crate::query::{Cancel, Limits};

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
    mdx_under(view, query, &[], (limits, cancel))
}

/// What a set of the schema has in a cell: a condition, none where that is all members.
///
/// # Errors
/// As [`mdx_within`].
pub(in crate::query) fn members_of_set(
    view: &View,
    set: &str,
    cell: &[Condition],
    within: (&Limits, &Cancel),
) -> Result<Option<Condition>, QueryError> {
    let name = |text: &str| format!("[{}]", text.replace(']', "]]"));
    let text = format!("SELECT {} ON 0 FROM {}", name(set), name(&view.cube().name));
    let bound = mdx_under(view, &parse::mdx(&text)?, cell, within)?;
    let factors = bound.axes.iter().flat_map(|axis| &axis.factors);
    let mut columns = factors.flat_map(|factor| Some((*factor.columns.first()?, &factor.parts)));
    let Some((column, parts)) = columns.next() else { return Ok(None) };
    let members = parts.iter().flat_map(|part| match part {
        Part::Tuples(members) => members.clone(),
        Part::Level { .. } => vec![Member::All],
    });
    Ok(slicer::condition(view.cube(), column, members.collect()))
}

/// As [`mdx_within`], in what conditions leave of the cube.
fn mdx_under(
    view: &View,
    query: &Select<'_>,
    conditions: &[Condition],
    (limits, cancel): (&Limits, &Cancel),
) -> Result<Bound, QueryError> {
    let text: Arc<str> = Arc::from(query.text);
    let definitions = Definitions::new(view, query, &text)?;
    let context = Context::new(view, &text, &definitions);
    check_cube(context, query)?;
    let parts = Parts::bind(context, query)?;
    let mut bound = Bound {
        axes: Vec::new(),
        conditions: conditions.to_vec(),
        sliced: Vec::new(),
        hidden: Vec::new(),
        hidden_unions: Vec::new(),
        measures: None,
        measure: pivot::default_member(view),
        slicer: Vec::new(),
        defaults: defaults::beside_conditions(view, conditions),
        calculated: BTreeMap::new(),
        own: definitions.own.clone(),
        sets: Vec::new(),
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
    bound.sets = definitions.named_in_texts(context, &all, &bound.calculated);
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
pub(super) struct Parts<'q> {
    /// The innermost first.
    pub inner: Vec<Inner>,
    pub slicer: Option<Expr>,
    pub axes: Vec<(&'q AxisClause, Expr)>,
}

/// An inner `SELECT`, bound.
pub(super) struct Inner {
    pub sets: Vec<Expr>,
    /// Where its sets are worked out.
    pub slicer: Option<Expr>,
    pub non_visual: bool,
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
    use crate::query::{ErrorKind, parse};

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
                "hierarkiet [Køn].[Køn] har intet medlem 'Childen' her @Childen Children",
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
            (
                "[Borger].[Personnummer].&[620202-2345]",
                "Borger.Personnummer = 6202022345 # Antal Unikke Borgere",
            ),
            (
                "[Borger].[Personnummer].[610101-1234]",
                "Borger.Personnummer = 6101011234 # Antal Unikke Borgere",
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
