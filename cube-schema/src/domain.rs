//! What a domain tells the engine: how its records are read, which deliveries count, its rules,
//! and how its judged records become a star.

use crate::day::{Interval, Month};
pub use crate::place::Place;
use crate::rule::{Context, Marks, Rule, Warning};
use crate::schema::Schema;
use crate::table::{Star, Timeline};
use crate::trial::{Trial, Trials};

/// A domain. Its types are its own; the engine is compiled for them and stores no maps of text.
pub trait Domain: Sync + 'static {
    /// A record as it was delivered, typed.
    type Record: Clone + PartialEq + Send + Sync + 'static;
    /// The reference data and code lists.
    type Reference: Send + Sync + Default;

    /// The prefix of delivery files (`VH`).
    fn prefix(&self) -> &'static str;

    /// The schema of its cubes.
    fn schema(&self) -> &Schema;

    /// The fields of a record, in the order of files without a header.
    fn fields(&self) -> &'static [FieldSpec];

    /// The reference files, code lists first; each is read before the next.
    fn references(&self) -> &'static [ReferenceSpec];

    /// What deliveries in XML call their root and their records.
    fn xml(&self) -> XmlNames;

    /// Whether a reporter of this code exists.
    fn knows_reporter(&self, reporter: &str, reference: &Self::Reference) -> bool;

    /// Takes one line of a reference file into the reference data.
    ///
    /// # Errors
    /// The line cannot be used; it is reported like a refused record.
    fn read_reference(
        &self,
        reference: &mut Self::Reference,
        spec: &ReferenceSpec,
        row: &Row<'_>,
    ) -> Result<Vec<Warning>, Refused>;

    /// Reads one record. Values that a rule handles (an unknown code, a missing start) are data.
    ///
    /// # Errors
    /// The line cannot be read as a record.
    fn read_record(
        &self,
        row: &Row<'_>,
        delivery: &DeliveryInfo,
        reference: &Self::Reference,
    ) -> Result<(Self::Record, Vec<Warning>), Refused>;

    /// The id that a line of a delivery of changes removes; `None` for a line that adds a record or
    /// replaces one.
    ///
    /// # Errors
    /// The line can be read as neither.
    fn read_deletion<'a>(
        &self,
        row: &Row<'a>,
        delivery: &DeliveryInfo,
        reference: &Self::Reference,
    ) -> Result<Option<&'a str>, Refused>;

    /// The record's own id, unique within reporter and system; empty where it has none.
    fn record_id<'a>(&self, record: &'a Self::Record) -> &'a str;

    /// Whether the record has ended (an end is given).
    fn is_ended(&self, record: &Self::Record) -> bool;

    /// A circumstance of the record that the load report counts without warning of it (a
    /// replacement number); its caption, in Danish.
    fn remark(&self, _record: &Self::Record) -> Option<&'static str> {
        None
    }

    /// The ordered list of rules.
    fn rules(&self) -> &'static [Rule<Self>];

    /// The rules whose mark takes a record out of the rules over all records of an entity.
    fn deleting(&self) -> Marks;

    /// The judgements in which the rules over all records of an entity are run: what records
    /// share that are judged together.
    fn judgements(&self) -> &'static [Judgement<Self::Record>];

    /// The runs of the rules with some of them only that the star tells of (at most 64); none where
    /// figures are not explained.
    fn trials(&self) -> Vec<Trial> {
        Vec::new()
    }

    /// The rules that the domain applies itself ([`Shape::Applied`], [`Shape::Period`]) and that
    /// have a say in a record, for the load report; none where they are not counted.
    ///
    /// [`Shape::Applied`]: crate::rule::Shape::Applied
    /// [`Shape::Period`]: crate::rule::Shape::Period
    fn applied(&self, _record: &Self::Record, _context: &Context<'_, Self::Reference>) -> Marks {
        Marks::default()
    }

    /// The record as it was before the rules over one record.
    fn as_reported(&self, record: &Self::Record) -> Self::Record {
        record.clone()
    }

    /// The days of a record as reported, for the rules over all records of an entity.
    fn interval(
        &self,
        record: &Self::Record,
        context: &Context<'_, Self::Reference>,
    ) -> Option<Interval>;

    /// Makes the star of judged records.
    fn star(
        &self,
        records: &[Judged<Self::Record>],
        deliveries: &[DeliveryInfo],
        reference: &Self::Reference,
        timeline: Timeline,
    ) -> Star;
}

