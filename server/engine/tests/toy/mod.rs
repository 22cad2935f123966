//! A second domain, small and unlike the first: loans of a library.
//!
//! It goes through the same functions of the engine from bytes to answer, and so holds the wall
//! between the engine and what it is used for. A loan is an interval; a book has several subjects.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod deliveries;
pub mod rules;
pub mod star;

use std::sync::LazyLock;

use cube_schema::day::{Day, Interval};
use cube_schema::domain::{
    DeliveryInfo, Domain, FieldSpec, Judged, Judgement, ReferenceSpec, Refused, Row, XmlNames,
};
use cube_schema::rule::{Context, Marks, Rule, Warning};
use cube_schema::schema::Schema;
use cube_schema::table::{Star, Timeline};

/// The loans of libraries.
pub struct Loans;

/// One loan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    pub id: Box<str>,
    pub borrower: u32,
    pub library: u16,
    /// Positions in the list of subjects.
    pub subjects: Vec<u16>,
    pub from: Option<Day>,
    pub to: Option<Day>,
}

/// The libraries, the subjects, and who may not borrow.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    pub libraries: Vec<(u16, Box<str>)>,
    pub subjects: Vec<(Box<str>, Box<str>)>,
    pub blocked: Vec<u32>,
}

const LIBRARIES: &str = "Kode;Navn\n1;Ærø\n2;Brøndby\n3;Hasle\n";
const SUBJECTS: &str = "Emne;Gruppe\nHaver;Natur\nFugle;Natur\nSkibe;Teknik\n";

static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| Schema::parse(include_str!("toy.toml")).unwrap());

const FIELDS: [FieldSpec; 6] = [
    FieldSpec { name: "Laanenr", changes_only: false, item: None },
    FieldSpec { name: "Laaner", changes_only: false, item: None },
    FieldSpec { name: "Emner", changes_only: false, item: Some("Emne") },
    FieldSpec { name: "Udlaant", changes_only: false, item: None },
    FieldSpec { name: "Afleveret", changes_only: false, item: None },
    FieldSpec { name: "Slettet", changes_only: true, item: None },
];

const REFERENCES: [ReferenceSpec; 3] = [
    ReferenceSpec {
        file: "kodelister/biblioteker.csv",
        columns: &["Kode", "Navn"],
        unread: &[],
        default: Some(LIBRARIES),
        missing: "",
        wide: None,
    },
    ReferenceSpec {
        file: "kodelister/emner.csv",
        columns: &["Emne", "Gruppe"],
        unread: &[],
        default: Some(SUBJECTS),
        missing: "",
        wide: None,
    },
    ReferenceSpec {
        file: "spaerrede.xlsx",
        columns: &["Laaner", "Spaerret"],
        unread: &[],
        default: None,
        missing: "ingen låner er spærret",
        wide: None,
    },
];

/// Both judge a borrower's loans; the first those of one library alone.
const JUDGEMENTS: [Judgement<Loan>; 2] = [
    Judgement { name: "lokal", key: |loan| (loan.borrower.into(), loan.library.into()) },
    Judgement { name: "samlet", key: |loan| (loan.borrower.into(), 0) },
];

impl Domain for Loans {
    type Record = Loan;
    type Reference = Lists;

    fn prefix(&self) -> &'static str {
        "LAAN"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn fields(&self) -> &'static [FieldSpec] {
        &FIELDS
    }

    fn references(&self) -> &'static [ReferenceSpec] {
        &REFERENCES
    }

    fn xml(&self) -> XmlNames {
        XmlNames { root: "Bibliotek", record: "Laan" }
    }

    fn knows_reporter(&self, reporter: &str, lists: &Lists) -> bool {
        lists.library(reporter).is_some()
    }

    fn read_reference(
        &self,
        lists: &mut Lists,
        spec: &ReferenceSpec,
        row: &Row<'_>,
    ) -> Result<Vec<Warning>, Refused> {
        let [key, value] = row.values else { return Err(refused("", "to kolonner")) };
        match spec.columns[0] {
            "Kode" => {
                let code = key.parse().map_err(|_| refused("Kode", "koden er intet tal"))?;
                lists.libraries.push((code, (*value).into()));
            }
            "Emne" => lists.subjects.push(((*key).into(), (*value).into())),
            _ if value.eq_ignore_ascii_case("ja") => {
                lists.blocked.push(key.parse().map_err(|_| refused("Laaner", "intet tal"))?);
            }
            _ => {}
        }
        Ok(Vec::new())
    }

    fn read_record(
        &self,
        row: &Row<'_>,
        delivery: &DeliveryInfo,
        lists: &Lists,
    ) -> Result<(Loan, Vec<Warning>), Refused> {
        let [id, borrower, subjects, from, to, ..] = row.values else {
            return Err(refused("", "fem felter"));
        };
        let borrower = borrower.parse().map_err(|_| refused("Laaner", "nummeret er intet tal"))?;
        let to = match *to {
            "" => None,
            text => Some(Day::parse(text).ok_or_else(|| refused("Afleveret", "ingen dato"))?),
        };
        let (subjects, warnings) = lists.subjects(subjects);
        let library = lists.library(&delivery.reporter).unwrap_or(0);
        let (id, from) = ((*id).into(), Day::parse(from));
        Ok((Loan { id, borrower, library, subjects, from, to }, warnings))
    }

    fn read_deletion<'a>(
        &self,
        row: &Row<'a>,
        _: &DeliveryInfo,
        _: &Lists,
    ) -> Result<Option<&'a str>, Refused> {
        match (row.values.first(), row.values.get(5)) {
            (Some(id), Some(&"J")) => Ok(Some(id)),
            _ => Ok(None),
        }
    }

    fn record_id<'a>(&self, loan: &'a Loan) -> &'a str {
        &loan.id
    }

    fn is_ended(&self, loan: &Loan) -> bool {
        loan.to.is_some()
    }

    fn remark(&self, loan: &Loan) -> Option<&'static str> {
        (loan.borrower >= 9000).then_some("Prøvekort")
    }

    fn rules(&self) -> &'static [Rule<Loans>] {
        &rules::RULES
    }

    fn deleting(&self) -> Marks {
        let mut marks = Marks::default();
        marks.add(rules::NO_START);
        marks
    }

    fn judgements(&self) -> &'static [Judgement<Loan>] {
        &JUDGEMENTS
    }

    fn interval(&self, loan: &Loan, context: &Context<'_, Lists>) -> Option<Interval> {
        Interval::new(loan.from?, loan.to.unwrap_or(context.as_of).min(context.as_of))
    }

    fn star(
        &self,
        loans: &[Judged<Loan>],
        deliveries: &[DeliveryInfo],
        lists: &Lists,
        timeline: Timeline,
    ) -> Star {
        star::make(loans, deliveries, lists, timeline)
    }
}

impl Lists {
    fn library(&self, code: &str) -> Option<u16> {
        let code: u16 = code.parse().ok()?;
        self.libraries.iter().any(|(known, _)| *known == code).then_some(code)
    }

    fn subjects(&self, text: &str) -> (Vec<u16>, Vec<Warning>) {
        let (mut known, mut warnings) = (Vec::new(), Vec::new());
        for name in text.split('|').filter(|name| !name.is_empty()) {
            match self.subjects.iter().position(|(subject, _)| **subject == *name) {
                Some(position) => known.push(position as u16),
                None => warnings.push(Warning { kind: "Ukendt emne", text: name.to_owned() }),
            }
        }
        (known, warnings)
    }
}

fn refused(field: &'static str, reason: &str) -> Refused {
    Refused { field, reason: reason.to_owned() }
}
