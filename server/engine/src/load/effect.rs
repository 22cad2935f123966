//! What each rule has done to the deliveries, in numbers: by municipality and system, and in all.

use std::collections::BTreeMap;

use cube_schema::domain::{DeliveryInfo, Domain, Judged};
use cube_schema::rule::{Context, Marks, Rule, Selection, Shape, Take};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::report::Count;
use crate::delivery::Tally;
use crate::delivery::findings::Warned;
use crate::history::{History, Outcome};

/// A kind of thing that a rule does, in the order in which a data steward should look at it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EffectKind {
    /// It marks records.
    #[serde(rename = "mærket")]
    Marked,
    /// It warns of records, and changes nothing.
    #[serde(rename = "advarsel")]
    Warned,
    /// It leaves records of deliveries out: of superseded ones, or open ones of a former system.
    #[serde(rename = "udeladt")]
    LeftOut,
    /// It changes records.
    #[serde(rename = "ændret")]
    Changed,
    /// It decides how records count (in which band, whether approved).
    #[serde(rename = "omfattet")]
    Applied,
    /// Nothing.
    #[default]
    #[serde(rename = "intet")]
    Nothing,
}

impl EffectKind {
    /// The word for it, in Danish.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            EffectKind::Marked => "mærket",
            EffectKind::Warned => "advarsel",
            EffectKind::LeftOut => "udeladt",
            EffectKind::Changed => "ændret",
            EffectKind::Applied => "omfattet",
            EffectKind::Nothing => "intet",
        }
    }
}

/// What a rule has done, or of what kind warnings are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The id of the rule; empty for warnings that are of no rule.
    pub rule: String,
    /// What users call the rule or the warning.
    pub caption: String,
    /// What it has done.
    pub kind: EffectKind,
    /// To how many records.
    pub records: u64,
    /// How many different citizens those are about. Of records that do not count, or only give a warning,
    /// that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citizens: Option<u64>,
    /// To how many records in the former version; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

impl Effect {
    /// What makes it the same in two versions.
    #[must_use]
    pub fn is_same(&self, other: &Effect) -> bool {
        (&self.rule, &self.caption, self.kind) == (&other.rule, &other.caption, other.kind)
    }

    /// Of records whose citizens are known.
    fn of_rule<D: Domain>(rule: &Rule<D>, kind: EffectKind, count: Count) -> Effect {
        let citizens = Some(count.citizens);
        Effect { citizens, ..Effect::of_records(rule, kind, count.records) }
    }

    fn of_records<D: Domain>(rule: &Rule<D>, kind: EffectKind, records: u64) -> Effect {
        let (id, caption) = (rule.id.to_owned(), rule.caption.to_owned());
        Effect { rule: id, caption, kind, records, citizens: None, before: None }
    }
}

/// Fills what effects were in the former version, and adds those that are no more.
pub(super) fn compare(now: &mut Vec<Effect>, former: &[Effect]) {
    for effect in now.iter_mut() {
        let before = former.iter().find(|one| one.is_same(effect));
        effect.before = Some(before.map_or(0, |one| one.records));
    }
    let gone = |one: &&Effect| !now.iter().any(|effect| effect.is_same(one));
    let gone: Vec<&Effect> = former.iter().filter(gone).filter(|one| one.records > 0).collect();
    let none = |one: &Effect| Effect {
        records: 0,
        citizens: one.citizens.map(|_| 0),
        before: Some(one.records),
        ..one.clone()
    };
    let gone: Vec<Effect> = gone.into_iter().map(none).collect();
    now.extend(gone);
}

/// What effects were in the former version, by what is told of them in this one.
pub(super) fn former(now: &[Effect]) -> Vec<Effect> {
    let before = |one: &Effect| {
        let citizens = one.citizens.map(|_| 0);
        Some(Effect { records: one.before?, citizens, before: None, ..one.clone() })
    };
    now.iter().filter_map(before).collect()
}

/// A system of a reporter.
pub(super) type Place = (String, String);

/// What rules have done, gathered once for the whole load.
pub(super) struct Effects<'a, D: Domain> {
    domain: &'a D,
    judged: &'a [Judged<D::Record>],
    /// By record: the rules that are applied by the domain itself.
    applied: Vec<Marks>,
    of_deliveries: BTreeMap<Place, Vec<Effect>>,
}

