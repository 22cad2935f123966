//! The records of the municipality's counting deliveries, read anew from the raw files: fields with
//! names and types, and where each came from. No rule has touched them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cube_schema::day::Month;
use cube_schema::domain::{DeliveryInfo, Place, Refused, Row};
use cube_schema::domains::vh::Vh;
use cube_schema::domains::vh::pakker::{DSA, Kolonne, SOM_ANGIVET};
use cube_schema::domains::vh::record::{Betalingskommune, OpholdsstedRef, Record};
use cube_schema::domains::vh::reference::Reference;
use cube_schema::rule::Take;
use terning_engine::delivery::format::{Format, Layout};
use terning_engine::delivery::{Accepted, Inputs, ReadRecord, Store, accept, read_reference};
use terning_engine::history::{self, History, Settled};
use terning_engine::query::held::{AROUND, Held, of_texts};
use terning_engine::query::table::Values;
use terning_engine::query::{Cancel, Limits, QueryError};

use super::describe::{Described, Tabel};
use super::out::{Failed, Out, too_large};
use super::table::TableOut;
use super::{Order, raw};
use crate::rebuild::settled;
use crate::versions::{RawFile, RawStore};

/// The table's name.
const NAME: &str = "registreringer";

/// Bytes of memory for one of a file, at most: as it came, as text, and as what is read from it, of which
/// a list that grows has twice the room.
const TIMES: usize = 5;

pub(super) fn make(
    order: &Order,
    data: &Path,
    out: &mut Out,
    (limits, cancel): (&Limits, &Cancel),
) -> Result<Described, Failed> {
    let columns: Vec<&Kolonne> = DSA.iter().collect();
    let mut table = TableOut::begin(out, NAME, columns.clone())?;
    let domain = Vh::new().map_err(|error| Failed::new(error.to_string()))?;
    let files = own_files(order)?;
    files.iter().try_for_each(|file| raw::check(file, limits))?;
    let held = Held::new((limits, cancel), too_much);
    let read = read(order, data, &domain, &files, &held)?;
    let loaded = &order.version.manifest.built_at;
    for (delivery, records) in read.history.deliveries.iter().zip(&read.history.records) {
        let bytes = bytes_of(&files, &delivery.file) + records.len() * ROW;
        held.take(bytes)?;
        let format = read.accepted.iter().find(|one| one.info == *delivery).map(|one| one.format);
        let given = given(&domain, &read.store, delivery, format, records)?;
        let reference = &read.reference;
        let batch = Batch { delivery, records, given: &given, reference, loaded };
        table.write(&batch.columns())?;
        held.give(bytes);
    }
    let rows = table.end(out)?;
    Ok(Described {
        titel: "DSA: kommunens leverede registreringer med feltnavne og typer",
        tekst: "En linje pr. registrering, der tæller af kommunens leverancer, som den er leveret, \
                før reglerne; med fagsystem, leverance og tidspunkt for indlæsning. Registreringer, \
                som en anden kommune har indberettet for kommunen (K1, K2), er ikke med.".into(),
        tabeller: vec![Tabel { navn: NAME, kolonner: columns, raekker: rows }],
        personlig: true,
    })
}

/// Bytes of a row of the table while a delivery is written, beside the texts that its file has.
const ROW: usize = (DSA.len() + SOM_ANGIVET.len()) * AROUND;

/// The deliveries that count, and what they are read with.
struct Read {
    store: RawStore,
    reference: Reference,
    accepted: Vec<Accepted>,
    history: History<Record>,
}

