//! The records of the municipality's counting deliveries, read anew from the raw files: fields with
//! names and types, and where each came from. No rule has touched them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cube_schema::day::Month;
use cube_schema::domain::{DeliveryInfo, Place, Refused, Row};
use cube_schema::domains::vh::Vh;
use cube_schema::domains::vh::pakker::{DSA, Kolonne, SOM_ANGIVET};
use cube_schema::domains::vh::record::{Betalingskommune, OpholdsstedRef, Record};
use cube_schema::domains::vh::reference::Reference;
use terning_engine::delivery::format::{Format, Layout};
use terning_engine::delivery::{Inputs, ReadRecord, Store, accept, read_reference};
use terning_engine::history;
use terning_engine::query::Limits;
use terning_engine::query::table::Values;

use super::describe::{Described, Tabel};
use super::out::{Failed, Out};
use super::table::TableOut;
use super::{Order, raw};
use crate::rebuild::settled;
use crate::versions::{RawFile, RawStore};

/// The table's name.
const NAME: &str = "registreringer";

/// Bytes around a text or a list: where it is, how long, and what the memory keeps beside it.
const AROUND: usize = 40;

pub(super) fn make(
    order: &Order,
    data: &Path,
    out: &mut Out,
    limits: &Limits,
) -> Result<Described, Failed> {
    let columns: Vec<&Kolonne> = DSA.iter().collect();
    let mut table = TableOut::begin(out, NAME, columns.clone())?;
    let domain = Vh::new().map_err(|error| Failed::new(error.to_string()))?;
    let files = own_files(order)?;
    files.iter().try_for_each(|file| raw::check(file, limits))?;
    let store = RawStore::new(data, &files);
    let inputs = Inputs::of(&store);
    let reference = read_reference(&domain, &inputs, &|_| ()).data;
    let limit = order.version.manifest.more.get("month_limit").and_then(|limit| limit.as_str());
    let limit = limit.and_then(Month::parse);
    let accepted = accept(&domain, &reference, &inputs, limit, &|_| ()).accepted;
    let settled = settled(&order.version.manifest);
    let read = history::gather(&domain, &reference, &inputs, &accepted, &settled, &|_| ());
    let read = read.map_err(|(file, error)| Failed::new(format!("{file}: {error}")))?;
    let loaded = &order.version.manifest.built_at;
    let held: usize = read.records.iter().flatten().map(weight).sum();
    for (delivery, records) in read.deliveries.iter().zip(&read.records) {
        let file = files.iter().find(|file| file.path == delivery.file);
        let bytes = file.map_or(0, |file| file.bytes as usize);
        if held + bytes + records.len() * ROW > limits.record_bytes {
            return Err(Failed::too_large("kommunens registreringer"));
        }
        let format = accepted.iter().find(|one| one.info == *delivery).map(|one| one.format);
        let given = given(&domain, &store, delivery, format, records)?;
        let batch = Batch { delivery, records, given: &given, reference: &reference, loaded };
        table.write(&batch.columns())?;
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

/// Bytes that a record takes.
fn weight(read: &ReadRecord<Record>) -> usize {
    let Record { maalgrupper, ugyldige_maalgrupper, .. } = &read.record;
    let texts = read.record.ydelsesid().len() + size_of_val(&**maalgrupper);
    let unknown = ugyldige_maalgrupper.iter().map(|code| AROUND + code.len()).sum::<usize>();
    size_of::<ReadRecord<Record>>() + 3 * AROUND + texts + unknown
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