impl<'a, D: Domain> Effects<'a, D> {
    pub fn gather(
        domain: &'a D,
        history: &History<D::Record>,
        judged: &'a [Judged<D::Record>],
        warnings: &Tally,
        context: &Context<'_, D::Reference>,
    ) -> Effects<'a, D> {
        let applied = judged.par_iter().map(|one| domain.applied(&one.record, context)).collect();
        let mut of_deliveries = left_out(domain, &history.outcomes, context.reference);
        let listed = history.warnings.listed().iter().chain(warnings.listed());
        for (place, warned) in warned(domain, &history.outcomes, listed) {
            of_deliveries.entry(place).or_default().extend(warned);
        }
        Effects { domain, judged, applied, of_deliveries }
    }

    /// All that has been done to a range of records, and to the deliveries of a system, the most
    /// pressing first.
    pub fn of(&self, range: std::ops::Range<usize>, place: Option<&Place>) -> Vec<Effect> {
        let mut effects = self.of_records(range);
        match place {
            Some(place) => {
                effects.extend(self.of_deliveries.get(place).into_iter().flatten().cloned());
            }
            None => effects.extend(self.of_all_deliveries()),
        }
        effects.sort_by(|a, b| (a.kind, &a.rule, &a.caption).cmp(&(b.kind, &b.rule, &b.caption)));
        effects
    }

    /// The same of everything, with a line for each rule that has done nothing: in the order of the list
    /// of rules, and what is of no rule last.
    pub fn of_all(&self) -> Vec<Effect> {
        let mut effects = self.of(0..self.judged.len(), None);
        for rule in self.domain.rules() {
            if !effects.iter().any(|effect| effect.rule == rule.id) {
                effects.push(Effect::of_rule(rule, EffectKind::Nothing, Count::default()));
            }
        }
        let place = |effect: &Effect| {
            let rules = self.domain.rules();
            rules.iter().position(|rule| rule.id == effect.rule).unwrap_or(rules.len())
        };
        effects.sort_by_key(place);
        effects
    }

    fn of_records(&self, range: std::ops::Range<usize>) -> Vec<Effect> {
        let rules = self.domain.rules();
        let mut marked: Vec<Vec<u64>> = vec![Vec::new(); rules.len()];
        let (mut changed, mut applied) = (marked.clone(), marked.clone());
        for (judged, domains) in self.judged[range.clone()].iter().zip(&self.applied[range]) {
            let entity = super::report::entity(self.domain, judged);
            let add = |to: &mut [Vec<u64>], marks: Marks| {
                marks.iter().for_each(|position| to[position].push(entity));
            };
            add(&mut marked, super::report::marks(judged));
            add(&mut changed, judged.changed);
            add(&mut applied, *domains);
        }
        let kinds = [
            (EffectKind::Marked, marked),
            (EffectKind::Changed, changed),
            (EffectKind::Applied, applied),
        ];
        let mut effects = Vec::new();
        for (kind, by_rule) in kinds {
            for (rule, entities) in rules.iter().zip(by_rule) {
                if !entities.is_empty() {
                    effects.push(Effect::of_rule(rule, kind, super::report::count(entities)));
                }
            }
        }
        effects
    }

    fn of_all_deliveries(&self) -> Vec<Effect> {
        let mut all: Vec<Effect> = Vec::new();
        for effect in self.of_deliveries.values().flatten() {
            match all.iter_mut().find(|one| one.is_same(effect)) {
                Some(one) => one.records += effect.records,
                None => all.push(effect.clone()),
            }
        }
        all
    }
}

fn place(info: &DeliveryInfo) -> Place {
    (info.reporter.clone(), info.system.clone())
}

/// How many records of each system's deliveries do not count, by the last rule that has decided of
/// the system which do.
fn left_out<D: Domain>(
    domain: &D,
    outcomes: &[Outcome],
    reference: &D::Reference,
) -> BTreeMap<Place, Vec<Effect>> {
    let mut found = BTreeMap::new();
    for own in outcomes.chunk_by(|one, next| one.info.reporter == next.info.reporter) {
        let deciding = deciding(domain, own, reference);
        let mut systems: BTreeMap<Place, (Option<usize>, u64)> = BTreeMap::new();
        for (outcome, deciding) in own.iter().zip(deciding) {
            let system = systems.entry(place(&outcome.info)).or_default();
            system.0 = system.0.max(deciding);
            system.1 += outcome.left_out;
        }
        for (place, (deciding, records)) in systems {
            let (Some(deciding), true) = (deciding, records > 0) else { continue };
            let rule = &domain.rules()[deciding];
            found.insert(place, vec![Effect::of_records(rule, EffectKind::LeftOut, records)]);
        }
    }
    found
}

/// By delivery of one reporter: the position of the rule that has last decided of it.
fn deciding<D: Domain>(
    domain: &D,
    own: &[Outcome],
    reference: &D::Reference,
) -> Vec<Option<usize>> {
    let deliveries: Vec<DeliveryInfo> = own.iter().map(|outcome| outcome.info.clone()).collect();
    let take = vec![Take::Nothing; deliveries.len()];
    let mut selection = Selection { deliveries: &deliveries, take, warnings: Vec::new() };
    let mut deciding = vec![None; deliveries.len()];
    for (position, rule) in domain.rules().iter().enumerate() {
        let Shape::Selection(apply) = &rule.shape else { continue };
        let before = selection.take.clone();
        apply(&mut selection, reference);
        for ((deciding, before), after) in deciding.iter_mut().zip(before).zip(&selection.take) {
            if before != *after {
                *deciding = Some(position);
            }
        }
    }
    deciding
}

/// The warnings of lines by system and kind; one that has a rule's caption is that rule's.
fn warned<'w, D: Domain>(
    domain: &D,
    outcomes: &[Outcome],
    listed: impl Iterator<Item = &'w Warned>,
) -> BTreeMap<Place, Vec<Effect>> {
    let places: BTreeMap<&str, Place> =
        outcomes.iter().map(|outcome| (&*outcome.info.file, place(&outcome.info))).collect();
    let mut counts: BTreeMap<(&Place, &str), u64> = BTreeMap::new();
    for one in listed {
        if let Some(place) = places.get(&*one.file) {
            *counts.entry((place, one.kind)).or_default() += 1;
        }
    }
    let mut found: BTreeMap<Place, Vec<Effect>> = BTreeMap::new();
    for ((place, kind), records) in counts {
        let rule = domain.rules().iter().find(|rule| rule.caption == kind);
        found.entry(place.clone()).or_default().push(Effect {
            rule: rule.map_or("", |rule| rule.id).to_owned(),
            caption: kind.to_owned(),
            kind: EffectKind::Warned,
            records,
            citizens: None,
            before: None,
        });
    }
    found
}
