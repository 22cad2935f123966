//! What the cubes say for `hand07`: the figures with all rules, those without each, and approvals.

use std::collections::BTreeSet;
use std::sync::Arc;

use cube_schema::day::Quarter;
use cube_schema::domains::vh::hand07::forklar::Virkning;
use cube_schema::domains::vh::hand07::sammenlign::{Linje, Spurgt, sammenlign};
use cube_schema::domains::vh::hand07::udtraek::Udtraek;
use cube_schema::domains::vh::hand07::{Celle, Navne, PAR, Par, Tal, Tekster};
use cube_schema::domains::vh::kodelister::Kommune;
use terning_engine::cube::{Cube, Field};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::AxisPositions;
use terning_engine::query::explain::{Without, answer_without, rules};
use terning_engine::query::{
    Cancel, CellSet, ErrorKind, Limits, Pivot, QueryError, Question, View, answer,
};

use super::super::ReportFault;

const KOMMUNE: (&str, &str) = ("Handle kommune", "Kommunenummer");
const YDELSE: (&str, &str) = ("Ydelse VH", "DST navn");
const KVARTAL: (&str, &str) = ("Tid", "Kvartal");
const GODKENDT: &str = "JaNej godkendt Ydelse.Ja Nej Tekst=Ja";
/// Where approvals are asked for, whether or not there is a record.
const GODKENDELSER: (&str, &str) = ("Nøgletal", "Godkendte kommuner");

/// An export beside our figures.
pub(super) struct Compared<'a> {
    asker: Asker<'a>,
    /// What municipalities and services are called.
    pub(super) names: Navne,
    /// The export.
    pub(super) export: Udtraek,
    /// The cells of the comparison.
    pub(super) lines: Vec<Linje>,
    /// The figures without each rule that was tried; none of them where nothing differs. `None` where
    /// figures cannot be recounted for the caller.
    pub(super) without: Option<Tried>,
}

impl<'a> Compared<'a> {
    /// Compares an export. `pivot` is what the report asks of Benchmark; `read` reads the export, by the
    /// names of municipalities and services. What it has no cells of is not counted, and rules are tried
    /// only where something differs.
    ///
    /// # Errors
    /// The export cannot be used, or the figures cannot be had.
    pub(super) fn ask(
        views: &'a [View],
        pivot: &'a Pivot,
        services: &Tekster,
        read: impl FnOnce(&Navne) -> Result<Udtraek, ReportFault>,
        within: (&'a Limits, &'a Cancel),
    ) -> Result<Compared<'a>, ReportFault> {
        let asker = Asker { views, pivot, within };
        let cube = asker.cube()?;
        let names = names(cube, services);
        let export = read(&names)?;
        let scope = Scope::of(&export, cube);
        let (lines, without) = match &scope {
            Some(scope) => asker.compare(&export, scope)?,
            None => (sammenlign(&export, &Tal::new()), None),
        };
        Ok(Compared { asker, names, export, lines, without })
    }

    /// Takes our figure away where the export has none: the others are hidden small counts, or may be.
    pub(super) fn hide_unpublished(&mut self) {
        for line in self.lines.iter_mut().filter(|line| line.dst.is_none()) {
            line.flis = None;
        }
    }

    /// How many of the compared municipalities, those of their pairs among them, are behind.
    pub(super) fn behind(&self) -> Result<u32, QueryError> {
        let compared = self.lines.iter().filter(|line| line.forskel().is_some());
        let areas: BTreeSet<(Kommune, Option<Kommune>)> = compared
            .map(|line| &line.celle)
            .map(|celle| (celle.kommune, Par::under(celle.kommune, celle.kvartal).map(|p| p.med)))
            .collect();
        if areas.is_empty() {
            return Ok(0);
        }
        let all = areas.into_iter().flat_map(|(own, med)| std::iter::once(own).chain(med));
        let all: BTreeSet<Kommune> = all.collect();
        Ok(self.asker.cells(&self.asker.of(None, all), None)?.0.behind)
    }
}

/// The municipalities and quarters of an export that the cube has, as conditions.
struct Scope {
    kommuner: BTreeSet<Kommune>,
    of_kommuner: Option<String>,
    of_kvartaler: Option<String>,
}

