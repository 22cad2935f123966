//! A record that counts, with all that the rules say of it.

use crate::day::Day;
use crate::piece::Piece;

/// A record that counts, with its marks and dates. `start` and `end` are as reported.
#[derive(Clone, Debug)]
pub struct OracleRecord {
    /// Ydelsesid.
    pub id: String,
    /// The system it comes from.
    pub system: String,
    /// The reporting municipality, before K.
    pub reporter: String,
    /// The data file, without folder.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// Ten digits.
    pub cpr: String,
    /// After K.
    pub handlekommune: String,
    /// After K; `Ukendt` for one that is no municipality.
    pub betalingskommune: String,
    /// As given.
    pub ydelseskode: String,
    /// None: not given, or unreadable.
    pub start: Option<Day>,
    /// None: open.
    pub end: Option<Day>,
    /// The valid maalgruppe codes, each once.
    pub maalgrupper: Vec<String>,
    /// As given; empty for own home.
    pub opholdssted: String,
    /// `A`–`E`, or `Ukendt`.
    pub funktionsvurdering: String,
    /// The citizen's birth date.
    pub birth: Option<Day>,
    /// `Mand` or `Kvinde`.
    pub koen: String,
    /// D marks, or the C marks of the local judgement: the marks of the VH cube.
    pub local_marks: Vec<String>,
    /// D marks, or the C marks of the national judgement.
    pub national_marks: Vec<String>,
    /// The days left by the local judgement, up to the as-of day; none for a record with a D mark.
    pub local_pieces: Vec<(Day, Day)>,
    /// The days left by the national judgement, up to the as-of day: those of Benchmark. None for a
    /// record with a D mark.
    pub national_pieces: Vec<(Day, Day)>,
    /// `Dato uden overlap` of a record that the local C3 marks.
    pub local_dato_uden_overlap: Option<Day>,
    /// `Dato uden overlap` of a record that the national C3 marks.
    pub national_dato_uden_overlap: Option<Day>,
    /// The band of X1 in the VH cube.
    pub vh_varighed: String,
    /// The band of X1 in Benchmark.
    pub benchmark_varighed: String,
    /// For each quarter from 2013K1 to the as-of day: is it approved (rule G2)?
    pub approved_quarters: Vec<bool>,
    /// The dates as the VH cube shows them.
    pub(crate) vh: ShownDates,
    /// The dates as Benchmark shows them.
    pub(crate) benchmark: ShownDates,
    /// The dates left by the local judgement.
    pub(crate) local: ShownDates,
}

impl OracleRecord {
    /// Has Statistics Denmark deleted it (a D mark)?
    pub fn is_deleted(&self) -> bool {
        self.local_marks.iter().any(|mark| mark.starts_with('D'))
    }
}

/// The dates of a record in one cube.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShownDates {
    /// The days on which it is active, up to the as-of day.
    pub(crate) pieces: Vec<Piece>,
    /// The day that M4 counts.
    pub(crate) first_day: Option<Day>,
    /// The day that M5 counts; none for an open record and one that ends after the as-of day.
    pub(crate) last_day: Option<Day>,
}

/// The days from a start to an end or to the as-of day, if there is one.
pub(crate) fn days_up_to(start: Day, end: Option<Day>, as_of: Day) -> Option<Piece> {
    let last = end.map_or(as_of, |end| end.min(as_of));
    (start <= last).then_some((start, last))
}

/// The dates of the VH cube: as reported. A D4 record is active on its start day only and has no
/// last day; a D3 record on its end day, or on the as-of day, and has no first day.
pub(crate) fn vh_dates(start: Option<Day>, end: Option<Day>, as_of: Day) -> ShownDates {
    let ended = end.filter(|end| *end <= as_of);
    match start {
        None => {
            let day = end.unwrap_or(as_of);
            ShownDates {
                pieces: days_up_to(day, Some(day), as_of).into_iter().collect(),
                first_day: None,
                last_day: ended,
            }
        }
        Some(start) if end.is_some_and(|end| end < start) => {
            let pieces = days_up_to(start, Some(start), as_of).into_iter().collect();
            ShownDates { pieces, first_day: Some(start), last_day: None }
        }
        Some(start) => {
            let pieces = days_up_to(start, end, as_of).into_iter().collect();
            ShownDates { pieces, first_day: Some(start), last_day: ended }
        }
    }
}
