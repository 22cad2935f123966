//! A formula gives what the same arithmetic gives on single questions, whatever is asked.

use std::collections::BTreeMap;

use proptest::prelude::*;
use terning_engine::query::names::unique_name;
use terning_engine::query::{Cancel, Limits, Question, View, answer};

use crate::world::view;

const CALCULATED: &str = r#"
[[cube.set]]
name = "Kommuner"
formula = "[Sted].[Kommune].[Kommune].Members"
"#;

/// A formula, and what it is made of: the measures asked one by one, each with its conditions.
struct Formula {
    text: &'static str,
    parts: &'static [&'static str],
    value: fn(&[Option<f64>]) -> Option<f64>,
}

const FORMULAS: [Formula; 4] = [
    Formula {
        text: "[Measures].[Borgere] * 100 / [Measures].[Medlemmer]",
        parts: &["[Measures].[Borgere]", "[Measures].[Medlemmer]"],
        value: |parts| Some(parts[0]? * 100.0 / parts[1].filter(|part| *part != 0.0)?),
    },
    Formula {
        text: "[Measures].[Par] - [Measures].[Medlemmer]",
        parts: &["[Measures].[Par]", "[Measures].[Medlemmer]"],
        value: |parts| match (parts[0], parts[1]) {
            (None, None) => None,
            (left, right) => Some(left.unwrap_or(0.0) - right.unwrap_or(0.0)),
        },
    },
    Formula {
        text: "CoalesceEmpty([Measures].[Medlemmer], [Measures].[Par])",
        parts: &["[Measures].[Medlemmer]", "[Measures].[Par]"],
        value: |parts| parts[0].or(parts[1]),
    },
    Formula {
        text: "Aggregate([Kommuner], [Measures].[Borgere])",
        parts: &["[Measures].[Borgere]"],
        value: |parts| parts[0],
    },
];

const SETS: [&str; 6] = [
    "[Sted].[Kommune].Members",
    "[Sted].[Region].[Region].Members",
    "[Tid].[År].Members",
    "[Tid].[Kvartal].[Kvartal].Members",
    "[Ydelse].[Kode].Members",
    "[Sted].[Geografi].Members",
];

const CONDITIONS: [&str; 4] =
    ["[Tid].[Kalender].&[2020]", "[Sted].[Kommune].&[101]", "[Ydelse].[Kode].&[1.1]", ""];

/// The cells of a measure by the names of their members.
fn cells(
    view: &View,
    measure: &str,
    with: &str,
    axes: &[&str; 2],
    slicer: &str,
    empty: bool,
) -> BTreeMap<String, f64> {
    let non_empty = if empty { "" } else { "NON EMPTY " };
    let slicer =
        if slicer.is_empty() { measure.to_owned() } else { format!("({measure}, {slicer})") };
    let text = format!(
        "{with} SELECT {non_empty}{} ON 0, {non_empty}{} ON 1 FROM Lille WHERE {slicer}",
        axes[0], axes[1]
    );
    let views = [view.clone()];
    let found = answer(&views, &Question::Mdx(&text), &Limits::default(), &Cancel::default());
    let found = found.unwrap_or_else(|error| panic!("{text}: {error}")).cells;
    let ordinals = found.ordinals.iter().zip(&found.values);
    let named = ordinals.map(|(&ordinal, &value)| {
        let mut left = ordinal as usize;
        let mut name = String::new();
        for axis in &found.axes {
            for (hierarchy, member) in axis.columns.iter().zip(axis.position(left % axis.count)) {
                name += &unique_name(view.cube(), *hierarchy, *member);
            }
            left /= axis.count;
        }
        (name, value)
    });
    named.collect()
}

proptest! {
    #[test]
    fn a_formula_is_the_arithmetic_of_its_parts(
        formula in 0..FORMULAS.len(),
        columns in 0..SETS.len(),
        rows in 0..SETS.len(),
        condition in 0..CONDITIONS.len(),
        empty in any::<bool>(),
    ) {
        prop_assume!(columns != rows);
        let view = view(CALCULATED);
        let formula = &FORMULAS[formula];
        let (axes, slicer) = ([SETS[columns], SETS[rows]], CONDITIONS[condition]);
        let in_axes = slicer.rsplit_once(".&").map_or("none", |(name, _)| name);
        prop_assume!(!axes.iter().any(|set| set.starts_with(in_axes)));
        let with = format!("WITH MEMBER [Measures].[x] AS {}", formula.text);
        let found = cells(&view, "[Measures].[x]", &with, &axes, slicer, empty);
        let parts: Vec<BTreeMap<String, f64>> =
            formula.parts.iter().map(|part| cells(&view, part, "", &axes, slicer, true)).collect();
        let mut names: Vec<&String> = parts.iter().flat_map(|part| part.keys()).collect();
        names.sort();
        names.dedup();
        let expected: BTreeMap<String, f64> = names
            .into_iter()
            .filter_map(|name| {
                let values: Vec<Option<f64>> =
                    parts.iter().map(|part| part.get(name).copied()).collect();
                Some((name.clone(), (formula.value)(&values)?))
            })
            .collect();
        prop_assert_eq!(found, expected);
    }
}
