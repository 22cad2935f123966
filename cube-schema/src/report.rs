//! Named reports: pivots with parameters, written down once by the domain and run by the server.
//!
//! A report file (TOML) is one plain list. A text in it may hold `{parameter}`; filling the report
//! puts values there, quoted where they need to be, so that a value can never become a condition.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::table::Timeline;

/// The reports of a domain, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    /// The reports.
    #[serde(rename = "rapport")]
    pub reports: Vec<Report>,
}

/// A named report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What it is asked by (`harmonisering`).
    pub name: String,
    /// Its title; may hold parameters.
    pub title: String,
    /// What it shows, in one sentence.
    pub description: String,
    /// Where the source proposes it.
    pub source: String,
    /// What a reader must know about the figures; may hold parameters.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What must or can be given.
    pub parameters: Vec<Parameter>,
    /// The field of the rows, as `Dimension.Field`, whose members are left out of an overview, but for
    /// the asker's own; none where there is no overview.
    #[serde(default)]
    pub overview: Option<String>,
    /// The lines that the server makes of the pivot's figures; none where they are shown as they are.
    #[serde(default)]
    pub table: Option<TableReport>,
    /// The pivot; its texts may hold parameters.
    pub pivot: PivotTexts,
}

/// A report of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableReport {
    /// The records of a municipality that it should look at.
    Fejlliste,
    /// The published table HAND07 against ours.
    Hand07,
}

/// A parameter of a report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The name, as it stands in `{…}`.
    pub name: String,
    /// What to give, with an example.
    pub description: String,
    /// What is taken where nothing is given; none: it must be given.
    #[serde(default)]
    pub default: Option<Default>,
    /// Whether it is an attached file.
    #[serde(default)]
    pub file: bool,
    /// The field, as `Dimension.Field`, whose members it names, by key or caption, several with commas
    /// between them.
    #[serde(default)]
    pub member: Option<String>,
    /// Whether it is one value, and never several.
    #[serde(default)]
    pub one: bool,
}

/// What a parameter is where nothing is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Default {
    /// The last year of which all months are known.
    LastFullYear,
    /// Nothing: the report is not narrowed.
    Nothing,
}

/// A pivot in the words it is written with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PivotTexts {
    /// The cube.
    pub cube: String,
    /// Conditions.
    #[serde(default)]
    pub filters: Vec<String>,
    /// Fields of the columns, outermost first.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Fields of the rows, outermost first.
    #[serde(default)]
    pub rows: Vec<String>,
    /// The measures.
    pub measures: Vec<String>,
    /// Whether each field gets the member `I alt`.
    #[serde(default)]
    pub totals: bool,
}

/// A report with its parameters filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The title.
    pub title: String,
    /// The notes.
    pub notes: Vec<String>,
    /// The pivot to ask.
    pub pivot: PivotTexts,
}

/// Why a report cannot be run as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The report file is not of the right shape.
    #[error("rapportlisten kan ikke læses: {0}")]
    Unreadable(String),
    /// No report has this name.
    #[error("rapporten '{name}' findes ikke")]
    NoReport {
        /// What was asked for.
        name: String,
        /// The reports there are.
        known: Vec<String>,
    },
    /// A parameter that must be given is not.
    #[error("rapporten '{report}' mangler {parameter}: {description}")]
    Missing {
        /// The report.
        report: String,
        /// The parameter.
        parameter: String,
        /// What to give.
        description: String,
    },
    /// Several values of a parameter that is one.
    #[error("rapporten '{report}' tager én {parameter} ad gangen, ikke '{value}'")]
    Several {
        /// The report.
        report: String,
        /// The parameter.
        parameter: String,
        /// What was given.
        value: String,
    },
    /// A year of which nothing is known.
    #[error("der er ingen tal for '{year}'; giv et år fra {first} til {last}")]
    NoYear {
        /// What was given.
        year: String,
        /// The first year of the timeline.
        first: i32,
        /// Its last year.
        last: i32,
    },
    /// A parameter that the report does not have.
    #[error("rapporten '{report}' har ikke parameteren '{parameter}'")]
    NoParameter {
        /// The report.
        report: String,
        /// The parameter.
        parameter: String,
        /// The parameters there are.
        known: Vec<String>,
    },
}

