//! `terning report`

use serde_json::{Value, json};
use terning_proto::v1::ReportInfo;

use crate::answer::Answer;
use crate::args::{Common, Format, Report};
use crate::cause;
use crate::client::{Client, ReportAnswer};
use crate::error::Error;
use crate::output::{self, Choice, Heading, List};

/// The name of Statistics Denmark's export in the call.
const EXPORT: &str = "statbank";

pub(super) async fn run(client: &mut Client, common: &Common, args: Report) -> Result<(), Error> {
    let Some(name) = args.name.clone() else { return list(client, common).await };
    let (files, is_whole) = (files(&args)?, args.alle || common.format() != Format::Table);
    let attached = args.statbank.clone();
    let parameters = parameters(args);
    let choices = parameters.iter().map(|(name, value)| Choice::new(name, value)).collect();
    let answered = client.report(name, parameters, files).await;
    match answered.map_err(|error| error.about(EXPORT, attached.as_deref()))? {
        ReportAnswer::Cells { title, mut notes, overview, answer } => {
            let part = if is_whole { None } else { answer.overview(&overview) };
            if part.is_some() {
                notes.push(left_out(overview.len(), &answer));
            }
            let heading = Heading { title: Some(title), notes, choices };
            output::answer(common, &heading, part.as_ref().unwrap_or(&answer))
        }
        ReportAnswer::Table(table) => output::table(common, &table),
    }
}

/// What is said below an overview.
fn left_out(shown: usize, answer: &Answer) -> String {
    let all = answer.axes.get(1).map_or(0, |rows| rows.count);
    format!(
        "Vist er {shown} af rapportens {all} linjer. --alle viser dem alle, --kommuner dem, du vælger; \
         csv, json og xlsx har altid alle."
    )
}

/// The files that are attached.
fn files(args: &Report) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let Some(path) = &args.statbank else { return Ok(Vec::new()) };
    let bytes = std::fs::read(path).map_err(|error| {
        Error::new(format!("filen {} kan ikke læses: {}", path.display(), cause::of_io(&error)))
    })?;
    Ok(vec![(EXPORT.to_owned(), bytes)])
}

/// The parameters that are given. Which of them the report has, the server knows.
fn parameters(args: Report) -> Vec<(String, String)> {
    [("kommune", args.kommune), ("kommuner", args.kommuner), ("aar", args.aar)]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

async fn list(client: &mut Client, common: &Common) -> Result<(), Error> {
    let reports = client.reports().await?;
    let list = List {
        title: "Rapporter".to_owned(),
        headers: vec!["Navn", "Parametre", "Beskrivelse"],
        rows: reports.iter().map(row).collect(),
    };
    output::lists(common, &reports.iter().map(report).collect(), &[list])
}

fn row(report: &ReportInfo) -> Vec<String> {
    let parameters = report.parameters.iter().map(|parameter| {
        if parameter.required {
            format!("--{}", parameter.name)
        } else {
            format!("[--{}]", parameter.name)
        }
    });
    let all = report.has_overview.then(|| "[--alle]".to_owned());
    let parameters = parameters.chain(all).collect::<Vec<_>>().join(" ");
    vec![report.name.clone(), parameters, report.description.clone()]
}

fn report(report: &ReportInfo) -> Value {
    let parameters = report.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "description": parameter.description,
            "required": parameter.required,
        })
    });
    json!({
        "name": report.name,
        "description": report.description,
        "parameters": parameters.collect::<Vec<Value>>(),
    })
}
