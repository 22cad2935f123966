//! What the cubes say for `hand07`: the figures with all rules, those without each, and approvals.

use std::collections::BTreeSet;

use cube_schema::day::Quarter;
use cube_schema::domains::vh::hand07::forklar::Virkning;
use cube_schema::domains::vh::hand07::sammenlign::{Linje, Spurgt};
use cube_schema::domains::vh::hand07::{self, Celle, Navne, PAR, Par, Tal};
use cube_schema::domains::vh::kodelister::Kommune;
use terning_engine::cube::{Cube, Field};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::explain::{Without, answer_without, rules};
use terning_engine::query::{Cancel, CellSet, Limits, Pivot, QueryError, Question, View, answer};

const KOMMUNE: (&str, &str) = ("Handle kommune", "Kommunenummer");
const YDELSE: (&str, &str) = ("Ydelse VH", "DST navn");
const KVARTAL: (&str, &str) = ("Tid", "Kvartal");
const GODKENDT: &str = "JaNej godkendt Ydelse.Ja Nej Tekst=Ja";
/// Where approvals are asked for, whether or not there is a record.
const GODKENDELSER: (&str, &str) = ("Nøgletal", "Godkendte kommuner");

/// All that an export is compared with. The same for every export.
pub struct Figures<'a> {
    asker: Asker<'a>,
    /// What municipalities and services are called.
    pub(super) names: Navne,
    /// The figures of approved cells.
    pub(super) flis: Tal,
    /// The rules that were tried, and the figures without each.
    pub(super) without: Vec<(Without, Virkning)>,
}

impl<'a> Figures<'a> {
    /// Asks for them. `pivot` is what the report asks of Benchmark.
    ///
    /// # Errors
    /// The figures cannot be had.
    pub fn ask(
        views: &'a [View],
        pivot: &'a Pivot,
        cancel: &'a Cancel,
    ) -> Result<Figures<'a>, QueryError> {
        let asker = Asker { views, pivot, cancel };
        let (_, cube) = asker.cells(pivot, None)?;
        let names = names(cube);
        let approved = asker.approved()?;
        let flis = asker.asked(None)?.flis(&approved);
        let without = rules(views, &pivot.cube).into_iter().map(|rule| {
            let uden = asker.asked(Some(&rule))?.flis(&approved);
            let effect = Virkning { regel: rule.rule.clone(), uden };
            Ok((rule, effect))
        });
        let without = without.collect::<Result<_, QueryError>>()?;
        Ok(Figures { asker, names, flis, without })
    }

    /// How many of the compared municipalities, those of their pairs among them, are behind.
    pub(super) fn behind(&self, lines: &[Linje]) -> Result<u32, QueryError> {
        let compared = lines.iter().filter(|line| line.forskel().is_some());
        let areas: BTreeSet<(Kommune, Option<Kommune>)> = compared
            .map(|line| &line.celle)
            .map(|celle| (celle.kommune, Par::under(celle.kommune, celle.kvartal).map(|p| p.med)))
            .collect();
        if areas.is_empty() {
            return Ok(0);
        }
        let all = areas.into_iter().flat_map(|(own, med)| std::iter::once(own).chain(med));
        let all: BTreeSet<Kommune> = all.collect();
        Ok(self.asker.cells(&self.asker.of(all), None)?.0.behind)
    }
}

/// Asks for figures, with all rules or without one.
struct Asker<'a> {
    views: &'a [View],
    pivot: &'a Pivot,
    cancel: &'a Cancel,
}

impl<'a> Asker<'a> {
    fn cells(
        &self,
        pivot: &Pivot,
        without: Option<&Without>,
    ) -> Result<(CellSet, &'a Cube), QueryError> {
        let (cells, view) = match without {
            Some(rule) => {
                let (view, cells) = answer_without(self.views, pivot, rule, self.cancel)?;
                (cells, view)
            }
            None => {
                let question = Question::Pivot(pivot);
                let found = answer(self.views, &question, &Limits::default(), self.cancel)?;
                (found.cells, found.view)
            }
        };
        Ok((cells, self.views[view].cube()))
    }