impl ReportError {
    /// The names that would have been right.
    #[must_use]
    pub fn known(&self) -> &[String] {
        match self {
            ReportError::NoReport { known, .. } | ReportError::NoParameter { known, .. } => known,
            ReportError::Unreadable(_)
            | ReportError::Missing { .. }
            | ReportError::Several { .. }
            | ReportError::NoYear { .. } => &[],
        }
    }
}

impl Reports {
    /// Reads a report file.
    ///
    /// # Errors
    /// The text is not TOML of the right shape.
    pub fn parse(text: &str) -> Result<Reports, ReportError> {
        toml::from_str(text).map_err(|error| ReportError::Unreadable(error.to_string()))
    }

    /// The report of a name.
    ///
    /// # Errors
    /// There is none; the error holds the names there are.
    pub fn find(&self, name: &str) -> Result<&Report, ReportError> {
        self.reports.iter().find(|report| report.name == name).ok_or_else(|| {
            let known = self.reports.iter().map(|report| report.name.clone()).collect();
            ReportError::NoReport { name: name.to_owned(), known }
        })
    }
}

impl Report {
    /// The field whose members an overview leaves out; none where some of them are asked for.
    #[must_use]
    pub fn overview_field(&self, given: &BTreeMap<String, String>) -> Option<&str> {
        let field = self.overview.as_deref()?;
        let names = |one: &&Parameter| one.member.as_deref() == Some(field);
        let value =
            |one: &Parameter| given.get(&one.name).is_some_and(|text| !text.trim().is_empty());
        let is_chosen = self.parameters.iter().filter(names).any(value);
        (!is_chosen).then_some(field)
    }

    /// Puts values in place of the parameters.
    ///
    /// # Errors
    /// A parameter that the report does not have, or one that must be given and is not.
    pub fn fill(
        &self,
        given: &BTreeMap<String, String>,
        timeline: Timeline,
    ) -> Result<Filled, ReportError> {
        self.check_names(given)?;
        let values: Vec<(&str, String)> = self
            .parameters
            .iter()
            .filter(|parameter| !parameter.file)
            .map(|parameter| Ok((parameter.name.as_str(), self.value(parameter, given, timeline)?)))
            .collect::<Result<_, ReportError>>()?;
        let shown = |text: &String| place(text, &values, str::to_owned);
        let unfinished = self.parameters.iter().filter_map(|parameter| {
            parameter.default.filter(|default| *default == Default::LastFullYear)?;
            let (_, year) = values.iter().find(|(name, _)| *name == parameter.name)?;
            unfinished(year, timeline)
        });
        let unfinished: Vec<String> = unfinished.collect();
        let asked = |texts: &[String]| texts.iter().map(|t| place(t, &values, quoted)).collect();
        Ok(Filled {
            title: shown(&self.title),
            notes: self.notes.iter().map(shown).chain(unfinished).collect(),
            pivot: PivotTexts {
                cube: self.pivot.cube.clone(),
                filters: asked(&chosen(&self.pivot.filters, &values)),
                columns: asked(&self.pivot.columns),
                rows: asked(&self.pivot.rows),
                measures: self.pivot.measures.clone(),
                totals: self.pivot.totals,
            },
        })
    }

