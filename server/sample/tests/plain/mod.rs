//! A plain reading of deliveries by the rules, for checking samples: intake, S, K, D and C as far
//! as the totals need them.
//!
//! Slow and obvious on purpose, and without anything of the generator: it sees only files.
#![allow(dead_code)]

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub type Day = i32;
const FOREVER: Day = Day::MAX;
const SERVICES: &str = cube_schema::domains::vh::kodelister::YDELSER;
const REASONS: &str = cube_schema::domains::vh::kodelister::MAALGRUPPER;
const TOWNS: &str = cube_schema::domains::vh::kodelister::KOMMUNER;
const FIELDS: [&str; 10] = [
    "Ydelsesid",
    "CPR",
    "Handlekommune",
    "Betalingskommune",
    "Ydelseskode",
    "Startdato",
    "Slutdato",
    "Maalgrupper",
    "OpholdsstedId",
    "Funktionsvurdering",
];

pub fn day(text: &str) -> Option<Day> {
    let date: Date = (text.len() == 10).then(|| text.parse().ok())??;
    Some((date - Date::constant(1970, 1, 1)).get_days())
}

fn text_of(day: Day) -> String {
    (Date::constant(1970, 1, 1) + jiff::Span::new().days(day)).to_string()
}

/// A record as read.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: String,
    pub system: String,
    pub reporter: u16,
    pub cpr: String,
    pub handle: u16,
    pub code: String,
    pub start: Option<Day>,
    pub end: Option<Day>,
    pub reasons: String,
    pub place: String,
    pub assessment: String,
    /// Days that count, after the changes.
    pub pieces: Vec<(Day, Day)>,
}

pub struct Delivery {
    pub file: String,
    pub town: u16,
    pub system: String,
    pub month: String,
    pub serial: u64,
    pub full: bool,
    pub format: String,
    pub rows: Vec<Row>,
    /// Ids that a delivery of changes takes back.
    pub deleted: Vec<String>,
}

#[derive(Default)]
pub struct Country {
    pub deliveries: Vec<Delivery>,
    pub refused: BTreeMap<String, Vec<String>>,
    pub found: BTreeMap<&'static str, u64>,
    pub rows: Vec<Row>,
    pub as_of: Day,
    towns: HashSet<String>,
    /// The last day of each pair of municipalities that has one.
    last_days: BTreeMap<(u16, u16), Option<Day>>,
}

impl Country {
    fn count(&mut self, what: &'static str) {
        *self.found.entry(what).or_default() += 1;
    }

    /// Reads a folder and applies the rules.
    pub fn read(folder: &Path) -> Self {
        let towns = first_column(TOWNS);
        let last_days = last_days(folder);
        let mut country = Self { towns: towns.clone(), last_days, ..Self::default() };
        for month in folders(folder) {
            for stem in stems(&folder.join(&month)) {
                match accept(&folder.join(&month), &stem, &month, &towns) {
                    Ok((manifest, data)) => country.load(&stem, &manifest, &data),
                    Err(reason) => {
                        country.refused.entry(reason).or_default().push(format!("{month}/{stem}"));
                    }
                }
            }
        }
        let newest =
            country.deliveries.iter().map(|one| one.month.clone()).max().expect("a delivery");
        let first = day(&format!("{newest}-01")).expect("a month");
        country.as_of = (first + 27..first + 31)
            .rev()
            .find(|day| text_of(*day)[..7] == newest)
            .expect("a last day");
        country.select(folder);
        let citizens = citizens(folder);
        country.delete(&citizens);
        country.change(&citizens);
        country
    }

    fn load(&mut self, stem: &str, manifest: &Value, data: &[u8]) {
        let text = |name: &str| manifest[name].as_str().expect("text").to_owned();
        let town: u16 = text("kommune").parse().expect("a municipality");
        let full = manifest["fuld_bestand"] == true;
        let lines = if text("format") == "xml" {
            xml_lines(data)
        } else {
            csv_lines(data, manifest["header"] == true, full)
        };
        assert_eq!(manifest["antal_raekker"], lines.len(), "{stem}");
        let windows = text("tegnsaet") == "windows-1252";
        let (mut rows, mut deleted) = (Vec::new(), Vec::new());
        for line in lines {
            if let Ok(fields) = &line
                && fields.get(10).is_some_and(|field| field == b"J")
            {
                deleted.push(decode(&fields[0], windows).expect("an id"));
                continue;
            }
            match line.and_then(|fields| self.row(&fields, windows, town, &text("system"))) {
                Ok(row) => rows.push(row),
                Err(reason) => self.count(reason),
            }
        }
        self.deliveries.push(Delivery {
            file: stem.to_owned(),
            town,
            system: text("system"),
            month: text("maaned"),
            serial: manifest["loebenummer"].as_u64().expect("a number"),
            full,
            format: text("format"),
            rows,
            deleted,
        });
    }

