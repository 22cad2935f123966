//! Judged loans → star tables.

use std::collections::BTreeMap;

use cube_schema::day::{Day, Interval};
use cube_schema::domain::{DeliveryInfo, Judged};
use cube_schema::rule::Marks;
use cube_schema::table::{DimensionTable, FactColumn, FactTable, Lists as Many, Star, Timeline};

use super::rules::RULES;
use super::{Lists, Loan};

/// Makes the star: the loans as reported, and one at a time.
pub fn make(
    loans: &[Judged<Loan>],
    deliveries: &[DeliveryInfo],
    lists: &Lists,
    timeline: Timeline,
) -> Star {
    let mut library = DimensionTable::new("bibliotek", &["kode", "navn"]);
    for (code, name) in &lists.libraries {
        library.push(&[&code.to_string(), name]);
    }
    let mut subject = DimensionTable::new("emne", &["emne", "gruppe"]);
    for (name, group) in &lists.subjects {
        subject.push(&[name, group]);
    }
    let unknown = subject.push(&["", ""]);
    let mut rule = DimensionTable::new("regel", &["regel", "navn"]);
    for known in &RULES {
        rule.push(&[known.id, known.caption]);
    }
    rule.push(&["", ""]);
    let mut borrower = DimensionTable::new("laaner", &["nummer"]);
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    for judged in loans {
        numbers.entry(judged.record.borrower).or_insert(0);
    }
    for (number, id) in &mut numbers {
        *id = borrower.push(&[&number.to_string()]);
    }

    let mut reported = Facts::new(lists, deliveries, unknown);
    let mut alone = Facts::new(lists, deliveries, unknown);
    for (judged, loan) in loans.iter().zip(0..) {
        let borrower = numbers[&judged.record.borrower];
        let first = judged.record.from.or(judged.record.to).unwrap_or(timeline.as_of());
        let last = judged.record.to.unwrap_or(Day::MAX).max(first);
        let local = judged.verdicts[0].marks.with(judged.marks);
        reported.push(judged, loan, borrower, Interval { first, last }, local);
        for piece in &judged.verdicts[1].pieces {
            alone.push(judged, loan, borrower, *piece, judged.verdicts[1].marks);
        }
    }
    let facts = vec![reported.table("udlaan"), alone.table("udlaan_uden_overlap")];
    Star { dimensions: vec![library, subject, rule, borrower], facts, steps: Vec::new() }
}

/// A fact table under way.
struct Facts<'a> {
    lists: &'a Lists,
    deliveries: &'a [DeliveryInfo],
    unknown_subject: u32,
    ids: [Vec<u32>; 3],
    days: [Vec<Day>; 2],
    many: [Many; 2],
    texts: [Vec<Box<str>>; 3],
}

impl<'a> Facts<'a> {
    fn new(lists: &'a Lists, deliveries: &'a [DeliveryInfo], unknown_subject: u32) -> Self {
        let (ids, days, many, texts) = Default::default();
        Facts { lists, deliveries, unknown_subject, ids, days, many, texts }
    }

    fn push(
        &mut self,
        judged: &Judged<Loan>,
        loan: u32,
        borrower: u32,
        days: Interval,
        marks: Marks,
    ) {
        let code = judged.record.library;
        let library = self.lists.libraries.iter().position(|(known, _)| *known == code);
        self.ids[0].push(borrower);
        self.ids[1].push(library.unwrap_or(0) as u32);
        self.ids[2].push(loan);
        self.days[0].push(days.first);
        self.days[1].push(days.last);
        let subjects: Vec<u32> = judged.record.subjects.iter().map(|one| u32::from(*one)).collect();
        let unknown = vec![self.unknown_subject];
        self.many[0].push(if subjects.is_empty() { unknown } else { subjects });
        let marks: Vec<u32> = marks.iter().map(|position| position as u32).collect();
        self.many[1].push(if marks.is_empty() { vec![RULES.len() as u32] } else { marks });
        let file = self.deliveries[judged.delivery as usize].file.as_str();
        let line = judged.place.line.to_string();
        for (column, text) in self.texts.iter_mut().zip([&*judged.record.id, file, &line]) {
            column.push(text.into());
        }
    }

    fn table(self, name: &str) -> FactTable {
        let ids = self.ids.map(FactColumn::Id);
        let days = self.days.map(FactColumn::Day);
        let many = self.many.map(FactColumn::Ids);
        let texts = self.texts.map(FactColumn::Text);
        let names = [
            "laaner",
            "bibliotek",
            "laan",
            "fra",
            "til",
            "emner",
            "regler",
            "laanenr",
            "fil",
            "linje",
        ];
        let columns = ids.into_iter().chain(days).chain(many).chain(texts);
        let columns = names.map(str::to_owned).into_iter().zip(columns).collect();
        FactTable { name: name.to_owned(), columns }
    }
}