/// Reads the deliveries that count. Before any file is read there is room for what becomes of it.
fn read(
    order: &Order,
    data: &Path,
    domain: &Vh,
    files: &[RawFile],
    held: &Held<'_>,
) -> Result<Read, Failed> {
    let store = RawStore::new(data, files);
    let inputs = Inputs::of(&store);
    held.take(TIMES * sum(files.iter().filter(|file| is_reference(file))))?;
    let at_once = at_once(files);
    held.take(at_once)?;
    let reference = read_reference(domain, &inputs, &|_| ()).data;
    let limit = order.version.manifest.more.get("month_limit").and_then(|limit| limit.as_str());
    let limit = limit.and_then(Month::parse);
    let mut accepted = accept(domain, &reference, &inputs, limit, &|_| ()).accepted;
    let settled = settled(&order.version.manifest);
    if let Some(file) = lost(files, &accepted, &settled) {
        return Err(Failed::new(format!("{file} tæller i versionen og kan ikke læses igen")));
    }
    let (takes, _) = history::select(domain, &reference, &accepted, &settled);
    let settled = by_file(&accepted, &takes);
    let mut takes = takes.into_iter();
    accepted.retain(|_| takes.next() != Some(Take::Nothing));
    let counting = accepted.iter().map(|one| TIMES * bytes_of(files, &one.info.file)).sum();
    held.take(counting)?;
    let read = history::gather(domain, &reference, &inputs, &accepted, &settled, &|_| ());
    let history = read.map_err(|(file, error)| Failed::new(format!("{file}: {error}")))?;
    held.give(counting + at_once);
    held.each(history.records.iter().flatten(), weight)?;
    drop(inputs);
    Ok(Read { store, reference, accepted, history })
}

/// A file that counts and is not what it was.
fn lost<'f>(files: &'f [RawFile], accepted: &[Accepted], settled: &Settled) -> Option<&'f str> {
    let counts = |path: &str| {
        let takes = settled.values().filter_map(|of_one| of_one.get(path));
        takes.into_iter().any(|take| *take != Take::Nothing)
    };
    let mut paths = files.iter().filter(|file| !file.set_aside).map(|file| file.path.as_str());
    paths.find(|path| counts(path) && !accepted.iter().any(|one| one.info.file == *path))
}

/// How much of deliveries counts, as [`history::gather`] is told.
fn by_file(accepted: &[Accepted], takes: &[Take]) -> Settled {
    let mut settled = Settled::new();
    for (Accepted { info, .. }, take) in accepted.iter().zip(takes) {
        settled.entry(info.reporter.clone()).or_default().insert(info.file.clone(), *take);
    }
    settled
}

/// Bytes of the files that are read at a time: each as it is, and as text.
fn at_once(files: &[RawFile]) -> usize {
    let mut files: Vec<&RawFile> = files.iter().collect();
    files.sort_by_key(|file| Reverse(file.bytes));
    2 * sum(files.into_iter().take(rayon::current_num_threads()))
}

fn sum<'f>(files: impl Iterator<Item = &'f RawFile>) -> usize {
    files.map(|file| file.bytes as usize).sum()
}

fn bytes_of(files: &[RawFile], path: &str) -> usize {
    sum(files.iter().filter(|file| file.path == path))
}

fn too_much() -> QueryError {
    too_large("kommunens registreringer, med de referencefiler, de læses med,")
}

/// Bytes that a record takes.
fn weight(read: &ReadRecord<Record>) -> usize {
    let Record { maalgrupper, ugyldige_maalgrupper, .. } = &read.record;
    let texts = read.record.ydelsesid().len() + size_of_val(&**maalgrupper);
    size_of::<ReadRecord<Record>>() + 3 * AROUND + texts + of_texts(ugyldige_maalgrupper)
}

/// The municipality's deliveries, and the reference files that they are read with.
fn own_files(order: &Order) -> Result<Vec<RawFile>, Failed> {
    let own = raw::files(order)?;
    Ok(own.into_iter().filter(|file| raw::is_own(order, file) || is_reference(file)).collect())
}

fn is_reference(file: &RawFile) -> bool {
    file.path.starts_with("reference/")
}

/// What stands in some fields of a record.
type Given = [String; SOM_ANGIVET.len()];

