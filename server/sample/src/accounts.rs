//! Reference files about money and staff: the accounts by the bridge to the services, and the staff.

use std::fmt::Write;

use cube_schema::domains::vh::kodelister::KONTOPLAN_BRO;

use crate::calibration::SERVICES;
use crate::day::Month;
use crate::random::Random;
use crate::world::World;

/// Where the money of a service is booked.
struct Account {
    service: usize,
    /// Dranst;Hovedkonto;Hovedfunktion;Funktion;Gruppering, as they stand in the file.
    place: String,
    /// Of the service's money.
    part: f64,
}

/// `udgifter.csv`: kroner by month since January 2013.
pub fn expenses(world: &World) -> String {
    let accounts = accounts();
    let mut out = String::with_capacity(20_000_000);
    out.push_str("Kommunekode;Aar;Maaned;Dranst;Hovedkonto;Hovedfunktion;Funktion;Gruppering;Hovedart;Beloeb\n");
    for (town, one) in world.country.municipalities.iter().enumerate() {
        let mut book = Book {
            random: Random::new(world.country.seed, 9000 + town as u64),
            code: one.code,
            out: &mut out,
        };
        let dear = 0.85 + 0.3 * book.random.unit();
        for at in 0..months(world) {
            let recipients = recipients(world, town, at);
            accounts.iter().for_each(|account| book.account(account, &recipients, dear, at));
            book.ignored(at);
        }
    }
    out
}

fn accounts() -> Vec<Account> {
    let rows: Vec<Vec<&str>> =
        KONTOPLAN_BRO.lines().skip(1).map(|line| line.split(';').collect()).collect();
    let position = |code: &str| SERVICES.iter().position(|service| service.code == code);
    let mut accounts = Vec::new();
    for row in &rows {
        if let [code, dranst, account, group, function, _, grouping, ..] = row[..]
            && let Some(service) = position(code)
        {
            let of_service = rows.iter().filter(|other| other[0] == code).count();
            let place = format!("{dranst};{account};{group};{function};{grouping}");
            accounts.push(Account { service, place, part: 1.0 / of_service as f64 });
        }
    }
    accounts
}

fn months(world: &World) -> usize {
    (world.last().0 - Month::new(2013, 1).0 + 1) as usize
}

/// Recipients in a month; before a municipality reported, those of its first full month.
fn recipients(world: &World, town: usize, at: usize) -> [i32; SERVICES.len()] {
    let first =
        Month::of(world.country.municipalities[town].reports_from).0 - Month::new(2013, 1).0;
    world.recipients[town][at.max(first as usize)]
}

/// The accounts of one municipality.
struct Book<'a> {
    random: Random,
    code: u16,
    out: &'a mut String,
}

impl Book<'_> {
    /// A month of an account: wages or bought services, and now and then income.
    fn account(
        &mut self,
        account: &Account,
        recipients: &[i32; SERVICES.len()],
        dear: f64,
        at: usize,
    ) {
        let month = Month::new(2013, 1).plus(at as i32);
        let people = f64::from(recipients[account.service]);
        if people < 1.0
            || (account.service >= crate::calibration::GROUP_HELP && month < Month::new(2020, 7))
        {
            return;
        }
        let prices = 1.021f64.powf(f64::from(month.0 - Month::new(2022, 6).0) / 12.0);
        let kroner =
            SERVICES[account.service].kroner / 12.0 * people * account.part * prices * dear;
        let kind = *self.random.pick(&["1", "4", "4", "2"]);
        let amount = kroner * (0.9 + 0.2 * self.random.unit());
        self.row(month, &account.place, kind, amount);
        if self.random.chance(0.08) {
            let income = -0.3 * kroner * self.random.unit();
            self.row(month, &account.place, "7", income);
        }
    }

    /// Rows that key figures leave out: hovedart 0, dranst 2, functions and groupings of other services.
    fn ignored(&mut self, at: usize) {
        let month = Month::new(2013, 1).plus(at as i32);
        let amount = 50_000.0 * self.random.unit();
        match at % 6 {
            1 => self.row(month, "1;5;38;50;1", "0", amount),
            3 => self.row(month, "2;5;38;52;1", "1", amount),
            4 => self.row(month, "1;5;30;27;1", "1", amount),
            5 => self.row(month, "1;5;38;59;92", "4", amount),
            _ => {}
        }
    }

    fn row(&mut self, month: Month, place: &str, kind: &str, amount: f64) {
        // The hovedart stands last in the file, after the gruppering.
        let cents = (amount * 100.0).round() as i64;
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, rest) = (cents.abs() / 100, cents.abs() % 100);
        let _ = writeln!(
            self.out,
            "{};{};{};{place};{kind};{sign}{whole},{rest:02}",
            self.code,
            month.year(),
            month.number()
        );
    }
}

/// The functions with staff, and the adults per full-time post on each.
const FUNCTIONS: [(&str, f64); 7] = [
    ("39", 620.0),
    ("50", 900.0),
    ("51", 520.0),
    ("52", 780.0),
    ("53", 6000.0),
    ("58", 2600.0),
    ("59", 1100.0),
];

/// `personale.csv`: full-time posts and wages by month.
pub fn staff(world: &World) -> String {
    let mut out = String::with_capacity(4_000_000);
    out.push_str("Kommunekode;Aar;Maaned;Funktion;Aarsvaerk;Loensum\n");
    for (town, one) in world.country.municipalities.iter().enumerate() {
        let mut random = Random::new(world.country.seed, 9500 + town as u64);
        let posts = FUNCTIONS
            .map(|(_, adults)| one.adults * one.scale / adults * (0.7 + 0.6 * random.unit()));
        for at in 0..months(world) {
            let month = Month::new(2013, 1).plus(at as i32);
            for ((function, _), posts) in FUNCTIONS.iter().zip(posts) {
                let now = posts * (1.0 + 0.001 * at as f64) * (0.98 + 0.04 * random.unit());
                let wages = now * 34_000.0 * 1.0017f64.powi(at as i32);
                let line = format!(
                    "{};{};{};{function};{now:.2};{wages:.2}",
                    one.code,
                    month.year(),
                    month.number()
                );
                out.push_str(&line.replace('.', ","));
                out.push('\n');
            }
        }
    }
    out
}
