//! The left half of the engine in one function: a folder of files → a star, and a report of what
//! became of every file and line.

pub mod compare;
pub mod effect;
pub mod hold;
pub mod hold_files;
pub mod page;
pub mod report;
pub mod tables;
pub mod text;

use std::collections::BTreeMap;

use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::rule::Context;
use cube_schema::table::{Star, Timeline};

use crate::delivery::findings::Warned;
use crate::delivery::{
    Input, InputError, Inputs, Intake, Progress, ReferenceData, Reject, Steps, Store, accept,
    read_reference,
};
use crate::history::{History, Settled};
use crate::star::StarError;
use crate::{history, rules, star};

pub use hold::{Accept, Hold, Standing};
use hold::{Finding, Kept, Overlay};
use hold_files::{HeldFile, WithFormer};
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
    /// What counts of each reporter, and of which deliveries.
    pub standings: BTreeMap<String, Standing>,
    /// What became of every file.
    pub report: LoadReport,
    /// Every line that could not be read, by file and line.
    pub rejects: Vec<Reject>,
    /// Every warning of a line.
    pub warnings: Vec<Warned>,
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
    /// What a held reporter had cannot be read any more.
    #[error(
        "kommune {reporter} skal holdes tilbage, men dens tidligere leverance {file} findes ikke længere i datamappen; \
         godtag den nye med --accept {reporter}"
    )]
    FormerMissing {
        /// Who reports.
        reporter: String,
        /// The delivery.
        file: String,
    },
    /// The domain's tables do not fit its schema.
    #[error(transparent)]
    Star(#[from] StarError),
}

/// What a load is to heed besides the files.
#[derive(Default)]
pub struct Order<'a> {
    /// Deliveries of later months are refused.
    pub limit: Option<Month>,
    /// Against what reporters are held; without it nobody is.
    pub hold: Option<Hold<'a>>,
    /// How much of deliveries counts, for reporters that were held when the version was made.
    pub settled: Settled,
}

