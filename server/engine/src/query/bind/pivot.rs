//! A pivot in fields → a bound question.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clause::{self, Clause};
use super::context::Context;
use super::definitions::Definitions;
use super::{Bound, ErrorKind, QueryError, View, calculated, candidates, defaults};
use crate::cube::dimension::same;
use crate::cube::{Cube, DefaultMeasure, MeasureRef};
use crate::query::Pivot;
use crate::query::bound::{Axis, Condition, Factor, HierarchyRef, Member, Part};

/// Resolves the words of a pivot. Its cube must be that of the view.
///
/// # Errors
/// A name or a value that does not exist, a clause that cannot be read, or a field that stands on
/// the axes twice.
pub fn pivot(view: &View, pivot: &Pivot) -> Result<Bound, QueryError> {
    let cube = view.cube();
    if !same(pivot.cube.trim(), &cube.name) {
        return Err(super::unknown_cube(&pivot.cube, [cube.name.as_str()].into_iter()));
    }
    let mut conditions = Vec::with_capacity(pivot.filters.len());
    for filter in &pivot.filters {
        conditions.push(condition(view, filter)?);
    }
    let columns = fields(view, &pivot.columns)?;
    let rows = fields(view, &pivot.rows)?;
    check_once(view, pivot, &columns.iter().chain(&rows).collect::<Vec<_>>())?;
    let measures = measures(view, &pivot.measures)?;
    let mut axes = vec![axis(&columns, pivot), axis(&rows, pivot)];
    let measure = measures[0];
    axes[0].factors.push(measure_factor(measures));
    conditions.extend(columns.into_iter().chain(rows).filter_map(|clause| clause.condition));
    let (text, definitions) = (Arc::from(""), Definitions::default());
    let mut bound = Bound {
        axes,
        conditions,
        sliced: Vec::new(),
        hidden: Vec::new(),
        hidden_unions: Vec::new(),
        measures: None,
        measure,
        slicer: Vec::new(),
        defaults: Vec::new(),
        calculated: BTreeMap::new(),
        own: Vec::new(),
        sets: Vec::new(),
        named: Vec::new(),
        unions: Vec::new(),
        warnings: Vec::new(),
        visual: Vec::new(),
        nested_totals: pivot.totals,
        properties: Vec::new(),
        cell_properties: Vec::new(),
    };
    defaults::stand_of_pivot(view, &mut bound);
    let context = Context::new(view, &text, &definitions);
    calculated::take(context, &mut bound.calculated, &[], &bound.axes, measure)?;
    Ok(bound)
}

pub(in crate::query) fn condition(view: &View, text: &str) -> Result<Condition, QueryError> {
    clause::read(view, text)?.condition.ok_or_else(|| {
        QueryError::new(ErrorKind::Syntax, format!("filteret '{text}' har ingen betingelse"))
            .hint("skriv en værdi efter = eller <>, for eksempel Tid.År=2020")
            .at(text, 0..text.len())
    })
}

fn fields(view: &View, texts: &[String]) -> Result<Vec<Clause>, QueryError> {
    texts.iter().map(|text| clause::read(view, text)).collect()
}

fn check_once(view: &View, pivot: &Pivot, clauses: &[&Clause]) -> Result<(), QueryError> {
    let texts = pivot.columns.iter().chain(&pivot.rows);
    for (position, (clause, text)) in clauses.iter().zip(texts).enumerate() {
        let is_same =
            |other: &&Clause| (other.dimension, other.field) == (clause.dimension, clause.field);
        if clauses[..position].iter().any(is_same) {
            let dimension = &view.cube().dimensions[clause.dimension];
            let name = format!("{}.{}", dimension.name, dimension.fields[clause.field].name);
            let message = format!("feltet '{name}' står to gange i rækker og kolonner");
            let text = clause::name_part(text).trim();
            return Err(QueryError::new(ErrorKind::Invalid, message)
                .hint("fjern det ene sted; flere betingelser på et felt skrives som filtre")
                .at(text, 0..text.len()));
        }
    }
    Ok(())
}