    /// The report's question for some municipalities together.
    fn of(&self, kommuner: impl IntoIterator<Item = Kommune>) -> Pivot {
        let (dimension, field) = KOMMUNE;
        let numbers: Vec<String> = kommuner.into_iter().map(|one| one.to_string()).collect();
        let mut pivot = self.pivot.clone();
        pivot.filters.push(format!("{dimension}.{field}={}", numbers.join(",")));
        pivot.rows.retain(|row| !row.starts_with(dimension));
        pivot
    }

    /// The figures that cells are compared with.
    fn asked(&self, without: Option<&Without>) -> Result<Spurgt, QueryError> {
        let mut approved = self.pivot.clone();
        approved.filters.push(GODKENDT.to_owned());
        let (cells, cube) = self.cells(&approved, without)?;
        let mut asked = Spurgt { godkendt: figures(&cells, cube, None), par: Tal::new() };
        for pair in &PAR {
            let (cells, cube) = self.cells(&self.of([pair.under, pair.med]), without)?;
            asked.par.extend(figures(&cells, cube, Some(pair.under)));
        }
        Ok(asked)
    }

    /// The cells that the list of approvals says Ja of; of all others it says Nej (G3).
    fn approved(&self) -> Result<BTreeSet<Celle>, QueryError> {
        let (cube, measure) = GODKENDELSER;
        let pivot = Pivot {
            cube: cube.to_owned(),
            measures: vec![measure.to_owned()],
            ..self.pivot.clone()
        };
        let (cells, cube) = self.cells(&pivot, None)?;
        Ok(figures(&cells, cube, None).into_keys().collect())
    }
}

/// The cells of an answer; those without a municipality are the given one's.
fn figures(cells: &CellSet, cube: &Cube, kommune: Option<Kommune>) -> Tal {
    let [columns, rows] = cells.axes.as_slice() else { return Tal::new() };
    let mut figures = Tal::new();
    for (&ordinal, &value) in cells.ordinals.iter().zip(&cells.values) {
        let (column, row) = (ordinal as usize % columns.count, ordinal as usize / columns.count);
        let members = || {
            let across = columns.columns.iter().zip(columns.position(column));
            across.chain(rows.columns.iter().zip(rows.position(row)))
        };
        let key =
            |wanted| members().find_map(|(column, member)| key(cube, *column, *member, wanted));
        let kvartal = key(KVARTAL).and_then(Quarter::parse);
        let own = kommune.or_else(|| key(KOMMUNE).and_then(Kommune::parse));
        if let (Some(kommune), Some(ydelse), Some(kvartal)) = (own, key(YDELSE), kvartal) {
            figures.insert(Celle { kommune, ydelse: ydelse.into(), kvartal }, value as i64);
        }
    }
    figures
}

/// The key of a member, where it is one of a field.
fn key<'a>(
    cube: &'a Cube,
    column: HierarchyRef,
    member: Member,
    (dimension, field): (&str, &str),
) -> Option<&'a str> {
    let (HierarchyRef::Of { dimension: at, .. }, Member::Of { field: of, id }) = (column, member)
    else {
        return None;
    };
    let shape = &cube.dimensions[at];
    let found = &shape.fields[of];
    (shape.name == dimension && found.name == field).then(|| found.keys.get(id as usize))
}

/// What the cube and the compiled list call municipalities and services.
fn names(cube: &Cube) -> Navne {
    let kommuner = field(cube, "Handle kommune", "Kommune").map_or_else(Vec::new, |field| {
        let member =
            |at: usize| Some((Kommune::parse(field.keys.get(at))?, field.captions.get(at).into()));
        (0..field.len()).filter_map(member).collect()
    });
    let known = hand07::kendte_tekster();
    let ydelser = field(cube, YDELSE.0, YDELSE.1).map_or_else(Vec::new, |field| {
        let member = |at: usize| {
            let code = field.keys.get(at);
            let others = known.iter().filter(|(known, _)| **known == *code);
            let own: Box<str> = field.captions.get(at).into();
            let names = others.flat_map(|(_, names)| names.iter().cloned());
            (code.into(), std::iter::once(own).chain(names).collect())
        };
        (0..field.len()).map(member).collect()
    });
    Navne { kommuner, ydelser }
}

fn field<'a>(cube: &'a Cube, dimension: &str, field: &str) -> Option<&'a Field> {
    let shape = &cube.dimensions[cube.find_dimension(dimension)?];
    Some(&shape.fields[shape.find_field(field)?])
}