    fn check_names(&self, given: &BTreeMap<String, String>) -> Result<(), ReportError> {
        let known = |name: &str| self.parameters.iter().any(|parameter| parameter.name == name);
        match given.keys().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => Err(ReportError::NoParameter {
                report: self.name.clone(),
                parameter: name.clone(),
                known: self.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
            }),
        }
    }

    fn value(
        &self,
        parameter: &Parameter,
        given: &BTreeMap<String, String>,
        timeline: Timeline,
    ) -> Result<String, ReportError> {
        match (given.get(&parameter.name), parameter.default) {
            (Some(years), Some(Default::LastFullYear)) if !years.trim().is_empty() => {
                check_years(years, timeline).map(|()| years.clone())
            }
            (Some(value), _) if parameter.one && value.contains(',') => Err(ReportError::Several {
                report: self.name.clone(),
                parameter: parameter.name.clone(),
                value: value.clone(),
            }),
            (Some(value), _) if !value.trim().is_empty() => Ok(value.clone()),
            (_, Some(Default::LastFullYear)) => Ok(last_full_year(timeline).to_string()),
            (_, Some(Default::Nothing)) => Ok(String::new()),
            (_, None) => Err(ReportError::Missing {
                report: self.name.clone(),
                parameter: parameter.name.clone(),
                description: parameter.description.clone(),
            }),
        }
    }
}

/// The last year of which the timeline has all months.
fn last_full_year(timeline: Timeline) -> i32 {
    let last = timeline.last;
    if last.number() == 12 { last.year() } else { last.year() - 1 }
}

/// Whether years, with commas between them, are of the timeline.
fn check_years(years: &str, timeline: Timeline) -> Result<(), ReportError> {
    let (first, last) = (timeline.first.year(), timeline.last.year());
    let is_known = |text: &str| text.parse().is_ok_and(|year| (first..=last).contains(&year));
    match years.split(',').map(str::trim).find(|year| !is_known(year)) {
        None => Ok(()),
        Some(year) => Err(ReportError::NoYear { year: year.to_owned(), first, last }),
    }
}

/// The filters without those on a parameter that narrows nothing.
fn chosen(filters: &[String], values: &[(&str, String)]) -> Vec<String> {
    let narrows = |filter: &&String| {
        !values
            .iter()
            .any(|(name, value)| value.is_empty() && filter.contains(&format!("{{{name}}}")))
    };
    filters.iter().filter(narrows).cloned().collect()
}

/// What is to be said of a year that the data do not cover to its end.
fn unfinished(year: &str, timeline: Timeline) -> Option<String> {
    let number: i32 = year.trim().parse().ok()?;
    let last = timeline.last;
    (number > last_full_year(timeline))
        .then(|| format!("Året {number} er ikke slut: tallene er til og med {last}."))
}

