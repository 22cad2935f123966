//! Whether a version looks wrong beside the one that is asked now: then it is built, and waits for an
//! operator.
//!
//! Compared are figures of the whole country (the records that count, and every stored measure of every
//! cube in the newest year that both versions have whole), the records of each municipality, and how
//! many records each rule has marked. A figure is off where it has moved by more than a share, up or
//! down, and by more than a few, or is no number any more; and so is a cube or a measure that is gone.
//! Hold looks at what a municipality delivers, and keeps what it had;
//! this looks at what has become of all of it.

use std::sync::Arc;

use cube_schema::language::Language;
use terning_engine::cube::Cube;
use terning_engine::load::report::{Change, RuleCount};
use terning_engine::load::{Accept, LoadReport};
use terning_engine::query::{Cancel, Limits, Pivot, QueryError, View, bind, run};

/// The field of years.
const YEAR: &str = "Tid.År";

/// By how much figures may move before a version waits for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Percent of a figure of the whole country. From one month to the next they move by less than one
    /// percent; a tenth is a region.
    pub country: u32,
    /// Percent of a municipality's records.
    pub kommune: u32,
    /// Percent of the records that a rule has marked: these are few, and corrected in heaps.
    pub rule: u32,
    /// A difference of at most so many is never off: in small numbers every change is a large share.
    pub least: u32,
}

impl Default for Shares {
    fn default() -> Shares {
        Shares { country: 10, kommune: 30, rule: 50, least: 30 }
    }
}

/// A version to be compared.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Its load report.
    pub report: &'a LoadReport,
    /// Its cubes.
    pub cubes: &'a [Arc<Cube>],
}

/// What is off in a version beside a former one: a Danish sentence for each figure, those of the whole
/// country first. A municipality that an operator has accepted may look as it likes.
///
/// # Errors
/// A figure cannot be counted.
pub fn find(
    now: Side<'_>,
    before: Side<'_>,
    shares: Shares,
    accept: &Accept,
) -> Result<Vec<String>, QueryError> {
    let records = |side: Side<'_>| side.report.kommuner.iter().map(|line| line.records).sum();
    let mut off = Vec::new();
    let country = |name: &str, before: f64, now: f64| {
        let what = format!("hele landet, {name}");
        moved(&what, before, now, shares.country, shares.least)
    };
    let totals: [u64; 2] = [records(before), records(now)];
    off.extend(country("ydelser, der tæller", totals[0] as f64, totals[1] as f64));
    off.extend(gone(now.cubes, before.cubes));
    for figure in figures(now.cubes, before.cubes, true)? {
        off.extend(country(&figure.name, figure.before, figure.now));
    }
    let kommuner = now.report.change.iter().filter(|change| !accept.has(&change.kommune));
    off.extend(kommuner.filter_map(|Change { kommune, records_before, records, .. }| {
        let what = format!("kommune {kommune}, ydelser, der tæller");
        moved(&what, *records_before as f64, *records as f64, shares.kommune, shares.least)
    }));
    off.extend(rules(now.report, before.report).filter_map(|(what, before, now)| {
        moved(&what, before as f64, now as f64, shares.rule, shares.least)
    }));
    Ok(off)
}

/// The same for cubes of tables, of which no report tells more. All of a cube is compared, since nobody
/// knows what its years are called; and a figure of which nothing is left is off however small it was.
///
/// # Errors
/// A figure cannot be counted.
pub fn find_in_cubes(
    now: &[Arc<Cube>],
    before: &[Arc<Cube>],
    shares: Shares,
) -> Result<Vec<String>, QueryError> {
    let mut off = gone(now, before);
    for Figure { name, before, now } in figures(now, before, false)? {
        let least = if now == 0.0 { 0 } else { shares.least };
        off.extend(moved(&name, before, now, shares.country, least));
    }
    Ok(off)
}

/// How many records each rule has marked, in both versions; what is called what.
fn rules<'a>(
    now: &'a LoadReport,
    before: &'a LoadReport,
) -> impl Iterator<Item = (String, u64, u64)> + 'a {
    let mut ids: Vec<&String> = now.rules.keys().chain(before.rules.keys()).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(move |id| {
        let nothing = RuleCount::default();
        let of = |report: &'a LoadReport| report.rules.get(id).cloned();
        let (new, old) = (of(now), of(before));
        let caption = new.as_ref().or(old.as_ref()).unwrap_or(&nothing).caption.clone();
        let count = |rule: Option<RuleCount>| rule.unwrap_or_default().count.records;
        (format!("reglen {id} {caption}, ydelser med mærket"), count(old), count(new))
    })
}

/// What is said of a figure that has moved too far; nothing of one that was nothing before.
fn moved(what: &str, before: f64, now: f64, percent: u32, least: u32) -> Option<String> {
    if before.is_finite() && !now.is_finite() {
        return Some(format!("{what}: er ikke længere et tal, men var {before:.0}"));
    }
    let difference = (now - before).abs();
    let off =
        difference > f64::from(least) && difference * 100.0 > before.abs() * f64::from(percent);
    let way = if now < before { "falder" } else { "stiger" };
    (off && before != 0.0).then(|| {
        let [before, now] = [before, now].map(rounded);
        format!("{what}: {way} fra {before} til {now}, mere end {percent} %")
    })
}

/// A figure without decimals, as Danes write it.
fn rounded(figure: f64) -> String {
    let sign = if figure <= -0.5 { "-" } else { "" };
    format!("{sign}{}", Language::Danish.whole(figure.abs().round() as u64))
}

