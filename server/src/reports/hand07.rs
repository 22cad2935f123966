//! The report `hand07`: an export of StatBank against the figures of Benchmark.

use std::sync::Arc;

use cube_schema::day::Quarter;
use cube_schema::domains::vh::hand07::forklar::{Forklaring, Virkning, forklar};
use cube_schema::domains::vh::hand07::sammenlign::{Linje, Spurgt, sammenlign};
use cube_schema::domains::vh::hand07::udtraek::{Udtraek, laes};
use cube_schema::domains::vh::hand07::{self, Celle, Navne, PAR, Tal};
use cube_schema::domains::vh::kodelister::Kommune;
use terning_engine::cube::{Cube, Field};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::explain::{Without, answer_without, rules};
use terning_engine::query::{
    Cancel, CellSet, Limits, Pivot, QueryError, Question, Table, View, answer,
};

use super::{Given, Lines, ReportFault};

const KOMMUNE: (&str, &str) = ("Handle kommune", "Kommunenummer");
const YDELSE: (&str, &str) = ("Ydelse VH", "DST navn");
const KVARTAL: (&str, &str) = ("Tid", "Kvartal");
const GODKENDT: &str = "JaNej godkendt Ydelse.Ja Nej Tekst=Ja";

/// Runs the report. `pivot` is what it asks of Benchmark.
///
/// # Errors
/// The export or a parameter cannot be used, or the figures cannot be had.
pub fn run(
    views: &[View],
    pivot: &Pivot,
    given: &Given,
    cancel: &Cancel,
) -> Result<Lines, ReportFault> {
    let bytes = given.files.get("statbank").ok_or_else(|| {
        ReportFault::Given("giv udtrækket af HAND07 med --statbank FIL".to_owned())
    })?;
    let asker = Asker { views, pivot, cancel };
    let (whole, cube) = asker.whole()?;
    let names = names(cube);
    let mut export = laes(bytes, &names).map_err(|fault| ReportFault::Given(fault.to_string()))?;
    narrow(&mut export, given, &names)?;
    let asked = asker.asked(None)?;
    let lines = sammenlign(&export, &asked.flis());
    let effects = asker.effects(&asked)?;
    let explained = (!effects.is_empty()).then(|| {
        let (rules, effects): (Vec<Without>, Vec<Virkning>) = effects.into_iter().unzip();
        (rules, forklar(&lines, &effects))
    });
    Ok(Lines {
        table: table(&lines, &names, explained.as_ref()),
        notes: notes(&lines, &export, explained.as_ref()),
        behind: whole.behind,
    })
}

/// Keeps the municipalities and years that are asked for.
fn narrow(export: &mut Udtraek, given: &Given, names: &Navne) -> Result<(), ReportFault> {
    let mut kommuner: Vec<Kommune> = Vec::new();
    for text in given.list("kommuner") {
        let found = names.find_kommune(text);
        kommuner.push(found.ok_or_else(|| {
            ReportFault::Given(format!("'{text}' er ingen kommune; skriv numre som 153,155"))
        })?);
    }
    let mut years: Vec<i32> = Vec::new();
    for text in given.list("aar") {
        let year = text.parse().ok().filter(|_| text.len() == 4);
        years.push(year.ok_or_else(|| {
            ReportFault::Given(format!("'{text}' er intet år; skriv for eksempel 2020,2021"))
        })?);
    }
    let year = |quarter: Quarter| quarter.first_month().year();
    export.celler.retain(|celle, _| {
        (kommuner.is_empty() || kommuner.contains(&celle.kommune))
            && (years.is_empty() || years.contains(&year(celle.kvartal)))
    });
    Ok(())
}

// Figures.

/// Asks for figures, with all rules or without one.
struct Asker<'a> {
    views: &'a [View],
    pivot: &'a Pivot,
    cancel: &'a Cancel,
}

impl<'a> Asker<'a> {
    /// The cube, and the figures of all records.
    fn whole(&self) -> Result<(CellSet, &'a Cube), QueryError> {
        let (cells, view) = self.cells(self.pivot, None)?;
        Ok((cells, view.cube()))
    }

    fn cells(
        &self,
        pivot: &Pivot,
        without: Option<&Without>,
    ) -> Result<(CellSet, &'a View), QueryError> {
        match without {
            Some(rule) => {
                let (view, cells) = answer_without(self.views, pivot, rule, self.cancel)?;
                Ok((cells, &self.views[view]))
            }
            None => {
                let question = Question::Pivot(pivot);
                let found = answer(self.views, &question, &Limits::default(), self.cancel)?;
                Ok((found.cells, &self.views[found.view]))
            }
        }
    }

