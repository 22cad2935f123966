//! The datamart of a municipality, after the rules, by its own judgement: a line per record, and a line
//! per piece of the days that are left of it.

use cube_schema::day::{Day, Interval};
use cube_schema::domains::vh::pakker::{
    DATAMART, DATAMART_KUBE, Kolonne, PERIODER, PERIODER_TILBAGE,
};
use cube_schema::domains::vh::perioder;
use terning_engine::query::table::Values;
use terning_engine::query::{Cancel, Limits, Table, View, drill};

use super::Order;
use super::describe::{Described, Tabel};
use super::out::{Failed, Out};
use super::table::TableOut;

/// The tables' names.
const YDELSER: &str = "ydelser";
const PERIODER_NAVN: &str = "perioder";
/// Rows written at a time.
const BATCH: usize = 100_000;

pub(super) fn make(
    order: &Order,
    out: &mut Out,
    within: (&Limits, &Cancel),
) -> Result<Described, Failed> {
    let view = order.view(DATAMART_KUBE)?.of_records();
    let columns: Vec<&Kolonne> = DATAMART.iter().collect();
    let told = tells_pieces(&view);
    let pieces = told.then(|| PERIODER_TILBAGE.to_owned());
    let names = columns.iter().map(|column| column.kilde.to_owned()).chain(pieces);
    let records = drill::all(&view, &[], &names.collect::<Vec<_>>(), within)?;
    let values: Vec<&Values> = records.columns.iter().map(|column| &column.values).collect();
    let mut tabeller = vec![write(YDELSER, columns, &values[..DATAMART.len()], out)?];
    if told {
        let values = Pieces::of(&records).values(&records);
        let values: Vec<&Values> = values.iter().collect();
        tabeller.push(write(PERIODER_NAVN, PERIODER.iter().collect(), &values, out)?);
    }
    Ok(Described {
        titel: "Datamart: kommunens ydelser efter reglerne",
        tekst: "I ydelser en linje pr. registrering, hvis handlekommune er kommunen. Datoer er, som \
                de er indberettet; ved siden af står, hvad der er tilbage efter Danmarks Statistiks \
                ændringer, og hvilke regler registreringen er mærket med. Mærker og datoer følger \
                kommunens egne registreringer alene, så de siger intet om, hvad andre kommuner har \
                indberettet.\n\nI perioder en linje pr. periode, der er tilbage af en registrering: \
                ingen, hvis den slettes, og flere, hvis en regel har skåret den over. I en måned, et \
                kvartal eller et år er Fuldtidsydelser (M7) antallet af dage i alle linjer, og \
                Helårsmodtagere (M6) antallet af forskellige dage pr. personnummer og ydelseskode, \
                begge delt med periodens dage. Begge ender regnes med, og ingen dag efter \
                opgørelsesdagen (Til og med herunder), hverken i linjerne eller i perioden.".into(),
        tabeller,
        personlig: true,
    })
}

/// Whether a version tells of the pieces of records; those of earlier programs do not.
fn tells_pieces(view: &View) -> bool {
    let told = view.cube().groups.first().map(|group| group.provenance.as_slice());
    told.is_some_and(|told| told.iter().any(|column| column.name == PERIODER_TILBAGE))
}

/// Writes a table in batches.
fn write(
    name: &'static str,
    columns: Vec<&'static Kolonne>,
    values: &[&Values],
    out: &mut Out,
) -> Result<Tabel, Failed> {
    let mut written = TableOut::begin(out, name, columns.clone())?;
    let count = values.first().map_or(0, |column| column.len());
    for start in (0..count).step_by(BATCH) {
        let rows = start..count.min(start + BATCH);
        let batch: Vec<_> = values.iter().map(|column| column.slice(rows.clone())).collect();
        written.write(&batch)?;
    }
    Ok(Tabel { navn: name, kolonner: columns, raekker: written.end(out)? })
}

/// The pieces of records, by the rows of those.
#[derive(Default)]
struct Pieces {
    rows: Vec<usize>,
    numbers: Vec<usize>,
    days: Vec<Interval>,
}

impl Pieces {
    fn of(records: &Table) -> Pieces {
        let mut pieces = Pieces::default();
        for row in 0..records.rows() {
            for (number, days) in (1..).zip(pieces_of(records, row)) {
                pieces.rows.push(row);
                pieces.numbers.push(number);
                pieces.days.push(days);
            }
        }
        pieces
    }

    /// The columns of the table.
    fn values(&self, records: &Table) -> Vec<Values> {
        let text = |column: &str| match records.column(column) {
            Some(Values::Text(texts)) => self.rows.iter().map(|&row| texts[row].clone()).collect(),
            _ => vec![None; self.rows.len()],
        };
        let column = |column: &Kolonne| match (column.navn, column.kilde) {
            ("Nummer", _) => {
                Values::Number(self.numbers.iter().map(|&number| Some(number as f64)).collect())
            }
            ("Fra", _) => Values::Day(self.days.iter().map(|days| Some(days.first)).collect()),
            ("Til", _) => Values::Day(self.days.iter().map(|days| closed(days.last)).collect()),
            (_, source) => Values::Text(text(source)),
        };
        PERIODER.iter().map(column).collect()
    }
}

/// The last day, where there is one.
fn closed(last: Day) -> Option<Day> {
    (last != Day::MAX).then_some(last)
}

/// What is left of a record: the pieces that it was cut in, else the days from the first to the last.
fn pieces_of(records: &Table, row: usize) -> Vec<Interval> {
    if let Some(Values::Text(texts)) = records.column(PERIODER_TILBAGE)
        && let Some(text) = &texts[row]
    {
        return perioder::laes(text);
    }
    let day = |column: &str| match records.column(column) {
        Some(Values::Day(days)) => days[row],
        _ => None,
    };
    let Some(first) = day("Første dag tilbage") else { return Vec::new() };
    let last = day("Sidste dag tilbage").unwrap_or(Day::MAX);
    Interval::new(first, last).into_iter().collect()
}
