//! The load report: what became of every delivery, what the rules marked, and what a data steward
//! should look at. Written as JSON beside the version, and as text for people.

use std::collections::BTreeMap;
use std::ops::Range;

use cube_schema::domain::{Domain, Judged};
use cube_schema::rule::{Context, Marks, Shape, Take};
use serde::{Deserialize, Serialize};

use super::effect::{Effect, EffectKind, Effects, Place};
use super::hold::Finding;
use super::hold_files::{HeldFile, Lines};

use crate::delivery::{Intake, ReferenceData, Reject, Tally, limits};
use crate::history::{History, Outcome};

/// What became of everything that was delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadReport {
    /// The version that was made; filled by whoever names it.
    pub version: String,
    /// The as-of day, `2026-10-31`.
    pub as_of: String,
    /// The version that `change` and `held` compare with; empty where there is none.
    pub former: String,
    /// What whoever made the version has to say of it (that it is not in use), in Danish.
    pub notes: Vec<String>,
    /// What is off beside the former version, in Danish: for its sake the version waits for an operator.
    pub awaiting: Vec<String>,
    /// Reporters that keep what they had.
    pub held: Vec<Finding>,
    /// Reporters that would be held had they not been accepted.
    pub accepted: Vec<Finding>,
    /// Reference files in whose place the former version's are used.
    pub held_files: Vec<HeldFile>,
    /// Reference files that would be held had they not been accepted.
    pub accepted_files: Vec<HeldFile>,
    /// The reference files that are used, with the number of their lines that could be.
    pub references: Lines,
    /// Lines of those files that could not, by file.
    pub reference_rejects: BTreeMap<String, WarningCount>,
    /// Every delivery, by file.
    pub deliveries: Vec<DeliveryLine>,
    /// For each rule that can mark a record: how many it has marked, in the first judgement.
    pub rules: BTreeMap<String, RuleCount>,
    /// What each rule has done, and the warnings of lines by kind, in all; every rule has a line.
    pub effects: Vec<Effect>,
    /// Warnings by kind.
    pub warnings: BTreeMap<String, WarningCount>,
    /// Against the former version, by municipality; empty at a first load.
    pub change: Vec<Change>,
    /// Against the newest version of an earlier month, where that is not the former one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_month: Option<LastMonth>,
    /// What the domain wants counted without a warning (replacement numbers).
    pub remarks: BTreeMap<String, Count>,
    /// Compiled-in lists that a file has replaced.
    pub replaced: Vec<String>,
    /// What counts of each reporter, by reporter.
    pub kommuner: Vec<ReporterLine>,
    /// What counts of each system and what rules have done there, by reporter and system.
    pub systemer: Vec<SystemLine>,
}

/// What became of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryLine {
    /// The data file, with its folder.
    pub file: String,
    /// Who reports.
    pub kommune: String,
    /// From which system.
    pub system: String,
    /// For which month, `2026-09`.
    pub maaned: String,
    /// The serial number within the month; 0 where it is not known.
    pub loebenummer: u32,
    /// Records in the file, the rejected ones included.
    pub read: u64,
    /// Lines that could not.
    pub rejected: u64,
    /// Records that count; none of a delivery that is superseded.
    pub counted: u64,
    /// Why it is refused whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Whether it was not refused, or for another reason, in the former version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_refusal: bool,
    /// Whether it is refused for its month alone, which is beyond the one that was ordered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
    /// Why it is set aside, where its reporter is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

impl DeliveryLine {
    /// Whether it is neither refused nor set aside.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.refused.is_none() && self.held.is_none()
    }
}

/// How many records and citizens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Records.
    pub records: u64,
    /// Different citizens that they are about.
    pub citizens: u64,
}

/// What a rule has marked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// What users call it.
    pub caption: String,
    /// How many.
    #[serde(flatten)]
    pub count: Count,
}

/// Warnings of one kind, or rejected lines of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningCount {
    /// How many.
    pub count: u64,
    /// The first few.
    pub examples: Vec<String>,
}

/// What counts of a reporter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReporterLine {
    /// Who reports.
    pub kommune: String,
    /// The month of the newest delivery of which something counts.
    pub newest: String,
    /// Records that count.
    pub records: u64,
    /// Those of them without an end.
    pub open: u64,
    /// Different citizens that they are about.
    pub citizens: u64,
}

/// What counts of a system, and what rules have done there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SystemLine {
    /// Who reports.
    pub kommune: String,
    /// The system.
    pub system: String,
    /// What counts.
    #[serde(flatten)]
    pub count: Count,
    /// Records that counted in the former version; `None` where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// What rules have done, and the warnings of lines by kind; the most pressing first.
    pub effects: Vec<Effect>,
}