fn measures(view: &View, names: &[String]) -> Result<Vec<Member>, QueryError> {
    if names.is_empty() {
        return Ok(vec![default_member(view)]);
    }
    let find = |name: &String| {
        let wanted = name.trim();
        find_measure(view.cube(), wanted).ok_or_else(|| unknown_measure(view, wanted))
    };
    names.iter().map(find).collect()
}

/// The stored or calculated measure of a name.
pub(super) fn find_measure(cube: &Cube, name: &str) -> Option<Member> {
    let stored = cube.find_measure(name).map(Member::Measure);
    stored.or_else(|| cube.find_calculated(name).map(Member::Calculated))
}

/// The measure, stored or calculated, that is meant where none is named.
pub(super) fn default_member(view: &View) -> Member {
    match view.cube().default_measure {
        DefaultMeasure::Stored(measure) => Member::Measure(measure),
        DefaultMeasure::Calculated(number) => Member::Calculated(number),
    }
}

/// The stored measure that is meant where none is named: the first one where that is calculated.
pub(in crate::query) fn default_measure(view: &View) -> Result<MeasureRef, QueryError> {
    if let DefaultMeasure::Stored(measure) = view.cube().default_measure {
        return Ok(measure);
    }
    view.cube().measures().next().ok_or_else(|| {
        let message = format!("kuben '{}' har ingen mål", view.cube().name);
        QueryError::new(ErrorKind::Invalid, message)
    })
}

/// An error for a measure that the cube does not have.
pub(in crate::query) fn unknown_measure(view: &View, wanted: &str) -> QueryError {
    let cube = view.cube();
    let names = cube.listed_measures().map(|found| cube.measure(found).name.as_str());
    let calculated = cube.calculated.iter().filter(|measure| measure.visible);
    let names = names.chain(calculated.map(|measure| measure.name.as_str()));
    let message = format!("kuben '{}' har intet mål '{wanted}'", cube.name);
    QueryError::new(ErrorKind::Unknown, message)
        .hint("vælg et af kubens mål")
        .candidates(candidates::nearest(wanted, names))
}

fn axis(clauses: &[Clause], pivot: &Pivot) -> Axis {
    let mut factors = Vec::with_capacity(clauses.len() + 1);
    factors.extend(clauses.iter().map(|clause| field_factor(clause, pivot.totals)));
    Axis { factors, non_empty: !pivot.empty }
}

/// All members of a field, and with totals the All member as the last.
fn field_factor(clause: &Clause, totals: bool) -> Factor {
    let (dimension, field) = (clause.dimension, clause.field);
    let mut parts = vec![Part::Level { field }];
    if totals {
        parts.push(Part::Tuples(vec![Member::All]));
    }
    Factor { columns: vec![HierarchyRef::Of { dimension, hierarchy: field }], parts }
}