    fn row(
        &mut self,
        line: &[Vec<u8>],
        windows: bool,
        town: u16,
        system: &str,
    ) -> Result<Row, &'static str> {
        let fields: Option<Vec<String>> = line.iter().map(|field| decode(field, windows)).collect();
        let fields = fields.ok_or("reject: not text")?;
        let cpr = fields[1].replacen('-', "", 1);
        if cpr.len() != 10 || !cpr.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("reject: cpr");
        }
        if fields[2] != town.to_string() {
            return Err("reject: handlekommune");
        }
        if !fields[6].is_empty() && day(&fields[6]).is_none() {
            return Err("reject: end");
        }
        if !fields[5].is_empty() && day(&fields[5]).is_none() {
            self.count("unreadable start");
        }
        let handle = self.pay(town, &fields[3], day(&fields[5]).or_else(|| day(&fields[6])));
        self.notice(&fields);
        Ok(Row {
            id: fields[0].clone(),
            system: system.to_owned(),
            reporter: town,
            cpr,
            handle,
            code: fields[4].clone(),
            start: day(&fields[5]),
            end: day(&fields[6]),
            reasons: fields[7].clone(),
            place: fields[8].clone(),
            assessment: fields[9].clone(),
            pieces: Vec::new(),
        })
    }

    /// K1, K2, K3, K4. `counts_from` is the start, or else the end.
    fn pay(&mut self, town: u16, payer: &str, counts_from: Option<Day>) -> u16 {
        if !payer.is_empty() && !self.towns.contains(payer) {
            self.count("K4");
        }
        let other = match (town, payer) {
            (183, "187") => 187,
            (185, "155") => 155,
            _ => return town,
        };
        let last = self.last_days.get(&(town, other)).copied().flatten();
        if counts_from.zip(last).is_some_and(|(day, last)| day > last) {
            self.count("K3");
            return town;
        }
        other
    }

    fn notice(&mut self, fields: &[String]) {
        if fields[7].is_empty() {
            self.count("no reasons");
        }
        if !fields[9].is_empty() && !"ABCDE".contains(&fields[9]) || fields[9].len() > 1 {
            self.count("assessment");
        }
        if !fields[8].is_empty() && (fields[8].len() != 7 || fields[8].starts_with("999")) {
            self.count("unknown place");
        }
    }

    /// S1-S4, and the last of the same id.
    fn select(&mut self, folder: &Path) {
        let former: HashSet<(u16, String)> = table(&folder.join("reference/systemskifte.csv"))
            .filter(|row| &row[2] == "tidligere")
            .map(|row| (row[0].parse().expect("a municipality"), row[1].to_owned()))
            .collect();
        let mut of_system: BTreeMap<(u16, &str), Vec<&Delivery>> = BTreeMap::new();
        for one in &self.deliveries {
            of_system.entry((one.town, one.system.as_str())).or_default().push(one);
        }
        let mut rows = Vec::new();
        let mut twice = 0;
        for ((town, system), mut deliveries) in of_system {
            deliveries.sort_by_key(|one| (&one.month, one.serial));
            let only_ended = former.contains(&(town, system.to_owned()));
            let mut ids: BTreeMap<&str, &Row> = BTreeMap::new();
            for delivery in deliveries {
                if delivery.full {
                    ids.clear();
                }
                let mut own = HashSet::new();
                for row in &delivery.rows {
                    twice += u64::from(!own.insert(&row.id));
                    ids.insert(&row.id, row);
                }
                for id in &delivery.deleted {
                    ids.remove(id.as_str());
                }
            }
            rows.extend(ids.into_values().filter(|row| !only_ended || row.end.is_some()).cloned());
        }
        self.found.insert("duplicate id", twice);
        let mut seen: HashMap<_, &str> = HashMap::new();
        let mut identical = 0;
        for row in &rows {
            let key = (&row.cpr, &row.code, row.start, row.end, &row.place, row.reporter);
            identical +=
                u64::from(seen.insert(key, &row.system).is_some_and(|other| other != row.system));
        }
        self.found.insert("S5", identical);
        self.rows = rows;
    }

    fn delete(&mut self, citizens: &HashMap<String, (Day, Day)>) {
        let valid: HashMap<String, Day> = table_of(SERVICES)
            .map(|row| (row[0].to_owned(), day(&row[7]).expect("a day")))
            .collect();
        let reasons = first_column(REASONS);
        for row in std::mem::take(&mut self.rows) {
            let from = valid.get(&row.code);
            let mut marks = vec![
                ("D1 unknown", from.is_none()),
                ("D1 outside", from.is_some_and(|from| row.end.is_some_and(|end| end < *from))),
                ("D3", row.start.is_none()),
                ("D4", row.start.zip(row.end).is_some_and(|(start, end)| end < start)),
            ];
            let codes: Vec<&str> = row.reasons.split('|').collect();
            let some = codes.iter().any(|code| reasons.contains(*code));
            let all = codes.iter().all(|code| reasons.contains(*code));
            marks.push(("D2", !row.reasons.is_empty() && !some));
            if some && !all {
                self.count("partly invalid");
            }
            let born = citizens.get(&row.cpr).map(|one| one.0).or_else(|| birth_of(&row.cpr));
            if !citizens.contains_key(&row.cpr) {
                self.count("not in cpr.csv");
            }
            if born.is_none() {
                self.count("no birth date");
            }
            let child = row.start.zip(born).is_some_and(|(start, born)| {
                let (start, born) = (text_of(start), text_of(born));
                let years = start[..4].parse::<i32>().expect("a year")
                    - born[..4].parse::<i32>().expect("a year");
                years < 17 || (years == 17 && &born[5..] != "01-01")
            });
            marks.push(("D5", child));
            let marked: Vec<&'static str> =
                marks.iter().filter(|mark| mark.1).map(|mark| mark.0).collect();
            marked.iter().for_each(|mark| self.count(mark));
            if marked.is_empty() {
                self.rows.push(row);
            }
        }
    }

    fn change(&mut self, citizens: &HashMap<String, (Day, Day)>) {
        let mut of_citizen: HashMap<String, Vec<Row>> = HashMap::new();
        for row in std::mem::take(&mut self.rows) {
            of_citizen.entry(row.cpr.clone()).or_default().push(row);
        }
        for (cpr, mut rows) in of_citizen {
            let death = citizens.get(&cpr).map_or(FOREVER, |one| one.1);
            rows.iter_mut().for_each(|row| self.bury(row, death));
            self.part_stays(&mut rows);
            self.part_support(&mut rows);
            self.rows.append(&mut rows);
        }
        self.rows.sort_by(|a, b| {
            (&a.cpr, &a.code, a.start, &a.id, &a.system)
                .cmp(&(&b.cpr, &b.code, b.start, &b.id, &b.system))
        });
    }

    /// C1.
    fn bury(&mut self, row: &mut Row, death: Day) {
        let start = row.start.expect("no D3 left");
        let mut end = row.end.unwrap_or(FOREVER);
        if row.end.is_none() && death <= self.as_of {
            end = death;
            self.count(if start > death { "C1 started after" } else { "C1" });
        } else if row.end.is_some_and(|end| end > death) {
            self.count("ends after death");
        }
        if start <= end.min(self.as_of) {
            row.pieces.push((start, end));
        }
    }

    /// C2.
    fn part_stays(&mut self, rows: &mut [Row]) {
        let rank = |code: &str| ["1.8.2", "1.12.0.1", "1.8.1"].iter().position(|one| *one == code);
        let stays: Vec<(usize, (Day, Day))> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| rank(&row.code).is_some() && !row.pieces.is_empty())
            .map(|(at, row)| (at, row.pieces[0]))
            .collect();
        let mut marked = HashSet::new();
        for (at, own) in &stays {
            for (other, theirs) in &stays {
                if at == other || !overlap(*own, *theirs) {
                    continue;
                }
                marked.insert(*at);
                if rows[*at].reporter != rows[*other].reporter {
                    self.count("C2 elsewhere");
                }
                let key = |at: usize, start: Day| {
                    (start, rank(&rows[at].code), rows[at].id.clone(), rows[at].system.clone())
                };
                if key(*at, own.0) < key(*other, theirs.0) {
                    cut(&mut rows[*at].pieces, *theirs);
                }
            }
        }
        *self.found.entry("C2").or_default() += marked.len() as u64;
        *self.found.entry("C2 three").or_default() += u64::from(marked.len() > 2);
    }

    /// C3.
    fn part_support(&mut self, rows: &mut [Row]) {
        let stays: Vec<(u16, Vec<(Day, Day)>)> = rows
            .iter()
            .filter(|row| {
                ["1.8.1", "1.12.0.1"].contains(&row.code.as_str()) && !row.pieces.is_empty()
            })
            .map(|row| (row.reporter, row.pieces.clone()))
            .collect();
        for row in rows.iter_mut().filter(|row| row.code == "1.12.0.2" && !row.pieces.is_empty()) {
            let own = row.pieces[0];
            let mut marked = false;
            for (reporter, pieces) in &stays {
                let whole = (pieces[0].0, pieces[pieces.len() - 1].1);
                for piece in
                    pieces.iter().filter(|piece| overlap(own, **piece) && overlap(own, whole))
                {
                    marked = true;
                    if *reporter != row.reporter {
                        self.count("C3 elsewhere");
                    }
                    cut(&mut row.pieces, *piece);
                }
            }
            if marked {
                self.count("C3");
                self.count(if row.pieces.is_empty() {
                    "C3 nothing left"
                } else {
                    "C3 something left"
                });
            }
        }
    }

    /// Citizens, services and citizen x service without §§ 82 a/b between two days.
    pub fn totals(&self, from: &str, to: &str) -> (usize, usize, usize) {
        let (from, to) = (day(from).expect("a day"), day(to).expect("a day").min(self.as_of));
        let active: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| {
                !row.code.starts_with("1.18")
                    && row.pieces.iter().any(|piece| piece.0 <= to && piece.1 >= from)
            })
            .collect();
        let citizens: HashSet<&str> = active.iter().map(|row| row.cpr.as_str()).collect();
        let pairs: HashSet<(&str, &str)> =
            active.iter().map(|row| (row.cpr.as_str(), row.code.as_str())).collect();
        (citizens.len(), active.len(), pairs.len())
    }
}

