//! How much CPU time does each question take?

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use terning_benches::{cpu_time, cubes, time};
use terning_engine::cube::{Cube, MeasureRef};
use terning_engine::query::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Member, Part};
use terning_engine::query::{Cancel, Limits, View, run};

fn field(cube: &Cube, name: &str) -> (usize, usize) {
    let (d, f) = name.split_once('.').unwrap();
    let d = cube.find_dimension(d).unwrap();
    (d, cube.dimensions[d].find_field(f).unwrap())
}
fn factor(cube: &Cube, name: &str, total: bool) -> Factor {
    let (dimension, f) = field(cube, name);
    let mut parts = vec![Part::Level { field: f }];
    if total {
        parts.push(Part::Tuples(vec![Member::All]));
    }
    Factor { columns: vec![HierarchyRef::Of { dimension, hierarchy: f }], parts }
}
fn cond(cube: &Cube, name: &str, values: &[&str], except: bool) -> Condition {
    let (dimension, f) = field(cube, name);
    let members =
        values.iter().map(|v| cube.dimensions[dimension].fields[f].find(v).unwrap()).collect();
    Condition { dimension, field: f, members, except }
}
fn q(
    cube: &Cube,
    columns: &[&str],
    rows: &[&str],
    conditions: Vec<Condition>,
    measures: &[usize],
    totals: bool,
) -> Bound {
    let axis = |names: &[&str]| Axis {
        factors: names.iter().map(|n| factor(cube, n, totals)).collect(),
        non_empty: true,
    };
    let mut c = axis(columns);
    c.factors.push(Factor {
        columns: vec![HierarchyRef::Measures],
        parts: vec![Part::Tuples(
            measures
                .iter()
                .map(|&m| Member::Measure(MeasureRef { group: 0, measure: m }))
                .collect(),
        )],
    });
    Bound {
        axes: vec![c, axis(rows)],
        conditions,
        measure: MeasureRef { group: 0, measure: 0 },
        nested_totals: totals,
    }
}

fn main() -> Result<()> {
    let dir = PathBuf::from(std::env::var("TERNING_DELIVERIES").context("TERNING_DELIVERIES")?);
    let (began, cpu) = (Instant::now(), cpu_time());
    let (loaded, cubes) = cubes(&dir)?;
    println!(
        "rebuild {:.2?}, cpu {:.2?}; as of {}",
        began.elapsed(),
        cpu_time() - cpu,
        loaded.timeline.as_of()
    );
    for cube in &cubes {
        let g = &cube.groups[0];
        println!(
            "{}: {} rows, {} cut, {} entities",
            cube.name,
            g.rows.len(),
            g.cut.as_ref().unwrap().len(),
            g.entity_count
        );
    }
    let (vh, b) = (&cubes[0], &cubes[1]);
    let no82 = || cond(b, "Ydelse VH.Ydelseskode", &["1.18.1", "1.18.2"], true);
    let mut qs: Vec<(&str, &std::sync::Arc<Cube>, Bound)> = vec![
        (
            "hand07",
            b,
            q(
                b,
                &["Handle kommune.Kommunenummer", "Tid.Kvartal"],
                &["Ydelse VH.Ydelseskode"],
                vec![],
                &[0],
                false,
            ),
        ),
        (
            "totals3",
            b,
            q(
                b,
                &["Tid.År", "Tid.Kvartal"],
                &["Handle kommune.Region", "Handle kommune.Kommunenummer"],
                vec![cond(b, "Ydelse VH.Ydelseskode", &["1.8.1", "1.8.2", "1.12.0.1"], false)],
                &[0],
                true,
            ),
        ),
        ("months", b, q(b, &[], &["Tid.Måned"], vec![], &[0], false)),
        (
            "bench-report",
            b,
            q(
                b,
                &["Handle kommune.Kommunenummer", "Tid.Kvartal"],
                &["Ydelse VH.Ydelseskode"],
                vec![
                    cond(b, "Tid.År", &["2020"], false),
                    cond(b, "JaNej godkendt Ydelse.Ja Nej Tekst", &["Ja"], false),
                    cond(
                        b,
                        "Handle kommune.Kommunenummer",
                        &["153", "155", "157", "159", "161", "163", "165", "167", "169"],
                        false,
                    ),
                ],
                &[0],
                false,
            ),
        ),
        (
            "cell",
            b,
            q(
                b,
                &[],
                &[],
                vec![
                    cond(b, "Tid.Kvartal", &["2020K4"], false),
                    cond(b, "Handle kommune.Kommunenummer", &["153"], false),
                    cond(b, "Ydelse VH.Ydelseskode", &["1.12.0.2"], false),
                ],
                &[0],
                false,
            ),
        ),
        (
            "country-cell",
            b,
            q(b, &[], &[], vec![cond(b, "Tid.Kvartal", &["2020K4"], false)], &[0], false),
        ),
        (
            "harm",
            vh,
            q(
                vh,
                &["Tid.Måned"],
                &["Harmonisering VH.DST Handling", "Harmonisering VH.Regel", "Borger.Personnummer"],
                vec![
                    cond(vh, "Tid.År", &["2020"], false),
                    cond(vh, "Handle kommune.Kommunenummer", &["153"], false),
                    cond(vh, "Harmonisering VH.Regel", &["Ukendt"], true),
                ],
                &[0],
                false,
            ),
        ),
        (
            "sparse",
            vh,
            q(
                vh,
                &[],
                &[
                    "Borger.Personnummer",
                    "Opholdssted.Opholdssted",
                    "Ydelse VH.Ydelseskode",
                    "Målgruppe.Målgruppe",
                ],
                vec![cond(vh, "Tid.År", &["2022"], false)],
                &[0],
                false,
            ),
        ),
        (
            "all-measures",
            b,
            q(b, &["Tid.År"], &["Handle kommune.Kommunenummer"], vec![], &[0, 1, 2, 3], false),
        ),
        ("målgruppe", b, q(b, &["Tid.Kvartal"], &["Målgruppe.Målgruppe"], vec![], &[0], true)),
        (
            "function",
            b,
            q(
                b,
                &["Tid.Måned"],
                &[
                    "Handle kommune.Kommunenummer",
                    "Funktionsvurdering.Funktionsvurdering",
                    "Ydelse VH.Ydelseskode",
                ],
                vec![],
                &[0],
                false,
            ),
        ),
    ];
    for period in ["2018K4", "2021K4", "2022K4"] {
        let bound =
            q(b, &[], &[], vec![cond(b, "Tid.Kvartal", &[period], false), no82()], &[0, 2], false);
        let answer =
            run(&View::everything(b.clone()), &bound, &Limits::default(), &Cancel::default())?;
        println!("{period}: {:?}", answer.values);
    }
    if let Ok(only) = std::env::var("ONLY") {
        qs.retain(|q| q.0 == only);
    }
    for (name, cube, bound) in &qs {
        let view = View::everything((*cube).clone());
        let mut cells = (0, 0);
        let mut call = || match run(&view, bound, &Limits::default(), &Cancel::default()) {
            Ok(a) => cells = (a.cell_count(), a.values.len()),
            Err(e) => println!("{e}"),
        };
        let runs = std::env::var("RUNS").map_or(15, |n| n.parse().unwrap());
        let times = time(runs, &mut call);
        println!(
            "{name:>14}: median {:>9.1?} min {:>9.1?} max {:>9.1?}  cells {cells:?}",
            times[runs / 2],
            times[0],
            times[runs - 1]
        );
    }
    Ok(())
}
