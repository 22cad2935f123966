//! The datamart of a municipality: a line per record, after the rules, by its own judgement.

use cube_schema::domains::vh::pakker::{DATAMART, DATAMART_KUBE, Kolonne};
use terning_engine::query::{Cancel, drill};

use super::Order;
use super::describe::{Described, Tabel};
use super::out::{Failed, Out};
use super::table::TableOut;

/// The table's name.
const NAME: &str = "ydelser";
/// Rows written at a time.
const BATCH: usize = 100_000;

pub(super) fn make(order: &Order, out: &mut Out, cancel: &Cancel) -> Result<Described, Failed> {
    let view = order.view(DATAMART_KUBE)?.of_records();
    let columns: Vec<&Kolonne> = DATAMART.iter().collect();
    let names: Vec<String> = columns.iter().map(|column| column.kilde.to_owned()).collect();
    let failed = |error: terning_engine::query::QueryError| Failed::new(error.message);
    let table = drill::all(&view, &[], &names, cancel).map_err(failed)?;
    let mut written = TableOut::begin(out, NAME, columns.clone())?;
    for start in (0..table.rows()).step_by(BATCH) {
        let rows = start..table.rows().min(start + BATCH);
        let batch: Vec<_> =
            table.columns.iter().map(|column| column.values.slice(rows.clone())).collect();
        written.write(&batch)?;
    }
    let rows = written.end(out)?;
    Ok(Described {
        titel: "Datamart: kommunens ydelser efter reglerne",
        tekst: "En linje pr. registrering, hvis handlekommune er kommunen. Datoer er, som de er \
                indberettet; ved siden af står, hvad der er tilbage efter Danmarks Statistiks \
                ændringer, og hvilke regler registreringen er mærket med. Mærker og datoer følger \
                kommunens egne registreringer alene, så de siger intet om, hvad andre kommuner har \
                indberettet.",
        tabeller: vec![Tabel { navn: NAME, kolonner: columns, raekker: rows }],
        personlig: true,
    })
}
