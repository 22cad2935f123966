//! The aggregated datamart: counted by the engine from Benchmark, a slice of a municipality and a year
//! at a time.

use std::fmt::Write;
use std::sync::Arc;

use cube_schema::domains::vh::pakker::{AAR, AGGREGAT, AGGREGAT_KUBE, KOMMUNE, Kolonne, Slags};
use cube_schema::language::Language;
use terning_engine::query::cellset::CellSet;
use terning_engine::query::table::Values;
use terning_engine::query::{Cancel, ErrorKind, Limits, Pivot, Question, View, answer, names};

use super::describe::{Described, Tabel};
use super::out::{Failed, Out};
use super::table::TableOut;
use super::{Order, field};

/// The table's name.
const NAME: &str = "aggregat";

pub(super) fn make(
    order: &Order,
    out: &mut Out,
    within: (&Limits, &Cancel),
) -> Result<Described, Failed> {
    let view = order.view(AGGREGAT_KUBE)?;
    let (fields, measures): (Vec<&Kolonne>, Vec<&Kolonne>) =
        AGGREGAT.iter().partition(|column| column.slags == Slags::Tekst);
    // A version that was built before a field or measure existed has a table without it.
    let fields: Vec<&Kolonne> =
        fields.into_iter().filter(|column| field(view, column.kilde).is_some()).collect();
    let has = |column: &&Kolonne| view.cube().find_measure(column.kilde).is_some();
    let measures: Vec<&Kolonne> = measures.into_iter().filter(has).collect();
    let columns: Vec<&Kolonne> = fields.iter().chain(&measures).copied().collect();
    let mut table = TableOut::begin(out, NAME, columns.clone())?;
    let (mut hidden, mut refused) = (0, 0);
    for kommune in kommuner(order, view)? {
        for year in years(view)? {
            let slice = Slice { view, fields: &fields, measures: &measures };
            match slice.count(&kommune, &year, within)? {
                Some(counted) => {
                    table.write(&counted.columns)?;
                    hidden += counted.hidden;
                }
                None => refused += 1,
            }
        }
    }
    let rows = table.end(out)?;
    Ok(Described {
        titel: match order.kommune {
            Some(_) => "Aggregeret datamart: kommunen efter Danmarks Statistiks regler",
            None => "Aggregeret datamart: alle kommuner efter Danmarks Statistiks regler",
        },
        tekst: text(view, hidden, refused).into(),
        tabeller: vec![Tabel { navn: NAME, kolonner: columns, raekker: rows }],
        personlig: false,
    })
}

/// What the package holds, and how much of it is hidden.
fn text(view: &View, hidden: usize, refused: usize) -> String {
    let mut text = "En linje pr. handlekommune, måned, ydelse, målgruppe, aldersgruppe og køn med \
                    mindst én aktiv ydelse, talt i kuben Voksne Handicappede Benchmark. Hver linje er \
                    talt for sig: borgere, der står i flere linjer, kan ikke lægges sammen."
        .to_owned();
    if view.hides_small_counts() {
        let [hidden, refused] = [hidden, refused].map(|count| Language::Danish.whole(count as u64));
        let _ = write!(
            text,
            "\n\nSmå tal er skjult (A3): skjulte tal er tomme, og linjer med kun skjulte tal er udeladt. \
             Skjulte tal i tabellens linjer: {hidden}. Kommuner, der er udeladt i et år, fordi deres tal \
             ikke må gives: {refused}."
        );
    }
    text
}

/// The municipalities of the package.
fn kommuner(order: &Order, view: &View) -> Result<Vec<String>, Failed> {
    match &order.kommune {
        Some(kommune) => Ok(vec![kommune.clone()]),
        None => keys(view, KOMMUNE),
    }
}

fn years(view: &View) -> Result<Vec<String>, Failed> {
    keys(view, AAR)
}

/// The keys of a field's members.
fn keys(view: &View, name: &str) -> Result<Vec<String>, Failed> {
    let (dimension, at) = field(view, name)
        .ok_or_else(|| Failed::new(format!("versionen har ikke feltet '{name}'")))?;
    let keys = &view.cube().dimensions[dimension].fields[at].keys;
    let members = view.members(dimension, at);
    Ok(members.map(|member| keys.get(member as usize).to_owned()).collect())
}

/// A municipality in a year.
struct Slice<'a> {
    view: &'a View,
    fields: &'a [&'a Kolonne],
    measures: &'a [&'a Kolonne],
}

/// What was counted of a slice.
struct Counted {
    columns: Vec<Values>,
    hidden: usize,
}

impl Slice<'_> {
    /// The rows of the slice; `None` where it is not told of (A3).
    fn count(
        &self,
        kommune: &str,
        year: &str,
        (limits, cancel): (&Limits, &Cancel),
    ) -> Result<Option<Counted>, Failed> {
        let owned = |columns: &[&Kolonne]| {
            columns.iter().map(|column| column.kilde.to_owned()).collect::<Vec<String>>()
        };
        let pivot = Pivot {
            cube: AGGREGAT_KUBE.to_owned(),
            filters: vec![format!("{KOMMUNE}={kommune}"), format!("{AAR}={year}")],
            rows: owned(self.fields),
            measures: owned(self.measures),
            ..Pivot::default()
        };
        let question = Question::Pivot(&pivot);
        let views = std::slice::from_ref(self.view);
        let answered = answer(views, &question, limits, cancel);
        let cells = match answered {
            Ok(answered) => answered.cells,
            Err(error) if error.kind == ErrorKind::Hidden => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Counted { columns: numbers, hidden } = self.numbers(&cells)?;
        Ok(Some(Counted { columns: self.texts(&cells).chain(numbers).collect(), hidden }))
    }

    fn texts(&self, cells: &CellSet) -> impl Iterator<Item = Values> {
        let rows = &cells.axes[1];
        let cube = self.view.cube();
        (0..self.fields.len()).map(move |at| {
            let caption = |row| names::caption(cube, rows.columns[at], rows.position(row)[at]);
            Values::Text((0..rows.count).map(|row| Some(Arc::from(caption(row)))).collect())
        })
    }

    /// The numbers of every measure, and how many are hidden. A measure of which an answer has nothing but
    /// hidden numbers is no column of it, so each is found by its name.
    fn numbers(&self, cells: &CellSet) -> Result<Counted, Failed> {
        let (asked, rows, cube) = (&cells.axes[0], cells.axes[1].count, self.view.cube());
        let of_position = |position: usize| {
            let own = asked.columns.iter().zip(asked.position(position));
            let mut captions = own.map(|(column, member)| names::caption(cube, *column, *member));
            captions.find_map(|name| self.measures.iter().position(|own| own.kilde == name))
        };
        let columns: Option<Vec<usize>> = (0..asked.count).map(of_position).collect();
        let columns = columns.ok_or_else(|| Failed::new("et mål i svaret er ukendt"))?;
        let mut numbers = vec![vec![None; rows]; self.measures.len()];
        for (place, (&ordinal, &value)) in cells.ordinals.iter().zip(&cells.values).enumerate() {
            let (column, row) =
                (columns[ordinal as usize % columns.len()], ordinal as usize / columns.len());
            if !cells.special.contains_key(&place) {
                numbers[column][row] = Some(value);
            }
        }
        // Whatever is active has a number of each measure, so that an empty one is hidden.
        let hidden = numbers.iter().flatten().filter(|number| number.is_none()).count();
        Ok(Counted { columns: numbers.into_iter().map(Values::Number).collect(), hidden })
    }
}
