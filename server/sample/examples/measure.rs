//! Shows what a folder of sample deliveries gives after the rules, beside the published totals:
//! `measure DIR`.

#[path = "../tests/plain/mod.rs"]
mod plain;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Quarter, its days, citizens and services as published.
const PUBLISHED: [(&str, &str, &str, usize, usize); 7] = [
    ("2015K1", "2015-01-01", "2015-03-31", 0, 0),
    ("2018K4", "2018-10-01", "2018-12-31", 74_800, 102_100),
    ("2020K4", "2020-10-01", "2020-12-31", 0, 0),
    ("2021K4", "2021-10-01", "2021-12-31", 77_300, 103_800),
    ("2022K4", "2022-10-01", "2022-12-31", 78_500, 105_100),
    ("2024K4", "2024-10-01", "2024-12-31", 0, 0),
    ("2026K3", "2026-07-01", "2026-09-30", 0, 0),
];

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "deliveries".to_owned()));
    let country = plain::Country::read(&folder);
    println!("found: {:#?}\nrefused: {:#?}", country.found, country.refused);
    println!("{} records left", country.rows.len());
    for (quarter, from, to, citizens, services) in PUBLISHED {
        println!(
            "{quarter}: {:?} (citizens, services, citizen x service); published {citizens} {services}",
            country.totals(from, to)
        );
    }
    by_service(&country);
    by_town(&country);
    by_age(&country);
    by_approval(&country, &folder);
}

fn by_service(country: &plain::Country) {
    let mut services: BTreeMap<&str, [std::collections::HashSet<&str>; 4]> = BTreeMap::new();
    for (at, (from, to)) in [
        ("2022-10-01", "2022-12-31"),
        ("2022-01-01", "2022-12-31"),
        ("2021-01-01", "2021-12-31"),
        ("2026-07-01", "2026-09-30"),
    ]
    .into_iter()
    .enumerate()
    {
        for row in active(country, from, to) {
            services.entry(&row.code).or_default()[at].insert(&row.cpr);
        }
    }
    println!("citizens by service in 2022K4, 2022, 2021, 2026K3:");
    services.iter().for_each(|(code, counts)| {
        println!("  {code}: {:?}", counts.each_ref().map(std::collections::HashSet::len));
    });
    let long: std::collections::HashSet<&str> = active(country, "2022-01-01", "2022-12-31")
        .filter(|row| ["1.8.1", "1.12.0.1"].contains(&row.code.as_str()))
        .map(|row| row.cpr.as_str())
        .collect();
    println!("  long stays 2022: {}", long.len());
    for year in [2014, 2017, 2019, 2021, 2023, 2025] {
        let (from, to) =
            (plain::day(&format!("{year}-01-01")), plain::day(&format!("{year}-12-31")));
        let ended = country.rows.iter().filter(|row| row.end >= from && row.end <= to).count();
        println!("  ended in {year}: {ended}");
    }
}

fn active<'a>(
    country: &'a plain::Country,
    from: &str,
    to: &str,
) -> impl Iterator<Item = &'a plain::Row> {
    let (from, to) = (plain::day(from).unwrap_or(0), plain::day(to).unwrap_or(0));
    country
        .rows
        .iter()
        .filter(move |row| row.pieces.iter().any(|piece| piece.0 <= to && piece.1 >= from))
}

fn by_town(country: &plain::Country) {
    let mut open: BTreeMap<u16, usize> = BTreeMap::new();
    for row in &country.rows {
        *open.entry(row.handle).or_default() +=
            usize::from(row.pieces.iter().any(|piece| piece.1 > country.as_of));
    }
    let mut sizes: Vec<usize> = open.values().copied().collect();
    sizes.sort_unstable();
    println!(
        "open services: {} in all, median {}, smallest {:?}",
        sizes.iter().sum::<usize>(),
        sizes[sizes.len() / 2],
        &sizes[..4]
    );
    println!(
        "  101: {}, 751: {}, 825: {}, 187: {}, 155: {}",
        open[&101], open[&751], open[&825], open[&187], open[&155]
    );
}

fn by_age(country: &plain::Country) {
    let year = plain::day("2021-12-31").unwrap_or(0);
    for (what, from, codes) in [
        ("all", "2021-01-01", ""),
        ("1.8.2", "2021-01-01", "1.8.2"),
        ("1.12.0.2", "2021-01-01", "1.12.0.2"),
        ("1.8.1", "2021-01-01", "1.8.1"),
    ] {
        let people: std::collections::HashSet<&str> = active(country, from, "2021-12-31")
            .filter(|row| codes.is_empty() || row.code == codes)
            .map(|row| row.cpr.as_str())
            .collect();
        let ages: Vec<i32> = people
            .iter()
            .filter_map(|cpr| plain::birth_of(cpr))
            .map(|birth| (year - birth) * 100 / 36525)
            .collect();
        let share = |low: i32, high: i32| {
            ages.iter().filter(|age| (low..=high).contains(age)).count() * 1000 / ages.len().max(1)
        };
        println!(
            "ages {what}: {} citizens; per mille 18-40 {}, -29 {}, 30-39 {}, 40-49 {}, 50-64 {}, 65-79 {}, 80+ {}",
            people.len(),
            share(18, 40),
            share(0, 29),
            share(30, 39),
            share(40, 49),
            share(50, 64),
            share(65, 79),
            share(80, 120)
        );
    }
}

/// The municipalities approved for all of 2015-2020, by their support in own homes.
fn approved(folder: &std::path::Path) -> std::collections::HashSet<u16> {
    use calamine::{Reader, Xlsx, open_workbook};
    let mut book: Xlsx<_> =
        open_workbook(folder.join("reference/Godkendte_kommuner.xlsx")).expect("a workbook");
    let range = book.worksheet_range("Godkendte").expect("a sheet");
    let mut quarters: BTreeMap<u16, usize> = BTreeMap::new();
    for row in range.rows().skip(3) {
        let text = |at: usize| row[at].to_string();
        let year: i32 = text(2)[..4].parse().unwrap_or(0);
        if text(1) == "1.12.0.2"
            && (2015..=2020).contains(&year)
            && text(3).eq_ignore_ascii_case("ja")
        {
            *quarters.entry(text(0).parse().unwrap_or(0)).or_default() += 1;
        }
    }
    quarters.into_iter().filter(|(_, count)| *count >= 24).map(|(town, _)| town).collect()
}

fn by_approval(country: &plain::Country, folder: &std::path::Path) {
    let towns = approved(folder);
    for (quarter, from, to, published) in [
        ("2015K1", "2015-01-01", "2015-03-31", 42_770),
        ("2020K4", "2020-10-01", "2020-12-31", 48_046),
    ] {
        let rows: Vec<_> = active(country, from, to)
            .filter(|row| towns.contains(&row.handle) && !row.code.starts_with("1.18"))
            .collect();
        let citizens: std::collections::HashSet<&str> =
            rows.iter().map(|row| row.cpr.as_str()).collect();
        println!(
            "{} approved, {quarter}: {} citizens (published {published}), {} services",
            towns.len(),
            citizens.len(),
            rows.len()
        );
    }
}
