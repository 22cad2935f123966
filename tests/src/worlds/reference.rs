//! The reference files that speak of municipalities: money, staff, inhabitants, approvals, systems.

use std::path::Path;

use rust_xlsxwriter::Workbook;

use crate::folder::write;
use crate::random::Random;

/// Of whom the files speak.
const KOMMUNER: [&str; 7] = ["101", "153", "155", "157", "183", "185", "187"];
const YEARS: [&str; 3] = ["2018", "2019", "2020"];
/// Function and grouping of accounts: two of the bridge, and one that it does not have.
const ACCOUNTS: [(&str, &str); 3] = [("50", "1"), ("52", "2"), ("10", "1")];
/// The roles of the two systems, where `systemskifte.csv` speaks of them.
const ROLES: [[&str; 2]; 3] = [
    ["nexus;nyt", "cura;tidligere"],
    ["nexus;tidligere", "cura;nyt"],
    ["nexus;parallel", "cura;parallel"],
];
const CODES: [&str; 4] = ["1.8.1", "1.8.2", "1.12.0.1", "1.12.0.2"];

/// The lines of the files, by municipality and in an order of their own.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    money: Vec<String>,
    staff: Vec<String>,
    people: Vec<String>,
    approvals: Vec<[String; 4]>,
    systems: Vec<String>,
}

/// The lines of two worlds: those of a municipality, and the approvals and systems of who reports
/// for it, are the same.
pub fn lines(kommune: &str, reporter: &str, random: &mut Random) -> [Lines; 2] {
    let mut worlds = [Lines::default(), Lines::default()];
    for one in KOMMUNER {
        let both = of(one, random);
        let again = if one == kommune { both.clone() } else { of(one, random) };
        // A re-mapped record goes by its reporter's approvals, and counts as its reporter's systems do.
        let of_reporter = if one == reporter { &both } else { &again };
        let (approvals, systems) = (of_reporter.approvals.clone(), of_reporter.systems.clone());
        worlds[0].add(both);
        worlds[1].add(Lines { approvals, systems, ..again });
    }
    worlds
}

/// The lines of a municipality; now and then none at all.
fn of(kommune: &str, random: &mut Random) -> Lines {
    let mut lines = Lines::default();
    if random.percent(20) {
        return lines;
    }
    for year in YEARS {
        for (function, group) in ACCOUNTS {
            let amount = random.below(90_000);
            let month = 1 + random.below(12);
            lines
                .money
                .push(format!("{kommune};{year};{month};1;5;38;{function};{group};4;{amount},50"));
        }
        let (posts, pay) = (random.below(50), random.below(9_000));
        lines.staff.push(format!("{kommune};{year};3;50;{posts},5;{pay},00"));
        let count = 100 + random.below(900);
        lines.people.push(format!("{kommune};{year}K3;{};{count}", 18 + random.below(40)));
    }
    for _ in 0..random.below(8) {
        let quarter = format!("20{}K{}", 18 + random.below(3), 1 + random.below(4));
        let said = *random.one(&["Ja", "Ja", "Nej"]);
        let code = *random.one(&CODES);
        lines.approvals.push([kommune, code, &quarter, said].map(str::to_owned));
    }
    if random.percent(50) {
        let day = if random.percent(50) { "2020-11-30" } else { "" };
        let roles = random.one(&ROLES).iter();
        lines.systems = roles.map(|role| format!("{kommune};{role};{day}")).collect();
    }
    lines
}

impl Lines {
    fn add(&mut self, more: Lines) {
        self.money.extend(more.money);
        self.staff.extend(more.staff);
        self.people.extend(more.people);
        self.approvals.extend(more.approvals);
        self.systems.extend(more.systems);
    }

    /// Writes the files into a folder.
    pub fn write(&self, folder: &Path) {
        let money = "Kommunekode;Aar;Maaned;Dranst;Hovedkonto;Hovedfunktion;Funktion;Gruppering;\
                     Hovedart;Beloeb";
        for (name, header, lines) in [
            ("udgifter.csv", money, &self.money),
            ("personale.csv", "Kommunekode;Aar;Maaned;Funktion;Aarsvaerk;Loensum", &self.staff),
            ("befolkning.csv", "Kommunekode;Kvartal;Alder;Antal", &self.people),
            ("systemskifte.csv", "Kommunekode;System;Rolle;Skiftedato", &self.systems),
        ] {
            let text = format!("{header}\n{}\n", lines.join("\n"));
            write(&folder.join(name), text.as_bytes());
        }
        write(&folder.join("Godkendte_kommuner.xlsx"), &self.workbook());
    }

    fn workbook(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let header = ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"].map(str::to_owned);
        for (row, line) in (0..).zip([&header].into_iter().chain(&self.approvals)) {
            for (column, text) in (0..).zip(line) {
                sheet.write_string(row, column, text).expect("a cell");
            }
        }
        book.save_to_buffer().expect("a workbook")
    }
}