/// Replaces each `{name}` of a text in one pass, so that a value is never looked into.
fn place(text: &str, values: &[(&str, String)], write: impl Fn(&str) -> String) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        filled.push_str(before);
        let found = values.iter().find_map(|(name, value)| {
            let tail = after[1..].strip_prefix(name)?.strip_prefix('}')?;
            Some((value, tail))
        });
        match found {
            Some((value, tail)) => {
                filled.push_str(&write(value));
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = &after[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A list of values for a condition, each quoted where it holds a sign with a meaning.
fn quoted(values: &str) -> String {
    let quote = |value: &str| {
        let plain = !value.contains(['"', '=', '<', '>']) && !value.is_empty();
        if plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
    };
    values.split(',').map(|value| quote(value.trim())).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Month;
    use crate::domains::vh::rapporter::RAPPORTER;
    use crate::schema::Schema;

    fn given(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        values.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn timeline(last: (i16, i8)) -> Timeline {
        Timeline { first: Month::new(2013, 1), last: Month::new(last.0, last.1) }
    }

    #[test]
    fn the_reports_of_vh_name_fields_and_measures_that_exist() {
        let schema = Schema::parse(include_str!("domains/vh/vh.toml")).unwrap();
        for report in &Reports::parse(RAPPORTER).unwrap().reports {
            let cube = schema.cubes.iter().find(|cube| cube.name == report.pivot.cube).unwrap();
            for measure in &report.pivot.measures {
                let stored = cube.groups.iter().flat_map(|group| &group.measures);
                let calculated = cube.calculated.iter().map(|one| &one.name);
                let mut all = stored.map(|one| &one.name).chain(calculated);
                assert!(all.any(|name| name == measure), "{measure}");
            }
            let pivot = &report.pivot;
            assert!(report.overview.as_ref().is_none_or(|field| pivot.rows.contains(field)));
            for text in pivot.filters.iter().chain(&pivot.columns).chain(&pivot.rows) {
                let field = text.split(['<', '=']).next().unwrap();
                let (dimension, field) = field.split_once('.').unwrap();
                let dimension = schema.dimension(dimension).unwrap();
                assert!(dimension.fields.iter().any(|one| one.name == field), "{text}");
            }
        }
    }

    #[test]
    fn the_year_is_the_last_full_one_unless_given() {
        let reports = Reports::parse(RAPPORTER).unwrap();
        let report = reports.find("harmonisering").unwrap();
        let year = |values: &[(&str, &str)], last| {
            report.fill(&given(values), timeline(last)).unwrap().pivot.filters[0].clone()
        };
        assert_eq!(year(&[("kommune", "153")], (2026, 10)), "Tid.År=2025");
        assert_eq!(year(&[("kommune", "153")], (2026, 12)), "Tid.År=2026");
        assert_eq!(year(&[("kommune", "153"), ("aar", "2020")], (2026, 10)), "Tid.År=2020");
        let late = given(&[("kommune", "153"), ("aar", "2026, 2031")]);
        let error = report.fill(&late, timeline((2026, 10))).unwrap_err().to_string();
        let first = timeline((2026, 10)).first.year();
        assert_eq!(error, format!("der er ingen tal for '2031'; giv et år fra {first} til 2026"));
    }

    #[test]
    fn a_report_of_one_municipality_takes_one() {
        let reports = Reports::parse(RAPPORTER).unwrap();
        let fill = |name: &str, parameter: &str| {
            let given = given(&[(parameter, "153,155")]);
            reports.find(name).unwrap().fill(&given, timeline((2026, 10)))
        };
        for name in ["fejlliste", "harmonisering"] {
            let told = format!("rapporten '{name}' tager én kommune ad gangen, ikke '153,155'");
            assert_eq!(fill(name, "kommune").unwrap_err().to_string(), told);
        }
        assert!(fill("benchmark", "kommuner").is_ok());
    }

    #[test]
    fn an_overview_is_of_what_nobody_has_chosen() {
        let reports = Reports::parse(RAPPORTER).unwrap();
        let report = reports.find("noegletal").unwrap();
        let field = Some("Handle kommune.Kommune");
        assert_eq!(report.overview_field(&given(&[("aar", "2025"), ("kommuner", " ")])), field);
        assert_eq!(report.overview_field(&given(&[("kommuner", "153")])), None);
        assert_eq!(reports.find("benchmark").unwrap().overview_field(&given(&[])), None);
    }

    #[test]
    fn a_value_cannot_become_a_condition() {
        assert_eq!(quoted("153, 155"), "153,155");
        assert_eq!(quoted("1\"=<x"), "\"1\"\"=<x\"");
        let values = [("a", "{b}".to_owned()), ("b", "2".to_owned())];
        assert_eq!(place("{a}{b}{c}", &values, str::to_owned), "{b}2{c}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let reports = Reports::parse(RAPPORTER).unwrap();
        assert!(reports.find("x").unwrap_err().known().contains(&"benchmark".to_owned()));
        let report = reports.find("benchmark").unwrap();
        let error = |values| report.fill(&given(values), timeline((2026, 10))).unwrap_err();
        assert!(error(&[]).to_string().contains("kommuner"));
        assert!(error(&[("kommuner", "153"), ("by", "x")]).to_string().contains("'by'"));
    }
}