/// What stands in these fields of each record of a delivery.
fn given(
    domain: &Vh,
    store: &RawStore,
    delivery: &DeliveryInfo,
    format: Option<Format>,
    records: &[ReadRecord<Record>],
) -> Result<Vec<Given>, Failed> {
    let layout = Layout::of(domain, delivery.full);
    let fields = SOM_ANGIVET.map(|name| layout.fields.iter().position(|field| field.name == name));
    let by_place: BTreeMap<Place, usize> =
        records.iter().enumerate().map(|(at, read)| (read.place, at)).collect();
    let mut given = vec![Given::default(); records.len()];
    let mut take = |place: Place, row: Result<Row<'_>, Refused>| {
        let (Some(&at), Ok(row)) = (by_place.get(&place), row) else { return };
        let value = |field: usize| row.values.get(field).map(|value| (*value).to_owned());
        given[at] = fields.map(|field| field.and_then(value).unwrap_or_default());
    };
    let failed = |reason: String| Failed::new(format!("{}: {reason}", delivery.file));
    let format = format.ok_or_else(|| failed("leverancen er der ikke".to_owned()))?;
    let mut file = store.open(&delivery.file).map_err(|error| failed(error.to_string()))?;
    format.each(&mut *file, &layout, &mut take).map_err(failed)?;
    Ok(given)
}

/// The records of one delivery.
struct Batch<'a> {
    delivery: &'a DeliveryInfo,
    records: &'a [ReadRecord<Record>],
    given: &'a [Given],
    reference: &'a Reference,
    loaded: &'a str,
}

impl Batch<'_> {
    /// In the order of [`DSA`].
    fn columns(&self) -> Vec<Values> {
        let delivery = self.delivery;
        let given = (0..SOM_ANGIVET.len()).map(|field| self.given(field));
        let read = vec![
            self.text(|record| record.ydelsesid().to_owned()),
            self.text(|record| record.cpr.to_string()),
            self.text(|_| delivery.reporter.clone()),
            self.text(|record| match record.betalingskommune {
                Betalingskommune::IkkeAngivet => String::new(),
                Betalingskommune::Kendt(kommune) => kommune.to_string(),
                Betalingskommune::Ukendt => "Ukendt".to_owned(),
            }),
            self.text(|record| record.ydelseskode(self.reference).to_owned()),
            Values::Day(self.of(|record| record.start.dag())),
            Values::Day(self.of(|record| record.slut)),
            self.text(|record| self.maalgrupper(record)),
            self.text(|record| record.ugyldige_maalgrupper.join(",")),
            self.text(|record| match record.opholdssted {
                OpholdsstedRef::EgetHjem => String::new(),
                OpholdsstedRef::Kendt(at) => self.reference.opholdssteder.code(at).to_owned(),
                OpholdsstedRef::Ukendt => "Ukendt".to_owned(),
            }),
            self.text(|record| {
                let letter =
                    record.funktionsvurdering.and_then(|at| "ABCDE".chars().nth(at.into()));
                letter.map(String::from).unwrap_or_default()
            }),
        ];
        let origin = vec![
            self.text(|_| delivery.system.clone()),
            self.text(|_| delivery.month.to_string()),
            Values::Number(self.of(|_| Some(f64::from(delivery.serial)))),
            self.text(|_| self.loaded.to_owned()),
            self.text(|_| delivery.file.clone()),
            Values::Number(
                self.records.iter().map(|read| Some(f64::from(read.place.line))).collect(),
            ),
        ];
        read.into_iter().chain(given).chain(origin).collect()
    }

    /// One of the fields as it was given.
    fn given(&self, field: usize) -> Values {
        let text = |given: &Given| Some(given[field].clone()).filter(|text| !text.is_empty());
        Values::Text(self.given.iter().map(|given| text(given).map(Arc::from)).collect())
    }

    fn maalgrupper(&self, record: &Record) -> String {
        let codes = record.maalgrupper.iter().map(|&at| self.reference.maalgrupper.code(at));
        codes.collect::<Vec<_>>().join(",")
    }

    fn of<T>(&self, value: impl Fn(&Record) -> Option<T>) -> Vec<Option<T>> {
        self.records.iter().map(|read| value(&read.record)).collect()
    }

    /// Texts; an empty one is none.
    fn text(&self, value: impl Fn(&Record) -> String) -> Values {
        let text = |record: &Record| Some(value(record)).filter(|text| !text.is_empty());
        Values::Text(self.of(|record| text(record).map(Arc::from)))
    }
}