/// A field of a delivered record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// The name in the header.
    pub name: &'static str,
    /// Whether it stands only in deliveries of changes; there a header may leave it out.
    pub changes_only: bool,
    /// For a list: what XML calls one of its items. In CSV `|` stands between them.
    pub item: Option<&'static str>,
}

/// The elements of a delivery in XML. The elements of a record are its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlNames {
    /// The root.
    pub root: &'static str,
    /// A record.
    pub record: &'static str,
}

/// A reference file.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceSpec {
    /// The path below `reference/` (`cpr.csv`, `kodelister/ydelser.csv`).
    pub file: &'static str,
    /// The columns, found by name in the header.
    pub columns: &'static [&'static str],
    /// Columns of the format that nothing is read from. Those that the compiled-in list has are known
    /// without being named here.
    pub unread: &'static [&'static str],
    /// The text used where the file is missing: a code list compiled in.
    pub default: Option<&'static str>,
    /// The warning where the file is missing and nothing is compiled in.
    pub missing: &'static str,
    /// For a workbook: the other form that it may have.
    pub wide: Option<Wide>,
}

/// The wide form of a workbook whose lines are keys, a column and an answer: the answers of one
/// key stand beside each other, and the header names the columns.
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    /// How many of the columns are keys; the next is what the header names, the last the answer.
    pub keys: usize,
    /// Whether a title names such a column.
    pub is_column: fn(&str) -> bool,
}

/// Which delivery, as its manifest says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveryInfo {
    /// Who reports (`153`).
    pub reporter: String,
    /// From which system, in small letters (`nexus`).
    pub system: String,
    /// For which month.
    pub month: Month,
    /// The serial number within the month.
    pub serial: u32,
    /// Whether it is the full stock.
    pub full: bool,
    /// The name of the data file, with its folder (`2026-09/VH_153_nexus_202609_1.csv`).
    pub file: String,
}

/// One line of a file, by the fields or columns asked for.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Where it stands.
    pub place: Place,
    /// One value per field or column; trimmed; empty where not given.
    pub values: &'a [&'a str],
}

/// Why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The field at fault.
    pub field: &'static str,
    /// The reason, in Danish, with the value where that is no personal data.
    pub reason: String,
}

/// A judgement: which records are judged together.
pub struct Judgement<R> {
    /// Its name (`lokal`, `national`).
    pub name: &'static str,
    /// Records with the same value are judged together. The first part is the entity.
    pub key: fn(&R) -> (u64, u64),
}

/// A record that counts, after all rules.
#[derive(Clone, Debug)]
pub struct Judged<R> {
    /// The record, as changed by rules over one record.
    pub record: R,
    /// Which delivery it came from: a position in the list of counting deliveries.
    pub delivery: u32,
    /// Where it stands in that file.
    pub place: Place,
    /// The marks of rules over one record.
    pub marks: Marks,
    /// The rules over one record that have changed it.
    pub changed: Marks,
    /// One verdict per judgement, in their order.
    pub verdicts: Vec<Verdict>,
    /// What it is in the trials; none where it is in all of them what it is after all rules.
    pub trials: Vec<Tried<R>>,
}

/// What a record is in some trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried<R> {
    /// The record, as changed by rules over one record.
    pub record: R,
    /// Whether a deleting rule has marked it.
    pub deleted: bool,
    /// The days left, in order; none of a deleted record.
    pub pieces: Vec<Interval>,
    /// The trials in which it is this.
    pub trials: Trials,
}

/// What the rules over all records of an entity did to a record, in one judgement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The marks of those rules.
    pub marks: Marks,
    /// The days left, in order; none for a record that keeps no day or is deleted.
    pub pieces: Vec<Interval>,
}
