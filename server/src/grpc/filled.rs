//! A report that is asked for, with its parameters filled in: the members that they name are found, and
//! nothing that it shows is hidden from the caller.

use std::collections::BTreeMap;

use cube_schema::report::{Filled, PivotTexts, Report};
use terning_engine::cube::Field;
use terning_engine::cube::dimension::same;
use terning_engine::query::{ErrorKind, QueryError};
use terning_proto::v1;
use tonic::{Code, Status};

use super::call::Sight;
use super::{Api, status};

impl Api {
    /// A report with its parameters, for a version that the caller sees; and which it is.
    pub(super) fn named<'a>(
        &'a self,
        sight: &Sight,
        request: &mut v1::RunReportRequest,
    ) -> Result<(&'a Report, Filled), Status> {
        let report = self.report(&request.name)?;
        sight.tell_asked(|question| question.of.clone_from(&report.name));
        Ok((report, fill(sight, report, request)?))
    }

    /// A report of cells with its parameters, for a version that the caller sees.
    pub(super) fn filled(
        &self,
        sight: &Sight,
        mut request: v1::RunReportRequest,
    ) -> Result<Filled, Status> {
        let report = self.report(&request.name)?;
        if report.table.is_some() {
            let message = format!("rapporten '{}' er ikke en tabel af tal", report.name);
            let hint = "sammenlign en af de andre rapporter, eller en pivot med --cube";
            return Err(status::plain(Code::InvalidArgument, "NO_GRID", &message, hint));
        }
        fill(sight, report, &mut request)
    }

    fn report(&self, name: &str) -> Result<&Report, Status> {
        self.reports.find(name).map_err(|error| status::of_report(&error))
    }
}

/// The report with its parameters, for the timeline of its cube.
fn fill(
    sight: &Sight,
    report: &Report,
    request: &mut v1::RunReportRequest,
) -> Result<Filled, Status> {
    name_members(sight, report, request)?;
    check_seen(sight, report)?;
    let timeline = sight.find_cube(&report.pivot.cube)?.cube().timeline;
    report.fill(&given(request), timeline).map_err(|error| status::of_report(&error))
}

/// The parameters by name.
pub(super) fn given(request: &v1::RunReportRequest) -> BTreeMap<String, String> {
    request.parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Puts keys in the place of the members that parameters name.
fn name_members(
    sight: &Sight,
    report: &Report,
    request: &mut v1::RunReportRequest,
) -> Result<(), Status> {
    let cube = sight.find_cube(&report.pivot.cube)?.cube();
    for parameter in &report.parameters {
        let named = parameter.member.as_ref().and_then(|member| member.split_once('.'));
        let field = named.and_then(|(dimension, field)| {
            let shape = &cube.dimensions[cube.find_dimension(dimension)?];
            Some(&shape.fields[shape.find_field(field)?])
        });
        let (Some(field), Some(value)) = (field, request.parameters.get_mut(&parameter.name))
        else {
            continue;
        };
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        let keys = names.map(|name| key(field, name));
        *value = keys.collect::<Result<Vec<_>, _>>()?.join(",");
    }
    Ok(())
}

/// The key of a member that is named by it, or by its caption.
fn key<'a>(field: &'a Field, name: &str) -> Result<&'a str, Status> {
    let members = || (0..field.len()).map(|at| (field.keys.get(at), field.captions.get(at)));
    let found = members().find(|(key, caption)| *key == name || same(caption, name));
    found.map(|(key, _)| key).ok_or_else(|| {
        let start: String = name.chars().take(2).collect::<String>().to_lowercase();
        let near = members().map(|(_, caption)| caption.to_owned());
        let near = near.filter(|caption| caption.to_lowercase().starts_with(&start));
        let message = format!("{} '{name}' findes ikke", field.name.to_lowercase());
        status::unknown(message, near.collect())
    })
}

/// That nothing which a report shows is hidden from the caller.
fn check_seen(sight: &Sight, report: &Report) -> Result<(), Status> {
    let view = sight.find_cube(&report.pivot.cube)?;
    let dimensions = view.cube().dimensions.iter();
    let hidden = dimensions.filter(|one| view.find_dimension(&one.name).is_none());
    let PivotTexts { filters, columns, rows, .. } = &report.pivot;
    let texts = filters.iter().chain(columns).chain(rows);
    for dimension in hidden {
        let start = format!("{}.", dimension.name);
        if texts.clone().any(|text| text.starts_with(&start)) {
            let message = format!(
                "rapporten '{}' viser '{}', som dit adgangsbevis ikke giver adgang til",
                report.name, dimension.name
            );
            let hint = "brug et adgangsbevis for den kommune, som rapporten er om".to_owned();
            return Err(status::of_query(QueryError::new(ErrorKind::Invalid, message).hint(hint)));
        }
    }
    Ok(())
}