impl Scope {
    /// None where the cube has none of them.
    fn of(export: &Udtraek, cube: &Cube) -> Option<Scope> {
        let kommuner: BTreeSet<Kommune> = export.celler.keys().map(|one| one.kommune).collect();
        let kvartaler: BTreeSet<Quarter> = export.celler.keys().map(|one| one.kvartal).collect();
        let has_kommune =
            |key: &str| Kommune::parse(key).is_some_and(|one| kommuner.contains(&one));
        let has_kvartal =
            |key: &str| Quarter::parse(key).is_some_and(|one| kvartaler.contains(&one));
        let of_kommuner = condition(cube, KOMMUNE, has_kommune)?;
        let of_kvartaler = condition(cube, KVARTAL, has_kvartal)?;
        Some(Scope { kommuner, of_kommuner, of_kvartaler })
    }
}

/// The condition that a field has one of the wanted keys: none within where all are wanted, and none
/// at all where no key is.
fn condition(
    cube: &Cube,
    named: (&str, &str),
    is_wanted: impl Fn(&str) -> bool,
) -> Option<Option<String>> {
    let field = field(cube, named.0, named.1)?;
    let keys: Vec<&str> =
        (0..field.len()).map(|at| field.keys.get(at)).filter(|key| is_wanted(key)).collect();
    let some =
        (keys.len() < field.len()).then(|| format!("{}.{}={}", named.0, named.1, keys.join(",")));
    (!keys.is_empty()).then_some(some)
}

/// Asks for figures, with all rules or without one.
struct Asker<'a> {
    views: &'a [View],
    pivot: &'a Pivot,
    within: (&'a Limits, &'a Cancel),
}

/// The rules that were tried, and the figures without each.
type Tried = (Vec<Without>, Vec<Virkning>);

impl<'a> Asker<'a> {
    /// The cube that the report asks.
    fn cube(&self) -> Result<&'a Cube, QueryError> {
        let name = &self.pivot.cube;
        let found = self.views.iter().map(View::cube).find(|cube| cube.name == *name);
        found.ok_or_else(|| {
            QueryError::new(ErrorKind::Unknown, format!("kuben '{name}' findes ikke"))
        })
    }

    /// What the report asks, of a part only where one is given.
    fn base(&self, scope: Option<&Scope>) -> Pivot {
        let mut pivot = self.pivot.clone();
        pivot.filters.extend(scope.and_then(|scope| scope.of_kvartaler.clone()));
        pivot
    }

    /// The same for the municipalities of a part.
    fn by_kommune(&self, scope: &Scope) -> Pivot {
        let mut pivot = self.base(Some(scope));
        pivot.filters.extend(scope.of_kommuner.clone());
        pivot
    }

    /// The lines of the comparison, and what is tried to explain them.
    fn compare(
        &self,
        export: &Udtraek,
        scope: &Scope,
    ) -> Result<(Vec<Linje>, Option<Tried>), QueryError> {
        let approved = self.approved(scope)?;
        let lines = sammenlign(export, &self.asked(scope, None)?.flis(&approved));
        let differs = lines.iter().any(|line| line.forskel().is_some_and(|one| one != 0));
        let rules = rules(self.views, &self.pivot.cube);
        let without = match (rules.is_empty(), differs) {
            (true, _) => None,
            (false, false) => Some(Tried::default()),
            (false, true) => Some(self.without(rules, scope, &approved)?),
        };
        Ok((lines, without))
    }

    /// The figures without each rule.
    fn without(
        &self,
        rules: Vec<Without>,
        scope: &Scope,
        approved: &BTreeSet<Celle>,
    ) -> Result<Tried, QueryError> {
        let effects = rules.iter().map(|rule| {
            let uden = self.asked(scope, Some(rule))?.flis(approved);
            Ok(Virkning { regel: rule.rule.clone(), uden })
        });
        let effects = effects.collect::<Result<Vec<Virkning>, QueryError>>()?;
        Ok((rules, effects))
    }

    fn cells(
        &self,
        pivot: &Pivot,
        without: Option<&Without>,
    ) -> Result<(CellSet, &'a Cube), QueryError> {
        let (cells, view) = match without {
            Some(rule) => {
                let (view, cells) = answer_without(self.views, pivot, rule, self.within)?;
                (cells, view)
            }
            None => {
                let question = Question::Pivot(pivot);
                let found = answer(self.views, &question, self.within.0, self.within.1)?;
                (found.cells, found.view)
            }
        };
        Ok((cells, self.views[view].cube()))
    }

    /// The report's question for some municipalities together.
    fn of(&self, scope: Option<&Scope>, kommuner: impl IntoIterator<Item = Kommune>) -> Pivot {
        let (dimension, field) = KOMMUNE;
        let numbers: Vec<String> = kommuner.into_iter().map(|one| one.to_string()).collect();
        let mut pivot = self.base(scope);
        pivot.filters.push(format!("{dimension}.{field}={}", numbers.join(",")));
        pivot.rows.retain(|row| !row.starts_with(dimension));
        pivot
    }

    /// The figures that cells are compared with.
    fn asked(&self, scope: &Scope, without: Option<&Without>) -> Result<Spurgt, QueryError> {
        let mut approved = self.by_kommune(scope);
        approved.filters.push(GODKENDT.to_owned());
        let (cells, cube) = self.cells(&approved, without)?;
        let mut asked = Spurgt { godkendt: figures(&cells, cube, None), par: Tal::new() };
        for pair in PAR.iter().filter(|pair| scope.kommuner.contains(&pair.under)) {
            let (cells, cube) =
                self.cells(&self.of(Some(scope), [pair.under, pair.med]), without)?;
            asked.par.extend(figures(&cells, cube, Some(pair.under)));
        }
        Ok(asked)
    }

    /// The cells that the list of approvals says Ja of; of all others it says Nej (G3).
    fn approved(&self, scope: &Scope) -> Result<BTreeSet<Celle>, QueryError> {
        let (cube, measure) = GODKENDELSER;
        let pivot = Pivot {
            cube: cube.to_owned(),
            measures: vec![measure.to_owned()],
            ..self.by_kommune(scope)
        };
        let (cells, cube) = self.cells(&pivot, None)?;
        Ok(figures(&cells, cube, None).into_keys().collect())
    }
}