/// A reporter's counts against those of the former version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Who reports.
    pub kommune: String,
    /// Records that counted then.
    pub records_before: u64,
    /// Records that count now.
    pub records: u64,
    /// Open ones then.
    pub open_before: u64,
    /// Open ones now.
    pub open: u64,
}

/// A load against a version of an earlier month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMonth {
    /// The version.
    pub version: String,
    /// By municipality.
    pub change: Vec<Change>,
    /// Marks and warnings of a system that are more than they were.
    pub risen: Vec<Rise>,
}

/// Marks or warnings of a system that are more than they were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rise {
    /// Who reports.
    pub kommune: String,
    /// From which system.
    pub system: String,
    /// What they are, now and then.
    #[serde(flatten)]
    pub effect: Effect,
}

impl LoadReport {
    /// What can be said before any record is read.
    #[must_use]
    pub fn of_files<R>(reference: &ReferenceData<R>, intake: &Intake) -> LoadReport {
        let refused = intake.refused.iter().map(|refused| DeliveryLine {
            file: refused.file.clone(),
            kommune: refused.reporter.clone(),
            system: refused.system.clone(),
            maaned: refused.month.map(|month| month.to_string()).unwrap_or_default(),
            loebenummer: refused.serial.unwrap_or_default(),
            refused: Some(refused.reason.clone()),
            later: refused.later,
            ..DeliveryLine::default()
        });
        let mut report = LoadReport {
            deliveries: refused.collect(),
            replaced: reference.replaced.clone(),
            references: reference.lines.clone(),
            ..LoadReport::default()
        };
        let of_used = |one: &&Reject| reference.lines.contains_key(&*one.file) && one.line > 0;
        for reject in reference.rejects.iter().filter(of_used) {
            let of_file = report.reference_rejects.entry(reject.file.to_string()).or_default();
            of_file.count += 1;
            if of_file.examples.len() < limits::EXAMPLES {
                let Reject { line, field, reason, .. } = reject;
                let field = if field.is_empty() { String::new() } else { format!(", {field}") };
                of_file.examples.push(format!("linje {line}{field}: {reason}"));
            }
        }
        report.add_warnings(&reference.warnings);
        report.add_warnings(&intake.warnings);
        report
    }

    /// Adds what became of the accepted deliveries.
    pub fn add_history<R>(&mut self, history: &History<R>) {
        self.deliveries.extend(history.outcomes.iter().map(|outcome| DeliveryLine {
            file: outcome.info.file.clone(),
            kommune: outcome.info.reporter.clone(),
            system: outcome.info.system.clone(),
            maaned: outcome.info.month.to_string(),
            loebenummer: outcome.info.serial,
            read: outcome.read + outcome.rejected,
            rejected: outcome.rejected,
            counted: outcome.counted,
            ..DeliveryLine::default()
        }));
        self.deliveries.sort_by(|a, b| a.file.cmp(&b.file));
        self.add_warnings(&history.warnings);
    }