fn measure_factor(measures: Vec<Member>) -> Factor {
    Factor { columns: vec![HierarchyRef::Measures], parts: vec![Part::Tuples(measures)] }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{condition as shown, failure, view, view_of_153};
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn pivot_of(filters: &[&str], columns: &[&str], rows: &[&str]) -> Pivot {
        let (filters, columns, rows) = (texts(filters), texts(columns), texts(rows));
        Pivot { cube: "voksne".to_owned(), filters, columns, rows, ..Pivot::default() }
    }

    /// What a filter means, as `dimension.field = captions` or `≠`.
    fn filter(view: &View, text: &str) -> String {
        match pivot(view, &pivot_of(&[text], &[], &[])) {
            Ok(bound) => shown(view, &bound.conditions[0]),
            Err(error) => failure(&error),
        }
    }

    #[test]
    fn filters_name_a_field_and_values() {
        let view = view();
        for (text, expected) in [
            ("Tid.År=2020", "Tid.År = 2020"),
            (" tid . ÅR = 2019 , 2020 ", "Tid.År = 2019|2020"),
            (
                "Handle kommune.Kommunenummer=155,153, 157",
                "Handle kommune.Kommunenummer = 153|155|157",
            ),
            ("Handle kommune.Kommune=153", "Handle kommune.Kommune = Brøndby"),
            ("Handle kommune.Kommune<>brøndby,DRAGØR", "Handle kommune.Kommune ≠ Brøndby|Dragør"),
            ("Harmonisering VH.DST Handling <> Ukendt", "Harmonisering VH.DST Handling ≠ Ukendt"),
            ("Åben ydelse § 107.Varighed=ukendt", "Åben ydelse § 107.Varighed = Ukendt"),
            (
                "Åben ydelse § 107.Varighed=\"> 100 dage\"",
                "Åben ydelse § 107.Varighed = > 100 dage",
            ),
            (
                "åben ydelse § 107.nr. 2.varighed i dage, ca.=0 – 100 dage",
                "Åben ydelse § 107.nr. 2.Varighed i dage, ca. = 0 – 100 dage",
            ),
            (
                "Ydelse VH.Ydelsesnavn=\"Støtte i \"\"eget\"\" hjem\" , \"Botilbud, midlertidigt\"",
                "Ydelse VH.Ydelsesnavn = Botilbud, midlertidigt|Støtte i \"eget\" hjem",
            ),
            ("Opholdssted.Opholdssted=Solgården", "Opholdssted.Opholdssted = Solgården|Solgården"),
            ("Opholdssted.Opholdssted=s3", "Opholdssted.Opholdssted = Solgården"),
            ("Borger.Personnummer=6101011234", "Borger.Personnummer = 6101011234"),
            ("Borger.Personnummer=610101-1234", "Borger.Personnummer = 6101011234"),
            ("Borger.Personnummer<>\"610101-1234\"", "Borger.Personnummer ≠ 6101011234"),
        ] {
            assert_eq!(filter(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn a_filter_that_cannot_be_meant_says_why() {
        let view = view();
        for (text, expected) in [
            ("Tid.År", "filteret 'Tid.År' har ingen betingelse @Tid.År "),
            ("Tid.År=", "en betingelse mangler en værdi @ "),
            ("Tid.År=2019,,2020", "en betingelse mangler en værdi @ "),
            ("Tid.År=\"2019", "et anførselstegn er ikke afsluttet @\"2019 "),
            (
                "Tid.År=\"2019\"x",
                "efter en værdi i anførselstegn skal der stå komma eller ingenting @x ",
            ),
            ("Tid.År=2035", "feltet 'Tid.År' har ingen værdi '2035' @2035 2019|2020"),
            ("Tid=2020", "'Tid' er en dimension uden felt @Tid Tid.År|Tid.Kvartal|Tid.Måned"),
            ("Tid.=2020", "feltet mangler efter dimensionen 'Tid' @ År|Måned|Kvartal"),
            ("Tid.Kvartl=1", "dimensionen 'Tid' har intet felt 'Kvartl' @Kvartl Kvartal"),
            (
                "Handle komune.Kommune=153",
                "kuben 'Voksne' har ingen dimension 'Handle komune' @Handle komune Handle kommune",
            ),
            (
                "Handle kommune.Kommune=Brønby",
                "feltet 'Handle kommune.Kommune' har ingen værdi 'Brønby' @Brønby Brøndby",
            ),
        ] {
            assert_eq!(filter(&view, text), expected, "{text}");
        }
    }

    #[test]
    fn personal_values_are_never_repeated() {
        for text in [
            "Borger.Personnummer=6101011235",
            "Borger.Personnummer=6101011234,6101011235",
            "Borger.Personnummer=610101-1235",
            "Borger.Personnummer<>\"6101011235",
            "Borgere.Personnummer=6101011235",
            "Borger.Cpr=6101011235",
            "Borger.Personnummer 6101011235",
            "Borger.Personnummer>6101011235",
            "Borger.6101011235",
        ] {
            let error = pivot(&view(), &pivot_of(&[text], &[], &[])).unwrap_err();
            let all = format!("{error:?}");
            assert!(!all.contains("610101"), "{all}");
            assert!(error.place.is_some());
        }
    }

    #[test]
    fn what_may_not_be_seen_does_not_exist() {
        let view = view_of_153();
        for (text, expected) in [
            ("Opholdssted.Opholdssted=Solgården", "Opholdssted.Opholdssted = Solgården"),
            (
                "Opholdssted.Opholdssted=s4",
                "feltet 'Opholdssted.Opholdssted' har ingen værdi 's4' @s4 Solgården|Æblehaven",
            ),
            (
                "Opholdssted.Opholdssted=s5",
                "feltet 'Opholdssted.Opholdssted' har ingen værdi 's5' @s5 Solgården|Æblehaven",
            ),
            ("Handle kommune.Kommune=Greve", "Handle kommune.Kommune = Greve"),
        ] {
            assert_eq!(filter(&view, text), expected, "{text}");
        }
        for text in ["Borger.Personnummer=6303033456", "Borger.Personnummer=6303033457"] {
            let message = "feltet 'Borger.Personnummer' har ikke den værdi, der spørges om \
                           @Borger.Personnummer ";
            assert_eq!(filter(&view, text), message);
        }
    }

    #[test]
    fn a_pivot_has_two_axes_and_the_measures_are_the_last_of_the_columns() {
        let view = view();
        let columns = ["Handle kommune.Kommunenummer=153,155", "Tid.Kvartal"];
        let mut asked = pivot_of(&["Tid.År=2020"], &columns, &["Ydelse VH.Ydelseskode<>1.8.1"]);
        asked.measures = texts(&["antal ydelser", "Antal Unikke Borgere"]);
        let bound = pivot(&view, &asked).unwrap();
        let shown: Vec<String> =
            bound.conditions.iter().map(|condition| shown(&view, condition)).collect();
        assert_eq!(
            shown,
            [
                "Tid.År = 2020",
                "Handle kommune.Kommunenummer = 153|155",
                "Ydelse VH.Ydelseskode ≠ 1.8.1"
            ]
        );
        let measure = |measure| Member::Measure(MeasureRef { group: 0, measure });
        let field = |dimension, hierarchy| Factor {
            columns: vec![HierarchyRef::Of { dimension, hierarchy }],
            parts: vec![Part::Level { field: hierarchy }],
        };
        let measures = Factor {
            columns: vec![HierarchyRef::Measures],
            parts: vec![Part::Tuples(vec![measure(1), measure(0)])],
        };
        let columns = Axis { factors: vec![field(1, 1), field(0, 1), measures], non_empty: true };
        assert_eq!(bound.axes, [columns, Axis { factors: vec![field(2, 1)], non_empty: true }]);
        assert!(!bound.nested_totals);
    }

    #[test]
    fn without_fields_there_is_one_row_and_the_default_measure() {
        let mut asked = pivot_of(&[], &[], &[]);
        asked.empty = true;
        let bound = pivot(&view(), &asked).unwrap();
        assert_eq!(bound.axes[0].factors, [measure_factor(vec![bound.measure])]);
        assert_eq!(bound.axes[1], Axis::default());
    }

    #[test]
    fn totals_stand_last_in_every_field() {
        let mut asked = pivot_of(&[], &["Tid.År"], &["Køn.Køn"]);
        asked.totals = true;
        let bound = pivot(&view(), &asked).unwrap();
        let parts = [Part::Level { field: 0 }, Part::Tuples(vec![Member::All])];
        assert_eq!(bound.axes[0].factors[0].parts, parts);
        assert_eq!(bound.axes[1].factors[0].parts, parts);
        assert!(bound.nested_totals);
    }

    #[test]
    fn a_field_may_stand_on_the_axes_once() {
        let asked = pivot_of(&["Tid.År=2020"], &["Tid.År"], &["tid.år <> 2019"]);
        let error = pivot(&view(), &asked).unwrap_err();
        let message = "feltet 'Tid.År' står to gange i rækker og kolonner @tid.år ";
        assert_eq!(failure(&error), message);
    }

    #[test]
    fn unknown_measures_and_cubes_name_the_nearest() {
        let mut asked = pivot_of(&[], &[], &[]);
        asked.measures = texts(&["Antal Ydelse"]);
        let error = pivot(&view(), &asked).unwrap_err();
        assert_eq!(error.candidates[0], "Antal Ydelser");
        asked.cube = "Vosne".to_owned();
        let error = pivot(&view(), &asked).unwrap_err();
        assert_eq!(failure(&error), "kuben 'Vosne' findes ikke @ Voksne");
    }
}