/// The cells of an answer; those without a municipality are the given one's.
fn figures(cells: &CellSet, cube: &Cube, kommune: Option<Kommune>) -> Tal {
    let [columns, rows] = cells.axes.as_slice() else { return Tal::new() };
    let across: Vec<Parts> = (0..columns.count).map(|at| Parts::of(columns, at, cube)).collect();
    let down: Vec<Parts> = (0..rows.count).map(|at| Parts::of(rows, at, cube)).collect();
    let figures = cells.ordinals.iter().zip(&cells.values).filter_map(|(&ordinal, &value)| {
        let ordinal = ordinal as usize;
        let (column, row) = (&across[ordinal % columns.count], &down[ordinal / columns.count]);
        let celle = Celle {
            kommune: kommune.or(row.kommune).or(column.kommune)?,
            ydelse: row.ydelse.as_ref().or(column.ydelse.as_ref())?.clone(),
            kvartal: row.kvartal.or(column.kvartal)?,
        };
        Some((celle, value as i64))
    });
    figures.collect()
}

/// What a position of an axis says of a cell.
struct Parts {
    kommune: Option<Kommune>,
    ydelse: Option<Arc<str>>,
    kvartal: Option<Quarter>,
}

impl Parts {
    fn of(axis: &AxisPositions, position: usize, cube: &Cube) -> Parts {
        let members = || axis.columns.iter().zip(axis.position(position));
        let key =
            |wanted| members().find_map(|(column, member)| key(cube, *column, *member, wanted));
        Parts {
            kommune: key(KOMMUNE).and_then(Kommune::parse),
            ydelse: key(YDELSE).map(Arc::from),
            kvartal: key(KVARTAL).and_then(Quarter::parse),
        }
    }
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

/// What the cube and a list of services call municipalities and services.
fn names(cube: &Cube, known: &Tekster) -> Navne {
    let kommuner = field(cube, "Handle kommune", "Kommune").map_or_else(Vec::new, |field| {
        let member =
            |at: usize| Some((Kommune::parse(field.keys.get(at))?, field.captions.get(at).into()));
        (0..field.len()).filter_map(member).collect()
    });
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