/// Loads a folder of deliveries and reference files, with nothing to hold it against. Deliveries
/// of months after `limit` are refused. The outcome depends on the files alone.
///
/// # Errors
/// No delivery can be used, a file changes meanwhile, or the domain breaks its own schema.
pub fn load<D: Domain>(
    domain: &D,
    store: &dyn Store,
    limit: Option<Month>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Loaded, LoadError> {
    load_ordered(domain, store, &Order { limit, ..Order::default() }, progress)
}

/// Loads a folder as ordered. The outcome depends on the files and the order alone.
///
/// # Errors
/// As [`load`]; also where a held reporter's former deliveries are no longer there.
pub fn load_ordered<D: Domain>(
    domain: &D,
    store: &dyn Store,
    order: &Order<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Loaded, LoadError> {
    let gathered = Gathered::read(domain, store, order.limit, &order.settled, progress)?;
    let Some(hold) = &order.hold else { return gathered.judge(domain, progress) };
    let files = gathered.held_files(hold);
    let (accepted, held): (Vec<HeldFile>, Vec<HeldFile>) =
        files.into_iter().partition(|one| hold.accept.has(one.name()));
    let files = held.iter().map(|one| one.file.clone()).collect();
    let store = WithFormer { base: store, former: hold.files, files };
    let gathered = match held.is_empty() {
        true => gathered,
        false => {
            let read = gathered.inputs;
            let mut now = Gathered::read(domain, &store, order.limit, &order.settled, progress)?;
            hold_files::set_aside(&mut now.inputs, &read, &store.files);
            now
        }
    };
    let mut loaded = load_held(domain, &store, order, hold, gathered, progress)?;
    loaded.report.held_files = held;
    loaded.report.accepted_files = accepted;
    Ok(loaded)
}

/// Judges what was gathered, and holds the reporters that there is a reason to hold.
fn load_held<D: Domain>(
    domain: &D,
    store: &dyn Store,
    order: &Order<'_>,
    hold: &Hold<'_>,
    gathered: Gathered<D>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Loaded, LoadError> {
    let standings = hold::standings(domain, &gathered.history, &gathered.inputs);
    let findings = hold.findings(&standings, &gathered.history);
    let (accepted, held): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| hold.accept.has(&finding.kommune));
    let gathered = match held.is_empty() {
        true => gathered,
        false => gathered.held(domain, store, order, hold, &held, progress)?,
    };
    let mut loaded = gathered.judge(domain, progress)?;
    loaded.report.held = held;
    loaded.report.accepted = accepted;
    Ok(loaded)
}

/// The files of a load, read as far as to the records that count.
struct Gathered<D: Domain> {
    reference: ReferenceData<D::Reference>,
    timeline: Timeline,
    history: History<D::Record>,
    report: LoadReport,
    /// Lines of deliveries that are set aside.
    rejects: Vec<Reject>,
    /// Warnings of accepted deliveries, before their records are read.
    warnings: Vec<Warned>,
    inputs: Vec<Input>,
}

impl<D: Domain> Gathered<D> {
    fn read(
        domain: &D,
        store: &dyn Store,
        limit: Option<Month>,
        settled: &Settled,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Gathered<D>, LoadError> {
        let inputs = Inputs::of(store);
        let reference = read_reference(domain, &inputs, progress);
        let intake = accept(domain, &reference.data, &inputs, limit, progress);
        let mut report = LoadReport::of_files(&reference, &intake);
        let Some(timeline) = timeline(domain, &intake) else {
            return Err(LoadError::NothingUsable(Box::new(report)));
        };
        let accepted = &intake.accepted;
        let history =
            history::gather(domain, &reference.data, &inputs, accepted, settled, progress)
                .map_err(|(file, error)| LoadError::Input { file, error })?;
        report.add_history(&history);
        let (inputs, rejects) = (inputs.into_list(), Vec::new());
        let warnings = intake.warnings.listed().to_vec();
        Ok(Gathered { reference, timeline, history, report, rejects, warnings, inputs })
    }

    /// The same with what held reporters had in the place of what they have delivered.
    fn held(
        self,
        domain: &D,
        store: &dyn Store,
        order: &Order<'_>,
        hold: &Hold<'_>,
        held: &[Finding],
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Gathered<D>, LoadError> {
        let reporters = held.iter().map(|finding| &*finding.kommune);
        let overlay = Overlay::new(store, hold, reporters.clone(), &self.history.outcomes);
        let mut settled = order.settled.clone();
        settled.extend(
            reporters.clone().map(|one| (one.to_owned(), hold::settled(&hold.former[one]))),
        );
        let mut now = Gathered::read(domain, &overlay, order.limit, &settled, progress)?;
        for reporter in reporters {
            now.has_all(reporter, &hold.former[reporter])?;
        }
        let sha256 =
            |inputs: &[Input], file: &str| hold::sha256_of(inputs, file).map(str::to_owned);
        let aside = |file: &str| {
            overlay.hides(file) && sha256(&now.inputs, file) != sha256(&self.inputs, file)
        };
        // A file that was replaced under its name is new as well.
        let is_new = |file: &str| hold.files.read(file).ok() != store.read(file).ok();
        now.report.set_aside(&self.report, held, &self.history.outcomes, aside, is_new);
        now.rejects = self.history.rejects;
        now.rejects.retain(|reject| aside(&reject.file));
        let is_aside = |input: &Input| input.set_aside || overlay.hides(&input.path);
        for input in self.inputs.into_iter().filter(is_aside) {
            if !now.inputs.contains(&input) {
                now.inputs.push(Input { set_aside: true, ..input });
            }
        }
        now.inputs.sort_by(|a, b| (&a.path, a.set_aside).cmp(&(&b.path, b.set_aside)));
        Ok(now)
    }

    /// The reference files with a reason to hold them.
    fn held_files(&self, hold: &Hold<'_>) -> Vec<HeldFile> {
        let present = self.inputs.iter().map(|input| input.path.clone()).collect();
        hold.files(&self.reference, &present)
    }

    /// Whether every delivery that a held reporter had is there, and is what it was.
    fn has_all(&self, reporter: &str, former: &Standing) -> Result<(), LoadError> {
        let is_there = |kept: &Kept| {
            let read = self.history.outcomes.iter().any(|one| one.info.file == kept.file);
            read && hold::sha256_of(&self.inputs, &kept.file) == Some(&*kept.sha256)
        };
        match former.deliveries.iter().find(|kept| !is_there(kept)) {
            None => Ok(()),
            Some(kept) => Err(LoadError::FormerMissing {
                reporter: reporter.to_owned(),
                file: kept.file.clone(),
            }),
        }
    }

    /// Judges the records, and makes the tables of them.
    fn judge(self, domain: &D, progress: &(dyn Fn(Progress) + Sync)) -> Result<Loaded, LoadError> {
        let Gathered { mut reference, timeline, mut history, mut report, mut rejects, .. } = self;
        let (mut listed, inputs) = (self.warnings, self.inputs);
        let standings = hold::standings(domain, &history, &inputs);
        let steps = Steps::begin(progress, "anvender regler", 2);
        let context = Context { reference: &reference.data, as_of: timeline.as_of() };
        let records = std::mem::take(&mut history.records);
        let (judged, warnings) = rules::judge(domain, &history.deliveries, records, &context);
        report.add_judged(domain, &history, &judged, &warnings, &context);
        steps.step();
        let star = star::make(domain, &judged, &history.deliveries, &reference.data, timeline)?;
        steps.step();
        // Nobody need wait until some million small values are let go.
        std::thread::spawn(move || drop(judged));

        let newest = history.newest();
        rejects.append(&mut reference.rejects);
        rejects.extend(history.rejects);
        rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        listed.extend_from_slice(reference.warnings.listed());
        listed.extend_from_slice(history.warnings.listed());
        listed.extend_from_slice(warnings.listed());
        listed.sort_by(|a, b| (&a.file, a.place, a.kind).cmp(&(&b.file, b.place, b.kind)));
        Ok(Loaded { star, timeline, newest, standings, report, rejects, warnings: listed, inputs })
    }
}

/// From the first month of the schema to the newest month with an accepted delivery.
fn timeline<D: Domain>(domain: &D, intake: &Intake) -> Option<Timeline> {
    let first = Month::parse(&domain.schema().first_month)?;
    let last = intake.newest_month()?;
    Some(Timeline { first, last })
}