/// The cubes, and their measures, that there are no more.
pub(super) fn gone(now: &[Arc<Cube>], before: &[Arc<Cube>]) -> Vec<String> {
    let mut gone = Vec::new();
    for former in before.iter().filter(|cube| !cube.hidden) {
        let Some(cube) = now.iter().find(|cube| cube.name == former.name && !cube.hidden) else {
            gone.push(format!("kuben '{}' er der ikke længere", former.name));
            continue;
        };
        let names = former.listed_measures().map(|measure| &former.measure(measure).name);
        let names = names.filter(|name| cube.find_measure(name).is_none());
        gone.extend(
            names.map(|name| format!("målet '{name}' er der ikke længere i kuben '{}'", cube.name)),
        );
    }
    gone
}

/// A measure over the whole country.
struct Figure {
    name: String,
    before: f64,
    now: f64,
}

/// Every stored measure that both versions have, in the newest year that both have whole, or of all
/// that a cube holds.
fn figures(
    now: &[Arc<Cube>],
    before: &[Arc<Cube>],
    in_year: bool,
) -> Result<Vec<Figure>, QueryError> {
    let mut found = Vec::new();
    for cube in now.iter().filter(|cube| !cube.hidden) {
        let Some(former) = before.iter().find(|former| former.name == cube.name) else { continue };
        let last = cube.timeline.last.min(former.timeline.last);
        let year = if last.number() == 12 { last.year() } else { last.year() - 1 };
        let year = in_year.then_some(year);
        let of = year.map_or_else(|| "i alt".to_owned(), |year| format!("i {year}"));
        let names = cube.listed_measures().map(|measure| cube.measure(measure).name.clone());
        let names: Vec<String> = names.filter(|name| former.find_measure(name).is_some()).collect();
        let values = (count(former, year, &names)?, count(cube, year, &names)?);
        for (at, name) in names.iter().enumerate() {
            let [before, now] = [&values.0, &values.1].map(|values| values[at]);
            let name = format!("{name} {of} ({})", cube.name);
            found.push(Figure { name, before, now });
        }
    }
    Ok(found)
}

/// Measures of a cube, in a year or of all; nothing counts as 0.
fn count(cube: &Arc<Cube>, year: Option<i32>, measures: &[String]) -> Result<Vec<f64>, QueryError> {
    let view = View::everything(Arc::clone(cube));
    let pivot = Pivot {
        cube: cube.name.clone(),
        filters: year.map(|year| format!("{YEAR}={year}")).into_iter().collect(),
        measures: measures.to_vec(),
        empty: true,
        ..Pivot::default()
    };
    let cells = run(&view, &bind::pivot(&view, &pivot)?, &Limits::default(), &Cancel::default())?;
    Ok((0..measures.len()).map(|at| cells.value(at).unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_off_beyond_its_share_and_beyond_a_few() {
        let off = |before, now| moved("x", before, now, 10, 30).is_some();
        assert!(!off(1000.0, 900.0) && off(1000.0, 899.0));
        assert!(!off(1000.0, 1100.0) && off(1000.0, 1101.0));
        assert!(!off(100.0, 70.0) && off(100.0, 69.0), "thirty are a few");
        assert!(!off(0.0, 500.0), "what was not there cannot be compared");
        assert!(off(-1000.0, -1101.0) && off(-1000.0, 0.0) && !off(-1000.0, -1100.0));
        assert!(off(1000.0, f64::NAN) && off(0.0, f64::INFINITY));
        assert!(!off(f64::NAN, f64::NAN) && !off(f64::NAN, 7.0), "it was none before");
        let said = moved("x", 1000.0, 700.0, 10, 30).unwrap();
        assert_eq!(said, "x: falder fra 1.000 til 700, mere end 10 %");
    }

    #[test]
    fn a_rule_and_a_municipality_are_compared_by_their_own_shares() {
        let report = |records: [u64; 2], marked: u64| {
            let mut report = LoadReport::default();
            for (kommune, records) in ["153", "461"].into_iter().zip(records) {
                let kommune = kommune.to_owned();
                let line = terning_engine::load::report::ReporterLine {
                    kommune,
                    records,
                    ..Default::default()
                };
                report.kommuner.push(line);
            }
            let mut rule = RuleCount { caption: "Regel".to_owned(), ..RuleCount::default() };
            rule.count.records = marked;
            report.rules.insert("D1".to_owned(), rule);
            report
        };
        let before = report([1000, 9000], 100);
        let mut now = report([600, 9300], 180);
        now.compare(Some(&before));
        let side = |report| Side { report, cubes: &[] };
        let accepted = Accept::Some(["153".to_owned()].into());
        let found =
            |accept: &Accept| find(side(&now), side(&before), Shares::default(), accept).unwrap();
        let rule = "reglen D1 Regel, ydelser med mærket: stiger fra 100 til 180, mere end 50 %";
        let kommune = "kommune 153, ydelser, der tæller: falder fra 1.000 til 600, mere end 30 %";
        assert_eq!(found(&Accept::None), [kommune, rule]);
        assert_eq!(found(&accepted), [rule]);
        let twice = report([1000, 12000], 100);
        let country = find(side(&twice), side(&before), Shares::default(), &Accept::None).unwrap();
        assert_eq!(
            country,
            ["hele landet, ydelser, der tæller: stiger fra 10.000 til 13.000, mere end 10 %"]
        );
    }
}