    /// Adds the deliveries of held reporters that are set aside, as they were read. Those that the
    /// former version did not have, and that no later one supersedes, are what is held.
    pub fn set_aside(
        &mut self,
        read: &LoadReport,
        held: &[Finding],
        outcomes: &[Outcome],
        is_aside: impl Fn(&str) -> bool,
        is_new: impl Fn(&str) -> bool,
    ) {
        for outcome in outcomes.iter().filter(|outcome| is_aside(&outcome.info.file)) {
            let finding = held.iter().find(|one| one.kommune == outcome.info.reporter);
            let line = read.deliveries.iter().find(|line| line.file == outcome.info.file);
            let (Some(finding), Some(line)) = (finding, line) else { continue };
            let is_held = outcome.take != Take::Nothing && is_new(&outcome.info.file);
            let held = is_held.then(|| finding.reason.clone());
            self.deliveries.push(DeliveryLine { counted: 0, held, ..line.clone() });
        }
        self.deliveries.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Adds what the rules have said.
    pub fn add_judged<D: Domain>(
        &mut self,
        domain: &D,
        history: &History<D::Record>,
        judged: &[Judged<D::Record>],
        warnings: &Tally,
        context: &Context<'_, D::Reference>,
    ) {
        self.as_of = context.as_of.to_string();
        self.add_warnings(warnings);
        let effects = Effects::gather(domain, history, judged, warnings, context);
        self.effects = effects.of_all();
        for (position, rule) in domain.rules().iter().enumerate() {
            let is_of = |one: &&Effect| one.kind == EffectKind::Marked && one.rule == rule.id;
            let marked = self.effects.iter().find(is_of);
            let count = marked.map_or_else(Count::default, |one| Count {
                records: one.records,
                citizens: one.citizens.unwrap_or_default(),
            });
            if count.records > 0 || can_mark(domain, position) {
                let caption = rule.caption.to_owned();
                self.rules.insert(rule.id.to_owned(), RuleCount { caption, count });
            }
        }
        self.add_remarks(domain, judged);
        self.add_reporters(domain, history, judged);
        self.add_systems(domain, history, judged, &effects);
    }

    fn add_systems<D: Domain>(
        &mut self,
        domain: &D,
        history: &History<D::Record>,
        judged: &[Judged<D::Record>],
        effects: &Effects<'_, D>,
    ) {
        let system = |judged: &Judged<D::Record>| {
            let info = &history.deliveries[judged.delivery as usize];
            (&*info.reporter, &*info.system)
        };
        let places = history.outcomes.iter();
        let mut ranges: BTreeMap<Place, Range<usize>> = places
            .map(|one| ((one.info.reporter.clone(), one.info.system.clone()), 0..0))
            .collect();
        let mut first = 0;
        for own in judged.chunk_by(|one, next| system(one) == system(next)) {
            let (kommune, name) = system(&own[0]);
            ranges.insert((kommune.to_owned(), name.to_owned()), first..first + own.len());
            first += own.len();
        }
        for (place, range) in ranges {
            let own = judged[range.clone()].iter();
            let count = count(own.map(|one| entity(domain, one)).collect());
            let effects = effects.of(range, Some(&place));
            let (kommune, system) = place;
            self.systemer.push(SystemLine { kommune, system, count, before: None, effects });
        }
    }

    fn add_remarks<D: Domain>(&mut self, domain: &D, judged: &[Judged<D::Record>]) {
        let mut remarks: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for judged in judged {
            if let Some(remark) = domain.remark(&judged.record) {
                remarks.entry(remark).or_default().push(entity(domain, judged));
            }
        }
        for (remark, entities) in remarks {
            self.remarks.insert(remark.to_owned(), count(entities));
        }
    }

    fn add_reporters<D: Domain>(
        &mut self,
        domain: &D,
        history: &History<D::Record>,
        judged: &[Judged<D::Record>],
    ) {
        let newest = history.newest();
        let mut records = judged;
        for (kommune, month) in newest {
            let own = |judged: &Judged<D::Record>| {
                history.deliveries[judged.delivery as usize].reporter == kommune
            };
            // Records stand by delivery, and deliveries by reporter.
            let (mine, others) = records.split_at(records.partition_point(own));
            records = others;
            let Count { records, citizens } =
                count(mine.iter().map(|judged| entity(domain, judged)).collect());
            let open = mine.iter().filter(|judged| !domain.is_ended(&judged.record)).count() as u64;
            let newest = month.to_string();
            self.kommuner.push(ReporterLine { kommune, newest, records, open, citizens });
        }
    }

    fn add_warnings(&mut self, tally: &Tally) {
        for (caption, kind) in tally.iter() {
            let mine = self.warnings.entry(caption.to_owned()).or_default();
            mine.count += kind.count;
            let room = limits::EXAMPLES.saturating_sub(mine.examples.len());
            mine.examples.extend(kind.examples.iter().take(room).cloned());
        }
    }
}

/// Whether the rule at a position is one that marks records: it deletes, or looks at all records
/// of an entity. Other rules over one record are listed once they have marked something.
fn can_mark<D: Domain>(domain: &D, position: usize) -> bool {
    let over_entity = matches!(domain.rules()[position].shape, Shape::Entity(_));
    over_entity || domain.deleting().has(position)
}

/// The marks of a record, those of rules over all records of an entity by the first judgement.
pub(super) fn marks<R>(judged: &Judged<R>) -> Marks {
    let verdict = judged.verdicts.first().map(|verdict| verdict.marks).unwrap_or_default();
    judged.marks.with(verdict)
}

/// Whom a record is about; the same for all where the domain judges nobody.
pub(super) fn entity<D: Domain>(domain: &D, judged: &Judged<D::Record>) -> u64 {
    domain.judgements().first().map_or(0, |judgement| (judgement.key)(&judged.record).0)
}

/// Records by whom they are about, counted.
pub(super) fn count(mut entities: Vec<u64>) -> Count {
    let records = entities.len() as u64;
    entities.sort_unstable();
    entities.dedup();
    Count { records, citizens: entities.len() as u64 }
}