/// A common day that is more than a change-over.
fn overlap(a: (Day, Day), b: (Day, Day)) -> bool {
    let (start, end) = (a.0.max(b.0), a.1.min(b.1));
    let move_over = start == end && a.0 != b.0 && (a.1 == b.0 || b.1 == a.0);
    start <= end && !move_over
}

fn cut(pieces: &mut Vec<(Day, Day)>, out: (Day, Day)) {
    *pieces = pieces
        .iter()
        .flat_map(|piece| {
            [(piece.0, piece.1.min(out.0 - 1)), (piece.0.max(out.1.saturating_add(1)), piece.1)]
        })
        .filter(|piece| piece.0 <= piece.1 && piece.0 != FOREVER)
        .collect();
}

/// The ten fields of a record, and the eleventh of what has changed; or why it is none.
type Fields = Result<Vec<Vec<u8>>, &'static str>;

fn csv_lines(data: &[u8], header: bool, full: bool) -> Vec<Fields> {
    let body = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .from_reader(body);
    let mut lines = reader.byte_records().map(|line| line.expect("CSV"));
    let fields = FIELDS.into_iter().chain((!full).then_some("Slettet"));
    let (order, width): (Vec<usize>, usize) = match header.then(|| lines.next()).flatten() {
        None => ((0..fields.clone().count()).collect(), fields.count()),
        Some(names) => {
            let at = |field: &str| names.iter().position(|name| name == field.as_bytes());
            (fields.map(|field| at(field).expect("a column")).collect(), names.len())
        }
    };
    let fields = |line: csv::ByteRecord| match line.len().cmp(&width) {
        Ordering::Less => Err("reject: too few fields"),
        Ordering::Greater => Err("reject: too many fields"),
        Ordering::Equal => Ok(order.iter().map(|at| line[*at].to_vec()).collect()),
    };
    lines.map(fields).collect()
}

