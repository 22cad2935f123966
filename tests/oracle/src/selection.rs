//! Which records count: rules S1–S5.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::day::Month;
use crate::intake::{DeliveredRecord, Delivery};
use crate::reference::{Reference, Rolle};
use crate::report::Summary;

/// A record that counts, and where it is from.
#[derive(Clone)]
pub(crate) struct Counting {
    pub(crate) reporter: String,
    pub(crate) system: String,
    pub(crate) file: String,
    pub(crate) record: DeliveredRecord,
}

impl Counting {
    fn of(delivery: &Delivery, record: &DeliveredRecord) -> Counting {
        Counting {
            reporter: delivery.kommune.clone(),
            system: delivery.system.clone(),
            file: delivery.file.clone(),
            record: record.clone(),
        }
    }
}

/// What a record is known by: its Ydelsesid. One without any is known by where it stands (month,
/// serial number, line), so that it is like no other.
type Key = (String, Option<(Month, u32, usize)>);

fn key_of(delivery: &Delivery, record: &DeliveredRecord) -> Key {
    let place = (delivery.month, delivery.loebenummer, record.line);
    (record.id.clone(), record.id.is_empty().then_some(place))
}

/// Municipality and system.
type SystemKey = (String, String);

/// The records that count, of all systems of all municipalities.
pub(crate) fn counting_records(
    deliveries: &[Delivery],
    reference: &Reference,
    summary: &mut Summary,
) -> Vec<Counting> {
    let by_system = group_by_system(deliveries);
    warn_of_unlisted_systems(&by_system, reference, summary);
    let mut counting = Vec::new();
    for (key, deliveries) in &by_system {
        warn_of_roles(key, deliveries, reference, summary);
        let stock = stock_of(deliveries, summary);
        let is_former =
            reference.systems.get(key).is_some_and(|system| system.rolle == Rolle::Tidligere);
        counting.extend(stock.into_values().filter(|counting| !is_former || is_ended(counting)));
    }
    counting
}

/// The deliveries of each municipality and system, in order of month and serial number.
fn group_by_system(deliveries: &[Delivery]) -> BTreeMap<SystemKey, Vec<&Delivery>> {
    let mut groups: BTreeMap<SystemKey, Vec<&Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        groups
            .entry((delivery.kommune.clone(), delivery.system.clone()))
            .or_default()
            .push(delivery);
    }
    for group in groups.values_mut() {
        group.sort_by_key(|delivery| (delivery.month, delivery.loebenummer));
    }
    groups
}

/// Rules S1, S3 and S4: a full stock replaces all that was there before; a delivery of changes is
/// applied by Ydelsesid.
fn stock_of(deliveries: &[&Delivery], summary: &mut Summary) -> BTreeMap<Key, Counting> {
    let mut stock = BTreeMap::new();
    for delivery in deliveries {
        if delivery.is_full_stock {
            stock = full_stock(delivery, summary);
        } else {
            apply_changes(&mut stock, delivery, summary);
        }
    }
    stock
}

/// Rule S1: the records of one full stock. The same Ydelsesid twice: the last counts.
fn full_stock(delivery: &Delivery, summary: &mut Summary) -> BTreeMap<Key, Counting> {
    let mut stock = BTreeMap::new();
    for record in &delivery.records {
        let counting = Counting::of(delivery, record);
        if stock.insert(key_of(delivery, record), counting).is_some() {
            summary.warn("samme Ydelsesid to gange");
        }
    }
    stock
}

/// Rule S4: each record replaces the one with its Ydelsesid; one with `Slettet=J` makes it disappear.
fn apply_changes(stock: &mut BTreeMap<Key, Counting>, delivery: &Delivery, summary: &mut Summary) {
    for record in &delivery.records {
        if !record.is_deleted {
            stock.insert(key_of(delivery, record), Counting::of(delivery, record));
        } else if stock.remove(&key_of(delivery, record)).is_none() {
            summary.warn("sletning af ukendt Ydelsesid");
        }
    }
}

/// Rule S2: of a former system only the records with an end date count.
fn is_ended(counting: &Counting) -> bool {
    counting.record.end.is_some()
}

/// A municipality with several systems of which one is not listed: all count as parallel, with a warning.
fn warn_of_unlisted_systems(
    by_system: &BTreeMap<SystemKey, Vec<&Delivery>>,
    reference: &Reference,
    summary: &mut Summary,
) {
    let mut systems: BTreeMap<&str, Vec<&SystemKey>> = BTreeMap::new();
    for key in by_system.keys() {
        systems.entry(&key.0).or_default().push(key);
    }
    for (kommune, keys) in systems {
        let unlisted = keys.iter().filter(|key| !reference.systems.contains_key(**key)).count();
        let is_listed = reference.systems.keys().any(|key| key.0 == kommune);
        if unlisted > 0 && (keys.len() > 1 || is_listed) {
            summary.warn("system uden rolle");
        }
    }
}

/// Where role and `fuld_bestand` disagree the delivery decides; a former system should not deliver
/// after its change.
fn warn_of_roles(
    key: &SystemKey,
    deliveries: &[&Delivery],
    reference: &Reference,
    summary: &mut Summary,
) {
    let Some(system) = reference.systems.get(key) else {
        return;
    };
    for delivery in deliveries {
        let disagrees = match system.rolle {
            Rolle::Fuld => !delivery.is_full_stock,
            Rolle::Aendringer => delivery.is_full_stock,
            Rolle::Tidligere | Rolle::Nyt | Rolle::Parallel => false,
        };
        if disagrees {
            summary.warn("rolle og fuld_bestand er uenige");
        }
        let is_after = system.skiftedato.is_some_and(|day| delivery.month.first_day() > day);
        if system.rolle == Rolle::Tidligere && is_after {
            summary.warn("leverance fra tidligere system");
        }
    }
}

/// Rule S5: identical records of a handlekommune from two counting systems are both kept, and reported.
pub(crate) fn warn_of_identical_records(
    counting: &[Counting],
    handlekommune: impl Fn(&Counting) -> String,
    summary: &mut Summary,
) {
    let mut systems: HashMap<_, HashSet<&str>> = HashMap::new();
    for one in counting {
        let Counting { reporter, system, record, .. } = one;
        let same = (
            reporter,
            handlekommune(one),
            &record.cpr,
            &record.ydelseskode,
            record.start,
            record.end,
            &record.opholdssted,
        );
        systems.entry(same).or_default().insert(system);
    }
    let identical = systems.values().filter(|systems| systems.len() > 1).count();
    summary.warn_times("samme ydelse fra to systemer", identical);
}
