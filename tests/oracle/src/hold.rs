//! Hold: a municipality that shrinks much against the former load keeps its former records until an
//! operator accepts.

use std::collections::{BTreeMap, BTreeSet};

use crate::choices::Choices;
use crate::day::Month;
use crate::intake::Delivery;
use crate::report::Summary;
use crate::selection::Counting;

/// What a load leaves to the next: the records that count, and the deliveries that were let in.
#[derive(Clone, Default)]
pub(crate) struct Stock {
    pub(crate) counting: Vec<Counting>,
    pub(crate) used: Vec<Used>,
}

/// A delivery that was let in.
#[derive(Clone)]
pub(crate) struct Used {
    pub(crate) kommune: String,
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) month: Month,
}

impl Stock {
    /// All that is delivered, with nothing to hold it against.
    pub(crate) fn new(counting: Vec<Counting>, deliveries: &[Delivery]) -> Stock {
        let used = deliveries.iter().map(|delivery| Used {
            kommune: delivery.kommune.clone(),
            file: delivery.file.clone(),
            sha256: delivery.sha256.clone(),
            month: delivery.month,
        });
        Stock { counting, used: used.collect() }
    }

    /// The newest month with a delivery that was let in.
    pub(crate) fn newest(&self) -> Option<Month> {
        self.used.iter().map(|used| used.month).max()
    }

    /// The municipalities with a delivery that counts.
    pub(crate) fn reporters(&self) -> BTreeSet<&str> {
        self.used.iter().map(|used| used.kommune.as_str()).collect()
    }

    fn count(&self, kommune: &str) -> usize {
        self.counting.iter().filter(|one| one.reporter == kommune).count()
    }

    fn count_open(&self, kommune: &str) -> usize {
        let of_kommune = self.counting.iter().filter(|one| one.reporter == kommune);
        of_kommune.filter(|one| one.record.end.is_none()).count()
    }

    fn has(&self, delivery: &Delivery) -> bool {
        self.used.iter().any(|used| used.file == delivery.file && used.sha256 == delivery.sha256)
    }
}

/// The stock after Hold: for each municipality what is delivered now, or what counted in the former load.
pub(crate) fn hold(
    now: Stock,
    deliveries: &[Delivery],
    former: &Stock,
    choices: &Choices,
    summary: &mut Summary,
) -> Stock {
    let mut held: BTreeMap<&str, String> = BTreeMap::new();
    for kommune in former.reporters() {
        let of_kommune: Vec<&Delivery> =
            deliveries.iter().filter(|delivery| delivery.kommune == kommune).collect();
        let reason = reason_to_hold(kommune, &now, former, &of_kommune, choices);
        held.extend(reason.filter(|_| !choices.accept.includes(kommune)).map(|r| (kommune, r)));
    }
    for delivery in deliveries.iter().filter(|delivery| !former.has(delivery)) {
        if let Some(reason) = held.get(delivery.kommune.as_str()) {
            let line = summary.deliveries.iter_mut().find(|line| line.file == delivery.file);
            line.expect("each delivery has its line").held = Some(reason.clone());
        }
    }
    let is_held = |kommune: &str| held.contains_key(kommune);
    let mut stock = Stock::default();
    stock.counting.extend(now.counting.into_iter().filter(|one| !is_held(&one.reporter)));
    stock.used.extend(now.used.into_iter().filter(|used| !is_held(&used.kommune)));
    stock.counting.extend(former.counting.iter().filter(|one| is_held(&one.reporter)).cloned());
    stock.used.extend(former.used.iter().filter(|used| is_held(&used.kommune)).cloned());
    stock
}

/// Fewer counting records, fewer open ones, or a newest file of which much is rejected.
fn reason_to_hold(
    kommune: &str,
    now: &Stock,
    former: &Stock,
    deliveries: &[&Delivery],
    choices: &Choices,
) -> Option<String> {
    let shrinks = |before: usize, after: usize| {
        before > after && (before - after) * 100 > before * choices.hold_percent as usize
    };
    if shrinks(former.count(kommune), now.count(kommune)) {
        return Some("too few records".to_owned());
    }
    if shrinks(former.count_open(kommune), now.count_open(kommune)) {
        return Some("too few open records".to_owned());
    }
    let newest = newest_of(deliveries)
        .into_iter()
        .filter(|delivery| !former.has(delivery))
        .any(|delivery| shrinks(delivery.read, delivery.read - delivery.rejected));
    newest.then(|| "too many rejected records".to_owned())
}

/// The newest file of a municipality; with several systems in its newest month, the newest of each.
fn newest_of<'a>(deliveries: &[&'a Delivery]) -> Vec<&'a Delivery> {
    let month = deliveries.iter().map(|delivery| delivery.month).max();
    let mut newest: BTreeMap<&str, &Delivery> = BTreeMap::new();
    for delivery in deliveries.iter().filter(|delivery| Some(delivery.month) == month) {
        let known = newest.entry(&delivery.system).or_insert(delivery);
        if known.loebenummer < delivery.loebenummer {
            *known = delivery;
        }
    }
    newest.into_values().collect()
}