fn xml_lines(data: &[u8]) -> Vec<Fields> {
    let text = std::str::from_utf8(data).expect("text");
    let mut lines = Vec::new();
    for record in text.split("<Ydelse>").skip(1) {
        let field = |name: &str| {
            let inner = record.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
            inner.split_once(&format!("</{name}>")).map_or("", |(inner, _)| inner).to_owned()
        };
        let fields = FIELDS.into_iter().chain(["Slettet"]).map(|name| match name {
            "Maalgrupper" => codes(&field(name)).into_bytes(),
            _ => unescaped(&field(name)).into_bytes(),
        });
        lines.push(Ok(fields.collect()));
    }
    lines
}

fn codes(text: &str) -> String {
    let codes = text.split("<Maalgruppe>").skip(1).filter_map(|one| one.split('<').next());
    codes.collect::<Vec<_>>().join("|")
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn decode(bytes: &[u8], windows: bool) -> Option<String> {
    match windows {
        true => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        false => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn first_column(list: &str) -> HashSet<String> {
    list.lines().skip(1).filter_map(|line| line.split(';').next()).map(str::to_owned).collect()
}

fn table_of(text: &str) -> impl Iterator<Item = csv::StringRecord> + use<> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(std::io::Cursor::new(text.to_owned()));
    reader.into_records().map(|row| row.expect("CSV"))
}

pub fn table(path: &Path) -> impl Iterator<Item = csv::StringRecord> + use<> {
    table_of(&fs::read_to_string(path).expect("a table"))
}

/// Until when a municipality reports for another.
fn last_days(folder: &Path) -> BTreeMap<(u16, u16), Option<Day>> {
    let number = |text: &str| text.parse::<u16>().expect("a municipality");
    let rows = table(&folder.join("reference/kodelister/saerregler.csv"));
    rows.map(|row| ((number(&row[0]), number(&row[1])), day(&row[2]))).collect()
}

/// Birth and death of each citizen.
fn citizens(folder: &Path) -> HashMap<String, (Day, Day)> {
    let rows = table(&folder.join("reference/cpr.csv"));
    rows.map(|row| {
        (row[0].to_owned(), (day(&row[1]).expect("a birth"), day(&row[2]).unwrap_or(FOREVER)))
    })
    .collect()
}

/// The birth date that a number says.
pub fn birth_of(cpr: &str) -> Option<Day> {
    let number = |from: usize, to: usize| cpr[from..to].parse::<i32>().expect("digits");
    let (year, seventh) = (number(4, 6), number(6, 7));
    let century = match seventh {
        0..=3 => 1900,
        4 | 9 => {
            if year < 37 {
                2000
            } else {
                1900
            }
        }
        _ => {
            if year < 58 {
                2000
            } else {
                1800
            }
        }
    };
    let date = if number(0, 2) > 60 { number(0, 2) - 60 } else { number(0, 2) };
    day(&format!("{:04}-{:02}-{date:02}", century + year, number(2, 4)))
}

pub fn folders(folder: &Path) -> Vec<String> {
    let names =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut months: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.len() == 7)
        .collect();
    months.sort();
    months
}

fn stems(folder: &Path) -> Vec<String> {
    let names =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut stems: Vec<String> =
        names.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    stems.sort();
    stems.dedup();
    stems
}

/// Whether a file can be trusted.
fn accept(
    folder: &Path,
    stem: &str,
    month: &str,
    towns: &HashSet<String>,
) -> Result<(Value, Vec<u8>), String> {
    let manifest = fs::read(folder.join(format!("{stem}.json"))).map_err(|_| "no manifest")?;
    let data =
        ["csv", "xml"].iter().find_map(|end| fs::read(folder.join(format!("{stem}.{end}"))).ok());
    let data = data.ok_or("no data file")?;
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let text = |name: &str| manifest[name].as_str().expect("text").to_owned();
    if !towns.contains(&text("kommune")) {
        return Err("unknown municipality".to_owned());
    }
    let name = format!(
        "VH_{}_{}_{}_{}",
        text("kommune"),
        text("system"),
        text("maaned").replace('-', ""),
        manifest["loebenummer"]
    );
    if text("maaned") != month {
        return Err("other folder".to_owned());
    }
    if name != stem {
        return Err("other name".to_owned());
    }
    if text("modtaget")[..7] < text("maaned")[..] {
        return Err("not yet".to_owned());
    }
    let sum: String = Sha256::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect();
    if sum != text("sha256") {
        let whole = data.ends_with(b"\n");
        return Err(if whole { "checksum" } else { "truncated" }.to_owned());
    }
    check_rows(&manifest, &data)?;
    Ok((manifest, data))
}

fn check_rows(manifest: &Value, data: &[u8]) -> Result<(), String> {
    if manifest["format"] == "xml" {
        let rows = xml_lines(data).len();
        return if manifest["antal_raekker"] == rows {
            Ok(())
        } else {
            Err("row count".to_owned())
        };
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .from_reader(data);
    let mut rows = reader.byte_records();
    if manifest["header"] == true {
        let header = rows.next().expect("a header").expect("CSV");
        let header = String::from_utf8_lossy(header.as_slice()).into_owned();
        if !FIELDS.iter().all(|field| header.contains(field)) {
            return Err("missing column".to_owned());
        }
    }
    if rows.count() as u64 != manifest["antal_raekker"].as_u64().expect("a number") {
        return Err("row count".to_owned());
    }
    Ok(())
}
