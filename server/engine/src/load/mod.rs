//! The left half of the engine in one function: a folder of files → a star, and a report of what
//! became of every file and line.

pub mod compare;
pub mod report;
pub mod text;

use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::rule::Context;
use cube_schema::table::{Star, Timeline};

use crate::delivery::{
    Input, InputError, Inputs, Intake, Progress, Reject, Steps, Store, accept, read_reference,
};
use crate::star::StarError;
use crate::{history, rules, star};

pub use report::LoadReport;

/// What a load makes.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The tables that cubes are built from.
    pub star: Star,
    /// The months they cover.
    pub timeline: Timeline,
    /// The newest counting delivery of each reporter, by reporter.
    pub newest: Vec<(String, Month)>,
    /// What became of every file.
    pub report: LoadReport,
    /// Every line that could not be read, by file and line.
    pub rejects: Vec<Reject>,
    /// Every file that was read, by path.
    pub inputs: Vec<Input>,
}

/// Why nothing could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no delivery that can be trusted. The report says why each is refused.
    #[error("ingen leverance kan bruges ({} afvist)", .0.deliveries.len())]
    NothingUsable(Box<LoadReport>),
    /// A file that was accepted could not be read again.
    #[error("{file}: {error}")]
    Input {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: InputError,
    },
    /// The domain's tables do not fit its schema.
    #[error(transparent)]
    Star(#[from] StarError),
}

/// Loads a folder of deliveries and reference files. Deliveries of months after `limit` are
/// refused. The outcome depends on the files alone.
///
/// # Errors
/// No delivery can be used, a file changes meanwhile, or the domain breaks its own schema.
pub fn load<D: Domain>(
    domain: &D,
    store: &dyn Store,
    limit: Option<Month>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Loaded, LoadError> {
    let inputs = Inputs::of(store);
    let mut reference = read_reference(domain, &inputs, progress);
    let intake = accept(domain, &reference.data, &inputs, limit, progress);
    let mut report = LoadReport::of_files(&reference, &intake);
    let Some(timeline) = timeline(domain, &intake) else {
        return Err(LoadError::NothingUsable(Box::new(report)));
    };
    let mut history = history::gather(domain, &reference.data, &inputs, &intake.accepted, progress)
        .map_err(|(file, error)| LoadError::Input { file, error })?;
    report.add_history(&history);

    let steps = Steps::begin(progress, "anvender regler", 2);
    let context = Context { reference: &reference.data, as_of: timeline.as_of() };
    let records = std::mem::take(&mut history.records);
    let (judged, warnings) = rules::judge(domain, &history.deliveries, records, &context);
    report.add_judged(domain, &history, &judged, &warnings, timeline);
    steps.step();
    let star = star::make(domain, &judged, &history.deliveries, &reference.data, timeline)?;
    steps.step();

    let newest = history.newest();
    let mut rejects = std::mem::take(&mut reference.rejects);
    rejects.extend(history.rejects);
    rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok(Loaded { star, timeline, newest, report, rejects, inputs: inputs.into_list() })
}

/// From the first month of the schema to the newest month with an accepted delivery.
fn timeline<D: Domain>(domain: &D, intake: &Intake) -> Option<Timeline> {
    let first = Month::parse(&domain.schema().first_month)?;
    let last = intake.newest_month()?;
    Some(Timeline { first, last })
}