    /// The figures that cells are compared with.
    fn asked(&self, without: Option<&Without>) -> Result<Spurgt, QueryError> {
        let all = self.cells(self.pivot, without)?;
        let mut approved = self.pivot.clone();
        approved.filters.push(GODKENDT.to_owned());
        let approved = self.cells(&approved, without)?;
        let mut asked = Spurgt {
            godkendt: figures(&approved.0, approved.1.cube(), None),
            alle: figures(&all.0, all.1.cube(), None),
            par: Tal::new(),
        };
        for pair in &PAR {
            let mut pivot = self.pivot.clone();
            let (dimension, field) = KOMMUNE;
            pivot.filters.push(format!("{dimension}.{field}={},{}", pair.under, pair.med));
            pivot.rows.retain(|row| !row.starts_with(dimension));
            let (cells, view) = self.cells(&pivot, without)?;
            asked.par.extend(figures(&cells, view.cube(), Some(pair.under)));
        }
        Ok(asked)
    }

    /// The figures without each rule, laid out as those with all rules.
    fn effects(&self, asked: &Spurgt) -> Result<Vec<(Without, Virkning)>, QueryError> {
        let pairs = asked.godkendte_par();
        let effects = rules(self.views, &self.pivot.cube).into_iter().map(|rule| {
            let uden = self.asked(Some(&rule))?;
            // A pair's cell may have records, and so be known as approved, only without the rule.
            let pairs = pairs.union(&uden.godkendte_par()).cloned().collect();
            let uden = uden.samlet(&pairs);
            let effect = Virkning { regel: rule.rule.clone(), uden };
            Ok((rule, effect))
        });
        effects.collect()
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

// Lines.

/// The rules that were tried, and what explains the differences.
type Explained = (Vec<Without>, Forklaring);

fn table(lines: &[Linje], names: &Navne, explained: Option<&Explained>) -> Table {
    let mut table = Table::default();
    let text = |of: &dyn Fn(&Linje) -> String| -> Vec<Arc<str>> {
        lines.iter().map(|line| of(line).into()).collect()
    };
    table.text("Kommunenummer", text(&|line| line.celle.kommune.to_string()));
    table.text("Kommune", text(&|line| names.kommune(line.celle.kommune).to_owned()));
    table.text("Ydelsestype", text(&|line| line.celle.ydelse.to_string()));
    table.text("Ydelse", text(&|line| names.ydelse(&line.celle.ydelse).to_owned()));
    table.text("Kvartal", text(&|line| line.celle.kvartal.to_string()));
    let whole = |value: Option<i64>| value.map(|value| value as f64);
    table.number("FLIS", "borgere", 0, lines.iter().map(|line| whole(line.flis)));
    table.number("DST", "borgere", 0, lines.iter().map(|line| whole(line.dst)));
    table.number("Forskel", "borgere", 0, lines.iter().map(|line| whole(line.forskel())));
    table.number("Procent", "%", 1, lines.iter().map(Linje::procent));
    if let Some((rules, found)) = explained {
        let compared = |line: usize, value: i64| lines[line].forskel().map(|_| value as f64);
        for (at, &rule) in found.regler.iter().enumerate() {
            let effects = found.virkninger.iter().enumerate();
            let effects = effects.map(|(line, effects)| compared(line, effects[at]));
            table.number(&rules[rule].caption, "borgere", 0, effects);
        }
        let rest = found.rest.iter().enumerate().map(|(line, &rest)| compared(line, rest));
        table.number("Uforklaret", "borgere", 0, rest);
    }
    table.text("Bemærkning", text(&|line| line.bemaerkning.to_owned()));
    table
}

fn notes(lines: &[Linje], export: &Udtraek, explained: Option<&Explained>) -> Vec<String> {
    let differences: Vec<i64> = lines.iter().filter_map(Linje::forskel).collect();
    let exact = differences.iter().filter(|difference| **difference == 0).count();
    let mut notes = vec![format!(
        "{} celler er sammenlignet; {exact} er ens. Forskellene er tilsammen {} borgere.",
        differences.len(),
        differences.iter().map(|difference| difference.abs()).sum::<i64>(),
    )];
    if let Some((rules, found)) = explained {
        let rest: i64 = found.rest.iter().map(|rest| rest.abs()).sum();
        let named: Vec<&str> =
            found.regler.iter().map(|&rule| rules[rule].caption.as_str()).collect();
        notes.push(match named.as_slice() {
            [] => format!("Ingen regel forklarer forskellene; uforklaret er {rest} borgere."),
            named => format!(
                "Forskellene svarer til, at Danmarks Statistik ikke har anvendt {}; uforklaret er \
                 herefter {rest} borgere.",
                named.join(" og ")
            ),
        });
    }
    for (what, left_out) in
        [("områder", &export.andre_omraader), ("ydelser", &export.andre_ydelser)]
    {
        if !left_out.is_empty() {
            let names: Vec<&str> = left_out.iter().map(String::as_str).take(10).collect();
            let more = if left_out.len() > names.len() { " …" } else { "" };
            notes.push(format!(
                "Ikke sammenlignet er {} {what}, der ikke er på listerne: {}{more}.",
                left_out.len(),
                names.join("; ")
            ));
        }
    }
    notes
}
