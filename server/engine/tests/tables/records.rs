//! The rows that a drill-through shows are those that make the figure: counted again they are the cell.

use std::collections::BTreeSet;
use std::sync::Arc;

use terning_engine::cube::Cube;
use terning_engine::query::table::{Table, Values};
use terning_engine::query::{Cancel, Drill, Limits, Question, View, drill};

use super::world::World;
use super::{WORLDS, ask, build, pivot, plain, world};

/// A row of a drill-through: amount, customer, product, country.
type Row = [String; 4];

/// The rows behind a measure, at a member of a field or of all.
fn behind(cubes: &[Arc<Cube>], measure: &str, member: Option<(&str, &str)>) -> Vec<Row> {
    let views: Vec<View> = cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
    let filters = member.into_iter().map(|(field, key)| format!("{field}={key}"));
    let asked = Drill {
        cube: "Salg".to_owned(),
        filters: filters.collect(),
        measure: measure.to_owned(),
        columns: ["beløb", "kunde", "vare", "land"].map(str::to_owned).to_vec(),
        ..Drill::default()
    };
    let found = drill(&views, &asked, (&Limits::default(), &Cancel::default()));
    let (_, found) = found.unwrap_or_else(|error| panic!("{}", error.explained()));
    assert_eq!(found.records, found.table.rows());
    (0..found.table.rows()).map(|row| [0, 1, 2, 3].map(|at| text(&found.table, at, row))).collect()
}

fn text(table: &Table, column: usize, row: usize) -> String {
    let Values::Text(texts) = &table.columns[column].values else { panic!("no texts") };
    texts[row].as_deref().unwrap_or_default().to_owned()
}

/// The figure that rows make, each of which must have what is counted.
fn figure(measure: &str, rows: &[Row]) -> Option<f64> {
    let amounts = || rows.iter().map(|row| (row[0].parse::<f64>().unwrap() * 100.0).round() as i64);
    let different = |of: fn(&Row) -> Vec<String>| {
        let keys: Vec<Vec<String>> = rows.iter().map(of).collect();
        assert!(keys.iter().flatten().all(|key| !key.is_empty()), "{measure}: {keys:?}");
        keys.into_iter().collect::<BTreeSet<_>>().len() as f64
    };
    let hundredths = |number: Option<i64>| number.map(|number| number as f64 / 100.0);
    let any = !rows.is_empty();
    match measure {
        "Sum" => hundredths(any.then(|| amounts().sum())),
        "Mindste" => hundredths(amounts().min()),
        "Største" => hundredths(amounts().max()),
        "Gennemsnit" => {
            any.then(|| amounts().sum::<i64>() as f64 * 10_000.0 / (1e6 * rows.len() as f64))
        }
        "Rækker" => any.then_some(rows.len() as f64),
        "Beløb" => any.then(|| amounts().count() as f64),
        "Kunder" => any.then(|| different(|row| vec![row[1].clone()])),
        "Varer" => any.then(|| different(|row| vec![row[2].clone()])),
        "Varer i lande" => any.then(|| different(|row| vec![row[2].clone(), row[3].clone()])),
        other => panic!("{other}"),
    }
}

#[test]
fn rows_behind_a_cell_counted_again_are_the_cell() {
    for seed in 1..=WORLDS {
        let world = World::new(seed);
        let (cubes, _) = build(world::SCHEMA, &world.tables()).unwrap();
        for measure in plain::MEASURES {
            let total = format!("SELECT {{[Measures].[{measure}]}} ON 0 FROM [Salg]");
            let total = ask(&cubes, &Question::Mdx(&total))[0].1[0];
            let rows = behind(&cubes, measure, None);
            assert_eq!(figure(measure, &rows).unwrap_or(0.0), total.unwrap_or(0.0), "{seed}");
            for field in ["Butik.Butik", "Butik.Størrelse", "Interesse.Interesse"] {
                let cells = ask(&cubes, &Question::Pivot(&pivot("Salg", field, &[measure])));
                for (member, cell) in cells {
                    let rows = behind(&cubes, measure, Some((field, &member)));
                    let found = figure(measure, &rows).unwrap_or(0.0);
                    assert_eq!(
                        found,
                        cell[0].unwrap_or(0.0),
                        "{seed}: {measure}, {field} {member}"
                    );
                }
            }
        }
    }
}
